"""A packet's bytes leave the seat only by the registry's own word: proven, and its signed time past the retention."""

import pytest

from sync.client.delivery import deliver_due
from sync.client.keeping import let_go, mark_purgeable
from sync.client.plans import fetch_plans
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from tests.app.registry.world import Seat, World, signed, simulated_packet

DAY_MS = 86_400_000
THREE_YEARS_MS = 1_096 * DAY_MS


@pytest.fixture(scope="module")
def sha256(world: World, seat: Seat) -> str:
    """Put a packet into the seat's own outbox, and deliver it until it is proven."""
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    packet = simulated_packet(world, seat, session, 0)
    digest, envelope = signed(world, seat, packet)
    seat.replica.outbox.add(digest, packet.packet, packet.sitting, envelope, 1)
    seat.replica.outbox.move(digest, Stage.QUEUED)
    connection = seat.connect()
    assert deliver_due(seat.replica, connection, Trust.load(seat.trust)).proven == (digest,)
    connection.close()
    return digest


def test_bytes_go_when_the_registry_has_signed_a_late_enough_time_and_by_no_other_clock(
    world: World, seat: Seat, sha256: str
) -> None:
    replica, trust = seat.replica, Trust.load(seat.trust)
    received_ms = world.clock.now_ms
    plan_days_ms = (
        world.plan(world.registry.plan_session(world.request((seat.device,))))[0].policy.retention_days * DAY_MS
    )
    assert plan_days_ms >= THREE_YEARS_MS
    replica.cabinet.raise_highest_signed_ms(received_ms + plan_days_ms, received_ms + plan_days_ms)
    assert mark_purgeable(replica, trust) == []  # its plan is not here, so nobody knows how long it is to be kept
    connection = seat.connect()
    fetch_plans(connection, seat.asker, trust)
    connection.close()
    row = replica.outbox.get(sha256)
    assert row
    with replica.outbox._connection.transaction():
        replica.outbox._connection.run(
            "UPDATE setting SET value = ? WHERE name = 'highest_signed_ms'", received_ms + plan_days_ms - 1
        )
    assert mark_purgeable(replica, trust) == []
    assert let_go(replica) == 0
    replica.cabinet.raise_highest_signed_ms(received_ms + plan_days_ms, received_ms + plan_days_ms)
    replica.outbox._connection.run("UPDATE outbox SET proof = ? WHERE sha256 = ?", b"damaged", sha256)
    assert mark_purgeable(replica, trust) == []  # evidence that is not good any more lets nothing go
    replica.outbox._connection.run("UPDATE outbox SET proof = ? WHERE sha256 = ?", row.proof, sha256)
    assert mark_purgeable(replica, trust) == [sha256]
    assert (let_go(replica), let_go(replica)) == (1, 0)
    kept = replica.outbox.get(sha256)
    assert kept
    assert (kept.envelope, kept.receipt, kept.proof) == (b"", row.receipt, row.proof)
