"""A packet's proof where witnesses are demanded: the receipt comes at once, the proof when they have cosigned."""

from app.registry import witnessing
from app.witness.home import WitnessHome, log_of
from sync.client.connection import RegistryConnection
from sync.client.delivery import LONGEST_WAIT_MS, DeliveryReport, deliver_due
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading
from sync.trust.evidence import check_receipt
from tests.app.registry.world import Seat, World, signed, simulated_packet
from tests.app.witness.serving import running

NOW = 1_800_000_000_000


def test_the_proof_waits_for_the_witness_and_comes_by_itself(
    world: World, seat: Seat, session: str, replica: Replica, connection: RegistryConnection
) -> None:
    premises = world.registry.premises
    first = Trust.load(premises.public_folder)
    witness = WitnessHome.initialise(world.folder / "witness", "witness.example/w1", log_of(first))
    with running(witness) as url:
        witnessing.add_witness(premises, witness.card, url, 1)
    trust = Trust.load(premises.public_folder)
    packet = simulated_packet(world, seat, session, 0)
    sha256, envelope = signed(world, seat, packet)
    replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, NOW)
    replica.outbox.move(sha256, Stage.QUEUED)

    def deliver(after_ms: int) -> DeliveryReport:
        now = ClockReading("simulated boot", after_ms, NOW + after_ms)
        return deliver_due(replica, connection, trust, lambda: now, chance=lambda: 0.5)

    early = deliver(0)
    assert (early.receipted, early.proven) == ((sha256,), ())
    waiting = replica.outbox.get(sha256)
    assert waiting
    assert waiting.stage is Stage.RECEIPTED
    with running(witness):
        assert witnessing.ask_witnesses(premises)
    late = deliver(LONGEST_WAIT_MS)
    assert late.proven == (sha256,)
    row = replica.outbox.get(sha256)
    assert row
    report = check_receipt(row.receipt or b"", envelope, row.proof, trust)
    assert report.good
    assert "proof_witnesses" in [check.name for check in report.checks]
