"""The outbox: a packet goes through its stages with evidence, and nothing drops it."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sync.replica.database import Replica
from sync.replica.outbox import PacketClash, Stage, StageRefused

SHA = "a" * 64


def test_the_way_of_a_packet(replica: Replica) -> None:
    outbox = replica.outbox
    outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=5)
    outbox.move(SHA, Stage.QUEUED)
    assert [row.sha256 for row in outbox.due(now_ms=5)] == [SHA]
    outbox.move(SHA, Stage.IN_FLIGHT)
    assert outbox.due(now_ms=5) == []
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
    replica.outbox.add(SHA, "packet", "sitting", b"bytes", now_ms=0)
    replica.outbox.move(SHA, Stage.QUEUED)
    replica.outbox.move(SHA, Stage.IN_FLIGHT, next_try_ms=10**12)
    assert replica.outbox.recover() == 1
    assert len(replica.outbox.due(now_ms=0)) == 1


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
