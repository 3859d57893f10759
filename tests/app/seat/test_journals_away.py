"""A running journal's head leaves the seat: what was set back afterwards is told, keys and all."""

import shutil
from collections.abc import Iterator

import pytest

from app.registry.doubting import DoubtKind, doubts
from app.registry.heads import HeadRefused, journal_heads_of
from app.seat.home import SeatHome
from app.seat.journals_away import JournalsAway
from app.seat.workplace import Workplace
from sync.replica.database import Replica
from sync.replica.generation import ReplicaRolledBack
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.trust.keystore import open_key_store
from sync.wire.ids import new_id
from sync.wire.journal import JournalHead
from sync.wire.packet import JournalRef
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving, signed, simulated_packet


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened, serving(opened.registry):
        yield opened


@pytest.fixture
def seat(world: World) -> Seat:
    found = enrol_seat(world)
    found.replica.close()
    return found


@pytest.fixture
def home(seat: Seat) -> SeatHome:
    return SeatHome(seat.trust.parent)


def heads(world: World, sitting: str) -> list[tuple[int, str]]:
    with world.registry.premises.database.reading() as session:
        return [(head.sequence, head.hash) for head in journal_heads_of(session, sitting)]


def write(workplace: Workplace, sitting: str, body: bytes) -> tuple[int, str]:
    row = workplace.replica.journal.append(sitting, "answered", "boot/run", 1, 1, body)
    return row.seq, row.hash


def test_only_the_newest_head_is_kept_and_each_goes_once(world: World, home: SeatHome) -> None:
    workplace, sitting = Workplace.open(home), new_id()
    away = JournalsAway(workplace, workplace.connect())
    assert away.turn() == 0
    for body in (b"1", b"2", b"3"):
        last = write(workplace, sitting, body)
        assert (away.turn(), away.turn()) == (1, 0)
    assert heads(world, sitting) == [last]
    workplace.close()


def test_yesterdays_folder_put_back_keys_and_all_is_told_by_the_head_that_left(world: World, home: SeatHome) -> None:
    sitting, yesterday = new_id(), home.root.with_name(f"{home.root.name}-yesterday")
    workplace = Workplace.open(home)
    write(workplace, sitting, b"an honest answer")
    workplace.close()
    shutil.copytree(home.root, yesterday, copy_function=shutil.copy2)

    workplace = Workplace.open(home)
    away = JournalsAway(workplace, workplace.connect())
    honest = write(workplace, sitting, b"another honest answer")
    assert away.turn() == 1
    workplace.close()

    shutil.rmtree(home.root)
    yesterday.rename(home.root)
    workplace = Workplace.open(home)  # keys and replica are of one day: nothing here tells
    forged = write(workplace, sitting, b"a better answer")
    assert JournalsAway(workplace, workplace.connect()).turn() == 1
    workplace.close()
    with pytest.raises(ReplicaRolledBack):
        Workplace.open(home)
    assert sorted(heads(world, sitting)) == sorted([honest, forged])  # both, for ever

    keystore = open_key_store(home.keys)
    Replica.accept(home.replica, keystore.replica_key(), keystore, ("somebody", "a disk was exchanged"), 1)
    workplace = Workplace.open(home)
    write(workplace, sitting, b"it goes on")
    assert JournalsAway(workplace, workplace.connect()).turn() == 1
    workplace.close()
    Workplace.open(home).close()


def test_a_packet_that_is_behind_or_beside_a_head_is_taken_in_and_doubted(
    world: World, home: SeatHome, seat: Seat
) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=4))
    workplace = Workplace.open(home)
    found = {}
    for number, (left, packed) in enumerate(
        [
            ([(5, "a")], (5, "a")),  # as it should be
            ([(6, "a")], (5, "b")),  # shorter than what left
            ([(5, "a")], (5, "b")),  # of one length, another
            ([(5, "a"), (5, "b")], (5, "b")),  # two histories left, and one came
        ]
    ):
        packet = simulated_packet(world, seat, session, number)
        for sequence, digit in left:
            head = JournalHead(sitting=packet.sitting, sequence=sequence, hash=digit * 64, wall_ms=1, generation=1)
            envelope = sign(head.to_bytes(), JournalHead.PAYLOAD_TYPE, seat.keystore.device_key())
            world.registry.take_journal_head(packet.sitting, envelope)
        journal = JournalRef(head=packed[1] * 64, count=packed[0])
        sha256, raw = signed(world, seat, packet.model_copy(update={"journal": journal}))
        assert world.registry.take_packet(sha256, raw).is_new
        found[number] = {doubt.kind for doubt in doubts(world.registry.premises) if doubt.packet_sha256 == sha256}
    assert found == {
        0: set(),
        1: {DoubtKind.JOURNAL_BEHIND_HEAD},
        2: {DoubtKind.JOURNAL_BESIDE_HEAD},
        3: {DoubtKind.JOURNAL_BESIDE_HEAD, DoubtKind.TWO_JOURNALS},
    }
    workplace.close()


def test_a_sealed_sitting_sends_no_head_any_more(world: World, home: SeatHome) -> None:
    workplace, sitting = Workplace.open(home), new_id()
    away = JournalsAway(workplace, workplace.connect())
    write(workplace, sitting, b"1")
    assert away.turn() == 1
    workplace.replica.outbox.add("0" * 64, new_id(), sitting, b"packet", 1)
    write(workplace, sitting, b"sealed")
    assert away.turn() == 0
    assert [sequence for sequence, _ in heads(world, sitting)] == [1]
    workplace.close()


def test_without_a_registry_heads_wait_and_only_the_newest_goes(home: SeatHome) -> None:
    workplace = Workplace.open(home)
    nobody = workplace.enrolment.model_copy(update={"url": "https://127.0.0.1:9"})
    write(workplace, new_id(), b"1")
    assert JournalsAway(workplace, nobody.connect(workplace.keystore)).turn() == 0
    assert JournalsAway(workplace, workplace.connect()).turn() == 1
    workplace.close()


def test_a_head_about_another_sitting_or_by_a_stranger_is_refused(world: World, seat: Seat) -> None:
    other, sitting = enrol_seat(world), new_id()
    head = JournalHead(sitting=sitting, sequence=1, hash="a" * 64, wall_ms=1, generation=1)

    def by(key: SigningKey) -> bytes:
        return sign(head.to_bytes(), JournalHead.PAYLOAD_TYPE, key)

    with pytest.raises(HeadRefused):
        world.registry.take_journal_head(new_id(), by(seat.keystore.device_key()))
    world.registry.take_journal_head(sitting, by(seat.keystore.device_key()))
    with pytest.raises(HeadRefused):
        world.registry.take_journal_head(sitting, by(other.keystore.device_key()))
