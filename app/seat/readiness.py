"""Is this seat ready? Each check says what was seen; the words say what it means and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.exam.form import BlueprintUnmet, draw_form
from app.seat import read_aloud
from app.seat.camera_desk import CameraDesk
from app.seat.delivery import read_sitting
from app.seat.glyphs import chinese_family, undrawable
from app.seat.recording_choice import recording_choice
from app.seat.room_log import read_room
from app.seat.workplace import Session, Workplace
from app.ui.text import Sentence
from proctoring.capture.grammar import Choice, SourceKind, parse_picture, parse_sound
from proctoring.capture.profiles import profile_named
from sync.client.connection import RegistryConnection
from sync.faults import Fault
from sync.replica.cabinet import DocumentKind
from sync.replica.outbox import Stage
from sync.wire.plan import SessionPlan

HONEST_DIFFERENCE_S = 60
"""What two honest clocks may differ by."""
LEAST_SCREEN: Final = (1366, 768)
"""The smallest screen everything was laid out for, pixels."""
MOST_NAMED: Final = 12
"""So many characters that cannot be drawn are named one by one."""
_SOME_BETWEEN: Final = " · "
_ARRIVED: Final = frozenset({Stage.RECEIPTED, Stage.PROVEN, Stage.PURGEABLE})


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
    facts: Mapping[str, str | int | Sentence]


@dataclass(frozen=True)
class Display:
    """The screen the kiosk is on, in pixels."""

    width: int
    height: int


@dataclass(frozen=True)
class Reach:
    """What the checks look at beyond the seat's own files. `hear` takes what the registry's clock says, ms."""

    connection: RegistryConnection
    camera: CameraDesk
    display: Display
    hear: Callable[[int], None] = lambda _served_ms: None


def check_seat(workplace: Workplace, session: Session, reach: Reach) -> list[Finding]:
    """Make all checks, in the order a proctor reads them. Makes no change and raises no `Fault`."""
    checks: list[Callable[[], Finding]] = [
        lambda: _package(session),
        lambda: _people(session.plan),
        lambda: _devices(reach.camera),
        lambda: _recording(workplace, reach.camera),
        lambda: _fonts(session.plan),
        lambda: _display(reach.display),
        lambda: _clock(workplace, session),
        lambda: _journal(workplace, session),
        lambda: _outbox(workplace),
        lambda: _registry(reach),
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


def _people(plan: SessionPlan) -> Finding:
    """Two names on the plan with one key are one person: signing twice by it would count once."""
    names: dict[str, list[str]] = {}
    for entry in plan.proctors:
        names.setdefault(entry.keyid, []).append(entry.name)
    double = [" = ".join(one) for one in names.values() if len(one) > 1]
    facts: dict[str, str | int] = {"people": len(names), "needed": plan.policy.proctors_needed}
    if len(names) < plan.policy.proctors_needed:
        return Finding("people", Readiness.BLOCKED, facts)
    if double:
        return Finding("people", Readiness.ATTENTION, facts | {"names": _SOME_BETWEEN.join(double)})
    return Finding("people", Readiness.GOOD, facts)


def _devices(camera: CameraDesk) -> Finding:
    try:
        sources = camera.devices()
    except Fault:
        return Finding("devices", Readiness.BLOCKED, {})
    simulated = [source.track for source in sources if source.simulated]
    if simulated:
        return Finding("devices_missing" if len(simulated) > 1 else f"no_{simulated[0]}", Readiness.ATTENTION, {})
    return Finding("devices", Readiness.GOOD, {"devices": ", ".join(source.label for source in sources)})


def _recording(workplace: Workplace, camera: CameraDesk) -> Finding:
    """Say what is recorded, and how fine: as it was chosen, whether it is there or not."""
    try:
        picture, sound = camera.chosen()
        profile = profile_named(recording_choice(workplace.home).profile)
    except Fault:
        return Finding("recording", Readiness.BLOCKED, {})
    facts: dict[str, str | int | Sentence] = {
        "picture": _source(parse_picture(picture)),
        "sound": _source(parse_sound(sound)),
        "width": profile.width,
        "height": profile.height,
        "rate": profile.frame_rate,
    }
    return Finding("recording", Readiness.GOOD, facts)


def _source(choice: Choice) -> Sentence:
    """Name a source without what may be secret in its address."""
    match choice.kind:
        case SourceKind.RTSP:
            name = urlsplit(choice.rest).hostname or ""
        case SourceKind.FILE:
            name = Path(choice.rest).name
        case SourceKind.CAMERA | SourceKind.MICROPHONE:
            name = choice.rest
        case _:
            return Sentence(f"readiness.source.{choice.kind.value.partition(':')[0]}")
    return Sentence(f"readiness.source.{choice.kind.value}", {"name": name})


def _fonts(plan: SessionPlan) -> Finding:
    family = chinese_family()
    if family is None:
        return Finding("fonts", Readiness.BLOCKED, {})
    missing = undrawable(plan)
    if missing:
        named = [f"{character} (U+{ord(character):04X})" for character in missing[:MOST_NAMED]]
        return Finding("fonts", Readiness.ATTENTION, {"count": len(missing), "named": _SOME_BETWEEN.join(named)})
    return Finding("fonts", Readiness.GOOD, {"family": family})


def _display(display: Display) -> Finding:
    facts: dict[str, str | int] = {"width": display.width, "height": display.height}
    fits = display.width >= LEAST_SCREEN[0] and display.height >= LEAST_SCREEN[1]
    return Finding("screen", Readiness.GOOD if fits else Readiness.ATTENTION, facts)


def _journal(workplace: Workplace, session: Session) -> Finding:
    """What stands in this session's journals reads well, and no session before was left open."""
    journal, name = workplace.replica.journal, session.plan.session
    try:
        for entry in session.plan.roster:
            read_sitting(journal, entry.sitting)
        others = [other for other in workplace.replica.cabinet.names(DocumentKind.PLAN) if other != name]
        left_open = sum(read_room(journal, other).is_open for other in others)
    except Fault as fault:
        return Finding("journal", Readiness.BLOCKED, {"code": fault.code})
    if left_open:
        return Finding("journal", Readiness.ATTENTION, {"count": left_open})
    return Finding("journal", Readiness.GOOD, {})


def _outbox(workplace: Workplace) -> Finding:
    waiting = sum(row.stage not in _ARRIVED for row in workplace.replica.outbox.all())
    facts: dict[str, str | int] = {"count": waiting}
    return Finding("outbox", Readiness.ATTENTION if waiting else Readiness.GOOD, facts)


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


def _registry(reach: Reach) -> Finding:
    try:
        reply = reach.connection.get("/v1/health", max_bytes=10_000)
    except Fault:
        return Finding("network", Readiness.ATTENTION, {})
    if reply.status == HTTPStatus.OK and reply.served_ms is not None:
        reach.hear(reply.served_ms)
    return Finding("network", Readiness.GOOD if reply.status == HTTPStatus.OK else Readiness.ATTENTION, {})
