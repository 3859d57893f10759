"""Reconciliation: every candidate has one standing, the counts add up, and nothing closes unexplained."""

from hypothesis import given
from hypothesis import strategies as st

from app.exam import events
from app.exam.reconciliation import EXPLAINED, Found, Reconciliation, reconcile
from app.exam.room import Explained, Held, Opened, Refused, Reported, Room, RoomEvent, replay_room
from app.exam.sitting import Sitting, Stamp, replay
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from sync.wire.plan import RosterEntry
from sync.wire.room import SAT, Standing
from tests.app.exam.given import answered

SESSION = new_id()
ONE, TWO = "a" * 64, "b" * 64
ADMITTED = events.Admitted(session=SESSION, candidate=new_id(), seat_number=7, proctors=(ONE,), confirmed_by=(ONE,))
BEGUN = (
    ADMITTED,
    events.NoticeRead(notice_sha256="b" * 64, recording=None),
    events.Started(form_sha256="c" * 64, duration_ms=60_000),
)
HANDED_IN = events.Submitted(reason=EndReason.CANDIDATE)
VOIDED = events.Submitted(reason=EndReason.VOIDED, note="swapped papers", by=(ONE, TWO))
SEALED = events.Sealed(payload_sha256="d" * 64)
CAUGHT = events.Occurred(code="IRREGULARITY", detail="notes", clause="5", by=(ONE,))
LIVES: dict[str, tuple[events.Event, ...]] = {
    "awaiting": (),
    "admitted": (ADMITTED,),
    "active": BEGUN,
    "paused": (*BEGUN, events.Paused(reason=events.PauseReason.PROCTOR, by=(ONE,))),
    "submitted": (*BEGUN, HANDED_IN),
    "blank": (*BEGUN, HANDED_IN, SEALED),
    "taken back": (*BEGUN, answered("q1", "A"), answered("q1"), HANDED_IN, SEALED),
    "done": (*BEGUN, answered("q1", "A"), HANDED_IN, SEALED),
    "voided": (*BEGUN, answered("q1", "A"), VOIDED, SEALED),
    "caught": (*BEGUN, answered("q1", "A"), CAUGHT, HANDED_IN, SEALED),
}


def entry(number: int) -> RosterEntry:
    return RosterEntry(
        sitting=new_id(),
        candidate=new_id(),
        admission_number=f"2026{number:04}",
        name=f"Candidate {number}",
        id_number_masked="654***********0027",
        id_number_digest="e" * 64,
        seat_number=7,
        form_seed="f" * 64,
    )


def sitting(life: str) -> Sitting:
    return replay((Stamp("run", at, at), event) for at, event in enumerate(LIVES[life]))


def room(*told: RoomEvent) -> Room:
    opened = Opened(session=SESSION, proctors=(ONE, TWO))
    return replay_room((Stamp("run", at, at), event) for at, event in enumerate((opened, *told)))


def alone(life: str, *told: RoomEvent, who: RosterEntry | None = None, handed_over: bool = True) -> Reconciliation:
    return reconcile(room(*told), [Found(who or entry(1), sitting(life), None, handed_over)])


def test_each_life_has_its_standing() -> None:
    standings = {life: alone(life).lines[0].standing for life in LIVES if not alone(life).under_way}
    assert standings == {
        "awaiting": Standing.ABSENT,
        "admitted": Standing.NEVER_BEGUN,
        "blank": Standing.BLANK,
        "taken back": Standing.BLANK,
        "done": Standing.DONE,
        "voided": Standing.DONE,
        "caught": Standing.DONE,
    }


def test_a_sitting_is_over_only_when_its_packet_is_handed_over() -> None:
    assert alone("done", handed_over=False).under_way
    assert not alone("done").under_way
    assert all(alone(life).under_way for life in ("active", "paused", "submitted"))


def test_whoever_was_refused_or_doubted_is_not_simply_absent() -> None:
    who = entry(1)
    held = Held(sitting=who.sitting, note="another face", by=(ONE,))
    refused = Refused(sitting=who.sitting, note="another person", by=(ONE, TWO))
    assert alone("awaiting", held, who=who).lines[0].standing is Standing.HELD
    line = alone("awaiting", held, refused, who=who).lines[0]
    assert (line.standing, line.explanation, line.unexplained) == (Standing.REFUSED, "another person", False)
    assert alone("done", held, refused, who=who).lines[0].standing is Standing.DONE, "admitted after all"


def test_a_word_of_blanks_explains_nothing() -> None:
    who = entry(1)
    said = Explained(sitting=who.sitting, note="   ", by=(ONE,))
    assert not alone("blank", said, who=who).can_close
    assert alone("blank", said, said.model_copy(update={"note": "gave up"}), who=who).can_close


def test_an_irregularity_is_one_wherever_it_was_reported() -> None:
    who = entry(1)
    reported = Reported(code="IRREGULARITY", note="seen later", sitting=who.sitting, clause="5", by=(ONE,))
    assert alone("done", reported, who=who).lines[0].clauses == ("5",)
    assert [alone(life).counts.irregular for life in ("done", "caught", "voided")] == [0, 1, 1]
    of_nobody = Reported(code="DISTURBANCE", note="", clause="7")
    assert alone("done", of_nobody).counts.irregular == 0


@given(st.lists(st.sampled_from(sorted(LIVES)), max_size=30))
def test_the_counts_add_up_whoever_is_there(lives: list[str]) -> None:
    found = [Found(entry(number), sitting(life), None, handed_over=True) for number, life in enumerate(lives)]
    table = reconcile(room(), reversed(found))
    assert [line.found for line in table.lines] == found, "in the order of the admission numbers"
    counts = table.counts
    assert counts.expected == len(lives) == counts.present + counts.absent
    over = [line for line in table.lines if not line.under_way]
    assert counts.present == sum(line.standing in SAT for line in over) + len(table.under_way)
    unexplained = [line for line in table.lines if line.standing in EXPLAINED]
    assert table.can_close is (not unexplained and not table.under_way)
