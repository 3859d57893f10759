"""Who holds the connections to a display: a program can hand its own to another, and then become a different program.

The server names the process that connected, once and for ever. Which sockets are connections to this display the
kernel tells (sock_diag(7), `UNIX_DIAG_PEER`); who holds them is in each process' table of open files (proc(5)).
"""

import os
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SOCK_DIAG: Final = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY: Final = 20
_DONE, _ERROR = 3, 2
_DUMP: Final = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_ESTABLISHED: Final = 1 << 1
_NAME_AND_PEER: Final = 0x1 | 0x4
_NAME, _PEER = 0, 2
_REQUEST: Final = struct.Struct("=IHHIIBBHIIIII")
_ANSWER_BYTES: Final = 1 << 17
_MOST_ANSWERS: Final = 64
_BYTES: Final = 4096
_START_TIME: Final = 19  # among the words of `stat` behind the name


@dataclass(frozen=True)
class Tables:
    """Which connections to the display each process holds, by inode. `hidden`: some process could not be looked into.

    A process of another user's is not looked into: it holds no connection of ours unless that user lent a hand.
    """

    held: Mapping[int, frozenset[int]]
    hidden: bool

    def alone(self, pid: int, clients: Mapping[int, int], allowed: Callable[[int], bool]) -> bool | None:
        """Tell whether a process, and at most others that are allowed, holds all its connections. None: not to be told.

        `clients`: how many connections the server knows of each process.
        """
        own = self.held.get(pid)
        if own is None:
            return None
        shared = any(held & own for other, held in self.held.items() if other != pid and not allowed(other))
        if len(own) < clients.get(pid, 0) or shared:
            return False
        # whoever gave a connection away may have given it to this one, for its own
        given_away = any(len(self.held.get(other, frozenset())) < count for other, count in clients.items())
        return None if given_away or self.hidden else True


def tables(connection: int, proc: Path = Path("/proc"), *, since: int = 0) -> Tables | None:
    """Look into every process' open files. None if the kernel does not tell.

    `connection`: a descriptor of one connection to the display. `since`: a process that could not be looked into
    counts if it was started then or later (clock ticks since the boot).
    """
    wanted = _connections(os.fstat(connection).st_ino)
    if wanted is None:
        return None
    held: dict[int, frozenset[int]] = {}
    hidden = False
    for pid in _processes(proc):
        try:
            held[pid] = frozenset(_sockets(proc / str(pid) / "fd")) & wanted
        except PermissionError:
            hidden = hidden or (_is_ours(proc / str(pid)) and started(proc, pid) >= since)
        except OSError:
            continue  # it has ended
    return Tables(held, hidden)


def started(proc: Path, pid: int) -> int:
    """Give when a process was started, in clock ticks since the boot; 0 if that is not to be told."""
    try:
        with (proc / str(pid) / "stat").open("rb") as file:
            return int(file.read(_BYTES).rpartition(b")")[2].split()[_START_TIME])
    except (OSError, IndexError, ValueError):
        return 0


def _processes(proc: Path) -> list[int]:
    return [int(entry.name) for entry in os.scandir(proc) if entry.name.isdecimal()]


def _sockets(folder: Path) -> Iterator[int]:
    for entry in os.scandir(folder):
        with suppress(OSError):
            target = os.readlink(entry.path)  # noqa: PTH115 - thousands of them
            if target.startswith("socket:["):
                yield int(target[8:-1])


def _is_ours(process: Path) -> bool:
    try:
        lines = (process / "status").read_text(errors="replace").splitlines()
    except OSError:
        return False
    users = next((line.split()[1:] for line in lines if line.startswith("Uid:")), [])
    return str(os.geteuid()) in users


def _connections(own: int) -> frozenset[int] | None:
    """Give the clients' ends of all connections to the server that our own one goes to, by inode."""
    try:
        sockets = dict(_unix_sockets())
    except OSError:
        return None
    server = sockets.get(sockets.get(own, (b"", 0))[1])
    if server is None or not server[0]:
        return None
    return frozenset(peer for name, peer in sockets.values() if name == server[0])


def _unix_sockets() -> Iterator[tuple[int, tuple[bytes, int]]]:
    """Give every connected unix socket: its inode, its name and its peer's inode. Raises `OSError`."""
    length = _REQUEST.size
    ask = _REQUEST.pack(
        length, _BY_FAMILY, _DUMP, 1, 0, socket.AF_UNIX, 0, 0, _ESTABLISHED, 0, _NAME_AND_PEER, 0xFFFFFFFF, 0xFFFFFFFF
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.send(ask)
        for _ in range(_MOST_ANSWERS):
            answer = kernel.recv(_ANSWER_BYTES)
            at = 0
            while at + 16 <= len(answer):
                size, kind = struct.unpack_from("=IH", answer, at)
                if kind == _DONE:
                    return
                if kind == _ERROR or size < 16:  # noqa: PLR2004 - a message's header
                    raise OSError
                yield _unix_socket(answer[at + 16 : at + size])
                at += (size + 3) & ~3
    raise OSError


def _unix_socket(message: bytes) -> tuple[int, tuple[bytes, int]]:
    name, peer, at = b"", 0, 16
    while at + 4 <= len(message):
        size, kind = struct.unpack_from("=HH", message, at)
        if kind == _NAME:
            name = message[at + 4 : at + size]
        elif kind == _PEER:
            peer = int(struct.unpack_from("=I", message, at + 4)[0])
        at += max((size + 3) & ~3, 4)
    return int(struct.unpack_from("=I", message, 4)[0]), (name, peer)
