"""A seat whose device key is in a token: enrolled, given a plan, its packets counted, like any other."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.client.delivery import deliver_due
from sync.client.enrolment import enrol
from sync.client.plans import fetch_plans
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.trust.envelope import countersign, sign
from sync.trust.evidence import check_packet, check_receipt
from sync.trust.keystore import open_key_store
from sync.trust.token import TokenMissing
from sync.trust.tokenkey import TokenPrivateKey
from sync.trust.tokenstore import TokenKeyStore
from sync.wire.packet import ScorePacket
from tests.app.registry.world import HOUR_MS, Seat, World, simulated_packet
from tests.sync.trust.softhsm import MODULE, PIN, SoftTokens, soft_tokens


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path / "hsm") as tokens:
        tokens.add("seat 07")
        yield tokens


@pytest.fixture
def seat(world: World, url: str, slots: SoftTokens, tmp_path: Path) -> Iterator[Seat]:
    assert url.startswith("https://")
    assert slots.objects("seat 07") == []
    keystore = TokenKeyStore.make(tmp_path / "keys", MODULE, "seat 07", PIN)
    enrolment = enrol(world.registry.invite("07", HOUR_MS), keystore, tmp_path / "trust")
    opened = open_key_store(tmp_path / "keys")
    with Replica.open(tmp_path / "replica.db", opened.replica_key(), opened) as replica:
        yield Seat(opened, tmp_path / "trust", enrolment, replica)


def test_a_packet_signed_in_the_token_is_countersigned_delivered_and_proven(world: World, seat: Seat) -> None:
    trust, connection = Trust.load(seat.trust), seat.connect()
    device = seat.keystore.device_key()
    assert isinstance(device.private_key, TokenPrivateKey)
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    assert fetch_plans(connection, seat.asker, trust) == [session]
    packet = simulated_packet(world, seat, session, 0)
    made = sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, device)
    for proctor in world.proctor_keys:
        made = countersign(made, proctor)
    assert check_packet(made, trust).good
    sha256 = hashlib.sha256(made).hexdigest()
    seat.replica.outbox.add(sha256, packet.packet, packet.sitting, made, 1)
    seat.replica.outbox.move(sha256, Stage.QUEUED)
    assert deliver_due(seat.replica, connection, trust).proven == (sha256,)
    row = seat.replica.outbox.get(sha256)
    assert row is not None
    assert row.receipt is not None
    assert check_receipt(row.receipt, made, row.proof, trust).good
    connection.close()


def test_a_seat_without_its_token_asks_for_nothing_and_goes_on_when_it_is_back(
    world: World, seat: Seat, slots: SoftTokens
) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    trust, connection = Trust.load(seat.trust), seat.connect()
    slots.unplug()
    with pytest.raises(TokenMissing):
        fetch_plans(connection, seat.asker, trust)
    slots.plug_in()
    assert session in fetch_plans(connection, seat.asker, trust)
    connection.close()
