"""What else runs on this PC: programs that a PC shut down to the exam has no use for, and the accessibility bus."""

from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import Process, Running, began_us, is_installed, ours
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import unix_names
from sync.wire.environment import LockdownLevel

_COMM_LENGTH: Final = 15
_BUS: Final = ("at-spi-bus-launcher", "at-spi2-registryd")
_BUS_SOCKET: Final = "/at-spi/bus"
_OPENING: Final = ("QT_LINUX_ACCESSIBILITY_ALWAYS_ON", "AT_SPI_BUS_ADDRESS")
"""Variables by which a Qt program goes to the bus without being asked (Qt's documentation of accessibility)."""


def unexpected_programs(machine: Machine, situation: Situation) -> Observation:
    """Tell whether something runs that a PC shut down to the exam does not need; of others nothing is asked.

    The list is of files, so a program that only calls itself by an expected name is told where its file is shown.
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
        lines = (f"/proc/{one.pid}: {one.exe or one.comm} of user {one.uid}" for one in odd)
        shown = sorted({one.comm for one in odd})
        return found("processes", lines, names=", ".join(shown[:5]), count=len(odd))
    if not running.whole:
        return unknown("processes", ("/proc: other users' processes are not shown",))
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
        return unknown("accessibility_bus", ("/proc: other users' processes are not shown",))
    return clear("accessibility_bus", ("/proc/net/unix: no such bus",))


def _is_expected(one: Process, names: frozenset[str], folders: tuple[str, ...]) -> bool:
    if one.exe is None:
        return one.comm in names
    return one.exe.startswith(folders) or (is_installed(one.exe) and one.exe.rpartition("/")[2] in names)


def _is_one_of(one: Process, programs: tuple[str, ...]) -> bool:
    """Tell whether this is one of some programs: by its file, by what it interprets, by its own word."""
    if one.exe is not None and one.exe.rpartition("/")[2] in programs:
        return True
    said = one.comm in {name[:_COMM_LENGTH] for name in programs}
    return said and (one.exe is None or (one.script or "").rpartition("/")[2] in programs)
