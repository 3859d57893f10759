"""Packets get through a bad line, each exactly once, and nothing but a verified receipt ends their wait."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.registry.models import LogLeaf, Packet, ScoredResult
from sync.client.connection import RegistryConnection
from sync.client.delivery import (
    FIRST_WAIT_MS,
    LONGEST_OBEYED_MS,
    LONGEST_WAIT_MS,
    DeliveryReport,
    deliver_due,
    wait_ms,
)
from sync.replica.cabinet import FURTHEST_AHEAD_MS
from sync.replica.database import Replica
from sync.replica.outbox import OutboxRow, Stage, Why
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading
from sync.trust.evidence import check_receipt
from tests.app.registry.world import Seat, World, signed, simulated_packet
from tests.sync.client.simulator import Act, Line

NOW = 1_800_000_000_000
HARMLESS = {Act.PASS, Act.DELAY, Act.DUPLICATE}
WHY = dict.fromkeys(Act, Why.NOT_REGISTRY) | {
    Act.LATE: Why.BROKEN_OFF,
    Act.DROP_BEFORE: Why.BROKEN_OFF,
    Act.DROP_AFTER: Why.BROKEN_OFF,
    Act.TRUNCATE: Why.BROKEN_OFF,
    Act.DRIP_HEADERS: Why.BROKEN_OFF,
    Act.DRIP_BODY: Why.BROKEN_OFF,
    Act.BUSY_429: Why.BUSY,
    Act.DOWN_503: Why.BUSY,
    Act.DEFECT_500: Why.FAILS,
}


@dataclass
class Numbers:
    """Hands every test candidates that no other test has used."""

    used: int = field(default=0)

    def take(self, count: int) -> Iterator[int]:
        self.used += count
        yield from range(self.used - count, self.used)


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return Numbers()


@dataclass
class Case:
    """A seat's outbox with queued packets."""

    world: World
    seat: Seat
    session: str
    replica: Replica
    trust: Trust
    numbers: Numbers

    def queue(self, count: int) -> list[str]:
        digests = []
        for number in self.numbers.take(count):
            packet = simulated_packet(self.world, self.seat, self.session, number, right=number % 6)
            sha256, envelope = signed(self.world, self.seat, packet)
            self.replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, NOW - 1000 + number)
            self.replica.outbox.move(sha256, Stage.QUEUED)
            digests.append(sha256)
        return digests

    def deliver(self, connection: RegistryConnection, after_ms: int = 0) -> DeliveryReport:
        """Take one pass, so long after the first moment of a test."""
        now = ClockReading("simulated boot", after_ms, NOW + after_ms)
        return deliver_due(self.replica, connection, self.trust, lambda: now, chance=lambda: 0.5)

    def row(self, sha256: str) -> OutboxRow:
        found = self.replica.outbox.get(sha256)
        assert found
        return found

    def counted(self, digests: list[str]) -> list[int]:
        """Give how many packets, results and leaves the registry has for these."""
        with self.world.registry.premises.database.reading() as rows:
            return [
                rows.scalar(select(func.count()).select_from(table).where(column.in_(digests))) or 0
                for table, column in (
                    (Packet, Packet.sha256),
                    (ScoredResult, ScoredResult.packet_sha256),
                    (LogLeaf, LogLeaf.subject_sha256),
                )
            ]


@pytest.fixture
def case(world: World, seat: Seat, session: str, replica: Replica, trust: Trust, numbers: Numbers) -> Case:
    return Case(world, seat, session, replica, trust, numbers)


def test_a_packet_is_receipted_and_proven(case: Case, connection: RegistryConnection) -> None:
    (sha256,) = case.queue(1)
    report = case.deliver(connection)
    assert (report.receipted, report.proven, report.waiting) == ((sha256,), (sha256,), 0)
    row = case.row(sha256)
    assert row.stage is Stage.PROVEN
    assert row.receipt
    assert check_receipt(row.receipt, row.envelope, row.proof, case.trust).good
    assert case.replica.cabinet.highest_signed_ms() == case.world.clock.now_ms
    assert case.deliver(connection).moved == 0


def test_a_registry_whose_clock_is_years_ahead_signs_for_packets_but_moves_no_time_here(
    case: Case, connection: RegistryConnection
) -> None:
    right_ms = case.world.clock.now_ms
    case.replica.cabinet.raise_highest_signed_ms(right_ms, right_ms)
    case.world.clock.now_ms += 2 * FURTHEST_AHEAD_MS
    (sha256,) = case.queue(1)
    try:
        assert case.deliver(connection).receipted == (sha256,)
    finally:
        ahead_ms, case.world.clock.now_ms = case.world.clock.now_ms, right_ms
    assert (case.replica.cabinet.highest_signed_ms(), case.replica.cabinet.refused_signed_ms()) == (right_ms, ahead_ms)


@pytest.mark.parametrize("act", [act for act in Act if act not in HARMLESS])
def test_nothing_but_a_verified_receipt_ends_the_wait(
    case: Case, line: Line, over_the_line: RegistryConnection, patient: RegistryConnection, act: Act
) -> None:
    first, sha256 = case.queue(2)
    line.script = [Act.PASS, act]
    assert case.deliver(over_the_line).receipted == (first,)
    row = case.row(sha256)
    assert (row.stage, row.tries, row.receipt) == (Stage.QUEUED, 1, None)
    assert row.why is WHY[act]
    assert row.detail
    assert 0 < row.wait_ms <= LONGEST_OBEYED_MS
    assert sha256 in case.deliver(patient, LONGEST_OBEYED_MS).proven
    assert case.counted([sha256]) == [1, 1, 1]


def test_a_row_is_in_flight_on_the_disk_before_the_first_byte_leaves(
    case: Case, line: Line, over_the_line: RegistryConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sha256,) = case.queue(1)
    stages: list[Stage] = []
    heard = Line.act_for

    def listen(self: Line, method: str, path: str) -> Act:
        stages.append(case.row(sha256).stage)
        return heard(self, method, path)

    monkeypatch.setattr(Line, "act_for", listen)
    case.deliver(over_the_line)
    assert line.seen[0][0] == "PUT"
    assert stages == [Stage.IN_FLIGHT, Stage.RECEIPTED]


class Killed(BaseException):
    """The program ended here."""


@pytest.mark.parametrize("arrived", [False, True])
def test_a_seat_killed_in_the_middle_sends_again_and_counts_once(
    case: Case, connection: RegistryConnection, monkeypatch: pytest.MonkeyPatch, *, arrived: bool
) -> None:
    (sha256,) = case.queue(1)
    whole = connection.put

    def die(path: str, body: bytes, max_bytes: int) -> None:
        if arrived:
            whole(path, body, max_bytes)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(connection, "put", die)
        with pytest.raises(Killed):
            case.deliver(connection)
    case.replica.close()
    with Replica.open(case.replica.path, case.seat.keystore.replica_key()) as reopened:
        assert [row.stage for row in reopened.outbox.all()] == [Stage.IN_FLIGHT]
        assert reopened.outbox.recover() == 1
        assert deliver_due(reopened, connection, case.trust).proven == (sha256,)
    assert case.counted([sha256]) == [1, 1, 1]


def test_one_bad_row_blocks_no_other(case: Case, connection: RegistryConnection) -> None:
    bad = "f" * 64  # bytes that are no packet at all
    case.replica.outbox.add(bad, "bad", "bad", b"not a packet", 0)
    case.replica.outbox.move(bad, Stage.QUEUED)
    good = case.queue(3)
    report = case.deliver(connection)
    assert set(report.proven) == set(good)
    assert (case.row(bad).stage, report.waiting) == (Stage.QUEUED, 1)
    assert case.row(bad).why is Why.REFUSED
    assert "422" in case.row(bad).detail


def test_a_packet_that_another_one_forestalled_is_quarantined_with_the_reason(
    case: Case, connection: RegistryConnection
) -> None:
    (first,) = case.queue(1)
    case.deliver(connection)
    row = case.row(first)
    packet = simulated_packet(case.world, case.seat, case.session, case.numbers.used - 1, right=0)
    assert packet.sitting == row.sitting
    sha256, envelope = signed(case.world, case.seat, packet)
    case.replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, NOW)
    case.replica.outbox.move(sha256, Stage.QUEUED)
    assert case.deliver(connection).quarantined == (sha256,)
    assert case.row(sha256).stage is Stage.QUARANTINED
    assert first in case.row(sha256).detail
    assert case.row(first).stage is Stage.PROVEN


def test_with_nobody_there_the_pass_ends_at_once_and_nothing_is_lost(case: Case) -> None:
    digests = case.queue(5)
    nobody = RegistryConnection("https://127.0.0.1:1", case.seat.enrolment.ca_pem)
    report = case.deliver(nobody)
    assert (report.waiting, report.moved, report.why, report.answered) == (5, 0, Why.NO_NETWORK, False)
    assert [case.row(sha256).why for sha256 in digests] == [Why.NO_NETWORK, *[Why.NEW] * 4]
    assert [case.row(sha256).tries for sha256 in digests] == [0] * 5  # nothing was sent
    assert {case.row(sha256).stage for sha256 in digests} == {Stage.QUEUED}


@pytest.mark.parametrize("act", [Act.DROP_BEFORE, Act.PORTAL_200, Act.DOWN_503, Act.TRUNCATE])
def test_a_proof_that_does_not_come_leaves_the_receipt_and_is_asked_for_again(
    case: Case, line: Line, over_the_line: RegistryConnection, act: Act
) -> None:
    (sha256,) = case.queue(1)
    line.script, line.only = [act], "GET"
    assert case.deliver(over_the_line).receipted == (sha256,)
    assert case.row(sha256).stage is Stage.RECEIPTED
    assert case.row(sha256).wait_ms > 0
    assert case.deliver(over_the_line, LONGEST_OBEYED_MS).proven == (sha256,)
    assert len([seen for seen in line.seen if seen[0] == "PUT"]) == 1


def test_a_clock_put_anywhere_neither_holds_a_packet_for_years_nor_sends_it_all_the_time(
    case: Case, line: Line, over_the_line: RegistryConnection
) -> None:
    (sha256,) = case.queue(1)
    line.script = [Act.DOWN_503] * 100
    walls = [0, NOW, 2_208_988_800_000]  # 1970, now, 2040
    for second in range(300):
        now = ClockReading("simulated boot", second * 1_000, walls[second % 3])
        deliver_due(case.replica, over_the_line, case.trust, lambda now=now: now, chance=lambda: 0.5)  # type: ignore[misc]
    assert 1 <= len(line.seen) <= 2  # it was asked to wait for as long as it may, and did
    line.script = []
    late = ClockReading("simulated boot", 2 * LONGEST_OBEYED_MS, 0)
    assert deliver_due(case.replica, over_the_line, case.trust, lambda: late).proven == (sha256,)


@given(st.integers(0, 100), st.integers(0, 10**12), st.floats(0, 1, exclude_max=True))
def test_waiting_grows_has_jitter_and_has_bounds(tries: int, asked_ms: int, chance: float) -> None:
    waited = wait_ms(tries, asked_ms, chance)
    assert FIRST_WAIT_MS // 2 <= waited <= max(LONGEST_WAIT_MS, LONGEST_OBEYED_MS)
    assert waited >= min(asked_ms, LONGEST_OBEYED_MS)
    assert wait_ms(tries + 1, 0, chance) >= wait_ms(tries, 0, chance)
    assert wait_ms(tries, 0, 0.0) * 2 <= wait_ms(tries, 0, 0.999999) + FIRST_WAIT_MS


def test_retry_after_is_obeyed_up_to_an_hour(case: Case, line: Line, over_the_line: RegistryConnection) -> None:
    patient, too_patient = case.queue(2)
    line.script = [Act.BUSY_429, Act.DOWN_503]
    case.deliver(over_the_line)
    waits = sorted(case.row(sha256).wait_ms for sha256 in (patient, too_patient))
    assert waits == [120_000, LONGEST_OBEYED_MS]
