"""Tokens are good once and for a while; the directory grows with every signer."""

import base64
from pathlib import Path

import pytest
from sqlalchemy import select

from app.registry.enrolling import (
    DeviceKnown,
    NameRefused,
    NameTaken,
    NoAddress,
    PinTooShort,
    RequestMalformed,
    SignerUnknown,
    TokenExpired,
    TokenUnknown,
    TokenUsed,
)
from app.registry.models import Invited
from app.registry.service import Registry, RegistryExists, RegistryMissing
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateRefused, csr
from sync.trust.envelope import EnvelopeRefused, sign
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.pin import open_administrator_credential
from sync.wire.enrolment import EnrolmentRequest, Invitation
from tests.app.registry.world import HOUR_MS, PIN, World


@pytest.fixture
def invitation(world: World, url: str) -> Invitation:
    found = world.registry.invite("07", HOUR_MS)
    assert found.url == url
    return found


def asking(invitation: Invitation, key: SigningKey | None = None, **changes: str) -> bytes:
    key = key or SigningKey.generate_p256()
    request = EnrolmentRequest(
        token=invitation.token,
        csr_pem=csr(SigningKey.generate_p256(), "07"),
        device_key_pem=key.public.pem,
        sealing_key=base64.b64encode(SealingKey.generate().public_raw).decode(),
    )
    return sign(request.model_copy(update=changes).to_bytes(), EnrolmentRequest.PAYLOAD_TYPE, key)


def test_a_token_has_at_least_128_random_bits_and_is_not_kept(world: World, invitation: Invitation) -> None:
    assert len(base64.urlsafe_b64decode(invitation.token)) * 8 >= 128
    with world.registry.premises.database.reading() as rows:
        kept = rows.scalars(select(Invited.token_sha256)).all()
    assert kept
    assert all(invitation.token not in row for row in kept)


def test_a_token_enrols_one_pc_and_its_lost_answer_can_be_asked_for_again(world: World, invitation: Invitation) -> None:
    request = asking(invitation)
    reply = world.registry.enrol(request)
    assert world.registry.enrol(request) == reply
    with pytest.raises(TokenUsed):
        world.registry.enrol(asking(invitation))


def test_an_expired_or_unknown_token_enrols_nobody(world: World, invitation: Invitation) -> None:
    before = len(Trust.load(world.registry.premises.public_folder).directory.devices)
    with pytest.raises(TokenUnknown):
        world.registry.enrol(asking(invitation.model_copy(update={"token": "A" * 32})))
    world.clock.now_ms += HOUR_MS
    with pytest.raises(TokenExpired):
        world.registry.enrol(asking(invitation))
    world.clock.now_ms -= HOUR_MS
    assert len(Trust.load(world.registry.premises.public_folder).directory.devices) == before


def test_a_key_that_is_enrolled_cannot_become_a_second_device(world: World, invitation: Invitation) -> None:
    key = SigningKey.generate_p256()
    world.registry.enrol(asking(invitation, key))
    with pytest.raises(DeviceKnown):
        world.registry.enrol(asking(world.registry.invite("08", HOUR_MS), key))


def test_a_request_with_a_broken_key_leaves_the_token_good(world: World, invitation: Invitation) -> None:
    key = SigningKey.generate_p256()
    for fault, change in (
        (RequestMalformed, {"sealing_key": "AAAA"}),
        (CertificateRefused, {"csr_pem": "nothing"}),
        (RequestMalformed, {"device_key_pem": "nothing"}),
        (RequestMalformed, {"device_key_pem": SigningKey.generate_ed25519().public.pem}),
        (EnvelopeRefused, {"device_key_pem": SigningKey.generate_p256().public.pem}),  # not the key that signs
        (RequestMalformed, {"csr_pem": csr(key, "07")}),  # one key for both would let TLS make signatures of ours
    ):
        with pytest.raises(fault):
            world.registry.enrol(asking(invitation, key, **change))
    assert world.registry.enrol(asking(invitation, key)).seat_label == "07"


def test_the_directory_grows_by_one_number_with_every_enrolment_and_revocation(
    world: World, invitation: Invitation
) -> None:
    folder = world.registry.premises.public_folder
    before = Trust.load(folder).directory
    device = world.registry.enrol(asking(invitation)).device
    world.registry.revoke_device(device)
    world.registry.revoke_device(device)
    after = Trust.load(folder).directory
    assert after.sequence == before.sequence + 2
    entry = next(entry for entry in after.devices if entry.device == device)
    assert entry.revoked_ms == world.clock.now_ms
    with pytest.raises(SignerUnknown):
        world.registry.revoke_proctor(device)


def test_a_pin_of_five_is_refused(world: World) -> None:
    with pytest.raises(PinTooShort):
        world.registry.enrol_proctor("Li", "12345")


def test_nobody_is_invited_to_a_registry_without_an_address(world: World) -> None:
    home = world.folder / "unserved"
    with Registry.initialise(home, name="Unserved") as registry, pytest.raises(NoAddress):
        registry.invite("07", HOUR_MS)
    with pytest.raises(RegistryExists):
        Registry.initialise(home, name="Again")
    with pytest.raises(RegistryMissing):
        Registry.open(world.folder / "nothing")


@pytest.mark.parametrize("name", ["", "n" * 201, "Li\x1b[2J", "Li\u202eMei", "two\nlines"])
def test_a_name_that_nobody_could_read_is_refused_before_anything_is_made(
    world: World, tmp_path: Path, name: str
) -> None:
    with pytest.raises(NameRefused):
        world.registry.enrol_proctor(name, "123456")
    with pytest.raises(NameRefused):
        world.registry.invite(name, HOUR_MS)
    with pytest.raises(NameRefused):
        Registry.initialise(tmp_path / "new", name=name)
    assert not (tmp_path / "new").exists()


def test_where_no_registry_can_be_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(RegistryMissing):
        Registry.open(tmp_path / ("n" * 300))


def test_the_longest_name_that_is_taken_makes_a_registry(tmp_path: Path) -> None:
    with Registry.initialise(tmp_path / "long", name="考" * 200) as registry:
        assert registry.name == "考" * 200


def test_an_administrator_stands_in_the_directory_with_a_key_of_their_own_until_they_are_revoked(world: World) -> None:
    credential = world.registry.enrol_administrator("Zhao Min", PIN)
    trust = Trust.load(world.registry.premises.public_folder)
    found = trust.administrator(credential.administrator)
    assert found is not None
    assert found[1] == open_administrator_credential(credential, PIN).public
    assert trust.signer(found[1].keyid) is None  # nothing of a device's or a proctor's is signed with it
    world.registry.revoke_administrator(credential.administrator)
    revoked = Trust.load(world.registry.premises.public_folder).administrator(credential.administrator)
    assert revoked is not None
    assert revoked[0].revoked_ms == world.clock.now_ms


def test_an_administrators_namesake_is_refused_and_so_are_a_short_pin_and_an_unknown_id(world: World) -> None:
    world.registry.enrol_administrator("Chen Jing", PIN)
    for name in ("Chen Jing", "chen jing", "ＣｈｅｎＪｉｎｇ"):
        with pytest.raises(NameTaken):
            world.registry.enrol_administrator(name, PIN)
    with pytest.raises(PinTooShort):
        world.registry.enrol_administrator("Liu Yang", "12345")
    with pytest.raises(SignerUnknown):
        world.registry.revoke_administrator(world.proctors[0])


def test_the_directory_is_signed_anew_once_a_day(world: World) -> None:
    before = world.registry.trust_bundle()
    assert not world.registry.sign_of_the_day()
    world.clock.now_ms += 25 * 3_600_000  # the world is shared: later is fine, for all that follows
    assert world.registry.sign_of_the_day()
    assert not world.registry.sign_of_the_day()
    assert world.registry.trust_bundle() != before
