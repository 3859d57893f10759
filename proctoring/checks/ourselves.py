"""What the seat's own processes run as: with more rights than they need, under a debugger, on an open bus."""

from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import Process
from proctoring.checks.situation import Situation

_POWERFUL: Final = {
    "CAP_SYS_ADMIN": 21,
    "CAP_SYS_PTRACE": 19,
    "CAP_SYS_MODULE": 16,
    "CAP_DAC_OVERRIDE": 1,
    "CAP_SYS_RAWIO": 17,
}
"""Rights that reach beyond a user's own files and processes; numbers of linux/capability.h."""


def elevated(machine: Machine, situation: Situation) -> Observation:
    """Tell whether our own process has a superuser's rights; then nothing on this PC is out of a mistake's reach."""
    own = _own(machine, situation)
    if own is None:
        return unknown("elevated", ("/proc: our own process is not shown",))
    status = f"/proc/{own.pid}/status"
    rights = [name for name, bit in _POWERFUL.items() if own.capabilities >> bit & 1]
    if own.uid == 0:
        return found("elevated", (f"{status}: Uid 0",))
    if rights:
        return found("elevated", (f"{status}: CapEff {own.capabilities:016x} ({', '.join(rights)})",))
    return clear("elevated", (f"{status}: Uid {own.uid}",))


def debugger(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a debugger holds one of our processes; of one that has ended nobody does."""
    living = [pid for pid in sorted(situation.own_pids) if machine.exists(f"proc/{pid}")]
    looked = [Process.look(machine, pid) for pid in living]
    seen = [one for one in looked if one is not None]
    held = [one for one in seen if one.tracer]
    if held:
        return found("debugger", [_tracing(machine, one) for one in held])
    if len(seen) < len(looked) or not seen:
        return unknown("debugger", ("/proc: not all of our processes are shown",))
    return clear("debugger", (f"/proc/{one.pid}/status: TracerPid 0" for one in seen))


def _tracing(machine: Machine, held: Process) -> str:
    tracer = Process.look(machine, held.tracer)
    name = f" ({tracer.exe or tracer.comm})" if tracer else ""
    return f"/proc/{held.pid}/status: held by pid {held.tracer}{name}"


def _own(machine: Machine, situation: Situation) -> Process | None:
    return None if situation.own_pid is None else Process.look(machine, situation.own_pid)
