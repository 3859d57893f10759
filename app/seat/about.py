"""Who and what a recording shows, written beside it when it is closed: `recordings/<recording>.about`.

Signed by this seat and sealed to the recording's recipients (`proctoring.vault.format.about`). The journal's moments
are put on the recording's own time by the clock pairs its segments carry, so that a restart or a clock that was set
moves nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import structlog

from app.exam.events import Continued, Event, Occurred, Paused, Submitted, Viewed, read_event
from app.exam.form import draw_form
from app.seat.workplace import Session, Workplace
from proctoring.vault.format.about import seal_about
from proctoring.vault.format.layout import MANIFEST
from sync.faults import Fault, Refused
from sync.replica.durable import disk_faults, write_durably
from sync.replica.journal import JournalRow
from sync.trust.envelope import peek
from sync.wire.archive import RecordingAbout, TimelineKind, TimelineMark
from sync.wire.plan import RosterEntry, SessionPlan
from sync.wire.recording import ClockPair, RecordingManifest

SUFFIX: Final = ".about"
MOST_MARKS: Final = 20_000
_CLOCK_STEP_MS: Final = 1_000
"""Clocks that part by less are read as the same boot: between two segments they drift apart by a little."""


class SittingUnknown(Refused):
    """A recording is of a sitting that is not on its session's roster."""

    code = "SITTING_UNKNOWN"


def state_about(workplace: Workplace, session: Session, sitting: str, recording: str) -> None:
    """Write what the recording of a sitting shows, once it is closed.

    A failure keeps nobody from a score: it goes to the logbook, the recording is whole without it, and the next
    closing of the same recording writes it again.
    """
    try:
        write_about(workplace, session, sitting, recording, _numbers(session, sitting))
    except Fault as fault:
        _not_written(recording, fault)


def state_about_left(workplace: Workplace, recording: str) -> None:
    """Write what a recording shows that nobody had closed, whatever session and sitting it was of.

    A failure goes to the logbook, as with `state_about`.
    """
    try:
        _envelope, manifest = _manifest(workplace, recording)
        state_about(workplace, workplace.session_of(manifest.session), manifest.sitting, recording)
    except Fault as fault:
        _not_written(recording, fault)


def _not_written(recording: str, fault: Fault) -> None:
    structlog.get_logger("kiosk").warning("about_not_written", recording=recording, code=fault.code)


def _numbers(session: Session, sitting: str) -> dict[str, int]:
    """Give the items' places on the form this sitting has: the form is drawn by the plan, without any key."""
    package, plan = session.package, session.plan
    form = draw_form(package.header.items, package.sha256, plan.blueprint, _entry(plan, sitting).form_seed)
    return {place.item: place.number for place in form.items}


def _entry(plan: SessionPlan, sitting: str) -> RosterEntry:
    entry = next((one for one in plan.roster if one.sitting == sitting), None)
    if entry is None:
        raise SittingUnknown(sitting)
    return entry


def _manifest(workplace: Workplace, recording: str) -> tuple[bytes, RecordingManifest]:
    folder = workplace.home.recordings / recording
    with disk_faults(folder, needed=0):
        envelope = (folder / MANIFEST).read_bytes()
    return envelope, RecordingManifest.parse(peek(envelope, RecordingManifest.PAYLOAD_TYPE).payload)


def write_about(
    workplace: Workplace, session: Session, sitting: str, recording: str, numbers: Mapping[str, int]
) -> Path:
    """Write what a closed recording shows, or write it again; give the file. `numbers`: items' places on the form.

    Raises:
        DiskFull, DiskFault: nothing was written.
        JournalBroken, EventRefused: the journal is not what this program wrote.
        SittingUnknown: the sitting is not on the session's roster.
    """
    envelope, manifest = _manifest(workplace, recording)
    plan = session.plan
    entry = _entry(plan, sitting)
    about = RecordingAbout(
        recording=recording,
        manifest_sha256=hashlib.sha256(envelope).hexdigest(),
        session=plan.session,
        sitting=sitting,
        candidate=entry.candidate,
        name=entry.name,
        admission_number=entry.admission_number,
        id_number_masked=entry.id_number_masked,
        simulated=entry.simulated,
        exam_title=plan.exam_title,
        site=plan.site,
        room=plan.room,
        seat_label=workplace.enrolment.seat_label,
        opens_ms=plan.opens_ms,
        timeline=timeline_of(workplace.replica.journal.rows(sitting), manifest, numbers),
    )
    sealed = seal_about(about, workplace.keystore.device_key(), plan.recipients)
    file = workplace.home.recordings / (recording + SUFFIX)
    write_durably(file, sealed)
    return file


def timeline_of(
    rows: list[JournalRow], manifest: RecordingManifest, numbers: Mapping[str, int]
) -> tuple[TimelineMark, ...]:
    """Put the journal's moments on the recording's time; what lies before or after it is left out.

    An item that is shown twice in a row is one mark. Of more than `MOST_MARKS` the items give way first.
    """
    marks = list(_marks(rows, manifest, numbers))
    if len(marks) > MOST_MARKS:
        others = [mark for mark in marks if mark.kind is not TimelineKind.ITEM][:MOST_MARKS]
        items = [mark for mark in marks if mark.kind is TimelineKind.ITEM][: MOST_MARKS - len(others)]
        marks = sorted([*others, *items], key=lambda mark: mark.at_ms)
    return tuple(marks)


def _marks(rows: list[JournalRow], manifest: RecordingManifest, numbers: Mapping[str, int]) -> Iterator[TimelineMark]:
    shown = ""
    for row in rows:
        event = read_event(row.body)
        said = _said(event, numbers)
        if said is None:
            continue
        kind, label, clause = said
        at_ms = recorded_ms(row.mono_ms, row.wall_ms, manifest)
        if at_ms is None or (kind is TimelineKind.ITEM and label == shown):
            continue
        shown = label if kind is TimelineKind.ITEM else shown
        yield TimelineMark(kind=kind, at_ms=at_ms, label=label, clause=clause)


def _said(event: Event, numbers: Mapping[str, int]) -> tuple[TimelineKind, str, str | None] | None:
    match event:
        case Viewed() if event.item in numbers:
            return TimelineKind.ITEM, str(numbers[event.item]), None
        case Occurred():
            return TimelineKind.INCIDENT, event.code, event.clause
        case Paused():
            return TimelineKind.PAUSED, event.reason.value, None
        case Continued():
            return TimelineKind.CONTINUED, "", None
        case Submitted():
            return TimelineKind.SUBMITTED, event.reason.value, None
        case _:
            return None


def recorded_ms(mono_ms: int, wall_ms: int, manifest: RecordingManifest) -> int | None:
    """Give a moment of the seat's clocks in recorded time, ms; None if it lies outside of the recording.

    Of the segments that had begun by the monotonic clock, the one counts whose two clocks stood to each other as they
    did at that moment (another boot's do not), and of those the last.
    """
    before = [part for part in manifest.segments if part.clock.mono_ms <= mono_ms]
    pairs = [(part.clock, part.start_ms) for part in before]
    if not pairs and manifest.started.mono_ms <= mono_ms:
        pairs = [(manifest.started, 0)]
    if not pairs:
        return None

    def strangeness(pair: tuple[ClockPair, int]) -> tuple[int, int]:
        clock = pair[0]
        since_ms = mono_ms - clock.mono_ms
        return abs(wall_ms - clock.wall_ms - since_ms) // _CLOCK_STEP_MS, since_ms

    clock, start_ms = min(pairs, key=strangeness)
    at_ms = start_ms + mono_ms - clock.mono_ms
    return at_ms if at_ms <= manifest.duration_ms else None
