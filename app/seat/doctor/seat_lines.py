"""The seat's own side: its identity, its sessions and packages, its devices, what waits, who answers."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from app.seat import read_aloud
from app.seat.display import has_display
from app.seat.doctor.devices import camera_names, microphone_names
from app.seat.doctor.diagnosis import Line, Part, Standing, not_good, of_fault
from app.seat.occupancy import AgentDuty
from app.seat.recording_choice import recording_choice
from app.seat.sessions import CAN_BE_CHOSEN, KeptSession, kept_sessions
from app.seat.workplace import Workplace
from app.ui.text import Sentence
from proctoring.checks.machine import Machine, Unreadable
from sync.faults import Fault
from sync.trust.certificates import certificate_until_ms
from sync.wire.plan import SessionPlan

DAY_MS: Final = 86_400_000
SOON_DAYS: Final = 14
"""A certificate that ends earlier should have been renewed by now."""
ANSWER_S: Final = 0.8
"""How long the registry is waited for; a line this slow is said to be none."""
_NAMES_BETWEEN: Final = " · "


def good(check: str, **facts: str | int) -> Line:
    """Nothing is wrong with this."""
    return Line(
        Part.SEAT, check, Standing.GOOD, Sentence(f"doctor.{check}.name"), Sentence(f"doctor.{check}.good", facts)
    )


def bad(check: str, standing: Standing, variant: str, **facts: str | int) -> Line:
    """Say what is wrong; the words are `doctor.<check>.<variant>.seen|meaning|remedy`."""
    return not_good(Part.SEAT, check, standing, variant, facts)


def fault_line(check: str, standing: Standing, fault: Fault) -> Line:
    """Say a fault in its own words."""
    return of_fault(Part.SEAT, check, standing, fault)


def rights_line() -> Line:
    """Say with whose rights this looks: as root it sees more than the kiosk will, which must not run so."""
    return good("rights") if os.geteuid() else bad("rights", Standing.NOTE, "root")


def coming(workplace: Workplace) -> tuple[KeptSession, ...]:
    """Give the sessions that can be opened here, now or later. Raises what `kept_sessions` raises."""
    return tuple(one for one in kept_sessions(workplace) if one.state in CAN_BE_CHOSEN)


def seat_lines(workplace: Workplace, plans: tuple[SessionPlan, ...], machine: Machine) -> Iterator[Line]:
    """Look at everything that lies on this seat's disk. Raises nothing but defects."""
    checks: tuple[Callable[[], Line], ...] = (
        lambda: _certificate(workplace),
        lambda: _sessions(workplace),
        lambda: _packages(workplace, plans),
        lambda: _outbox(workplace),
        lambda: _agent(workplace),
        lambda: _devices(machine),
        lambda: _recording(workplace),
        _display,
    )
    yield good("enrolled", seat=workplace.enrolment.seat_label, registry=workplace.enrolment.url)
    yield from (check() for check in checks)
    if any(read_aloud.is_needed(plan) for plan in plans):
        yield _voice()


def ask_registry(workplace: Workplace) -> tuple[Line, int | None]:
    """Ask the registry whether it is there, and what time it has (ms, UTC); an exam needs it not, so nothing blocks."""
    try:
        connection = workplace.enrolment.connect(workplace.keystore, timeout=(ANSWER_S, ANSWER_S), total_s=ANSWER_S)
        try:
            reply = connection.get("/v1/health", max_bytes=10_000)
        finally:
            connection.close()
    except Fault as fault:
        return fault_line("registry", Standing.ATTENTION, fault), None
    if reply.status != HTTPStatus.OK:
        return bad("registry", Standing.ATTENTION, "odd", status=reply.status), None
    return good("registry", registry=workplace.enrolment.url), reply.served_ms


def _certificate(workplace: Workplace) -> Line:
    days = (certificate_until_ms(workplace.enrolment.certificate_pem) - workplace.now_ms()) // DAY_MS
    if days < 0:
        return bad("certificate", Standing.ATTENTION, "over", days=-days)
    if days < SOON_DAYS:
        return bad("certificate", Standing.ATTENTION, "soon", days=days)
    return good("certificate", days=days)


def _sessions(workplace: Workplace) -> Line:
    try:
        kept = coming(workplace)
        broken = next((one.fault for one in kept_sessions(workplace) if one.fault is not None), None)
    except Fault as fault:
        return fault_line("sessions", Standing.BLOCKED, fault)
    if broken is not None:
        return fault_line("sessions", Standing.BLOCKED, broken)
    plans = [one.plan for one in kept if one.plan is not None]
    if not plans:
        return bad("sessions", Standing.ATTENTION, "none")
    first = plans[0]
    return good("sessions", count=len(plans), place=f"{first.site} {first.room}", opens=_local(first.opens_ms))


def _packages(workplace: Workplace, plans: tuple[SessionPlan, ...]) -> Line:
    items = 0
    for plan in plans:
        try:
            items += len(workplace.session_of(plan.session).package.header.items)
        except Fault as fault:
            return fault_line("packages", Standing.BLOCKED, fault)
    return good("packages", count=len(plans), items=items)


def _outbox(workplace: Workplace) -> Line:
    waiting = workplace.replica.outbox.state().waiting
    return bad("outbox", Standing.ATTENTION, "waiting", count=waiting) if waiting else good("outbox")


def _agent(workplace: Workplace) -> Line:
    if AgentDuty(workplace.home).is_held():
        return good("agent")
    return bad("agent", Standing.ATTENTION, "idle")


def _devices(machine: Machine) -> Line:
    try:
        cameras, microphones = camera_names(machine), microphone_names(machine)
    except Unreadable as problem:
        return bad("devices", Standing.ATTENTION, "unreadable", path=str(problem.args[0]))
    named = _NAMES_BETWEEN.join((*cameras, *microphones))
    if not cameras or not microphones:
        return bad("devices", Standing.ATTENTION, _missing(bool(cameras), bool(microphones)), names=named)
    return good("devices", names=named)


def _missing(camera: bool, microphone: bool) -> str:
    if not camera and not microphone:
        return "neither"
    return "no_microphone" if camera else "no_camera"


def _recording(workplace: Workplace) -> Line:
    try:
        choice = recording_choice(workplace.home)
    except Fault as fault:
        return fault_line("recording", Standing.BLOCKED, fault)
    return good("recording", profile=choice.profile)


def _local(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


def _display() -> Line:
    return good("display") if has_display() else bad("display", Standing.NOTE, "none")


def _voice() -> Line:
    fault = read_aloud.voice_fault()
    return fault_line("voice", Standing.ATTENTION, fault) if fault else good("voice")
