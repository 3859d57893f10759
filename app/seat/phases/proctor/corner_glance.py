"""The seat as the proctor's corner shows it, read from the sitting and the room."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self

from app.exam.events import PauseReason
from app.exam.sitting import State
from app.seat.camera_desk import is_recording
from app.seat.phases.cards import candidate_card
from app.seat.phases.delivery.environment_notices import OF_CONDUCT, Notice
from app.seat.phases.launch.opening import Opened
from app.seat.phases.phase import Bench, session_facts
from app.seat.screens.proctor.corner_view import (
    BETWEEN_NAMES,
    CornerAct,
    CornerView,
    IncidentRow,
    NoticeRow,
    Recorder,
    Standing,
)
from app.seat.sealing import Case
from app.seat.sign_in import Proctor
from app.ui.text import Sentence, Text
from app.words import Words
from app.words.incidents import OF_ANSWERING, OF_THE_PC, incident_detail, incident_name
from proctoring.recorder.client import RecorderStatus
from sync.wire.packet import Incident
from sync.wire.plan import MINUTE_MS, SessionPlan

_TOLD = frozenset({"CLOCK_JUMPED", "PIN_LOCKED", "RECORDER_RESTARTED", "RECORDING_DISK_LOW", "RESUMED"}) | frozenset(
    {"SEAT_STALLED", "SUSPENDED", "TIME_RESTORED"}
)
"""What the seat itself logs with a detail that a person can read; other details are for the logbook."""
_ENDS = frozenset({"ENDED_PROCTOR", "ENDED_VOIDED"})
_RUNNING = frozenset({CornerAct.EXTEND, CornerAct.REPORT, CornerAct.END})

_INTERRUPTED: Final = Sentence("screen.corner.trouble_interrupted")


@dataclass(frozen=True)
class Recorded:
    """What is known of the recorder: what it does, whether its sources are simulated, what is wrong with it."""

    recorder: Recorder = Recorder.CHECKING
    simulated: bool = False
    troubles: tuple[Text, ...] = ()

    @classmethod
    def of(cls, status: RecorderStatus | None) -> Self:
        """Read it from what the recorder says of itself; None: it does not answer."""
        if status is None:
            return cls(Recorder.INTERRUPTED, troubles=(_INTERRUPTED,))
        lasts_ms = status.disk.lasts_ms if status.disk is not None else 0
        troubles = tuple(
            Sentence(f"screen.corner.trouble_{trouble.value}", {"minutes": lasts_ms // MINUTE_MS})
            for trouble in status.troubles
        )
        simulated = any(source.simulated for source in status.sources)
        if is_recording(status):
            return cls(Recorder.RECORDING, simulated, troubles)
        return cls(Recorder.INTERRUPTED, simulated, troubles or (_INTERRUPTED,))


@dataclass(frozen=True)
class Seen:
    """What is known beside the journals: the recorder, how many hints there are, and what changed on this PC."""

    recorded: Recorded
    hints: int = 0
    notices: tuple[Notice, ...] = ()


def glance(
    bench: Bench, opened: Opened, case: Case | None, proctor: Proctor, seen: Seen, *, closes: bool
) -> CornerView:
    """Give the seat at a glance. `case`: who sits here, or who is admitted and has not begun."""
    view = _glance(bench, opened, case, proctor, (seen.recorded, seen.hints), closes=closes)
    return replace(view, notices=tuple(notice_row(one) for one in seen.notices))


def notice_row(one: Notice) -> NoticeRow:
    """Give what there is to look at as the corner shows it."""
    when, of_pc = clock_face(one.wall_ms), not one.key.startswith(OF_CONDUCT)
    return NoticeRow(one.key, one.seen, one.meaning, one.remedy, when, one.evidence, one.settles, of_pc)


def _glance(
    bench: Bench, opened: Opened, case: Case | None, proctor: Proctor, seen: tuple[Recorded, int], *, closes: bool
) -> CornerView:
    plan, room, (recorded, hints) = opened.session.plan, opened.room.room, seen
    names = {entry.keyid: entry.name for entry in plan.proctors}
    facts, words = session_facts(bench.workplace, opened.session), Words(bench.deck.appearance.language)
    on_duty = tuple(names.get(keyid, keyid[:8]) for keyid in room.on_duty)
    shared = _acts(plan, room.on_duty, proctor)
    if case is None:
        acts = shared | {CornerAct.REPORT} | ({CornerAct.CLOSE_SESSION} if closes else set())
        rows = tuple(incident_row(one.incident, plan, names, words) for one in reversed(room.incidents))
        return CornerView(facts, proctor.name, on_duty, Standing.NOBODY, acts, incidents=rows)
    sitting = case.delivery.sitting
    looking = frozenset({CornerAct.HINTS}) if sitting.recording is not None else frozenset()
    if sitting.state is State.ADMITTED:
        told = [one.incident for one in room.incidents if one.sitting == case.entry.sitting]
        return CornerView(
            session=facts,
            proctor=proctor.name,
            on_duty=on_duty,
            standing=Standing.ADMITTED,
            acts=shared | {CornerAct.REPORT, CornerAct.SEND_BACK} | looking,
            candidate=candidate_card(case.session, case.entry),
            items=len(case.shelf.form.items),
            recorder=recorded.recorder if sitting.recording is not None else Recorder.NOT_YET,
            simulated=recorded.simulated,
            troubles=recorded.troubles if sitting.recording is not None else (),
            hints=hints,
            incidents=tuple(incident_row(one, plan, names, words) for one in reversed([*sitting.incidents, *told])),
        )
    paused = sitting.state is State.PAUSED
    acts = shared | _RUNNING | looking | {CornerAct.CONTINUE if paused else CornerAct.PAUSE}
    if sitting.hand_raised:
        acts |= {CornerAct.LOWER_HAND}
    if distinct_keys(plan) > 1:
        acts |= {CornerAct.VOID}
    return CornerView(
        session=facts,
        proctor=proctor.name,
        on_duty=on_duty,
        standing=Standing.PAUSED if paused else Standing.RUNNING,
        acts=acts,
        candidate=candidate_card(case.session, case.entry),
        answered=len(sitting.answered),
        items=len(case.shelf.form.items),
        saved=clock_face(sitting.answered_wall_ms) if sitting.given else "",
        recorder=recorded.recorder,
        simulated=recorded.simulated,
        troubles=recorded.troubles,
        hints=hints,
        hand_raised=sitting.hand_raised,
        incidents=tuple(incident_row(one, plan, names, words) for one in reversed(sitting.incidents)),
    )


def distinct_keys(plan: SessionPlan) -> int:
    """Count the people of a plan by their keys: one key under two names is one person."""
    return len({entry.keyid for entry in plan.proctors})


def others(plan: SessionPlan, on_duty: tuple[str, ...], proctor: Proctor) -> frozenset[str]:
    """Give the proctors (ids) who are not on duty: those one can hand over to."""
    busy = {*on_duty, proctor.key.public.keyid}
    return frozenset(entry.proctor for entry in plan.proctors if entry.keyid not in busy)


def clock_face(wall_ms: int) -> str:
    """Write a moment by the clock on the wall."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone():%H:%M:%S}"


def incident_row(incident: Incident, plan: SessionPlan, names: Mapping[str, str], words: Words) -> IncidentRow:
    """Give an incident as people read it: in words, with names instead of keys, without codes of programs."""
    by = BETWEEN_NAMES.join(names.get(keyid, keyid[:8]) for keyid in incident.by)
    what, note = incident_name(incident, plan.policy.violations, words), incident_detail(incident, words)
    told = incident.code in _TOLD or incident.code.startswith(OF_THE_PC) or incident.code in OF_ANSWERING
    if incident.detail in set(PauseReason) or (not incident.by and not told):
        note = ""
    grave = incident.clause is not None or incident.code in _ENDS
    return IncidentRow(clock_face(incident.wall_ms), what, note, by, grave=grave)


def _acts(plan: SessionPlan, on_duty: tuple[str, ...], proctor: Proctor) -> frozenset[CornerAct]:
    return frozenset({CornerAct.HAND_OVER}) if others(plan, on_duty, proctor) else frozenset()
