"""What the kiosk can see of its session: who made its heartbeat's socket, who serves its display, and its own user.

Nothing of it is taken from a variable: the kernel says who is at the other end of a socket (SO_PEERCRED, unix(7)), and
`/proc` whose child that is and what it runs.
"""

import pwd
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from proctoring.lockdown.level import Account, Supervision

_UCRED: Final = struct.Struct("3i")
_SESSION: Final = (b"lockdown", b"session")
_ALL_USERS: Final = [b"0", b"0", b"4294967295"]
"""What `uid_map` says where a process' users are the machine's own (user_namespaces(7))."""
_LOCAL: Final = re.compile(r"(?:unix)?:(\d{1,5})(?:\.\d+)?")


@dataclass(frozen=True)
class Peer:
    """Who made a socket, or listens on it."""

    pid: int
    uid: int

    @classmethod
    def of(cls, end: socket.socket) -> "Peer":
        """Ask the kernel who is at the other end of a connected unix socket."""
        pid, uid, _ = _UCRED.unpack(end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
        return cls(pid, uid)


def look_at_supervisor(heartbeat: socket.socket, display: str, proc: Path = Path("/proc")) -> Supervision:
    """See who holds the other end of the heartbeat, and whether the same process started our display's server."""
    peer, own = Peer.of(heartbeat), proc / "self"
    return Supervision(
        parent=peer.pid == _parent(own) != 0,
        same_user=peer.uid == _uid(own),
        own_program=_runs_a_session(proc / str(peer.pid), own),
        own_display=_serves(peer.pid, display, proc),
    )


def look_at_account(uid: int) -> Account:
    """Give the user as the system's database knows it; a user that is not in it has neither name nor shell."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(uid)
    return Account(uid, entry.pw_name, entry.pw_shell)


def look_at_users(proc: Path = Path("/proc")) -> bool:
    """Tell whether our users are the machine's: who makes a user namespace is whom he likes, with files he likes."""
    try:
        return (proc / "self" / "uid_map").read_bytes().split() == _ALL_USERS
    except OSError:
        return False


def servers_of(display: str) -> tuple[Peer, ...]:
    """Give who listens on each socket of a local display: the abstract one, which libxcb tries first, and the file."""
    match = _LOCAL.fullmatch(display)
    if match is None:
        return ()
    path = f"/tmp/.X11-unix/X{match[1]}"  # noqa: S108 - where every X server has it
    found = []
    for address in ("\0" + path, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as way, suppress(OSError):
            way.connect(address)
            found.append(Peer.of(way))
    return tuple(found)


def _serves(supervisor: int, display: str, proc: Path) -> bool:
    servers = servers_of(display)
    return bool(servers) and all(_parent(proc / str(server.pid)) == supervisor for server in servers)


def _runs_a_session(other: Path, own: Path) -> bool:
    try:
        if (other / "exe").readlink() != (own / "exe").readlink():
            return False
        words = (other / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return _SESSION in pairwise(words)


def _parent(process: Path) -> int:
    return _number(process, "PPid")


def _uid(process: Path) -> int:
    return _number(process, "Uid")


def _number(process: Path, name: str) -> int:
    """Give the first number of a line of `status` (proc(5)), -1 if there is none."""
    try:
        told = (process / "status").read_text(errors="replace")
    except OSError:
        return -1
    match = re.search(rf"^{name}:\s+(\d+)", told, re.MULTILINE)
    return -1 if match is None else int(match[1])
