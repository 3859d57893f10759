"""A thousand packets over a bad line: the wire itself, and whatever answers in the registry's place, fail at random."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from app.registry.models import LogLeaf, Packet, ScoredResult
from sync.client.connection import RegistryConnection
from sync.client.delivery import EVERY_S, LONGEST_OBEYED_MS, QUIETEST_S, Courier
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading
from sync.trust.evidence import check_receipt
from tests.app.registry.world import Seat, World, signed, simulated_packet
from tests.sync.client.simulator import Act, Line
from tests.sync.client.simulator_wire import Ill, Wire, simulated_wire

SLOW_ACTS = {Act.DRIP_BODY, Act.DRIP_HEADERS}
SLOW_ILLS = {Ill.SILENT}
A_SESSION = 250


@dataclass
class Time:
    """A clock that goes only as far as somebody waits; the wall clock is put somewhere else with every look."""

    dice: random.Random
    ms: int = 0

    def __call__(self) -> ClockReading:
        wall_ms = self.dice.choice([0, 1_800_000_000_000 + self.ms, 2_208_988_800_000])  # 1970, now, 2040
        return ClockReading("simulated boot", self.ms, wall_ms)


def queue(world: World, seat: Seat, replica: Replica, count: int) -> list[str]:
    """Queue so many packets, of as many sittings."""
    digests: list[str] = []
    while len(digests) < count:
        candidates = min(A_SESSION, count - len(digests))
        session = world.registry.plan_session(world.request((seat.device,), candidates=candidates))
        for number in range(candidates):
            packet = simulated_packet(world, seat, session, number, right=number % 6)
            sha256, envelope = signed(world, seat, packet)
            replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, len(digests))
            replica.outbox.move(sha256, Stage.QUEUED)
            digests.append(sha256)
    return digests


def counted(world: World, digests: list[str]) -> list[int]:
    """Give how many packets, results and leaves the registry has for these."""
    columns = (Packet.sha256, ScoredResult.packet_sha256, LogLeaf.subject_sha256)
    with world.registry.premises.database.reading() as rows:
        return [rows.scalar(select(func.count()).where(column.in_(digests))) or 0 for column in columns]


def bad_luck(dice: random.Random, kinds: list[Act] | list[Ill], slow: set[Act] | set[Ill], count: int) -> list[object]:
    """Give a script with each kind at least once, the slow ones only once, and as much of nothing as of everything."""
    quick = [kind for kind in kinds if kind not in slow]
    script: list[object] = [*kinds, *(dice.choice([*quick, kinds[0]]) for _ in range(count - len(kinds)))]
    dice.shuffle(script)
    return script


@pytest.fixture
def wire(line: Line) -> Iterator[Wire]:
    with simulated_wire(line.url) as laid:
        yield laid


@contextmanager
def over(wire: Wire, seat: Seat) -> Iterator[RegistryConnection]:
    opened = RegistryConnection(wire.url, seat.enrolment.ca_pem, timeout=(1, 1), total_s=0.5)
    yield opened
    opened.close()


@pytest.mark.parametrize("count", [60, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_packets_over_a_line_and_a_wire_that_fail_at_random_are_each_counted_once(
    world: World, seat: Seat, replica: Replica, trust: Trust, line: Line, wire: Wire, count: int
) -> None:
    digests = queue(world, seat, replica, count)
    dice = random.Random(20261122)
    line.script = bad_luck(dice, list(Act), SLOW_ACTS, count)  # type: ignore[assignment]
    wire.ills = bad_luck(dice, list(Ill), SLOW_ILLS, count)  # type: ignore[assignment]
    time = Time(dice)
    with over(wire, seat) as connection:
        courier = Courier(replica, lambda: connection, lambda: trust, clock=time, chance=dice.random)
        turns = 0
        while replica.outbox.state().waiting + replica.outbox.state().unproven:
            turns += 1
            assert turns < 20_000
            time.ms += round(courier.wait_s(courier.turn()) * 1_000)
    assert (line.script, wire.ills) == ([], [])  # all of it happened
    rows = [replica.outbox.get(sha256) for sha256 in digests]
    assert {row.stage for row in rows if row} == {Stage.PROVEN}
    assert all(row and check_receipt(row.receipt or b"", row.envelope, row.proof, trust).good for row in rows)
    assert counted(world, digests) == [count] * 3
    # no busy loop: a packet and its proof once each, and once more for what went wrong; and time was let pass
    assert sum(wire.seen.values()) <= 2 * count + len(digests) + sum(act is not Act.PASS for _, _, act in line.seen)
    assert time.ms > LONGEST_OBEYED_MS / 2


def test_where_nobody_answers_the_line_is_tried_ever_less_often_and_soon_enough_again(
    world: World, seat: Seat, replica: Replica, trust: Trust
) -> None:
    digests = queue(world, seat, replica, 5)
    dice = random.Random(1)
    time, tried = Time(dice), 0

    def nobody() -> RegistryConnection:
        nonlocal tried
        tried += 1
        return RegistryConnection("https://127.0.0.1:1", seat.enrolment.ca_pem)

    courier = Courier(replica, nobody, lambda: trust, clock=time, chance=dice.random)
    while time.ms < 3_600_000:
        report = courier.turn()
        wait_s = courier.wait_s(report)
        assert EVERY_S <= wait_s <= QUIETEST_S
        time.ms += round(wait_s * 1_000)
    assert 60 <= tried <= 130  # in an hour, whatever the number of packets
    assert all(line.tries == 0 for line in replica.outbox.lines())
    there = Courier(replica, seat.connect, lambda: trust, clock=time, chance=dice.random)
    while there.turn().waiting:
        time.ms += round(EVERY_S * 1_000)
        assert time.ms < 3_700_000
    assert counted(world, digests) == [5, 5, 5]


def test_a_paused_outbox_sends_nothing_and_goes_on_when_it_is_resumed(
    world: World,
    seat: Seat,
    replica: Replica,
    trust: Trust,
    line: Line,
    patient: RegistryConnection,
) -> None:
    digests = queue(world, seat, replica, 3)
    time = Time(random.Random(1))
    heard = line.act_for

    def pause_after_the_first(method: str, path: str) -> Act:
        replica.outbox.pause("the line is needed", 0)
        return heard(method, path)

    line.act_for = pause_after_the_first  # type: ignore[method-assign]
    courier = Courier(replica, lambda: patient, lambda: trust, clock=time)
    assert len(courier.turn().receipted) == 1  # what was begun is finished
    for _ in range(50):
        assert courier.turn().moved == 0
    assert len(line.seen) == 1
    line.act_for = heard  # type: ignore[method-assign]
    replica.outbox.resume()
    assert courier.turn().waiting == 0
    assert counted(world, digests) == [3, 3, 3]
