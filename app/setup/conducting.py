"""The whole of a first run, one step after another; the wizard takes the same steps one page at a time."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.exam.prose import Language
from app.seat.doctor.diagnosis import Standing
from app.seat.home import SeatHome
from app.seat.occupancy import Occupancy
from app.seat.preparing import fetch_sessions
from app.seat.recording_choice import RecordingChoice, choose_recording, recording_choice
from app.seat.workplace import Workplace
from app.setup.answers import MEASURED, RecordingAnswers
from app.setup.devices import judged, try_devices
from app.setup.enrolling import become_seat, compare_clocks, know_registry
from app.setup.order import Order
from app.setup.progress import read_progress, set_done
from app.setup.rehearsal import CANDIDATE, Rehearsed, rehearse
from app.setup.steps import Outcome, Step, StepResult, attention, done, failed, kept, skipped
from sync.faults import EnvironmentFault, Fault
from sync.own_program import COMMAND_LINE, own_program

PROGRAM: Final = tuple(own_program(COMMAND_LINE))
"""How this program starts itself."""
REPORT: Final = "readiness-report.pdf"
BETWEEN: Final = " · "
_LOCKDOWN: Final = "lockdown"
_COMMAND_S: Final = 300.0
_SAID_BYTES: Final = 1_000_000
_M = TypeVar("_M", bound=BaseModel)


class MeasuringFailed(EnvironmentFault):
    """What recording costs could not be measured."""

    code = "MEASURING_FAILED"


class DoctorFailed(EnvironmentFault):
    """The look at everything came to nothing."""

    code = "DOCTOR_FAILED"


class _Diagnosis(BaseModel):
    """What is read of `examroom doctor --json`."""

    model_config = ConfigDict(extra="ignore")

    class Check(BaseModel):
        """One line."""

        model_config = ConfigDict(extra="ignore")
        check: str
        standing: Standing
        name: str

    ready: bool
    checks: tuple[Check, ...]


class _Measured(BaseModel):
    """What is read of `examroom recorder bench --json`."""

    model_config = ConfigDict(extra="ignore")

    class Held(BaseModel):
        """One profile."""

        model_config = ConfigDict(extra="ignore")
        processor_percent: float

    profile: str
    holds: bool
    measured: tuple[Held, ...]


def conduct(order: Order, language: Language) -> Iterator[StepResult]:
    """Take every step that is taken as the seat's own user; ends at the first without which no other has a meaning.

    While it goes on, no kiosk runs at this seat and no other first run. Raises no `Fault`.
    """
    home = SeatHome(order.home)
    occupancy = Occupancy(home)
    try:
        occupancy.take()
    except Fault as fault:
        yield StepResult.of_fault(Step.REGISTRY, fault)
        return
    try:
        yield from _steps(order, home, language)
    finally:
        occupancy.give_up()


def _steps(order: Order, home: SeatHome, language: Language) -> Iterator[StepResult]:
    try:
        invitation, known = know_registry(order)
    except Fault as fault:
        yield StepResult.of_fault(Step.REGISTRY, fault)
        return
    yield known
    enrolled = tried(Step.ENROLMENT, lambda: become_seat(order, invitation))
    yield enrolled
    if not enrolled.good:
        return
    yield compare_clocks(home)
    yield fetch(home)
    yield tried(Step.DEVICES, lambda: devices(home, order.recording))
    yield tried(Step.PROFILE, lambda: profile(home, order.recording, again=order.again))
    yield tried(Step.REHEARSAL, lambda: rehearsal(home, order))
    yield tried(Step.REPORT, lambda: report(home, language))


def tried(step: Step, work: Callable[[], StepResult]) -> StepResult:
    """Take a step; a fault is what came of it."""
    try:
        return work()
    except Fault as fault:
        return StepResult.of_fault(step, fault)


def fetch(home: SeatHome) -> StepResult:
    """Fetch what this seat's sessions need. An exam can be fetched later: what keeps it away is no failure."""
    try:
        workplace = Workplace.open(home)
    except Fault as fault:
        return StepResult.of_fault(Step.CONTENT, fault)
    try:
        prepared = fetch_sessions(workplace)
    except Fault as fault:
        return StepResult.of_fault(Step.CONTENT, fault, Outcome.ATTENTION)
    finally:
        workplace.close()
    if not prepared.sessions:
        return done(Step.CONTENT, "none")
    return done(Step.CONTENT, "fetched", plans=len(prepared.sessions), packages=prepared.packages)


def devices(home: SeatHome, answers: RecordingAnswers) -> StepResult:
    """Choose camera and microphone for good, and try them. Raises what both do."""
    chosen = recording_choice(home).model_copy(update={"camera": answers.camera, "microphone": answers.microphone})
    choose_recording(home, RecordingChoice.model_validate(chosen.model_dump()))
    return judged(try_devices(home, answers), answers)


def profile(home: SeatHome, answers: RecordingAnswers, *, again: bool = False) -> StepResult:
    """Choose the codec's profile, by measuring unless one is named.

    Raises:
        MeasuringFailed: the measuring came to nothing.
        What `choose_recording` raises.
    """
    if answers.profile != MEASURED:
        choose_recording(home, recording_choice(home).model_copy(update={"profile": answers.profile}))
        return done(Step.PROFILE, "named", profile=answers.profile)
    if read_progress(home).holds(Step.PROFILE) and not again:
        return kept(Step.PROFILE, "measured_before", profile=recording_choice(home).profile)
    found = _measure(home, answers.measure_seconds)
    percent = f"{found.measured[-1].processor_percent:.1f}"
    if not found.holds:
        return failed(Step.PROFILE, "too_slow", profile=found.profile, percent=percent)
    set_done(home, Step.PROFILE)
    return done(Step.PROFILE, "measured", profile=found.profile, percent=percent)


def _measure(home: SeatHome, seconds: int) -> _Measured:
    """Measure in a process of its own: what encodes and watches brings OpenCV, which never lives beside Qt."""
    words = ("recorder", "bench", "--home", str(home.root), "--seconds", str(seconds))
    found = _told_by(MeasuringFailed, _Measured, *words, spoken=Language.EN)
    if not found.measured:
        raise MeasuringFailed("nothing measured")
    return found


def rehearsal(home: SeatHome, order: Order) -> StepResult:
    """Hold the mock exam with a simulated candidate, unless one was held with the same devices and the same program.

    Raises what `rehearse` raises.
    """
    if not order.rehearsal.hold:
        return skipped(Step.REHEARSAL)
    of = json.dumps(recording_choice(home).model_dump(), sort_keys=True)
    if read_progress(home).holds(Step.REHEARSAL, of) and not order.again:
        return kept(Step.REHEARSAL, "held_before")
    result = judged_rehearsal(rehearse(home, order.rehearsal.seconds))
    if result.good:
        set_done(home, Step.REHEARSAL, of)
    return result


def judged_rehearsal(held: Rehearsed) -> StepResult:
    """Say what came of a mock exam."""
    facts: dict[str, str | int] = {
        "items": held.items,
        "saved": held.saved,
        "ms": held.slowest_ms,
        "score": f"{held.score:g}",
        "most": f"{held.most:g}",
        "seconds": held.recorded_ms // 1000,
        "gaps": held.gaps,
    }
    if not held.good:
        return failed(Step.REHEARSAL, "not_right" if held.read_back else "not_read_back", **facts)
    nobody_sat = CANDIDATE in held.simulated
    if {"picture", "sound"} & set(held.simulated):
        return attention(Step.REHEARSAL, "by_simulated_unseen" if nobody_sat else "by_person_unseen", **facts)
    return done(Step.REHEARSAL, "by_simulated" if nobody_sat else "by_person", **facts)


def report(home: SeatHome, language: Language) -> StepResult:
    """Have `examroom doctor` look at everything, and lay the page to print beside the seat.

    In a process of its own: the page brings Qt, which has no business on a thread or in a command of ours.

    Raises:
        DoctorFailed: it came to nothing.
    """
    file = home.root / REPORT
    found = _told_by(
        DoctorFailed, _Diagnosis, "doctor", "--home", str(home.root), "--report", str(file), spoken=language
    )
    counted = Counter(check.standing for check in found.checks)
    blocked = [check.name for check in found.checks if check.standing is Standing.BLOCKED]
    facts: dict[str, str | int] = {
        "blocked": counted[Standing.BLOCKED],
        "others": counted[Standing.ATTENTION],
        "notes": counted[Standing.NOTE],
        "names": BETWEEN.join(blocked),
        "file": str(file),
    }
    if found.ready:
        return done(Step.REPORT, "ready", **facts)
    if all(check.check == _LOCKDOWN for check in found.checks if check.standing is Standing.BLOCKED):
        return attention(Step.REPORT, "unlocked", **facts)  # that comes last, if it is wanted
    return failed(Step.REPORT, "not_ready", **facts)


def _told_by(otherwise: type[EnvironmentFault], kind: type[_M], *words: str, spoken: Language) -> _M:
    """Run one of our own commands and read the JSON that it ends with."""
    environment = {**os.environ, "EXAMROOM_LANGUAGE": spoken.value}
    try:
        ended = subprocess.run(
            [*PROGRAM, *words, "--json"], capture_output=True, timeout=_COMMAND_S, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise otherwise(type(error).__name__) from None
    try:
        return kind.model_validate_json(ended.stdout[:_SAID_BYTES])
    except ValidationError:
        raise otherwise(f"exit {ended.returncode}") from None
