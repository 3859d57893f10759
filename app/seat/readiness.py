"""Is this seat ready? Each check says what was seen; the words say what it means and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from app.exam.form import BlueprintUnmet, draw_form
from app.seat import read_aloud
from app.seat.camera_desk import CameraDesk, longest_recording_ms
from app.seat.workplace import Session, Workplace
from proctoring.recorder.messages import space_for
from sync.client.connection import RegistryConnection
from sync.faults import Fault
from sync.replica.durable import free_bytes

HONEST_DIFFERENCE_S = 60
"""What two honest clocks may differ by."""


class Readiness(StrEnum):
    """How a check came out."""

    GOOD = "good"
    ATTENTION = "attention"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Finding:
    """One check's result. Words: `readiness.<check>.*`; `facts` fill their placeholders."""

    check: str
    readiness: Readiness
    facts: Mapping[str, str | int]


def check_seat(
    workplace: Workplace, session: Session, connection: RegistryConnection, camera: CameraDesk
) -> list[Finding]:
    """Make all checks, in the order a proctor reads them. Makes no change and raises no `Fault`."""
    checks: list[Callable[[], Finding]] = [
        lambda: _package(session),
        lambda: _devices(camera),
        lambda: _disk(workplace, session),
        lambda: _clock(workplace, session),
        lambda: _registry(connection),
    ]
    if read_aloud.is_needed(session.plan):
        checks.append(_voice)
    return [check() for check in checks]


def _package(session: Session) -> Finding:
    header = session.package.header
    facts: dict[str, str | int] = {"version": header.version, "items": len(header.items)}
    try:
        draw_form(header.items, session.package.sha256, session.plan.blueprint, session.plan.roster[0].form_seed)
    except BlueprintUnmet:
        return Finding("package", Readiness.BLOCKED, facts)
    return Finding("package", Readiness.GOOD, facts)


def _devices(camera: CameraDesk) -> Finding:
    try:
        sources = camera.devices()
    except Fault:
        return Finding("devices", Readiness.BLOCKED, {})
    simulated = [source.track for source in sources if source.simulated]
    if simulated:
        return Finding("devices_missing" if len(simulated) > 1 else f"no_{simulated[0]}", Readiness.ATTENTION, {})
    return Finding("devices", Readiness.GOOD, {"devices": ", ".join(source.label for source in sources)})


def _disk(workplace: Workplace, session: Session) -> Finding:
    needed, free = space_for(longest_recording_ms(session.plan)), free_bytes(workplace.home.root)
    facts: dict[str, str | int] = {"needed_mb": needed // 1_000_000, "free_mb": free // 1_000_000}
    return Finding("disk", Readiness.GOOD if free >= needed else Readiness.BLOCKED, facts)


def _clock(workplace: Workplace, session: Session) -> Finding:
    wall, signed = workplace.clock().wall_ms, workplace.replica.cabinet.highest_signed_ms()
    behind_s = max(0, signed - wall) // 1000
    in_window = session.plan.opens_ms <= wall < session.plan.closes_ms
    facts: dict[str, str | int] = {"behind_s": behind_s}
    good = in_window and behind_s <= HONEST_DIFFERENCE_S
    return Finding("clock", Readiness.GOOD if good else Readiness.ATTENTION, facts)


def _voice() -> Finding:
    fault = read_aloud.voice_fault()
    return Finding("voice", Readiness.ATTENTION, fault.facts) if fault else Finding("voice", Readiness.GOOD, {})


def _registry(connection: RegistryConnection) -> Finding:
    try:
        reply = connection.get("/v1/health", max_bytes=10_000)
    except Fault:
        return Finding("network", Readiness.ATTENTION, {})
    return Finding("network", Readiness.GOOD if reply.status == HTTPStatus.OK else Readiness.ATTENTION, {})
