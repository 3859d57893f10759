"""Processes as /proc shows them: what may be forged beside what may not, and what is ours."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from proctoring.checks.machine import MOST_ENTRIES, Machine, Unreadable

_DELETED: Final = " (deleted)"
_MOST_ARGUMENTS: Final = 64
_FIELD: Final = re.compile(r"^([A-Za-z]+):[ \t]*(.*)$", re.MULTILINE)
_KTHREADD: Final = 2
_KERNELS_CHILD: Final = b"\nPPid:\t2\n"
_MEMORY: Final = b"\nVmSize:"
_STATUS_BYTES: Final = 4096
_AFTER_IDS: Final = b"\nFDSize:"
_RIGHTS: Final = b"\nCapEff:"
_RIGHTS_BYTES: Final = len(_RIGHTS) + 1 + 16
_COMMAND_BYTES: Final = 4096
INTERPRETER: Final = re.compile(
    r"(?:python|pypy|perl|ruby|node|nodejs|deno|bun|bash|dash|sh|zsh|ksh|mksh|fish|busybox|java|php|lua|luajit|tclsh"
    r"|wish|gjs|mono|dotnet|guile|[gm]?awk|wine|wine64)[0-9.]*|ld-linux.*|ld-[0-9.]+\.so"
)
"""Program files that do what another file says; the system's loader (ld.so(8)) runs any program so."""
_INSTALLED: Final = (
    "/usr/",
    "/opt/",
    "/bin/",
    "/sbin/",
    "/lib/",
    "/snap/",
    "/app/",
    "/var/lib/flatpak/",
    "/nix/store/",
)


@dataclass(frozen=True)
class Process:
    """One process. `comm` and `argv` say what the process likes; `exe` is the kernel's word, None if it is not shown.

    `tracer`: the process that debugs this one, 0 for none. `capabilities`: the effective ones as a bit mask.
    """

    pid: int
    parent: int
    uid: int
    comm: str
    exe: str | None
    argv: tuple[str, ...]
    tracer: int = 0
    capabilities: int = 0

    @classmethod
    def look(cls, machine: Machine, pid: int) -> Self | None:
        """Look at one process; None if it is gone, or if the kernel says nothing sensible of it."""
        try:
            status = machine.read(f"proc/{pid}/status", _STATUS_BYTES) or b""
        except Unreadable:
            return None
        if _KERNELS_CHILD in status and _MEMORY not in status:
            read: tuple[bytes, bytes, str | None] = _lasting(status), b"", None  # both lie in a process's memory
        else:
            read = _lasting(status), _command(machine, pid), _exe(machine, pid)
        return machine.follows(pid, read, lambda these: cls._of(pid, *these))

    @classmethod
    def _of(cls, pid: int, status: bytes, command: bytes, exe: str | None) -> Self | None:
        fields = dict(_FIELD.findall(status.decode("utf-8", "replace").strip()))
        parent, uid = _number(fields.get("PPid")), _number(fields.get("Uid"))
        if parent is None or uid is None:
            return None
        return cls(
            pid,
            parent,
            uid,
            fields.get("Name", ""),
            exe,
            _argv(command),
            _number(fields.get("TracerPid")) or 0,
            _number(fields.get("CapEff"), 16) or 0,
        )

    @property
    def is_kernel(self) -> bool:
        """Whether this is the kernel's own thread, which no user can start."""
        return self.uid == 0 and _KTHREADD in (self.pid, self.parent) and not self.argv and self.exe is None

    @cached_property
    def names(self) -> frozenset[str]:
        """All that this might be called by: what it runs, what it was started as, the script, its own word."""
        files = (self.exe or "", *self.argv[:1], self.script or "")
        return frozenset((self.comm, *(file.rpartition("/")[2] for file in files)))

    @property
    def interprets(self) -> bool:
        """Whether what this does stands in another file than the one it runs."""
        file = self.exe or (self.argv[0] if self.argv else "")
        return INTERPRETER.fullmatch(file.rpartition("/")[2].removeprefix("-")) is not None

    @property
    def script(self) -> str | None:
        """What an interpreter that was started so would run: the first word that is no option."""
        return next((word for word in self.argv[1:] if not word.startswith("-")), None)


@dataclass(frozen=True)
class Running:
    """The processes that /proc shows; `gaps`: why these may not be all (there are PCs that hide other users')."""

    processes: tuple[Process, ...]
    gaps: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether these are all."""
        return not self.gaps

    @classmethod
    def look(cls, machine: Machine) -> Self:
        """Look at all processes but the kernel's; once in a glance. Raises `Unreadable` if /proc shows none."""
        return machine.once(cls._all)

    @classmethod
    def _all(cls, machine: Machine) -> Self:
        pids, all_read = machine.first_processes()
        looked = [one for one in (Process.look(machine, pid) for pid in pids) if one is not None]
        gaps = [] if any(one.pid == 1 for one in looked) else ["/proc: other users' processes are not shown"]
        gaps += [] if all_read else [f"/proc: more than {MOST_ENTRIES} entries"]
        return cls(tuple(one for one in looked if not one.is_kernel), tuple(gaps))


def ours(all_processes: Iterable[Process], own_pids: frozenset[int]) -> frozenset[int]:
    """Give the ids of our processes and whatever they started."""
    started: defaultdict[int, set[int]] = defaultdict(set)
    for one in all_processes:
        started[one.parent].add(one.pid)
    found, newest = own_pids, own_pids
    while newest:
        newest = frozenset[int]().union(*(started[pid] for pid in newest if pid in started)) - found
        found |= newest
    return found


def began_us(all_processes: Iterable[Process], own_pids: frozenset[int]) -> frozenset[int]:
    """Give what our processes were started by, as far as that runs the same file as they: the session's supervisor."""
    known = {one.pid: one for one in all_processes}
    found: set[int] = set()
    for pid in own_pids & known.keys():
        above = known.get(known[pid].parent)
        while above is not None and above.pid not in found and above.exe is not None and above.exe == known[pid].exe:
            found.add(above.pid)
            above = known.get(above.parent)
    return frozenset(found)


def told_to_run(machine: Machine, one: Process) -> str:
    """Give what an interpreter was told to run: its command line, and the folder that a name in it is looked for in.

    The command line is the process's own word. Where it is empty, or the folder is not shown, that is said.
    """
    if not one.argv:
        return "what it was told to run is not shown"
    words = " ".join(one.argv)
    if all(word.startswith(("-", "/")) for word in one.argv[1:]):
        return words
    try:
        folder = machine.link(f"proc/{one.pid}/cwd")
    except Unreadable:
        folder = None
    return f"{words} in {folder or 'a folder that is not shown'}"


def is_installed(path: str) -> bool:
    """Tell whether a file lies where programs are installed, which an ordinary user cannot write to."""
    return path.startswith(_INSTALLED) and "/../" not in path


def _lasting(status: bytes) -> bytes:
    """Give the lines of a status that do not change by themselves: the first, up to the groups, and the rights."""
    head, _, rest = status.partition(_AFTER_IDS)
    at = rest.find(_RIGHTS)
    return head + rest[at : at + _RIGHTS_BYTES] if at >= 0 else head


def _exe(machine: Machine, pid: int) -> str | None:
    try:
        link = machine.link(f"proc/{pid}/exe")
    except Unreadable:
        return None
    return None if link is None else link.removesuffix(_DELETED)


def _command(machine: Machine, pid: int) -> bytes:
    try:
        return machine.read(f"proc/{pid}/cmdline", _COMMAND_BYTES) or b""
    except Unreadable:
        return b""


def _argv(raw: bytes) -> tuple[str, ...]:
    words = raw.decode("utf-8", "replace").rstrip("\0").split("\0") if raw else []
    return tuple(words[:_MOST_ARGUMENTS])


def _number(text: str | None, base: int = 10) -> int | None:
    first = (text or "").split()[:1]
    if not first or not re.fullmatch(r"[0-9a-fA-F]{1,16}", first[0]):
        return None
    try:
        return int(first[0], base)
    except ValueError:
        return None
