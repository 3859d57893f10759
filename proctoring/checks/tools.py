"""Programs that take the screen away or let somebody in, found by several signals that add up, never by one name.

A process may call itself what it likes; the file it runs (`exe`) is the kernel's word, but other users' are not
shown. So each signal has a weight, and what is found needs three points:

| signal | points |
|---|---|
| the file it runs has the name, in a folder of installed programs or an AppImage | 3 |
| … in any other folder | 2 |
| the file it runs lies where only that program is installed | 3 |
| an interpreter runs an installed script of the name | 3 |
| file not shown: it was started from an installed file of the name / by the name / calls itself so | 2 / 1 / 1 |
| it calls itself so, and runs another file (a script of that name, or a forgery) | 1 |
| it belongs to the program's systemd unit | 2 |
| it has a library loaded that only such programs use | 2 |
| it listens on the program's port / somebody does | 2 / 1 |
| there is the program's Unix socket | 2 |

Two points are "could not tell". What stands in the arguments of a program (the name of a document) counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from proctoring.checks.lists import Tool, Tools
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import INTERPRETER, Process, Running, is_installed
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import Socket, inodes_of, sockets, unix_names

FOUND: Final = 3
DOUBTFUL: Final = 2

_COMM_LENGTH: Final = 15
_APP_IMAGE: Final = "/tmp/.mount_"  # noqa: S108 - where the AppImage runtime mounts a program that was only downloaded
_MAPS_BYTES: Final = 1_000_000


@dataclass(frozen=True)
class Suspicion:
    """How much speaks for one program being at work, and what."""

    tool: str
    points: int
    lines: tuple[str, ...] = ()

    def plus(self, points: int, line: str) -> "Suspicion":
        """Give this with one signal more."""
        return Suspicion(self.tool, self.points + points, (*self.lines, line))


def remote_tool(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a program is at work by which somebody elsewhere sees or drives this PC."""
    return _look("remote_tool", situation.known.remote if situation.known else None, machine, situation)


def capture_tool(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a program is at work that keeps or shows to others what is on the screen."""
    return _look("capture_tool", situation.known.capture if situation.known else None, machine, situation)


def _look(check: str, tools: Tools | None, machine: Machine, situation: Situation) -> Observation:
    if tools is None:
        return unknown(check, ("resources/checks: not loaded",))
    view = _View(machine, situation.own_pids)
    near = machine.follows(check, (tools.tools, view.others), lambda these: _near(*these))
    weighed = (_weigh(tool, near.get(tool.name, frozenset()), view) for tool in tools.tools)
    suspicions = sorted(weighed, key=lambda one: -one.points)
    strong = [one for one in suspicions if one.points >= FOUND]
    if strong:
        return found(check, _lines(strong), names=", ".join(one.tool for one in strong))
    doubtful = [one for one in suspicions if one.points == DOUBTFUL]
    if doubtful or view.problems or not view.running.whole:
        return unknown(check, (*_lines(doubtful), *view.problems, *view.running.gaps))
    return clear(check, (f"/proc: {len(view.running.processes)} processes",))


def _lines(suspicions: list[Suspicion]) -> Iterator[str]:
    """Give the weightiest line of each first, so that no program is crowded out by another's lines."""
    for at in range(max((len(one.lines) for one in suspicions), default=0)):
        yield from (f"{one.tool}: {one.lines[at]}" for one in suspicions if at < len(one.lines))


class _View:
    """The PC for one look: each thing is read once, and only if something asks for it."""

    def __init__(self, machine: Machine, own_pids: frozenset[int]) -> None:
        self.machine: Final = machine
        self.running: Final = Running.look(machine)
        self.others: Final = tuple(one for one in self.running.processes if one.pid not in own_pids)
        self.problems: Final[list[str]] = []
        self._inodes: Final[dict[int, frozenset[int]]] = {}
        self._cgroups: Final[dict[int, str]] = {}

    def those(self, pids: frozenset[int]) -> tuple[Process, ...]:
        """Give these of the others, in their order."""
        return tuple(one for one in self.others if one.pid in pids) if pids else ()

    def inodes(self, pid: int) -> frozenset[int]:
        """Give the sockets of a process."""
        if pid not in self._inodes:
            self._inodes[pid] = inodes_of(self.machine, (pid,))
        return self._inodes[pid]

    def cgroup(self, pid: int) -> str:
        """Give the control groups of a process, a "/" after each."""
        if pid not in self._cgroups:
            self._cgroups[pid] = self.text(f"proc/{pid}/cgroup").replace("\n", "/") + "/"
        return self._cgroups[pid]

    @cached_property
    def unshown_in(self) -> Mapping[str, frozenset[int]]:
        """Give, for each control group's name, the processes in it whose file is not shown."""
        among: defaultdict[str, frozenset[int]] = defaultdict(frozenset)
        for one in self.others:
            for name in self.cgroup(one.pid).split("/") if one.exe is None else ():
                among[name] |= {one.pid}
        return among

    @cached_property
    def listening(self) -> tuple[Socket, ...]:
        try:
            return tuple(one for one in sockets(self.machine) if one.protocol == "tcp" and one.listens)
        except Unreadable as problem:
            self.problems.append(": ".join(problem.args))
            return ()

    @cached_property
    def names(self) -> frozenset[str]:
        try:
            return unix_names(self.machine)
        except Unreadable as problem:
            self.problems.append(": ".join(problem.args))
            return frozenset()

    def text(self, path: str, most: int = 4096) -> str:
        """Give a file's text, nothing if it may not be read: that is so for other users' processes."""
        try:
            return self.machine.text(path, most) or ""
        except Unreadable:
            return ""


def _near(tools: tuple[Tool, ...], others: tuple[Process, ...]) -> Mapping[str, frozenset[int]]:
    """Give for each tool the processes that are called by one of its names, or lie where only it is installed."""
    called: defaultdict[str, set[int]] = defaultdict(set)
    lies: defaultdict[str, set[int]] = defaultdict(set)
    for process in others:
        for name in process.names:
            called[name].add(process.pid)
        lies[_started(process)].add(process.pid)
    near: dict[str, frozenset[int]] = {}
    for tool in tools:
        names = {*tool.programs, *(name[:_COMM_LENGTH] for name in tool.programs)}
        by_name = (called[name] for name in names & called.keys())
        folders = tool.folders
        by_folder = [pids for started, pids in lies.items() if started.startswith(folders)] if folders else ()
        near[tool.name] = frozenset().union(*by_name, *by_folder)
    return near


def _weigh(tool: Tool, near: frozenset[int], view: _View) -> Suspicion:
    """Give the most that speaks for a tool: by its likeliest process, and by what belongs to none."""
    open_ports = tuple(one for one in view.listening if one.port in tool.ports)
    inodes = {one.inode for one in open_ports}
    owners = frozenset(one.pid for one in view.others if inodes and not view.inodes(one.pid).isdisjoint(inodes))
    likely = Suspicion(tool.name, 0)
    listens = False
    belong = frozenset[int]().union(*(view.unshown_in.get(unit, ()) for unit in tool.units))
    for process in view.those(near | owners | belong):
        owns = process.pid in owners
        one = _named(tool, process) if process.pid in near else Suspicion(tool.name, 0)
        one = _belongs(tool, process, view, one)
        if owns:
            one = one.plus(2 if one.points else 1, f"/proc/net/tcp: pid {process.pid} listens on {open_ports[0]}")
        if one.points > likely.points:
            likely, listens = one, owns
    if open_ports and not listens:
        likely = likely.plus(1, f"/proc/net/tcp: {open_ports[0]}")
    for name in sorted(name for name in view.names if name.startswith(tool.sockets))[:1] if tool.sockets else ():
        likely = likely.plus(2, f"/proc/net/unix: {name}")
    if tool.needs_port and not open_ports:
        return Suspicion(tool.name, min(likely.points, DOUBTFUL), likely.lines)
    return likely


def _in_folder(tool: Tool, process: Process) -> bool:
    return bool(tool.folders) and _started(process).startswith(tool.folders)


def _started(process: Process) -> str:
    return process.exe or (process.argv[0] if process.argv else "")


def _named(tool: Tool, process: Process) -> Suspicion:
    """Weigh what a process is called, by the kernel and by itself."""
    nothing = Suspicion(tool.name, 0)
    if tool.arguments and not any(_says(tool, word) for word in process.argv[1:]):
        return nothing
    where = f"/proc/{process.pid}"
    called = process.comm in {name[:_COMM_LENGTH] for name in tool.programs}
    if process.exe is None:
        one = nothing
        if process.argv and (tells := _tells(tool, process)):
            one = one.plus(tells, f"{where}/cmdline: {process.argv[0]}")
        return one.plus(1, f"{where}/comm: {process.comm}") if called else one
    if _in_folder(tool, process) or _base(process.exe) in tool.programs:
        sure = is_installed(process.exe) or process.exe.startswith(_APP_IMAGE) or _in_folder(tool, process)
        return nothing.plus(3 if sure else 2, f"{where}/exe: {process.exe}")
    script = process.script if INTERPRETER.fullmatch(_base(process.exe)) else None
    if script and is_installed(script) and _base(script) in tool.programs:
        return nothing.plus(3, f"{where}/cmdline: {script}")
    return nothing.plus(1, f"{where}/comm: {process.comm} ({process.exe})") if called else nothing


def _tells(tool: Tool, process: Process) -> int:
    """Weigh the file that a process says it was started from, its own not being shown."""
    argv = process.argv
    script = process.script if INTERPRETER.fullmatch(_base(argv[0])) else argv[0]
    if script is None:
        return 0
    if (tool.folders and script.startswith(tool.folders)) or (is_installed(script) and _base(script) in tool.programs):
        return 2
    return 1 if _base(script) in tool.programs else 0


def _belongs(tool: Tool, process: Process, view: _View, so_far: Suspicion) -> Suspicion:
    """Add what the process belongs to and has loaded."""
    where = f"proc/{process.pid}"
    if tool.units:
        cgroup = view.cgroup(process.pid)
        unit = next((unit for unit in tool.units if f"/{unit}/" in cgroup), None)
        if unit:
            so_far = so_far.plus(2, f"/{where}/cgroup: {unit}")
    if tool.libraries and process.exe is not None:
        maps = view.text(f"{where}/maps", _MAPS_BYTES)
        library = next((library for library in tool.libraries if f"/{library}" in maps), None)
        if library:
            so_far = so_far.plus(2, f"/{where}/maps: {library}")
    return so_far


def _says(tool: Tool, argument: str) -> bool:
    """Tell whether an argument is one of the tool's: the word itself, or an address of that scheme."""
    return any(argument == word or (word.endswith("://") and argument.startswith(word)) for word in tool.arguments)


def _base(path: str) -> str:
    return path.rpartition("/")[2]
