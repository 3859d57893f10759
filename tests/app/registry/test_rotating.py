"""Keys that are replaced: by whom, from when, and that what was signed before stays signed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.registry.devices import device_line, proctor_lines
from app.registry.enrolling import DeviceKnown, PinTooShort, RequestMalformed, SignerUnknown
from app.registry.fitting import PacketRefused
from app.registry.models import Proctor
from app.registry.rotating import ask_rotation, renew_pin
from sync.client.asking import Matter, sign_request
from sync.client.connection import RegistryConnection
from sync.client.enrolment import fetch_trust, renew_certificate, rotate_device_key
from sync.client.heads import send_head
from sync.client.plans import fetch_plans
from sync.trust.anchor import Trust
from sync.trust.certificates import csr
from sync.trust.envelope import EnvelopeRefused, countersign, sign
from sync.trust.evidence import check_packet
from sync.trust.keys import SigningKey
from sync.trust.pin import PinWrong, open_credential
from sync.wire.enrolment import RequestKind, RotationReply
from sync.wire.ids import new_id
from sync.wire.packet import ScorePacket
from sync.wire.plan import ProctorCredential
from tests.app.registry.test_heads import head
from tests.app.registry.test_heads import signed as signed_head
from tests.app.registry.world import HOUR_MS, PIN, Seat, World, enrol_seat, signed, simulated_packet

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def other(world: World, url: str) -> Seat:
    assert url
    return enrol_seat(world, "40")


@pytest.fixture
def line(other: Seat) -> Iterator[RegistryConnection]:
    with other.connect_once() as connection:
        yield connection


@pytest.fixture
def planned(world: World, other: Seat) -> str:
    return world.registry.plan_session(world.request((other.device,), candidates=6))


def rotate(line: RegistryConnection, seat: Seat) -> RotationReply:
    """Change the key and show the new one, as a seat does."""
    reply = rotate_device_key(line, seat.asker)
    renew_certificate(line, seat.asker, seat.trust)
    return reply


def public(world: World) -> Trust:
    return Trust.load(world.registry.premises.public_folder)


def test_a_device_changes_its_key_and_both_stand_in_the_directory_with_their_times(
    world: World, other: Seat, line: RegistryConnection
) -> None:
    before = other.keystore.device_key().public
    world.clock.now_ms += 1_000
    reply = rotate(line, other)
    now = other.keystore.device_key().public
    assert (reply.keyid, reply.from_ms) == (now.keyid, world.clock.now_ms)
    assert now != before
    trust = fetch_trust(line, other.trust)
    entry = trust.device(other.device)
    assert entry is not None
    assert [(key.public_key_pem, key.until_ms) for key in entry.keys] == [
        (before.pem, world.clock.now_ms),
        (now.pem, None),
    ]
    assert trust.keyids_of(other.device) == {before.keyid, now.keyid}
    assert fetch_plans(line, other.asker, trust) == []
    assert [key.keyid for key in device_line(world.registry.premises, other.device).keys] == [before.keyid, now.keyid]


def test_what_the_key_before_signed_stays_signed_and_what_it_signs_afterwards_does_not(
    world: World, other: Seat, line: RegistryConnection, planned: str
) -> None:
    before = simulated_packet(world, other, planned, 0)
    old_key = other.keystore.device_key()
    _, in_time = signed(world, other, before)
    world.clock.now_ms += HOUR_MS
    rotate(line, other)
    world.clock.now_ms += HOUR_MS
    _, with_new = signed(world, other, simulated_packet(world, other, planned, 1))
    late = simulated_packet(world, other, planned, 2).to_bytes()
    too_late = sign(late, ScorePacket.PAYLOAD_TYPE, old_key, *world.proctor_keys)
    trust, now_ms = public(world), world.clock.now_ms
    assert check_packet(in_time, trust, received_ms=now_ms).good
    assert check_packet(with_new, trust, received_ms=now_ms).good
    report = check_packet(too_late, trust, received_ms=now_ms)
    assert [check.name for check in report.checks if not check.good] == ["packet_device"]
    assert world.registry.take_packet(*hashed(in_time)).is_new
    assert world.registry.take_packet(*hashed(with_new)).is_new
    with pytest.raises(PacketRefused, match="replaced"):
        world.registry.take_packet(*hashed(too_late))


def test_a_packet_by_both_of_a_devices_keys_is_refused(
    world: World, other: Seat, line: RegistryConnection, planned: str
) -> None:
    old_key = other.keystore.device_key()
    _, envelope = signed(world, other, simulated_packet(world, other, planned, 0))
    rotate(line, other)
    both = countersign(envelope, other.keystore.device_key())
    assert old_key.public != other.keystore.device_key().public
    assert not check_packet(both, public(world)).good


def test_heads_and_plans_that_name_the_key_before_are_taken(
    world: World, other: Seat, line: RegistryConnection, planned: str
) -> None:
    recording, old_key = new_id(), other.keystore.device_key()
    rotate(line, other)
    send_head(line, recording, signed_head(head(recording, 0), old_key))
    assert len(world.registry.heads_of(recording)) == 1
    assert planned in fetch_plans(line, other.asker, fetch_trust(line, other.trust))


def test_a_rotation_whose_answer_was_lost_costs_nothing_and_is_gone_on_with(
    world: World, other: Seat, line: RegistryConnection, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = other.keystore.device_key().public
    with monkeypatch.context() as patch:
        patch.setattr(type(other.keystore), "adopt_next_device_key", lambda _self: power_cut())
        with pytest.raises(SystemExit):
            rotate_device_key(line, other.asker)
    assert other.keystore.device_key().public == old_key
    world.clock.now_ms += 5_000
    assert planned in fetch_plans(line, other.asker, fetch_trust(line, other.trust))
    assert world.registry.take_packet(*signed(world, other, simulated_packet(world, other, planned, 0))).is_new
    world.clock.now_ms += 5_000
    reply = rotate(line, other)
    assert reply.keyid == other.keystore.device_key().public.keyid
    assert reply.from_ms == world.clock.now_ms - 10_000
    entry = public(world).device(other.device)
    assert entry is not None
    assert [key.until_ms for key in entry.keys] == [world.clock.now_ms, None]
    assert world.registry.take_packet(*signed(world, other, simulated_packet(world, other, planned, 1))).is_new


def test_a_key_that_was_replaced_asks_for_nothing_any_more(world: World, other: Seat, line: RegistryConnection) -> None:
    with_old = sign_request(other.asker, RequestKind.PLANS)
    rotate(line, other)
    with pytest.raises(EnvelopeRefused):
        world.registry.plans_for(with_old)


def power_cut() -> None:
    raise SystemExit


def test_a_next_key_that_does_not_sign_or_is_somebodys_is_refused(world: World, other: Seat, seat: Seat) -> None:
    following = SigningKey.generate_p256()
    asked = Matter(device_key_pem=following.public.pem)
    for matter, others, fault in (
        (asked, (), EnvelopeRefused),
        (asked, (SigningKey.generate_p256(),), EnvelopeRefused),
        (Matter(), (following,), RequestMalformed),
        (Matter(device_key_pem="none"), (following,), RequestMalformed),
        (Matter(device_key_pem=SigningKey.generate_ed25519().public.pem), (following,), RequestMalformed),
        (Matter(device_key_pem=seat.keystore.device_key().public.pem), (seat.keystore.device_key(),), DeviceKnown),
        (Matter(device_key_pem=world.proctor_keys[0].public.pem), (world.proctor_keys[0],), DeviceKnown),
        (Matter(device_key_pem=other.keystore.device_key().public.pem), (), EnvelopeRefused),
    ):
        with pytest.raises(fault):
            world.registry.rotate_device_key(sign_request(other.asker, RequestKind.ROTATE, matter, others))
    entry = public(world).device(other.device)
    assert entry is not None
    assert len(entry.keys) == 1


def test_the_new_key_alone_cannot_take_a_seat_over(world: World, other: Seat, seat: Seat) -> None:
    """Who holds another seat's key, and a fresh one, cannot put the fresh one in this seat's place."""
    following = SigningKey.generate_p256()
    forged = sign_request(
        replace(seat.asker, device=other.device),
        RequestKind.ROTATE,
        Matter(device_key_pem=following.public.pem),
        (following,),
    )
    with pytest.raises(EnvelopeRefused):
        world.registry.rotate_device_key(forged)


def test_an_operator_asks_for_a_rotation_and_the_seat_is_told_until_it_is_done(
    world: World, other: Seat, line: RegistryConnection
) -> None:
    assert not renew_certificate(line, other.asker, other.trust).rotation_asked
    ask_rotation(world.registry.premises, other.device)
    assert renew_certificate(line, other.asker, other.trust).rotation_asked
    assert device_line(world.registry.premises, other.device).rotation_asked
    rotate_device_key(line, other.asker)
    assert not renew_certificate(line, other.asker, other.trust).rotation_asked
    with pytest.raises(SignerUnknown):
        ask_rotation(world.registry.premises, new_id())


def test_a_certificate_is_not_made_over_the_key_that_signs_documents(world: World, other: Seat) -> None:
    for pem, fault in (
        (csr(other.keystore.device_key(), "x"), RequestMalformed),
        (None, RequestMalformed),
    ):
        with pytest.raises(fault):
            world.registry.certificate_for(sign_request(other.asker, RequestKind.CERTIFICATE, Matter(csr_pem=pem)))


def test_a_revoked_device_rotates_nothing(world: World, other: Seat, line: RegistryConnection) -> None:
    world.registry.revoke_device(other.device)
    with pytest.raises(Exception, match="DEVICE_REVOKED"):
        rotate_device_key(line, other.asker)


def test_a_new_pin_is_a_new_key_and_plans_that_are_out_go_on_with_the_old_one(world: World, other: Seat) -> None:
    proctor = world.registry.enrol_proctor("Zhou Lan", PIN)
    crew = replace(world, proctors=(world.proctors[0], proctor))
    planned = world.registry.plan_session(replace(world.request((other.device,)), proctors=crew.proctors))
    plan, _ = world.plan(planned)
    old_key = world.proctor_key(proctor)
    until_ms = renew_pin(world.registry.premises, proctor, "654321")
    assert until_ms == plan.closes_ms + DAY_MS
    with pytest.raises(PinWrong):
        world.proctor_key(proctor)
    new_key = open_credential(ProctorCredential.parse(credential_of(world, proctor)), "654321")
    trust = public(world)
    entry = trust.proctor(new_key.public.keyid)
    assert entry is not None
    assert entry == trust.proctor(old_key.public.keyid)
    assert [key.until_ms for key in entry.keys] == [until_ms, None]
    later = world.registry.plan_session(replace(world.request((other.device,)), proctors=crew.proctors))
    assert {one.keyid for one in world.plan(later)[0].proctors} >= {new_key.public.keyid}
    line = next(one for one in proctor_lines(world.registry.premises) if one.id == proctor)
    assert [key.keyid for key in line.keys] == [old_key.public.keyid, new_key.public.keyid]


def test_a_new_pin_leaves_what_was_signed_till_now_good(world: World, other: Seat) -> None:
    """The only plan that names them closed days ago; the old key goes on being good until this moment."""
    proctor = world.registry.enrol_proctor("Wu", PIN)
    request = world.request((other.device,))
    planned = world.registry.plan_session(replace(request, proctors=(world.proctors[0], proctor)))
    plan, _ = world.plan(planned)
    before_ms = world.clock.now_ms
    world.clock.now_ms = plan.closes_ms + 3 * DAY_MS
    try:
        assert renew_pin(world.registry.premises, proctor, "654321") == world.clock.now_ms
    finally:
        world.clock.now_ms = before_ms


def test_a_new_pin_for_nobody_for_one_who_was_revoked_or_too_short_is_refused(world: World) -> None:
    proctor = world.registry.enrol_proctor("Qian", PIN)
    with pytest.raises(PinTooShort):
        renew_pin(world.registry.premises, proctor, "12345")
    assert renew_pin(world.registry.premises, proctor, "123456") == world.clock.now_ms  # no plan names them
    world.registry.revoke_proctor(proctor)
    for who in (proctor, new_id()):
        with pytest.raises(SignerUnknown):
            renew_pin(world.registry.premises, who, "123456")


def credential_of(world: World, proctor: str) -> bytes:
    with world.registry.premises.database.reading() as session:
        return session.get_one(Proctor, proctor).credential


def hashed(envelope: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(envelope).hexdigest(), envelope
