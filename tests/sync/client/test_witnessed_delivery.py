"""A packet's proof where witnesses are demanded: the receipt comes at once, the proof when they have cosigned."""

from pathlib import Path

from app.registry import witnessing
from app.registry.ingesting import ingest
from app.witness.home import WitnessHome, log_of
from sync.client.carried import export_packets, fetch_receipts
from sync.client.connection import RegistryConnection
from sync.client.delivery import LONGEST_WAIT_MS, DeliveryReport, deliver_due
from sync.client.medium import Medium
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


def test_by_hand_the_receipt_comes_first_and_the_proof_with_the_medium_s_next_way(
    world: World, seat: Seat, session: str, replica: Replica, tmp_path: Path
) -> None:
    premises = world.registry.premises
    witness = WitnessHome.initialise(
        tmp_path / "witness", "witness.example/w2", log_of(Trust.load(premises.public_folder))
    )
    with running(witness) as url:
        witnessing.add_witness(premises, witness.card, url, 1)
    for one in witnessing.witnesses(premises):
        if one.name != witness.card.name:
            witnessing.remove_witness(premises, one.name, 1)
    trust = Trust.load(premises.public_folder)
    (tmp_path / "stick").mkdir()
    medium = Medium(tmp_path / "stick")
    packet = simulated_packet(world, seat, session, 1)
    sha256, envelope = signed(world, seat, packet)
    replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, NOW)
    replica.outbox.move(sha256, Stage.QUEUED)
    assert export_packets(replica, seat.device, medium, NOW).written == 1
    assert ingest(world.registry, medium).new == 1
    early = fetch_receipts(replica, medium, trust)
    assert (early.receipted, early.proven) == ((sha256,), ())
    with running(witness):
        assert witnessing.ask_witnesses(premises)
    assert ingest(world.registry, medium).known == 1
    assert fetch_receipts(replica, medium, trust).proven == (sha256,)
