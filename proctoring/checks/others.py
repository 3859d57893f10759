"""What else runs on this PC: programs that a PC shut down to the exam has no use for, and the accessibility bus."""

import re
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import Process, Running, began_us, is_installed, ours, told_to_run
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import unix_names
from sync.wire.environment import LockdownLevel

_COMM_LENGTH: Final = 15
_PLAIN_OPTIONS: Final = frozenset({"-I", "-E", "-P", "-s", "-S", "-B", "-u"})
"""Options of Python that take no word and bring no other code in."""
_DISPLAY_SERVERS: Final = frozenset({"Xorg", "Xwayland"})
_KEYMAP: Final = re.compile(r'"?/usr/bin/xkbcomp"? -w [^;&|`$\n]*\Z')
"""The command as the X server's xkb/ddxLoad.c makes it."""
_BUS: Final = ("at-spi-bus-launcher", "at-spi2-registryd")
_BUS_SOCKET: Final = "/at-spi/bus"
_OPENING: Final = ("QT_LINUX_ACCESSIBILITY_ALWAYS_ON", "AT_SPI_BUS_ADDRESS")
"""Variables by which a Qt program goes to the bus without being asked (Qt's documentation of accessibility)."""


def unexpected_programs(machine: Machine, situation: Situation) -> Observation:
    """Tell whether something runs that a PC shut down to the exam does not need; of others nothing is asked.

    The list is of files, so a program that only calls itself by an expected name is told where its file is shown. An
    interpreter is told with what it runs, or one that is known would hide the next one.
    """
    if situation.known is None:
        return unknown("processes", ("resources/checks: not loaded",))
    if situation.level is not LockdownLevel.SESSION:
        return unknown("processes", ("not compared: this PC is not shut down to one program",))
    running = Running.look(machine)
    began = began_us(running.processes, situation.own_pids)
    own = ours(running.processes, situation.own_pids) | began
    expected = situation.known.expected
    names = frozenset(expected.programs) | {name[:_COMM_LENGTH] for name in expected.programs}
    odd = [one for one in running.processes if one.pid not in own and not _is_expected(one, names, expected.folders)]
    if odd:
        servers = {one.pid for one in running.processes if _is_display_server(one)}
        odd = [one for one in odd if not (one.parent in servers and _makes_keymap(one))]
    if odd:
        lines = (_line(machine, one) for one in odd)
        shown = sorted({one.comm for one in odd})
        return found("processes", lines, names=", ".join(shown[:5]), count=len(odd))
    if not running.whole:
        return unknown("processes", running.gaps)
    return clear("processes", (f"/proc: {len(running.processes)} processes",))


def accessibility_bus(machine: Machine, situation: Situation) -> Observation:
    """Tell whether programs could read and drive the kiosk through the accessibility bus.

    A desktop starts the bus for everybody; that alone opens nothing, and nobody outside the bus can see who uses it.
    """
    if situation.accessibility:
        return clear("accessibility_bus", ("an approved accommodation uses it",))
    if situation.known is None or situation.environment is None:
        return unknown("accessibility_bus", ("environment: not known",))
    environment = situation.environment
    running = Running.look(machine)
    assistive = situation.known.expected.assistive
    readers = [one for one in running.processes if one.pid not in situation.own_pids and _is_one_of(one, assistive)]
    opened = [f"environment: {name}" for name in _OPENING if environment.get(name) not in (None, "", "0")]
    if readers or opened:
        lines = (f"/proc/{one.pid}: {one.exe or one.comm}" for one in readers)
        shown = sorted({one.comm for one in readers}) or [line.rpartition(" ")[2] for line in opened]
        return found("accessibility_bus", (*opened, *lines), names=", ".join(shown[:5]))
    bus = [f"/proc/{one.pid}: {one.comm}" for one in running.processes if _is_one_of(one, _BUS)]
    bus += [f"/proc/net/unix: {name}" for name in sorted(unix_names(machine)) if _BUS_SOCKET in name]
    if bus:
        return unknown("accessibility_bus", bus)
    if not running.whole:
        return unknown("accessibility_bus", running.gaps)
    return clear("accessibility_bus", ("/proc/net/unix: no such bus",))


def _is_expected(one: Process, names: frozenset[str], folders: tuple[str, ...]) -> bool:
    if one.exe is None:
        return one.comm in names
    if one.exe.startswith(folders):
        return not one.interprets or _first_file(one).startswith(folders)
    return is_installed(one.exe) and one.exe.rpartition("/")[2] in names


def _first_file(one: Process) -> str:
    """Give the script of an interpreter that was told nothing else before it than to leave things out."""
    words = (word for word in one.argv[1:] if word not in _PLAIN_OPTIONS)
    script = next(words, "")
    return "" if "/../" in script else script


def _line(machine: Machine, one: Process) -> str:
    line = f"/proc/{one.pid}: {one.exe or one.comm} of user {one.uid}"
    return f"{line}: {told_to_run(machine, one)}" if one.interprets else line


def _is_display_server(one: Process) -> bool:
    """Tell whether this is the X server; where its file is not shown, the superuser's."""
    if one.exe is None:
        return one.uid == 0 and one.comm in _DISPLAY_SERVERS
    return is_installed(one.exe) and one.exe.rpartition("/")[2] in _DISPLAY_SERVERS


def _makes_keymap(one: Process) -> bool:
    """Tell whether this is the shell by which the X server starts xkbcomp, for a moment."""
    return one.interprets and one.argv[1:2] == ("-c",) and _KEYMAP.match("".join(one.argv[2:3])) is not None


def _is_one_of(one: Process, programs: tuple[str, ...]) -> bool:
    """Tell whether this is one of some programs: by its file, by what it interprets, by its own word."""
    if one.exe is not None and one.exe.rpartition("/")[2] in programs:
        return True
    said = one.comm in {name[:_COMM_LENGTH] for name in programs}
    return said and (one.exe is None or (one.script or "").rpartition("/")[2] in programs)
