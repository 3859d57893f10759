"""The outbox: a packet goes through its stages with evidence, and nothing drops it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sync.replica.database import Replica
from sync.replica.outbox import Hold, PacketClash, Stage, StageRefused, Why
from sync.trust.clock import ClockReading

SHA = "a" * 64
DAY_MS = 86_400_000
NOW = ClockReading("one boot", 1_000, 1_800_000_000_000)
IN_1970, IN_2040 = 0, 2_208_988_800_000


def later(ms: int, *, wall_ms: int | None = None, boot: str = NOW.boot_id) -> ClockReading:
    return ClockReading(boot, NOW.mono_ms + ms, NOW.wall_ms + ms if wall_ms is None else wall_ms)


def waiting(replica: Replica, wait_ms: int = 5_000, tried: ClockReading = NOW) -> None:
    """Put a row in that was tried once and waits."""
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=tried.wall_ms)
    replica.outbox.move(SHA, Stage.QUEUED)
    replica.outbox.move(SHA, Stage.IN_FLIGHT)
    replica.outbox.move(SHA, Stage.QUEUED, hold=Hold(Why.BUSY, "status 503", wait_ms, tried))


def test_the_way_of_a_packet(replica: Replica) -> None:
    outbox = replica.outbox
    outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=5)
    outbox.move(SHA, Stage.QUEUED)
    assert outbox.due(Stage.QUEUED, NOW) == [SHA]
    outbox.move(SHA, Stage.IN_FLIGHT)
    assert outbox.due(Stage.QUEUED, NOW) == []
    outbox.move(SHA, Stage.RECEIPTED, receipt=b"receipt")
    outbox.move(SHA, Stage.PROVEN, proof=b"proof")
    row = outbox.get(SHA)
    assert row is not None
    assert (row.stage, row.receipt, row.proof, row.tries, row.envelope) == (
        Stage.PROVEN, b"receipt", b"proof", 1, b"bytes",
    )  # fmt: skip


@pytest.mark.parametrize("to", [Stage.RECEIPTED, Stage.PROVEN])
def test_no_status_moves_a_row_without_its_evidence(replica: Replica, to: Stage) -> None:
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=0)
    for stage in (Stage.QUEUED, Stage.IN_FLIGHT):
        replica.outbox.move(SHA, stage)
    if to is Stage.PROVEN:
        replica.outbox.move(SHA, Stage.RECEIPTED, receipt=b"receipt")
    before = replica.outbox.get(SHA)
    with pytest.raises(StageRefused, match="evidence"):
        replica.outbox.move(SHA, to)
    assert replica.outbox.get(SHA) == before


def test_the_same_bytes_again_change_nothing(replica: Replica) -> None:
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=0)
    replica.outbox.move(SHA, Stage.QUEUED)
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=9)
    assert [row.stage for row in replica.outbox.all()] == [Stage.QUEUED]


def test_other_bytes_under_the_same_packet_id_are_refused(replica: Replica) -> None:
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=0)
    with pytest.raises(PacketClash):
        replica.outbox.add("b" * 64, "packet", "sitting", b"others", now_ms=0)
    assert [row.envelope for row in replica.outbox.all()] == [b"bytes"]


def test_after_a_start_what_was_in_flight_is_sent_again(replica: Replica) -> None:
    waiting(replica)
    replica.outbox.move(SHA, Stage.IN_FLIGHT)
    assert replica.outbox.recover() == 1
    assert replica.outbox.due(Stage.QUEUED, NOW) == [SHA]


@pytest.mark.parametrize("wall_ms", [IN_1970, NOW.wall_ms - DAY_MS, NOW.wall_ms + 4_999, IN_2040])
def test_a_wait_is_as_long_as_it_is_wherever_the_wall_clock_is_put(replica: Replica, wall_ms: int) -> None:
    waiting(replica, wait_ms=5_000)
    assert replica.outbox.due(Stage.QUEUED, later(4_999, wall_ms=wall_ms)) == []
    assert replica.outbox.due(Stage.QUEUED, later(5_000, wall_ms=wall_ms)) == [SHA]


@pytest.mark.parametrize(
    ("wall_ms", "due"),
    [
        (IN_1970, True),
        (NOW.wall_ms - 1, True),
        (NOW.wall_ms + 4_999, False),
        (NOW.wall_ms + 5_000, True),
        (IN_2040, True),
    ],
)
def test_after_another_start_the_rest_of_a_wait_is_waited_if_the_wall_clock_makes_sense(
    replica: Replica, wall_ms: int, due: bool
) -> None:
    waiting(replica, wait_ms=5_000)
    assert bool(replica.outbox.due(Stage.QUEUED, ClockReading("next boot", 0, wall_ms))) is due


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from([IN_1970, NOW.wall_ms, IN_2040]), st.booleans())),
)
def test_however_the_clocks_go_a_wait_is_neither_endless_nor_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "clocks.db"
    path.unlink(missing_ok=True)
    with Replica.open(path, b"k" * 32) as replica:
        waiting(replica, wait_ms=5_000)
        passed = starts = tried = 0
        for ms, wall_ms, restarts in [*steps, (5_000, NOW.wall_ms, False)]:
            passed, starts = (0, starts + 1) if restarts else (passed + ms, starts)
            boot, mono_ms = (f"boot {starts}", passed) if starts else (NOW.boot_id, NOW.mono_ms + passed)
            now = ClockReading(boot, mono_ms, wall_ms)
            if replica.outbox.due(Stage.QUEUED, now):
                tried += 1
                replica.outbox.postpone(SHA, Hold(Why.BUSY, "", 5_000, now))
        whole = sum(ms for ms, _, _ in steps) + 5_000
        assert tried <= whole // 5_000 + starts  # one more for a start of the machine, at most
        assert tried >= 1 or starts == 0


def test_what_nobody_heard_was_no_try(replica: Replica) -> None:
    waiting(replica)
    for why, tries in ((Why.NO_NETWORK, 1), (Why.BROKEN_OFF, 2)):
        replica.outbox.move(SHA, Stage.IN_FLIGHT)
        replica.outbox.move(SHA, Stage.QUEUED, hold=Hold(why, "", 1, NOW))
        line = replica.outbox.line(SHA)
        assert line is not None
        assert (line.why, line.tries) == (why, tries)


def test_why_it_waits_is_told_until_something_comes_of_the_next_try(replica: Replica) -> None:
    waiting(replica)
    replica.outbox.move(SHA, Stage.IN_FLIGHT)
    row = replica.outbox.get(SHA)
    assert row is not None
    assert (row.why, row.detail, row.tried_ms) == (Why.BUSY, "status 503", NOW.wall_ms)
    replica.outbox.move(SHA, Stage.RECEIPTED, receipt=b"receipt")
    row = replica.outbox.get(SHA)
    assert row is not None
    assert (row.why, row.detail) == (Why.NEW, "")


def test_what_is_quarantined_is_tried_again_only_by_hand(replica: Replica) -> None:
    waiting(replica)
    replica.outbox.move(SHA, Stage.IN_FLIGHT)
    replica.outbox.move(SHA, Stage.QUARANTINED, hold=Hold(Why.CONFLICT, "another was first", 0, NOW))
    assert replica.outbox.recover() == 0
    assert replica.outbox.due(Stage.QUEUED, later(10 * DAY_MS)) == []
    state = replica.outbox.state()
    assert (state.waiting, state.quarantined, state.undelivered, state.whys) == (0, 1, 1, {Why.CONFLICT: 1})
    assert replica.outbox.retry("b" * 64) == 0
    assert replica.outbox.retry(SHA) == 1
    assert replica.outbox.due(Stage.QUEUED, NOW) == [SHA]
    assert replica.outbox.retry() == 0  # it is due already


def test_who_cannot_wait_for_the_wait_ends_it_by_hand(replica: Replica) -> None:
    waiting(replica)
    assert replica.outbox.due(Stage.QUEUED, NOW) == []
    assert replica.outbox.retry() == 1
    assert replica.outbox.due(Stage.QUEUED, NOW) == [SHA]


def test_a_pause_is_on_the_disk_with_its_reason_and_since_when(tmp_path: Path) -> None:
    with Replica.open(tmp_path / "paused.db", b"k" * 32) as replica:
        assert replica.outbox.paused() is None
        replica.outbox.pause("the line is needed", 5)
        replica.outbox.pause("still needed", 9)
    with Replica.open(tmp_path / "paused.db", b"k" * 32) as replica:
        pause = replica.outbox.state().pause
        assert pause is not None
        assert (pause.since_ms, pause.reason) == (5, "still needed")
        assert replica.outbox.resume()
        assert not replica.outbox.resume()
        assert replica.outbox.paused() is None


def test_a_receipt_that_came_by_hand_ends_the_wait_too(replica: Replica) -> None:
    waiting(replica)
    replica.outbox.mark_carried([SHA], 7)
    replica.outbox.move(SHA, Stage.RECEIPTED, receipt=b"receipt")
    row = replica.outbox.get(SHA)
    assert row is not None
    assert (row.stage, row.carried_ms) == (Stage.RECEIPTED, 7)


def test_bytes_are_let_go_only_of_what_is_purgeable_and_the_evidence_stays(replica: Replica) -> None:
    waiting(replica)
    for stage in (Stage.IN_FLIGHT, Stage.RECEIPTED, Stage.PROVEN):
        with pytest.raises(StageRefused):
            replica.outbox.let_go(SHA)
        replica.outbox.move(SHA, stage, receipt=b"receipt", proof=b"proof")
    replica.outbox.move(SHA, Stage.PURGEABLE)
    replica.outbox.let_go(SHA)
    row = replica.outbox.get(SHA)
    assert row is not None
    assert (row.envelope, row.size, row.receipt, row.proof) == (b"", 0, b"receipt", b"proof")


def test_a_countersignature_replaces_only_a_packet_that_is_still_sealed(replica: Replica) -> None:
    replica.outbox.add(SHA, "packet", "sitting", b"one signature", now_ms=0)
    replica.outbox.replace_sealed(SHA, "b" * 64, b"two signatures")
    replica.outbox.move("b" * 64, Stage.QUEUED)
    with pytest.raises(StageRefused):
        replica.outbox.replace_sealed("b" * 64, "c" * 64, b"three")


def test_any_sequence_of_moves_keeps_every_packet(replica: Replica) -> None:
    class Moves(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.added = {row.sha256 for row in replica.outbox.all()}

        @rule(number=st.integers(0, 5))
        def add(self, number: int) -> None:
            sha256 = f"{number:064d}"
            replica.outbox.add(sha256, f"packet-{number}", "sitting", sha256.encode(), now_ms=0)
            self.added.add(sha256)

        @precondition(lambda self: bool(self.added))
        @rule(number=st.integers(0, 5), to=st.sampled_from(Stage))
        def move(self, number: int, to: Stage) -> None:
            sha256 = f"{number:064d}"
            before = replica.outbox.get(sha256)
            try:
                replica.outbox.move(sha256, to, receipt=b"r", proof=b"p")
            except StageRefused:
                assert replica.outbox.get(sha256) == before

        @rule()
        def restart(self) -> None:
            replica.outbox.recover()
            assert all(row.stage is not Stage.IN_FLIGHT for row in replica.outbox.all())

        @invariant()
        def nothing_is_dropped(self) -> None:
            rows = {row.sha256: row.envelope for row in replica.outbox.all()}
            assert rows == {sha256: sha256.encode() for sha256 in self.added}

    case = Moves.TestCase
    case.settings = settings(max_examples=25, stateful_step_count=25)
    case().runTest()
