"""What proctors do to a sitting, rule by rule: pause, extra time, hand-over, ending, taking it back."""

import pytest
from pydantic import ValidationError

from app.exam import events, room
from app.exam.events import Event, PauseReason
from app.exam.sitting import (
    MOST_BY_ITSELF,
    MOST_INCIDENTS,
    OutOfOrder,
    Sitting,
    Stamp,
    State,
    TimeUsedUp,
    TooEarlyToLeave,
    advance,
    replay,
)
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from tests.app.exam.given import answered, chosen

MINUTE = 60_000
ONE, OTHER, THIRD = "a" * 64, "b" * 64, "c" * 64
HANDED_IN = events.Submitted(reason=EndReason.CANDIDATE)
PAUSED = events.Paused(reason=PauseReason.PROCTOR, note="fire drill", by=(ONE,))
CONTINUED = events.Continued(by=(ONE,))
ENDED = events.Submitted(reason=EndReason.PROCTOR, note="wrong seat", by=(ONE,))
REOPENED = events.Reopened(note="wrong seat", by=(ONE, OTHER))


def started(early_leave_ms: int = 0, limits_ms: tuple[int | None, ...] = ()) -> Sitting:
    """A sitting of two hours whose clock has just started at 0 ms."""
    admitted = events.Admitted(
        session=new_id(), candidate=new_id(), seat_number=7, proctors=(ONE,), confirmed_by=(OTHER,)
    )
    start = events.Started(
        form_sha256="c" * 64,
        duration_ms=120 * MINUTE,
        early_leave_ms=early_leave_ms,
        section_limits_ms=limits_ms,
    )
    notice = events.NoticeRead(notice_sha256="b" * 64, recording=None)
    return replay((Stamp("run", 0, 0), event) for event in (admitted, notice, start))


def go(sitting: Sitting, *steps: tuple[int, Event], run: str = "run") -> Sitting:
    for at_ms, event in steps:
        sitting = advance(sitting, Stamp(run, at_ms, at_ms), event)
    return sitting


def codes(sitting: Sitting) -> list[str]:
    return [incident.code for incident in sitting.incidents]


def test_a_paused_clock_stands_still_ticks_or_not() -> None:
    sitting = go(started(), (1000, PAUSED), (50_000, events.Tick()), (90_000, CONTINUED), (91_000, events.Tick()))
    assert (sitting.active_ms, sitting.state, codes(sitting)) == (2000, State.ACTIVE, ["PAUSED", "CONTINUED"])


def test_a_pause_survives_a_crash_and_costs_nothing_however_long_the_seat_was_dead() -> None:
    paused = go(started(), (1000, PAUSED))
    back = go(paused, (5, events.Resumed(dead_ms=10 * MINUTE)), (99_000, CONTINUED), (100_000, events.Tick()), run="2")
    assert back.active_ms == 2000


def test_a_dead_seat_costs_time_only_where_policy_lets_the_clock_run() -> None:
    dead = go(started(), (1000, events.Viewed(item="item-1")), (2000, events.Tick()))
    assert go(dead, (5, events.Resumed()), run="2").active_ms == 2000
    assert go(dead, (5, events.Resumed(dead_ms=7000)), run="2").timing.spent_ms == (8000,)


def test_the_policy_pauses_by_itself_and_a_proctor_by_name() -> None:
    by_policy = events.Paused(reason=PauseReason.RECORDING_LOST)
    assert go(started(), (1, by_policy)).pause is PauseReason.RECORDING_LOST
    for wrong in (by_policy.model_copy(update={"by": (ONE,)}), PAUSED.model_copy(update={"by": ()})):
        with pytest.raises(OutOfOrder, match="paused because of"):
            go(started(), (1, wrong))


def test_nobody_answers_or_looks_or_hands_in_while_paused() -> None:
    for event in (answered("item-1", "A"), events.Viewed(item="item-1"), HANDED_IN):
        with pytest.raises(OutOfOrder):
            go(started(), (1, PAUSED), (2, event))


def test_a_hand_can_be_raised_while_paused_and_stays_up() -> None:
    sitting = go(started(), (1, PAUSED), (2, events.HandRaised(on=True)), (3, CONTINUED))
    assert sitting.hand_raised
    assert not go(sitting, (4, events.HandRaised(on=False))).hand_raised


def test_extra_time_counts_while_paused_and_for_the_section_in_front() -> None:
    extended = events.Extended(ms=5 * MINUTE, note="fire drill", by=(ONE,))
    sitting = go(started(limits_ms=(10 * MINUTE, None)), (1, events.Viewed(item="item-1")), (2, PAUSED), (3, extended))
    assert (sitting.duration_ms, sitting.timing.limits_ms) == (125 * MINUTE, (15 * MINUTE, None))
    assert sitting.incidents[-1].detail == "300 s: fire drill"


def test_a_hand_over_changes_who_is_on_duty_and_forgets_nobody() -> None:
    sitting = go(started(), (1, events.Supervised(proctors=(OTHER, THIRD))), (2, events.Supervised(proctors=(ONE,))))
    assert (sitting.on_duty, sitting.proctors) == ((ONE,), (ONE, OTHER, THIRD))


@pytest.mark.parametrize(
    "event",
    [
        PAUSED.model_copy(update={"by": (ONE, ONE)}),
        events.Supervised(proctors=(ONE, ONE)),
        events.Reopened(note="", by=(ONE, ONE)),
        events.Occurred(code="NOISE", detail="", by=(ONE, OTHER, ONE)),
    ],
)
def test_one_proctor_never_counts_twice(event: Event) -> None:
    before = go(started(), (1, ENDED)) if isinstance(event, events.Reopened) else started()
    with pytest.raises(OutOfOrder, match="twice"):
        go(before, (2, event))


def test_nobody_is_confirmed_twice_by_one_person() -> None:
    twice = events.Admitted(
        session=new_id(), candidate=new_id(), seat_number=7, proctors=(ONE,), confirmed_by=(OTHER, OTHER)
    )
    with pytest.raises(OutOfOrder, match="twice"):
        advance(Sitting(), Stamp("run", 0, 0), twice)


def test_nobody_is_admitted_without_a_proctor_on_duty() -> None:
    with pytest.raises(ValidationError):
        events.Admitted(session=new_id(), candidate=new_id(), seat_number=7, proctors=(), confirmed_by=(ONE,))


def test_the_candidate_may_not_leave_before_the_time() -> None:
    with pytest.raises(TooEarlyToLeave) as refused:
        go(started(early_leave_ms=30 * MINUTE), (29 * MINUTE - 1, HANDED_IN))
    assert refused.value.facts == {"minutes": 2}
    assert go(started(early_leave_ms=30 * MINUTE), (30 * MINUTE, HANDED_IN)).end_reason is EndReason.CANDIDATE


def test_time_ends_a_sitting_only_when_it_is_over_even_while_paused() -> None:
    by_time = events.Submitted(reason=EndReason.TIME)
    with pytest.raises(OutOfOrder, match="before its time"):
        go(started(), (120 * MINUTE - 1, by_time))
    over = go(started(), (120 * MINUTE, PAUSED), (121 * MINUTE, by_time))
    assert (over.state, over.active_ms) == (State.SUBMITTED, 120 * MINUTE)


@pytest.mark.parametrize("reason", list(EndReason))
def test_only_proctors_end_a_sitting_by_name_and_always_by_name(reason: EndReason) -> None:
    named = reason in (EndReason.CANDIDATE, EndReason.TIME)
    wrong = events.Submitted(reason=reason, by=(ONE,) if named else ())
    with pytest.raises(OutOfOrder, match="ended by"):
        go(started(), (120 * MINUTE, wrong))


def test_the_first_and_the_last_time_an_item_was_answered_are_both_kept() -> None:
    sitting = go(
        started(), (1000, answered("item-1", "A")), (5000, answered("item-1", "B")), (6000, answered("item-1"))
    )
    assert (sitting.given["item-1"].first_ms, sitting.given["item-1"].last_ms) == (1000, 6000)
    assert sitting.answered == frozenset()


def test_a_flag_can_be_lifted() -> None:
    flagged = go(started(), (1, events.Flagged(item="item-1", on=True)), (2, events.Flagged(item="item-2", on=True)))
    assert go(flagged, (3, events.Flagged(item="item-1", on=False))).flags == {"item-2"}


def test_what_proctors_ended_two_of_them_take_back_with_the_time_it_had() -> None:
    ended = go(started(), (1000, answered("item-1", "A")), (2000, events.HandRaised(on=True)), (3000, ENDED))
    reopened = go(ended, (500_000, REOPENED))
    assert (reopened.state, reopened.end_reason, reopened.submitted_wall_ms) == (State.PAUSED, None, 0)
    assert (reopened.active_ms, reopened.hand_raised) == (3000, False)
    going_on = go(reopened, (600_000, CONTINUED), (601_000, HANDED_IN))
    assert (going_on.active_ms, going_on.given["item-1"].responses) == (4000, chosen("A"))
    assert codes(going_on) == ["ENDED_PROCTOR", "REOPENED", "CONTINUED"]


def test_a_voided_sitting_can_be_taken_back_until_it_is_sealed() -> None:
    voided = go(started(), (1, events.Submitted(reason=EndReason.VOIDED, note="wrong paper", by=(ONE, OTHER))))
    assert go(voided, (2, REOPENED)).state is State.PAUSED
    with pytest.raises(OutOfOrder):
        go(voided, (2, events.Sealed(payload_sha256="d" * 64)), (3, REOPENED))


@pytest.mark.parametrize("end", [(1, HANDED_IN), (120 * MINUTE, events.Submitted(reason=EndReason.TIME))])
def test_what_the_candidate_or_time_ended_stays_ended(end: tuple[int, Event]) -> None:
    with pytest.raises(OutOfOrder, match="reopened after"):
        go(started(), end, (121 * MINUTE, REOPENED))


def test_a_closed_section_is_not_looked_at_again_and_the_others_go_on() -> None:
    limits = (MINUTE, None)
    sitting = go(started(limits_ms=limits), (0, events.Viewed(item="item-1")), (MINUTE, events.Tick()))
    with pytest.raises(TimeUsedUp):
        go(sitting, (MINUTE, events.Viewed(item="item-1")))
    assert go(sitting, (MINUTE, events.Viewed(item="item-2", section=1))).current == "item-2"


def test_a_closed_section_takes_nothing_half_an_hour_later() -> None:
    sitting = go(started(limits_ms=(MINUTE, None)), (0, events.Viewed(item="item-1")), (MINUTE, events.Tick()))
    sitting = go(sitting, (MINUTE, events.Viewed(item="item-2", section=1)))
    assert go(sitting, (MINUTE + 10_000, answered("item-1", "A"))).answered == {"item-1"}
    with pytest.raises(TimeUsedUp):
        go(sitting, (30 * MINUTE, answered("item-1", "A")))


def test_where_sections_have_limits_an_item_belongs_to_one_section() -> None:
    seen = go(started(limits_ms=(MINUTE, None)), (0, events.Viewed(item="item-1")))
    with pytest.raises(OutOfOrder, match="two sections"):
        go(seen, (1, events.Viewed(item="item-1", section=1)))
    with pytest.raises(OutOfOrder, match="not known"):
        go(seen, (1, answered("item-2", "A")))


def test_a_device_that_comes_and_goes_leaves_room_for_what_proctors_report() -> None:
    noise = events.Occurred(code="CAMERA_LOST", detail="")
    noisy = go(started(), *[(1, noise)] * (MOST_INCIDENTS + 1))
    assert len(noisy.incidents) == MOST_BY_ITSELF
    reported = go(noisy, *[(2, events.Occurred(code="IRREGULARITY", detail="", by=(ONE,)))] * MOST_INCIDENTS)
    assert len(reported.incidents) == MOST_INCIDENTS
    assert reported.incidents[-1].code == "IRREGULARITY"


@pytest.mark.parametrize("unseen", ["a\u202eb", "a\u200bb", "a\x1bb", "a\nb"])
def test_what_people_note_is_one_line_with_nothing_unseen_in_it(unseen: str) -> None:
    with pytest.raises(ValidationError):
        events.Paused(reason=events.PauseReason.PROCTOR, note=unseen, by=(ONE,))
    with pytest.raises(ValidationError):
        events.Occurred(code="REPORTED", detail=unseen, by=(ONE,))
    with pytest.raises(ValidationError):
        room.Explained(sitting=new_id(), note=unseen, by=(ONE,))
