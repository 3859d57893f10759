"""The room beside the sittings: opened once, closed for good, every act by people who are counted once."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.exam.events import EventRefused, event_bytes
from app.exam.room import (
    Closed,
    Explained,
    Held,
    OnDuty,
    Opened,
    Overridden,
    Refused,
    Reported,
    Room,
    RoomEvent,
    advance_room,
    read_room_event,
    replay_room,
)
from app.exam.sitting import OutOfOrder, Stamp
from sync.wire.environment import CheckStatement, Override, Severity, Verdict
from sync.wire.ids import new_id

SESSION = new_id()
SITTINGS = [new_id(), new_id()]
PROCTORS = ("a" * 64, "b" * 64, "c" * 64)

people = st.sampled_from([PROCTORS[:1], PROCTORS[:2], PROCTORS[1:], PROCTORS[:1] * 2])
sittings = st.sampled_from(SITTINGS)
FOUND = CheckStatement(check="remote_tool", verdict=Verdict.FOUND, severity=Severity.BLOCKING, evidence=("x",))
notes = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=20)
EVERY: dict[type, st.SearchStrategy[RoomEvent]] = {
    Opened: st.builds(Opened, session=st.just(SESSION), proctors=people),
    OnDuty: st.builds(OnDuty, proctors=people, by=st.one_of(st.just(()), people)),
    Held: st.builds(Held, sitting=sittings, note=notes, by=people),
    Refused: st.builds(Refused, sitting=sittings, note=notes, by=people.filter(lambda some: len(some) > 1)),
    Reported: st.builds(
        Reported, code=st.just("NOISE"), note=notes, sitting=st.one_of(st.none(), sittings), by=st.just(())
    ),
    Explained: st.builds(Explained, sitting=sittings, note=notes, by=people),
    Overridden: st.builds(
        Overridden,
        override=st.builds(
            Override,
            statement=st.just(FOUND),
            reason=notes.filter(bool),
            by=st.sampled_from([PROCTORS[:2], PROCTORS[1:]]),
            wall_ms=st.integers(0, 10**12),
        ),
    ),
    Closed: st.just(Closed(record_sha256="d" * 64)),
}
any_event = st.one_of(*EVERY.values())


def at(moment: int) -> Stamp:
    return Stamp("run", moment, 1000 + moment)


def opened() -> Room:
    return advance_room(Room(), at(0), Opened(session=SESSION, proctors=PROCTORS[:2]))


def test_every_kind_of_event_is_tried() -> None:
    assert set(EVERY) == set(get_args(RoomEvent))


@given(any_event)
def test_an_event_comes_back_from_its_bytes(event: RoomEvent) -> None:
    raw = event_bytes(event)
    assert read_room_event(raw) == event
    assert event_bytes(read_room_event(raw)) == raw


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"kind":"tick"}', b'{"kind":"closed","record_sha256":"x"}', b"\xff"])
def test_bytes_that_are_no_event_are_refused(raw: bytes) -> None:
    with pytest.raises(EventRefused):
        read_room_event(raw)


@given(st.lists(any_event, max_size=25), st.booleans())
def test_what_happens_happens_between_opening_and_closing_by_people_counted_once(
    happening: list[RoomEvent], open_it: bool
) -> None:
    """Reckoned beside the fold: whether it is open, and what each event must leave behind."""
    rows: list[tuple[Stamp, RoomEvent]] = []
    states = [Room()]
    is_opened = is_closed = False
    told: list[str] = []
    overrides: list[Override] = []
    for moment, event in enumerate([Opened(session=SESSION, proctors=PROCTORS[:1])] * open_it + happening):
        groups = [getattr(event, "by", ()), getattr(event, "proctors", ())]
        legal = isinstance(event, Opened) is not is_opened and not is_closed
        legal = legal and all(len(set(group)) == len(group) for group in groups)
        if not legal:
            with pytest.raises(OutOfOrder):
                advance_room(states[-1], at(moment), event)
            continue
        states.append(advance_room(states[-1], at(moment), event))
        rows.append((at(moment), event))
        is_opened, is_closed = True, isinstance(event, Closed)
        told += [_code(event)] * (_code(event) != "")
        overrides += [event.override] if isinstance(event, Overridden) else []
    room = states[-1]
    assert room.is_open is (is_opened and not is_closed)
    assert [one.incident.code for one in room.incidents] == told
    assert list(room.overrides) == overrides, "an override is never taken back"
    assert len(set(room.proctors)) == len(room.proctors)
    assert set(room.on_duty) <= set(room.proctors)
    for length, state in enumerate(states):
        assert replay_room(rows[:length]) == state


def _code(event: RoomEvent) -> str:
    match event:
        case OnDuty(by=(_, *_)):
            return "ON_DUTY"
        case Held():
            return "IDENTITY_DOUBTED"
        case Refused():
            return "CANDIDATE_REFUSED"
        case Overridden():
            return "CHECK_OVERRIDDEN"
        case Reported():
            return event.code
    return ""


def test_a_hand_over_is_told_and_a_sign_in_after_a_restart_is_not() -> None:
    handed = advance_room(opened(), at(1), OnDuty(proctors=PROCTORS[2:], by=PROCTORS[:1]))
    back = advance_room(handed, at(2), OnDuty(proctors=PROCTORS[:1]))
    assert (handed.on_duty, handed.proctors) == (PROCTORS[2:], PROCTORS)
    assert [one.incident.code for one in back.incidents] == ["ON_DUTY"]


def test_refusing_takes_two() -> None:
    with pytest.raises(ValidationError):
        Refused(sitting=SITTINGS[0], note="another person", by=PROCTORS[:1])
    with pytest.raises(OutOfOrder, match="twice"):
        advance_room(opened(), at(1), Refused(sitting=SITTINGS[0], note="another person", by=PROCTORS[:1] * 2))


def test_the_newest_word_on_a_candidate_stands_and_every_word_is_kept() -> None:
    room = opened()
    for moment, note in enumerate(["no document", "brought it"], start=1):
        room = advance_room(room, at(moment), Held(sitting=SITTINGS[0], note=note, by=PROCTORS[:1]))
    room = advance_room(room, at(3), Explained(sitting=SITTINGS[1], note="ill", by=PROCTORS[:1]))
    assert (dict(room.held), dict(room.explained)) == ({SITTINGS[0]: "brought it"}, {SITTINGS[1]: "ill"})
    assert [one.incident.detail for one in room.incidents] == ["no document", "brought it"]


def test_after_it_was_closed_nothing_happens() -> None:
    closed = advance_room(opened(), at(5), Closed(record_sha256="d" * 64))
    assert (closed.is_open, closed.closed_wall_ms) == (False, 1005)
    for event in (OnDuty(proctors=PROCTORS[:1]), Reported(code="NOISE", note=""), Closed(record_sha256="e" * 64)):
        with pytest.raises(OutOfOrder):
            advance_room(closed, at(6), event)
