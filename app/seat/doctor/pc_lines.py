"""The checks of the PC and its lock-down as the doctor says them, weighed as the next session will weigh them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.seat.doctor.diagnosis import Line, Part, Standing, not_good, of_fault
from app.seat.environment import Weighed, said_of, weigh
from app.ui.text import Sentence
from proctoring.checks.catalogue import CHECKS, unknown_rules
from proctoring.checks.machine import Machine
from proctoring.checks.observation import observe
from proctoring.checks.situation import Situation
from proctoring.lockdown.installing import LockdownState, status
from proctoring.lockdown.linux.catalogue import book_of
from proctoring.lockdown.steps import Place
from sync.faults import Fault
from sync.wire.environment import EnvironmentPolicy, LockdownLevel, Severity

_STANDINGS: Final = {
    Severity.NOTE: Standing.NOTE,
    Severity.ATTENTION: Standing.ATTENTION,
    Severity.BLOCKING: Standing.BLOCKED,
}
_BETWEEN: Final = " · "
_OF_THE_KIOSK: Final = frozenset({"elevated", "microphone_level", "suspend", "screens"})
"""Checks of the kiosk itself, or of what only it measures: the day before, nobody can tell, and nobody has to."""


def pc_lines(policy: EnvironmentPolicy, machine: Machine, situation: Situation) -> Iterator[Line]:
    """Make every check that makes sense without a kiosk, worst case first told by whoever shows them."""
    unmeasured = {"disk_forecast"} if situation.disk is None else set()
    unmeasured |= {"clock_offset"} if situation.registry_offset_ms is None else set()
    checks = {name: check for name, check in CHECKS.items() if name not in _OF_THE_KIOSK | unmeasured}
    for one in weigh(policy, observe(checks, machine, situation), ()):
        yield _line(one)
    if strange := unknown_rules(policy):
        key, facts = "environment.strange", {"names": _BETWEEN.join(strange)}
        seen, meaning, advice = (Sentence(f"{key}.{said}", facts) for said in ("seen", "meaning", "advice"))
        yield Line(Part.PC, "strange_rules", Standing.ATTENTION, Sentence(f"{key}.name"), seen, meaning, advice)


def lockdown_line(policy: EnvironmentPolicy, root: Path, *, planned: bool) -> Line:
    """Say whether this PC is shut down as far as the next session demands; the rest the kiosk shows when it runs."""
    name, level = Sentence("doctor.lockdown.name"), Sentence(f"environment.level.{policy.level.value}")
    demanded = Sentence(f"doctor.demanded.{'plan' if planned else 'usual'}", {"level": level})
    facts = {"demanded": demanded}
    try:
        found = status(book_of(Place(root)), ())
    except Fault as fault:
        return of_fault(Part.PC, "lockdown", Standing.ATTENTION, fault)
    state = found.state
    if state is LockdownState.UNSEEN and found.plan_fault is not None:  # says to ask as the administrator
        return of_fault(Part.PC, "lockdown", Standing.ATTENTION, found.plan_fault)
    if state is LockdownState.ON:
        return Line(Part.PC, "lockdown", Standing.GOOD, name, Sentence("doctor.lockdown.on", facts))
    if state is LockdownState.OFF and policy.level is not LockdownLevel.SESSION:
        return not_good(Part.PC, "lockdown", Standing.NOTE, "off_enough", facts)
    variant = "off" if state is LockdownState.OFF else "half"
    standing = Standing.BLOCKED if policy.level is LockdownLevel.SESSION else Standing.ATTENTION
    return not_good(Part.PC, "lockdown", standing, variant, facts)


def _line(one: Weighed) -> Line:
    observation, said = one.observation, said_of(one.observation)
    if one.statement is None:
        return Line(Part.PC, observation.check, Standing.GOOD, said.name, said.seen)
    return Line(Part.PC, observation.check, _STANDINGS[one.statement.severity], *said, observation.evidence)
