"""Packets that come by hand are taken in as those from the network are, and whichever way comes first, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.registry import ingesting
from app.registry.ingesting import Ingested, ingest
from app.registry.models import Conflict, LogLeaf, Packet, ScoredResult
from app.registry.witnessing import add_witness, remove_witness
from app.witness.home import WitnessHome, log_of
from sync.client.carried import Exported, export_packets, fetch_receipts
from sync.client.delivery import deliver_due
from sync.client.medium import BUNDLE, Medium, MediumUnwritable, packet_file, receipt_file
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.wire.ids import new_id
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import Seat, World, signed, simulated_packet
from tests.app.witness.serving import running

NUMBERS = iter(range(60))


@pytest.fixture
def medium(tmp_path: Path) -> Medium:
    (tmp_path / "stick").mkdir()
    return Medium(tmp_path / "stick")


@pytest.fixture
def replica(tmp_path: Path, seat: Seat) -> Iterator[Replica]:
    with Replica.open(tmp_path / "replica.db", seat.keystore.replica_key()) as opened:
        yield opened


def queued(world: World, seat: Seat, session: str, replica: Replica, **change: object) -> str:
    packet = simulated_packet(world, seat, session, next(NUMBERS)).model_copy(update=change)
    sha256, envelope = signed(world, seat, packet)
    replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, 1)
    replica.outbox.move(sha256, Stage.QUEUED)
    return sha256


def counted(world: World, sha256: str) -> list[int]:
    columns = (Packet.sha256, ScoredResult.packet_sha256, LogLeaf.subject_sha256)
    with world.registry.premises.database.reading() as rows:
        return [rows.scalar(select(func.count()).where(column == sha256)) or 0 for column in columns]


@pytest.mark.parametrize("network_first", [True, False])
def test_the_same_packet_by_network_and_by_medium_counts_once(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium, network_first: bool
) -> None:
    sha256, trust = queued(world, seat, session, replica), Trust.load(seat.trust)
    assert export_packets(replica, seat.device, medium, 9) == Exported(written=1, known=0, unsigned=0)
    connection = seat.connect()
    if network_first:
        assert deliver_due(replica, connection, trust).proven == (sha256,)
    came = ingest(world.registry, medium)
    assert (came.new, came.known) == ((0, 1) if network_first else (1, 0))
    if not network_first:
        assert deliver_due(replica, connection, trust).proven == (sha256,)
    connection.close()
    row = replica.outbox.get(sha256)
    assert row
    assert medium.read(receipt_file(sha256), 100_000) == row.receipt  # the one that was signed first, both ways
    assert fetch_receipts(replica, medium, trust).receipted == ()
    assert counted(world, sha256) == [1, 1, 1]


def test_a_medium_that_serves_a_whole_room_brings_each_seat_its_own(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium, tmp_path: Path
) -> None:
    mine = {queued(world, seat, session, replica) for _ in range(3)}
    with Replica.open(tmp_path / "other.db", bytes(32)) as other:
        theirs = {queued(world, seat, session, other) for _ in range(2)}
        export_packets(replica, seat.device, medium, 9)
        export_packets(other, new_id(), medium, 9)
        came = ingest(world.registry, medium)
        assert (came.new, came.known, came.aside, came.refused) == (5, 0, [], [])
        fetched = fetch_receipts(other, medium, Trust.load(seat.trust))
    assert (set(fetched.proven), fetched.others) == (theirs, 3)
    assert set(fetch_receipts(replica, medium, Trust.load(seat.trust)).proven) == mine


def test_one_bad_packet_keeps_no_other_out_and_each_is_named_with_its_reason(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium
) -> None:
    good = queued(world, seat, session, replica)
    row = replica.outbox.get(good)
    assert row
    export_packets(replica, seat.device, medium, 9)
    medium.write({packet_file(seat.device, "0" * 64): row.envelope, packet_file(seat.device, "f" * 64): b"nothing"})
    came = ingest(world.registry, medium)
    assert (came.new, [(one.sha256, one.code) for one in came.refused]) == (
        1, [("0" * 64, "PACKET_REFUSED"), ("f" * 64, "PACKET_REFUSED")],
    )  # fmt: skip


def test_another_packet_for_the_same_sitting_is_kept_aside_also_by_hand(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium, tmp_path: Path
) -> None:
    first = queued(world, seat, session, replica)
    row = replica.outbox.get(first)
    assert row
    with Replica.open(tmp_path / "other.db", bytes(32)) as other:
        second = queued(world, seat, session, other, packet=row.packet)
        export_packets(replica, seat.device, medium, 9)
        assert ingest(world.registry, medium).new == 1
        export_packets(other, seat.device, medium, 9)
        for _ in range(2):
            came = ingest(world.registry, medium)
            assert (came.known, [one.sha256 for one in came.aside]) == (1, [second])
        assert fetch_receipts(other, medium, Trust.load(seat.trust)).receipted == ()
    with world.registry.premises.database.reading() as rows:
        assert rows.get_one(Conflict, second).first_sha256 == first


def test_a_receipt_for_another_packet_or_with_a_byte_changed_ends_no_wait(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium
) -> None:
    first, second = (queued(world, seat, session, replica) for _ in range(2))
    export_packets(replica, seat.device, medium, 9)
    ingest(world.registry, medium)
    trust = Trust.load(seat.trust)
    of_second = medium.read(receipt_file(second), 100_000) or b""
    medium.write({receipt_file(first): of_second, receipt_file(second): of_second.replace(b"A", b"B", 1)})
    fetched = fetch_receipts(replica, medium, trust)
    assert (fetched.receipted, {sha256 for sha256, _ in fetched.refused}) == ((), {first, second})
    assert {line.stage for line in replica.outbox.lines()} == {Stage.QUEUED}


def test_a_medium_that_nothing_can_be_written_to_is_read_to_its_end(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [queued(world, seat, session, replica) for _ in range(3)]
    export_packets(replica, seat.device, medium, 9)
    monkeypatch.setattr(ingesting, "_AT_ONCE", 1)

    def refuse(_medium: Medium, _files: object) -> None:
        raise MediumUnwritable(place="simulated")

    with monkeypatch.context() as patch:
        patch.setattr(Medium, "write", refuse)
        with pytest.raises(MediumUnwritable):
            ingest(world.registry, medium, came := Ingested())
    assert came.new == 3
    assert [counted(world, sha256) for sha256 in digests] == [[1, 1, 1]] * 3
    assert ingest(world.registry, medium).known == 3
    assert len(fetch_receipts(replica, medium, Trust.load(seat.trust)).proven) == 3


def test_a_medium_with_no_packets_is_not_called_taken_in(world: World, medium: Medium) -> None:
    told = Terminal().run("registry", "ingest", medium.root, "--home", world.registry.premises.home)
    assert (told.code, told.output) == (
        1,
        "There are no packets on this medium. At the seat, run “examroom outbox export” onto it first.\n",
    )


def test_where_witnesses_are_demanded_one_trip_is_enough_if_they_answer(
    world: World, seat: Seat, session: str, replica: Replica, medium: Medium, tmp_path: Path
) -> None:
    premises = world.registry.premises
    witness = WitnessHome.initialise(tmp_path / "w", "witness.example/w", log_of(Trust.load(premises.public_folder)))
    with running(witness) as url:
        add_witness(premises, witness.card, url, 1)
    try:
        sha256 = queued(world, seat, session, replica)
        export_packets(replica, seat.device, medium, 9)
        without = Terminal().run("registry", "ingest", medium.root, "--home", premises.home)
        to_come = "Proofs still to come: 1; witnesses that have yet to cosign: 1."
        assert without.output.splitlines() == [
            "Asking the witnesses to cosign, for 30 seconds at most …",
            "Packets taken in: 1; known already: 0.",
            "Written back onto the medium: receipts: 1; proofs: 0.",
            f"{to_come} Run this again before the medium goes back to the site.",
        ]
        with running(witness):
            told = Terminal().run("registry", "ingest", medium.root, "--home", premises.home)
        assert told.output.splitlines()[2:] == ["Written back onto the medium: receipts: 1; proofs: 1."]
        assert fetch_receipts(replica, medium, Trust.load(premises.public_folder)).proven == (sha256,)
    finally:
        remove_witness(premises, witness.card.name)


def test_a_registry_that_takes_nothing_in_leaves_the_keys_of_another_on_the_medium(
    world: World, medium: Medium, seat: Seat
) -> None:
    medium.write({BUNDLE: b"of another", packet_file(seat.device, "0" * 64): b"of another, too"})
    assert len(ingest(world.registry, medium).refused) == 1
    assert medium.read(BUNDLE, 100) == b"of another"
