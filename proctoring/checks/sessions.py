"""Who is at this PC: somebody from elsewhere, or somebody else beside the candidate."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import Process, Running, is_installed
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import sockets

_LOGIND: Final = "run/systemd/sessions"
_MOST_SESSIONS: Final = 200
_FIELD: Final = re.compile(r"([A-Z_]+)=(.*)")
_UTMP: Final = struct.Struct("<h2xi32s4s32s256s52x")  # utmp(5) on Linux: 384 bytes a record
_USER_PROCESS: Final = 7
_MOST_UTMP: Final = 384 * 500

_REMOTE_VARIABLES: Final = (
    "SSH_CONNECTION",
    "SSH_CLIENT",
    "SSH_TTY",
    "XRDP_SESSION",
    "XRDP_SOCKET_PATH",
    "X2GO_SESSION",
    "VNCDESKTOP",
    "CHROME_REMOTE_DESKTOP_SESSION",
    "NX_CLIENT",
)
"""Variables that sshd(8), xrdp-sesman, X2Go, Xvnc, Chrome Remote Desktop and NX put into what they start."""
_REMOTE_SERVICES: Final = frozenset({"sshd", "xrdp-sesman", "x2go", "vncserver", "gdm-remote-login", "nx"})
_REMOTE_PORTS: Final = frozenset({22, 3389, 4000, 7070, 5938, *range(5900, 5911)})
_FOREIGN_DISPLAY: Final = re.compile(r"(?:[A-Za-z0-9.\-]+|\[[0-9a-f:]+\])(?<!unix):[0-9]+(?:\.[0-9]+)?")
_SSH_SESSION: Final = re.compile(r"sshd(?:-session)?: [^ ]+@(?:pts/|notty|tty)")
_FIRST_PERSON: Final = 1000  # login.defs(5), UID_MIN …
_LAST_PERSON: Final = 60_513  # … and systemd's home directories; above are its services' passing numbers
_LAST_SMALL: Final = 65_535
_NO_SHELL: Final = ("nologin", "false", "sync")


@dataclass(frozen=True)
class Session:
    """One session as logind keeps it in /run/systemd/sessions."""

    name: str
    fields: Mapping[str, str]

    @property
    def is_live(self) -> bool:
        """Whether somebody uses it: no greeter, no background service, and not closing."""
        kind, state = self.fields.get("CLASS", "user"), self.fields.get("STATE", "active")
        return kind in {"user", "user-early", "user-incomplete", "user-light"} and state != "closing"

    @property
    def is_remote(self) -> bool:
        """Whether it was begun from another PC."""
        service = self.fields.get("SERVICE", "").removesuffix("-session")
        return self.fields.get("REMOTE") == "1" or service in _REMOTE_SERVICES

    def __str__(self) -> str:
        shown = ("USER", "SERVICE", "REMOTE_HOST", "TYPE")
        named = ", ".join(f"{name} {self.fields[name]}" for name in shown if self.fields.get(name))
        return f"/{_LOGIND}/{self.name}: {named or 'a session'}"


def sessions(machine: Machine) -> tuple[Session, ...] | None:
    """Give the live sessions, None if this PC has no logind. Raises `Unreadable`."""
    names = machine.names(_LOGIND)
    if names is None:
        return None
    read = (
        Session(name, dict(_FIELD.findall(machine.text(f"{_LOGIND}/{name}") or "")))
        for name in names[:_MOST_SESSIONS]
        if re.fullmatch(r"[a-z]?[0-9]+", name)
    )
    return tuple(one for one in read if one.is_live)


def remote_session(machine: Machine, situation: Situation) -> Observation:
    """Tell whether this PC is used from another one: our own session, a session beside it, or a live connection."""
    problems: list[str] = []
    sure = list(_ours_is_remote(situation))
    for look in (_remote_sessions, _utmp, _ssh_processes):
        sure += _try(look, machine, problems)
    connected = _try(_connections, machine, problems)
    said = _try(_said_to_be_ssh, machine, problems)
    if sure or (said and connected):
        return found("remote_session", (*sure, *said, *connected))
    if said or connected or problems:
        return unknown("remote_session", (*said, *connected, *problems))
    if situation.environment is None:
        return unknown("remote_session", ("environment: not known",))
    return clear("remote_session", ("/run/systemd/sessions, /run/utmp, /proc/net/tcp: nobody from elsewhere",))


def other_users(machine: Machine, situation: Situation) -> Observation:
    """Tell whether somebody else is logged in, or has programs at work."""
    own = None if situation.own_pid is None else Process.look(machine, situation.own_pid)
    if own is None:
        return unknown("other_users", ("/proc: our own process is not shown",))
    live = sessions(machine)
    others = [one for one in live or () if one.fields.get("UID") not in (None, str(own.uid))]
    if others:
        people = sorted({one.fields.get("USER", one.fields["UID"]) for one in others})
        return found("other_users", (str(one) for one in others), names=", ".join(people))
    running = Running.look(machine)
    users = _users(machine)
    at_work = [(one, _person(one.uid, users)) for one in running.processes if one.uid != own.uid]
    known = [(one, person) for one, person in at_work if person]
    if known:
        lines = (f"/proc/{one.pid}/status: {one.comm} of {person}" for one, person in known)
        return found("other_users", lines, names=", ".join(sorted({person for _, person in known})))
    strange = [f"/proc/{one.pid}/status: {one.comm} of user {one.uid}" for one, _ in at_work if _may_be(one.uid, users)]
    if strange or not running.whole:
        return unknown("other_users", (*strange, *running.gaps))
    return clear("other_users", (f"/proc: nobody but user {own.uid}",))


def _try(look: Callable[[Machine], Iterator[str]], machine: Machine, problems: list[str]) -> list[str]:
    try:
        return list(look(machine))
    except Unreadable as problem:
        problems.append(": ".join(problem.args))
        return []


def _ours_is_remote(situation: Situation) -> Iterator[str]:
    environment = situation.environment or {}
    yield from (f"environment: {name}" for name in _REMOTE_VARIABLES if environment.get(name))
    display = environment.get("DISPLAY", "")
    if _FOREIGN_DISPLAY.fullmatch(display):
        yield f"environment: DISPLAY {display}"


def _remote_sessions(machine: Machine) -> Iterator[str]:
    yield from (str(one) for one in sessions(machine) or () if one.is_remote)


def _utmp(machine: Machine) -> Iterator[str]:
    """Give the logins in /run/utmp that came from another host; a local one has its display there, or nothing."""
    raw = machine.read("run/utmp", _MOST_UTMP) or b""
    for at in range(0, len(raw) - _UTMP.size + 1, _UTMP.size):
        kind, pid, line, _, user, host = _UTMP.unpack_from(raw, at)
        from_host = _text(host)
        alive = machine.exists(f"proc/{pid}")
        if (
            kind == _USER_PROCESS
            and alive
            and from_host
            and not from_host.startswith((":", "localhost", "tmux", "login"))
        ):
            yield f"/run/utmp: {_text(user)} on {_text(line)} from {from_host}"


def _ssh_processes(machine: Machine) -> Iterator[str]:
    """Give the sessions of the superuser's sshd: its own processes, and those that it began as another user."""
    yield from (line for line, is_ssh in machine.once(_ssh_titles) if is_ssh)


def _said_to_be_ssh(machine: Machine) -> Iterator[str]:
    """Give who only says so: any user's process may call itself what it likes."""
    yield from (line for line, is_ssh in machine.once(_ssh_titles) if not is_ssh)


def _ssh_titles(machine: Machine) -> tuple[tuple[str, bool], ...]:
    running = Running.look(machine).processes
    titles = [(one, " ".join(one.argv)) for one in running if one.uid == 0 or one.comm.startswith("sshd")]
    titles = [(one, title) for one, title in titles if _SSH_SESSION.match(title)]
    known = {one.pid: one for one in running} if titles else {}
    return tuple(
        (f"/proc/{one.pid}/cmdline: {title}", one.uid == 0 or _is_sshd(known.get(one.parent))) for one, title in titles
    )


def _is_sshd(parent: Process | None) -> bool:
    """Tell whether this is the superuser's part of a session, "sshd: li [priv]" (sshd(8), separation of privileges)."""
    if parent is None or parent.uid != 0 or not parent.comm.startswith("sshd"):
        return False
    return parent.exe is None or is_installed(parent.exe)


def _connections(machine: Machine) -> Iterator[str]:
    for one in sockets(machine):
        if one.protocol == "tcp" and one.talks and one.port in _REMOTE_PORTS and not one.remote.is_loopback:
            yield f"/proc/net/tcp: from {one.other_end}"


def _users(machine: Machine) -> dict[int, tuple[str, str]]:
    """Give the users of this PC's own list: name and shell by number."""
    path = "etc/passwd"
    return machine.follows(path, machine.text(path) or "", _listed)


def _listed(passwd: str) -> dict[int, tuple[str, str]]:
    users: dict[int, tuple[str, str]] = {}
    for line in passwd.split("\n"):
        fields = line.split(":")
        if len(fields) == 7 and fields[2].isascii() and fields[2].isdecimal():  # noqa: PLR2004 - passwd(5)
            users[int(fields[2])] = (fields[0], fields[6].rpartition("/")[2])
    return users


def _person(uid: int, users: Mapping[int, tuple[str, str]]) -> str:
    """Name the person with this number: with a shell to log in to, or known to a directory only; "" for a service."""
    if not _FIRST_PERSON <= uid <= _LAST_PERSON:
        return ""
    name, shell = users.get(uid, (f"user {uid}", ""))
    return "" if shell in _NO_SHELL else name


def _may_be(uid: int, users: Mapping[int, tuple[str, str]]) -> bool:
    """Tell whether a number may be a person's from a directory: containers have such numbers, too."""
    return uid > _LAST_SMALL and uid not in users


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace")
