"""Heads of recordings at the registry: the newest stays, contradictions stay for ever, and strangers are refused."""

import hashlib
from pathlib import Path

import pytest

from app.archive.heads import HeadsThatLeft
from app.archive.home import ArchiveHome
from app.registry.admitting import DeviceUnknown
from app.registry.guarding import DeviceRevoked
from app.registry.heads import HeadRefused, HeadsUnknown
from sync.client.connection import RegistryAddressRefused, RegistryConnection
from sync.client.heads import HeadNotTaken, fetch_heads, heads_at, send_head
from sync.trust.envelope import EnvelopeRefused, sign
from sync.trust.keys import SigningKey
from sync.wire.ids import new_id
from sync.wire.recording import CaptureStatistics, ClockPair, RecordingHead, SegmentEntry
from tests.app.registry.world import Seat, World, enrol_seat

CLOCK = ClockPair(mono_ms=1, wall_ms=1_790_000_000_000)
STATISTICS = CaptureStatistics(
    frames_expected=1, frames_captured=1, frames_encoded=1, frames_dropped=0, samples=1, level_dbfs_tenths=-1
)


def head(recording: str, sequence: int, content: str = "") -> RecordingHead:
    digest = hashlib.sha256(f"{sequence}{content}".encode()).hexdigest()
    segment = SegmentEntry(
        index=0,
        file="segment-00000.ers",
        bytes=10,
        records=1,
        leaves_root=digest,
        start_ms=0,
        duration_ms=1,
        clock=CLOCK,
        statistics=STATISTICS,
    )
    return RecordingHead(
        recording=recording,
        sitting=new_id(),
        sequence=sequence,
        segment=segment,
        last_record_sha256=digest,
        recorded_ms=1,
        clock=CLOCK,
    )


def signed(one: RecordingHead, key: SigningKey) -> bytes:
    return sign(one.to_bytes(), RecordingHead.PAYLOAD_TYPE, key)


@pytest.fixture
def recording() -> str:
    return new_id()


@pytest.fixture
def key(seat: Seat) -> SigningKey:
    return seat.keystore.device_key()


def test_the_newest_head_is_kept_and_given_to_anybody(
    world: World, key: SigningKey, recording: str, connection: RegistryConnection
) -> None:
    first, second = signed(head(recording, 0), key), signed(head(recording, 3), key)
    assert fetch_heads(connection, recording) == []
    send_head(connection, recording, first)
    assert fetch_heads(connection, recording) == [first]
    send_head(connection, recording, second)
    send_head(connection, recording, second)
    send_head(connection, recording, first)
    assert fetch_heads(connection, recording) == [second]
    assert world.registry.heads_of(recording) == (second,)


def test_heads_that_contradict_are_both_kept_for_ever(world: World, key: SigningKey, recording: str) -> None:
    one, other = signed(head(recording, 5, "a"), key), signed(head(recording, 5, "b"), key)
    for envelope in (one, other, one, signed(head(recording, 9), key)):
        world.registry.take_head(recording, envelope)
    kept = world.registry.heads_of(recording)
    assert kept[:2] == (one, other)
    assert len(kept) == 3


def test_a_head_that_was_signed_twice_contradicts_nothing(world: World, key: SigningKey, recording: str) -> None:
    once = head(recording, 1)
    world.registry.take_head(recording, signed(once, key))
    world.registry.take_head(recording, signed(once, key))
    assert len(world.registry.heads_of(recording)) == 1


def test_strangers_changed_heads_and_other_recordings_are_refused(
    world: World, seat: Seat, key: SigningKey, recording: str, connection: RegistryConnection
) -> None:
    good = signed(head(recording, 0), key)
    with pytest.raises(DeviceUnknown):
        world.registry.take_head(recording, signed(head(recording, 0), SigningKey.generate_p256()))
    with pytest.raises(EnvelopeRefused):
        world.registry.take_head(recording, good.replace(b'"payload":"', b'"payload":"AAAA'))
    with pytest.raises(HeadRefused):
        world.registry.take_head(new_id(), good)
    with pytest.raises(HeadNotTaken, match="HEAD_REFUSED"):
        send_head(connection, new_id(), good)
    with pytest.raises(HeadsUnknown):
        world.registry.heads_of(recording)
    assert seat.device


def test_no_other_seat_speaks_of_a_recording(world: World, key: SigningKey, recording: str) -> None:
    other = enrol_seat(world, "13")
    world.registry.take_head(recording, signed(head(recording, 0), key))
    with pytest.raises(HeadRefused):
        world.registry.take_head(recording, signed(head(recording, 1), other.keystore.device_key()))
    world.registry.revoke_device(other.device)
    with pytest.raises(DeviceRevoked):
        world.registry.take_head(new_id(), signed(head(recording, 1), other.keystore.device_key()))


def test_heads_are_found_by_their_address(
    seat: Seat, key: SigningKey, recording: str, url: str, connection: RegistryConnection
) -> None:
    send_head(connection, recording, signed(head(recording, 0), key))
    address = f"{seat.enrolment.url}/v1/recordings/{recording}/heads"
    assert len(heads_at(address, seat.enrolment.ca_pem)) == 1
    for wrong in (f"{url}/v1/recordings/x/heads", f"{url}/", address + "?a=b"):
        with pytest.raises(RegistryAddressRefused):
            heads_at(wrong, seat.enrolment.ca_pem)


def test_an_archive_asks_for_them_and_goes_on_without(
    seat: Seat, key: SigningKey, recording: str, connection: RegistryConnection, tmp_path: Path
) -> None:
    send_head(connection, recording, signed(head(recording, 0), key))
    home = ArchiveHome(tmp_path / "archive")
    asked = HeadsThatLeft(home)
    assert asked(recording) == []  # nobody told it of a registry
    home.make("folder:/nowhere")
    home.tell_registry(seat.enrolment.url, seat.enrolment.ca_pem)
    assert asked(recording) == fetch_heads(connection, recording) != []
    assert asked.answered
    assert asked(new_id()) == []
    home.tell_registry("https://127.0.0.1:9", seat.enrolment.ca_pem)
    assert asked(recording) == []
    home.tell_registry("nonsense", "nonsense")
    assert asked(recording) == []
    assert not asked.answered
