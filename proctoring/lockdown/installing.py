"""On and off: every step's undoing is on the disk before the first step is taken, and is replayed until it is done.

on: look at everything → keep the plan (`installing`) → apply in order → keep the plan (`on`).
off: keep the plan (`removing`) → undo in reverse → forget the plan.
Whatever a kill or a power cut leaves is a plan in a phase, from which off goes on; every undo may be repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from proctoring.lockdown.faults import (
    LockdownNotAllowed,
    LockdownPlanDamaged,
    LockdownPlanLost,
    LockdownPlanNewer,
    LockdownRolledBack,
    LockdownUndoIncomplete,
)
from proctoring.lockdown.steps import Place, Step
from proctoring.lockdown.undo import Phase, UndoBook, UndoPlan
from sync.faults import Fault
from sync.replica.durable import DiskFull
from sync.wire.environment import LockdownLevel

S = TypeVar("S", bound=Step)


class LockdownState(StrEnum):
    """What a PC is in: not locked down, locked down, neither wholly, or nobody can tell for want of the plan.

    `UNSEEN`: there is a plan, which only the administrator can read.
    """

    OFF = "off"
    ON = "on"
    PARTIAL = "partial"
    DAMAGED = "damaged"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class StepStatus:
    """One step as it stands; `difference`: how it differs from what was applied, "" if it does not.

    `path`: where it is on the PC ("/etc/x"), "" if it is nowhere.
    """

    name: str
    kind: str
    difference: str
    path: str


@dataclass(frozen=True)
class Status(Generic[S]):
    """The lock-down of a PC as it stands.

    `plan_fault`: why the plan cannot be used, if so. `since_ms`: when the plan was last written (ms since the epoch).
    """

    state: LockdownState
    steps: tuple[StepStatus, ...] = ()
    plan: UndoPlan[S] | None = None
    plan_fault: Fault | None = None
    since_ms: int | None = None

    @property
    def level(self) -> LockdownLevel:
        """Give the level that a kiosk can reach here at most; what it does reach is seen while it runs."""
        return LockdownLevel.SESSION if self.state is LockdownState.ON else LockdownLevel.DESKTOP

    @property
    def drifted(self) -> tuple[StepStatus, ...]:
        """Give the steps that are not as they were applied."""
        return tuple(step for step in self.steps if step.difference)


def install(book: UndoBook[S], steps: Callable[[], Sequence[S]], settings: Mapping[str, Any]) -> UndoPlan[S]:
    """Lock the PC down. One that is locked down already is let go first, so that only one undo plan is ever true.

    `steps` gives the steps for the PC as it then is.

    Raises:
        LockdownRolledBack: a step failed; everything is as before. Its cause is the step's own fault.
        LockdownUndoIncomplete: a step failed, and not all could be put back yet.
        LockdownPlanDamaged, LockdownPlanLost, LockdownPlanNewer, LockdownBusy: nothing was changed.
    """
    with book.alone():
        standing, wanted = book.read(), steps()  # what cannot be is refused before anything is let go
        if standing is not None:
            _undo(book, standing)
            wanted = steps()
        else:
            book.clear()
        plan = UndoPlan(Phase.INSTALLING, settings, tuple(step.looked(book.place) for step in wanted))
        try:
            book.write(plan)
        except Fault:
            book.clear()
            raise
        at = ""
        try:
            for step in plan.steps:
                at = step.name
                step.apply(book.place)
            plan = UndoPlan(Phase.ON, settings, tuple(step.settled(book.place) for step in plan.steps))
            book.write(plan)
        except Fault as fault:
            _undo(book, plan)
            raise LockdownRolledBack(str(fault), step=at) from fault
        except BaseException:  # a defect of ours, or Ctrl+C: the PC is put back all the same
            _undo(book, plan)
            raise
        return plan


def remove(book: UndoBook[S]) -> UndoPlan[S] | None:
    """Let the PC go; None if it was not locked down.

    Raises:
        LockdownUndoIncomplete: not all could be put back; the rest was, and the plan is kept for another try.
        LockdownPlanDamaged, LockdownPlanLost, LockdownPlanNewer, LockdownBusy: nothing was changed.
    """
    with book.alone():
        plan = book.read()
        if plan is None:
            book.clear()
        else:
            _undo(book, plan)
        return plan


def recover(book: UndoBook[S]) -> bool:
    """Undo what was interrupted, as after a power cut; tell whether there was anything. Raises as `remove`."""
    with book.alone():
        plan = book.read()
        if plan is None:
            book.clear()
            return False
        if plan.phase is Phase.ON:
            return False
        _undo(book, plan)
        return True


def status(book: UndoBook[S], known: Sequence[S]) -> Status[S]:
    """Say how the PC stands, and change nothing.

    `known` are this program's steps: without a good plan, those that stand as we would have them are named, and what
    else certainly is ours.
    """
    since_ms = book.since_ms()
    try:
        plan = book.read()
    except LockdownPlanLost as fault:
        return Status(LockdownState.DAMAGED, _standing(book, known), plan_fault=fault)
    except (LockdownPlanDamaged, LockdownPlanNewer) as fault:
        return Status(LockdownState.DAMAGED, _standing(book, known), plan_fault=fault, since_ms=since_ms)
    except LockdownNotAllowed as fault:  # what was there before is nobody else's business; that there is a plan is
        return Status(LockdownState.UNSEEN, plan_fault=fault, since_ms=since_ms)
    if plan is None:
        return Status(LockdownState.OFF)
    steps = tuple(_status(book.place, step) for step in plan.steps)
    whole = plan.phase is Phase.ON and not any(step.difference for step in steps)
    return Status(LockdownState.ON if whole else LockdownState.PARTIAL, steps, plan, since_ms=since_ms)


def _undo(book: UndoBook[S], plan: UndoPlan[S]) -> None:
    if plan.phase is not Phase.INSTALLING:  # either phase says that undoing has to be gone on with
        with suppress(DiskFull):  # undoing makes room, and without a kill in between nobody misses the phase
            book.write(plan.at(Phase.REMOVING))
    failed: list[tuple[str, Fault]] = []
    for step in reversed(plan.steps):
        try:
            step.undo(book.place)
        except Fault as fault:
            failed.append((step.name, fault))
    if failed:
        (name, first), count = failed[0], len(failed)
        raise LockdownUndoIncomplete(f"{name}: {first}", count=count, step=name) from first
    book.clear()


def _status(place: Place, step: Step) -> StepStatus:
    try:
        difference = step.difference(place)
    except Fault as fault:
        difference = fault.code.lower()
    path = getattr(step, "path", "")
    return StepStatus(step.name, str(getattr(step, "kind", "")), difference, f"/{path}" if path else "")


def _standing(book: UndoBook[S], known: Sequence[Step]) -> tuple[StepStatus, ...]:
    same = tuple(found for step in known if not (found := _status(book.place, step)).difference)
    named = {one.path for one in same}
    return (*same, *(StepStatus(Path(path).name, "entry", "", path) for path in book.ours() if path not in named))
