"""Two whole lives of a sitting, taken up wherever they stand: each step says how one sees that it was done."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.exam import events
from app.exam.appearance import Appearance, Spacing
from app.exam.events import Event, Highlight, PauseReason
from app.exam.form import draw_form
from app.exam.interactions import Responses
from app.exam.prose import Language
from app.exam.room import Held, Reported
from app.exam.sitting import Sitting, State
from app.seat.admission import admit
from app.seat.delivery import Delivery, read_sitting
from app.seat.recovery import find_unfinished
from app.seat.release import kept_keys, unlock_with
from app.seat.room_log import RoomLog
from app.seat.sealing import Case, countersign_and_queue, seal
from app.seat.shelf import ItemShelf
from app.seat.sign_in import Proctor
from app.seat.workplace import Session, Workplace
from sync.trust.release import ReleaseShare
from sync.wire.packet import EndReason, Incident
from sync.wire.plan import RosterEntry, Theme
from tests.app.exam.given import answered, chosen
from tests.app.seat.only_session import only_session

BASE_MS: Final = 7_200_000
ANSWERED: Final = 3
"""So many items are answered, the others left."""
FIRST_LOOK: Final = Appearance(Language.ZH)
LATER_LOOK: Final = Appearance(Language.EN, 150, Theme.DARK, Spacing.WIDE, reduced_motion=True)


@dataclass(frozen=True)
class Seat:
    """What the people at the seat know: the release code, and two proctors' keys."""

    code: str
    proctors: list[Proctor]

    @property
    def keys(self) -> tuple[str, ...]:
        """The proctors' key ids."""
        return tuple(proctor.key.public.keyid for proctor in self.proctors)


class Acknowledgements:
    """What the seat said was saved: a line for each event, written when the call that commits it has returned."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tell(self, journal: str, head: tuple[str, int]) -> None:
        """Note that this is on the disk."""
        with self._path.open("a") as file:
            file.write(json.dumps([journal, *head]) + "\n")

    def newest(self) -> dict[str, tuple[str, int]]:
        """Give each journal's newest acknowledged head and length."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return {name: (head, length) for name, head, length in map(json.loads, lines)}


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, once: `done` tells from the sitting whether it has been."""

    done: Callable[[Sitting], bool]
    event: Event


@dataclass(frozen=True)
class Life:
    """A way through a sitting. `steps` makes it from the form's items and the proctors' keys."""

    steps: Callable[[tuple[str, ...], tuple[str, ...]], list[Step]]
    changed: bool
    extended_ms: int

    def go_on(self, workplace: Workplace, seat: Seat, told: Acknowledgements) -> None:
        """Go from wherever this seat stands to a packet in the queue; say what was acknowledged on the way."""
        unfinished = find_unfinished(workplace)
        session = only_session(workplace)
        keys = kept_keys(workplace, session) or unlock_with(workplace, session, ReleaseShare.from_code(seat.code))
        entry = session.plan.roster[0]
        _open_room(workplace, session, seat, told)
        if unfinished is None and workplace.replica.outbox.of_sitting(entry.sitting):
            return  # it was over
        before = read_sitting(workplace.replica.journal, entry.sitting)
        if before.state is State.AWAITING or _admitted_only(before):
            delivery = admit(workplace, session, entry, seat.proctors, FIRST_LOOK)
        else:
            delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
            _same_place(before, delivery.sitting)
        form = draw_form(session.package.header.items, session.package.sha256, session.plan.blueprint, entry.form_seed)
        case = Case(workplace, session, entry, delivery, ItemShelf(session.package, keys, form))
        for step in self.steps(tuple(place.item for place in form.items[:ANSWERED]), seat.keys):
            if not step.done(delivery.sitting):
                delivery.record(_of_form(step.event, form.sha256))
                told.tell(entry.sitting, delivery.head())
        seal(case, None)
        countersign_and_queue(case, seat.proctors)

    def answers(self, session: Session) -> dict[str, Responses]:
        """Give all that the candidate answers in this life."""
        form = draw_form(
            session.package.header.items, session.package.sha256, session.plan.blueprint, _first(session).form_seed
        )
        given = {place.item: chosen("true") for place in form.items[:ANSWERED]}
        return given | {form.items[0].item: chosen("false")} if self.changed else given


def facts_of(sitting: Sitting) -> dict[str, object]:
    """Give what a recovered sitting must have in common with one that was never cut off."""
    return {
        "look": sitting.appearance == LATER_LOOK,
        "flags": len(sitting.flags),
        "notes": len(sitting.notes),
        "plays": sum(sitting.plays.values()),
        "end": str(sitting.end_reason),
        "incidents": [one.code for one in _but_restarts(sitting)],
        "proctors": len(sitting.proctors),
        "on_duty": len(sitting.on_duty),
    }


def _first(session: Session) -> RosterEntry:
    return session.plan.roster[0]


def _admitted_only(sitting: Sitting) -> bool:
    """Tell whether it was cut off between the two events of an admission: how it looks is not known yet."""
    return sitting.state is State.ADMITTED and sitting.appearance == Appearance()


def _same_place(before: Sitting, after: Sitting) -> None:
    """Recovery changes nothing but that it is told."""
    told = replace(after, stamp=before.stamp, resumes=before.resumes, incidents=_but_restarts(after))
    if told != replace(before, incidents=_but_restarts(before)) or (
        before.state is not State.SEALED and after.resumes != before.resumes + 1
    ):
        raise AssertionError(f"{before} became {after}")


def _but_restarts(sitting: Sitting) -> tuple[Incident, ...]:
    """Give the incidents but those that say the seat was down: there are as many as it was killed."""
    return tuple(one for one in sitting.incidents if one.code != "RESUMED")


def _of_form(event: Event, form_sha256: str) -> Event:
    return event.model_copy(update={"form_sha256": form_sha256}) if isinstance(event, events.Started) else event


def _open_room(workplace: Workplace, session: Session, seat: Seat, told: Acknowledgements) -> None:
    log = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
    log.take_duty(seat.keys)
    told.tell(log.session, log.head())
    other = session.plan.roster[1].sitting
    if other not in log.room.held:
        log.record(Held(sitting=other, note="no document", by=seat.keys[:1]))
        told.tell(log.session, log.head())
    if not any(one.incident.code == "NOISE" for one in log.room.incidents):
        log.record(Reported(code="NOISE", note="building works", by=seat.keys[1:]))
        told.tell(log.session, log.head())


def _told(code: str, times: int = 1) -> Callable[[Sitting], bool]:
    return lambda sitting: sum(incident.code == code for incident in sitting.incidents) >= times


def _answered(item: str, response: str) -> Step:
    def done(sitting: Sitting) -> bool:
        return item in sitting.given and sitting.given[item].responses == chosen(response)

    return Step(done, answered(item, response))


def _begin(items: tuple[str, ...]) -> list[Step]:
    notice = events.NoticeRead(notice_sha256="a" * 64, recording=None)
    limits = (2 * BASE_MS, None)
    start = events.Started(form_sha256="0" * 64, duration_ms=BASE_MS, section_limits_ms=limits)
    return [
        Step(lambda sitting: sitting.notice_sha256 != "", notice),
        Step(lambda sitting: sitting.started_wall_ms > 0, start),
        *[_viewed(item, section=items.index(item) % 2) for item in items],
    ]


def _viewed(item: str, section: int) -> Step:
    return Step(lambda sitting: item in sitting.seen, events.Viewed(item=item, section=section))


def _whole_life(items: tuple[str, ...], people: tuple[str, ...]) -> list[Step]:
    """Everything that may happen, and is ended by mistake, taken back, and handed in after all."""
    first, second, third = items[:3]
    mark = Highlight(language=Language.ZH, part=0, start=1, end=3)
    begun = [
        *_begin(items),
        *[_answered(item, "true") for item in items[1:]],
        Step(lambda sitting: first in sitting.given, answered(first, "true")),
        Step(lambda sitting: second in sitting.notes, events.Noted(item=second, struck=("false",), highlights=(mark,))),
        Step(lambda sitting: third in sitting.flags, events.Flagged(item=third, on=True)),
        Step(lambda sitting: bool(sitting.plays), events.Played(item=first, medium="clip")),
        Step(lambda sitting: sitting.appearance == LATER_LOOK, events.Adjusted.to(LATER_LOOK)),
        Step(lambda sitting: sitting.hand_raised or _told("PAUSED")(sitting), events.HandRaised(on=True)),
    ]
    paused = events.Paused(reason=PauseReason.PROCTOR, note="fire drill", by=people[:1])
    ended = events.Submitted(reason=EndReason.PROCTOR, note="wrong seat", by=people[:1])
    return [
        *begun,
        Step(_told("PAUSED"), paused),
        Step(_told("EXTENDED"), events.Extended(ms=600_000, note="fire drill", by=people[1:])),
        Step(_told("CONTINUED"), events.Continued(by=people[:1])),
        Step(lambda sitting: sitting.on_duty == people[1:], events.Supervised(proctors=people[1:])),
        Step(lambda sitting: not sitting.hand_raised, events.HandRaised(on=False)),
        Step(_told("ENDED_PROCTOR"), ended),
        Step(_told("REOPENED"), events.Reopened(note="wrong seat", by=people)),
        Step(_told("CONTINUED", 2), events.Continued(by=people[1:])),
        _answered(first, "false"),
        Step(
            lambda sitting: sitting.state in (State.SUBMITTED, State.SEALED),
            events.Submitted(reason=EndReason.CANDIDATE),
        ),
    ]


def _voided_life(items: tuple[str, ...], people: tuple[str, ...]) -> list[Step]:
    """The recording is lost, something is reported, and two proctors void it."""
    noticed = events.Occurred(code="IRREGULARITY", detail="a telephone", clause="7.2", by=people)
    voided = events.Submitted(reason=EndReason.VOIDED, note="wrong paper", by=people)
    return [
        *_begin(items),
        *[_answered(item, "true") for item in items],
        Step(_told("PAUSED"), events.Paused(reason=PauseReason.RECORDING_LOST)),
        Step(_told("CONTINUED"), events.Continued(by=people[:1])),
        Step(_told("IRREGULARITY"), noticed),
        Step(_told("ENDED_VOIDED"), voided),
    ]


LIVES: Final = {
    "whole": Life(_whole_life, changed=True, extended_ms=600_000),
    "voided": Life(_voided_life, changed=False, extended_ms=0),
}
