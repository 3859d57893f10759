"""An erratum is scored for the whole session: first foreseen, then one correction for each result it changes."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.registry.correcting import Decision, DecisionIncomplete, void
from app.registry.errata import errata_of
from app.registry.models import CorrectionRow
from app.registry.premises import SessionUnknown
from app.registry.remarking import foresee, pending, remark
from app.registry.rescoring import ErratumRefused, check_erratum, read_erratum
from app.registry.results import accounts_of
from sync.wire.ids import new_id
from sync.wire.packet import ScorePacket
from sync.wire.receipt import Result
from sync.wire.result import CorrectionKind, Erratum
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving, signed, simulated_packet

BY = Decision("the printed key was wrong", ("Zhao Min",), 1_800_000_000_000)


@pytest.fixture
def sat(world: World, seat: Seat) -> tuple[str, str]:
    """A session of three with 5, 3 and 2 of 5 right, and an item that only the first has right in all forms."""
    return taken_in(world, seat, (5, 3, 2))


def taken_in(world: World, seat: Seat, rights: tuple[int, ...]) -> tuple[str, str]:
    """Hand in a packet for each figure; give the session and an item on the last form that was answered wrongly."""
    session = world.registry.plan_session(world.request((seat.device,), candidates=len(rights)))
    for number, right in enumerate(rights):
        packet = simulated_packet(world, seat, session, number, right=right)
        world.registry.take_packet(*signed(world, seat, packet))
    return session, packet.outcomes[-1].item


def standing(world: World, session: str) -> list[Result]:
    return [account.stand.result for account in accounts_of(world.registry.premises, session)]


def test_foreseeing_writes_nothing_and_says_what_the_remark_then_does(world: World, sat: tuple[str, str]) -> None:
    session, item = sat
    premises = world.registry.premises
    erratum = Erratum(item=item, rule="full-marks")
    before = standing(world, session)
    foreseen = foresee(premises, session, erratum)
    assert standing(world, session) == before
    assert remark(premises, session, erratum, BY) == foreseen
    assert foreseen.packets == 3
    assert foreseen.changes
    after = standing(world, session)
    changed = {change.sitting: (change.before, change.after) for change in foreseen.changes}
    for old, new in zip(before, after, strict=True):
        assert changed.get(old.sitting, (old, old)) == (old, new)
        assert new.score_milli - old.score_milli in (0, 20_000)
    assert foresee(premises, session, erratum).changes == ()
    assert remark(premises, session, erratum, BY).changes == ()


def test_a_left_out_item_is_held_against_the_pass_mark_in_proportion(world: World, seat: Seat) -> None:
    session, item = taken_in(world, seat, (4,))
    (change,) = remark(world.registry.premises, session, Erratum(item=item, rule="leave-out"), BY).changes
    assert (change.before.score_milli, change.before.max_milli) == (80_000, 100_000)
    assert (change.after.score_milli, change.after.max_milli, change.after.passed) == (80_000, 80_000, True)
    session, item = taken_in(world, seat, (3,))
    done = remark(world.registry.premises, session, Erratum(item=item, rule="leave-out"), BY)
    assert (done.changes[0].after.score_milli, done.changes[0].after.max_milli) == (60_000, 80_000)
    assert not done.changes[0].after.passed
    assert (done.now_pass, done.now_fail) == (0, 0)


def test_another_key_gives_and_takes_and_the_last_erratum_of_an_item_counts(world: World, seat: Seat) -> None:
    session, item = taken_in(world, seat, (4,))
    premises = world.registry.premises
    wrong = "F" if item.startswith("true") else "C"
    done = remark(premises, session, Erratum(item=item, rule=f"key:{wrong}"), BY)
    assert [change.after.score_milli for change in done.changes] == [100_000]
    right = "T" if item.startswith("true") else "A"
    done = remark(premises, session, Erratum(item=item, rule=f"key:{right}"), BY)
    assert [change.after.score_milli for change in done.changes] == [80_000]
    (account,) = accounts_of(premises, session)
    assert [one.document.kind for one in account.corrections] == [CorrectionKind.REMARK] * 2
    assert account.receipt.result.score_milli == 80_000
    with premises.database.reading() as rows:
        assert errata_of(rows, session) == (Erratum(item=item, rule=f"key:{right}"),)


def test_a_voided_sitting_is_scored_again_and_stays_void(world: World, seat: Seat) -> None:
    session, item = taken_in(world, seat, (4,))
    premises = world.registry.premises
    (account,) = accounts_of(premises, session)
    void(premises, account.sitting, Decision("covered", ("A", "B"), 1))
    (change,) = remark(premises, session, Erratum(item=item, rule="full-marks"), BY).changes
    assert (change.after.score_milli, change.after.voided, change.after.passed) == (100_000, True, False)


def test_a_packet_that_comes_after_the_remark_is_shown_to_wait_and_the_next_run_corrects_it(
    world: World, seat: Seat
) -> None:
    premises = world.registry.premises
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    late = simulated_packet(world, seat, session, 0, right=4)
    erratum = Erratum(item=late.outcomes[-1].item, rule="full-marks")
    assert remark(premises, session, erratum, BY).packets == 0
    world.registry.take_packet(*signed(world, seat, late))
    (account,) = accounts_of(premises, session)
    with premises.database.reading() as rows:
        assert pending(premises, rows, account) is not None
    assert [change.after.score_milli for change in remark(premises, session, erratum, BY).changes] == [100_000]


@pytest.mark.parametrize("rule", ["", "none", "key:", "key:A,,B", "full-marks "])
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    with pytest.raises(ErratumRefused):
        read_erratum("item", rule)


def test_what_says_nothing_for_a_session_is_refused_and_nothing_is_written(world: World, sat: tuple[str, str]) -> None:
    session, item = sat
    premises = world.registry.premises
    for erratum in (Erratum(item="no-such-item", rule="full-marks"), Erratum(item=item, rule="key:Z")):
        with pytest.raises(ErratumRefused):
            check_erratum(premises, session, erratum)
    with pytest.raises(SessionUnknown):
        foresee(premises, new_id(), Erratum(item=item, rule="full-marks"))
    for incomplete in (Decision("", ("A",), 1), Decision("why", (), 1)):
        with pytest.raises(DecisionIncomplete):
            remark(premises, session, Erratum(item=item, rule="full-marks"), incomplete)
    with premises.database.reading() as rows:
        assert errata_of(rows, session) == ()
        assert not [row for row in rows.query(CorrectionRow) if row.sitting in str(standing(world, session))]


def _items(world: World, seat: Seat, session: str, number: int) -> set[str]:
    return {outcome.item for outcome in simulated_packet(world, seat, session, number).outcomes}


def _wrong(packet: ScorePacket, items: set[str]) -> ScorePacket:
    """Leave the answers to `items` out, and score as a seat does."""
    outcomes = tuple(one.model_copy(update={"score_milli": 0}) if one.item in items else one for one in packet.outcomes)
    score = sum(one.score_milli for one in outcomes)
    answers = tuple(answer for answer in packet.answers if answer.item not in items)
    changed = {"answers": answers, "outcomes": outcomes, "score_milli": score, "passed": score >= 80_000}
    return packet.model_copy(update=changed)


@pytest.mark.parametrize("stride", [pytest.param(1, marks=(pytest.mark.long, pytest.mark.timeout(900))), 61])
def test_a_remark_that_dies_and_is_run_again_corrects_each_result_once(tmp_path: Path, stride: int) -> None:
    with opened_world(tmp_path) as world, serving(world.registry):
        seat = enrol_seat(world)
        session = world.registry.plan_session(world.request((seat.device,), candidates=60))
        item = simulated_packet(world, seat, session, 0).outcomes[-1].item
        having = (number for number in range(60) if item in _items(world, seat, session, number))
        for right, number in zip((5, 0, 0), having, strict=False):
            packet = simulated_packet(world, seat, session, number)
            fixed = {item} if right == 0 else set()
            world.registry.take_packet(*signed(world, seat, _wrong(packet, fixed)))
    command = [sys.executable, "-m", "tests.app.registry.dying_remark", str(tmp_path), session, item, str(stride)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=800)
    assert told.returncode == 0, told.stderr
    died, begun = map(int, told.stdout.split())
    assert died > 90 // stride
    assert begun > 20 // stride
