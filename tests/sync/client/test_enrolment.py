"""A PC becomes a seat with one invitation, believes one root, and can be told in words why not."""

import base64
import dataclasses
from pathlib import Path

import pytest

from app.registry.service import Registry
from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.client.enrolment import (
    EnrolmentRefused,
    NotEnrolled,
    TokenExpired,
    TokenRefused,
    TokenUsed,
    begin_replica,
    enrol,
    fetch_trust,
    load_enrolment,
)
from sync.replica.cabinet import FURTHEST_AHEAD_MS
from sync.replica.database import Replica
from sync.trust.anchor import Trust, TrustRefused
from sync.trust.certificates import check_device_certificate, make_ca
from sync.trust.keystore import FileKeyStore
from tests.app.registry.world import HOUR_MS, World
from tests.sync.client.simulator import Act, Line

pytestmark = pytest.mark.usefixtures("url")


@pytest.fixture
def keystore(tmp_path: Path) -> FileKeyStore:
    return FileKeyStore(tmp_path / "keys")


def test_an_enrolled_pc_knows_who_it_is_and_is_in_the_directory(
    world: World, keystore: FileKeyStore, tmp_path: Path
) -> None:
    folder = tmp_path / "trust"
    enrolment = enrol(world.registry.invite("07", HOUR_MS), keystore, folder)
    assert load_enrolment(folder) == enrolment
    assert enrolment.seat_label == "07"
    key = keystore.device_key().public
    check_device_certificate(enrolment.certificate_pem, enrolment.ca_pem, keystore.tls_key().public, enrolment.device)
    entry = Trust.load(folder).device(enrolment.device)
    assert entry is not None
    assert entry.public_key_pem == key.pem
    assert sorted(file.name for file in folder.iterdir()) == [
        "ca.pem",
        "directory.json",
        "enrolment.json",
        "registry-keys.json",
        "root.json",
    ]
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


def test_a_seat_whose_clock_is_at_1970_goes_on_from_the_day_it_was_enrolled(
    world: World, keystore: FileKeyStore, tmp_path: Path
) -> None:
    enrol(world.registry.invite("07", HOUR_MS), keystore, tmp_path / "trust")
    begin_replica(tmp_path / "replica.db", keystore, tmp_path / "trust")
    now_ms = world.clock.now_ms
    with Replica.open(tmp_path / "replica.db", keystore.replica_key(), keystore) as replica:
        assert not replica.cabinet.raise_highest_signed_ms(now_ms + 2 * FURTHEST_AHEAD_MS, 0)
        assert replica.cabinet.highest_signed_ms() == 0
        assert replica.cabinet.raise_highest_signed_ms(now_ms, 0)
        assert replica.cabinet.highest_signed_ms() == now_ms


def test_tokens_that_are_unknown_expired_or_used_enrol_nobody(
    world: World, keystore: FileKeyStore, tmp_path: Path
) -> None:
    folder = tmp_path / "trust"
    good = world.registry.invite("07", HOUR_MS)
    with pytest.raises(TokenRefused) as caught:
        enrol(good.model_copy(update={"token": "A" * 32}), keystore, folder)
    assert type(caught.value) is TokenRefused
    with pytest.raises(TokenExpired):
        enrol(world.registry.invite("07", 0), keystore, folder)
    with pytest.raises(NotEnrolled):
        load_enrolment(folder)
    enrol(good, keystore, folder)
    with pytest.raises(TokenUsed):
        enrol(good, FileKeyStore(tmp_path / "others"), tmp_path / "elsewhere")
    with pytest.raises(EnrolmentRefused, match="DEVICE_KNOWN"):
        enrol(world.registry.invite("08", HOUR_MS), keystore, folder)


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_token(
    world: World, line: Line, keystore: FileKeyStore, tmp_path: Path
) -> None:
    invitation = world.registry.invite("07", HOUR_MS).model_copy(update={"url": line.url})
    line.script, line.only = [Act.DROP_AFTER], "POST"
    with pytest.raises(RegistryUnreachable):
        enrol(invitation, keystore, tmp_path / "trust")
    with pytest.raises(NotEnrolled):
        load_enrolment(tmp_path / "trust")
    enrolment = enrol(invitation, keystore, tmp_path / "trust")
    devices = Trust.load(tmp_path / "trust").directory.devices
    assert [entry.device for entry in devices].count(enrolment.device) == 1


@pytest.mark.parametrize("act", [Act.PORTAL_200, Act.PORTAL_409, Act.REDIRECT])
def test_a_portal_in_the_way_is_not_the_registry(
    world: World, line: Line, keystore: FileKeyStore, tmp_path: Path, act: Act
) -> None:
    invitation = world.registry.invite("07", HOUR_MS).model_copy(update={"url": line.url})
    line.script, line.only = [act], "POST"
    with pytest.raises(RegistryAnswerBad):
        enrol(invitation, keystore, tmp_path / "trust")


def test_a_registry_with_another_root_or_ca_is_not_told_the_token(
    world: World, keystore: FileKeyStore, tmp_path: Path
) -> None:
    invitation = world.registry.invite("07", HOUR_MS)
    with Registry.initialise(tmp_path / "other", name="Other") as other:
        root = base64.b64encode(other.premises.repository.root_bytes()).decode()
    with pytest.raises(TrustRefused, match="root"):
        enrol(invitation.model_copy(update={"tuf_root": root}), keystore, tmp_path / "trust")
    with pytest.raises(RegistryAnswerBad):
        other_ca = {"ca_pem": make_ca("Other").certificate_pem}
        enrol(invitation.model_copy(update=other_ca), keystore, tmp_path / "trust")
    enrol(invitation, keystore, tmp_path / "trust")  # the token was not used up


def test_the_directory_is_fetched_anew_and_never_goes_back(
    world: World, keystore: FileKeyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trust"
    connection = enrol(world.registry.invite("07", HOUR_MS), keystore, folder).connect(keystore)
    old = connection.get("/v1/trust", 1_000_000)
    proctor = world.registry.enrol_proctor("Zhou", "314159")
    trust = fetch_trust(connection, folder)
    assert proctor in {entry.proctor for entry in trust.directory.proctors}
    monkeypatch.setattr(RegistryConnection, "get", lambda *_: dataclasses.replace(old))
    with pytest.raises(TrustRefused, match="known already"):
        fetch_trust(connection, folder)
    assert Trust.load(folder).directory == trust.directory


def test_a_damaged_identity_is_no_identity(tmp_path: Path) -> None:
    (tmp_path / "enrolment.json").write_bytes(b"{}")
    with pytest.raises(NotEnrolled):
        load_enrolment(tmp_path)
