"""The chain from the pinned TUF root down to a device's key, and every way it may not hold."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from securesystemslib.signer import Signature  # type: ignore[attr-defined]  # exported without saying so
from tuf.api.metadata import Metadata, Root

from sync.trust.anchor import (
    DIRECTORY_FILE,
    KEYS_FILE,
    ROOT_FILE,
    Trust,
    TrustRefused,
    TrustUnwritable,
    sign_directory,
    sign_registry_keys,
)
from sync.trust.keys import SigningKey
from sync.wire.enrolment import DirectoryAdministrator, DirectoryKey, RegistryRole, RoleKey
from sync.wire.ids import new_id
from tests.sync.trust.world import NOW_MS, World, bundle_of, tuf_root

FILES = (ROOT_FILE, KEYS_FILE, DIRECTORY_FILE)
DIRECTORY = RegistryRole.DIRECTORY


def believe(world: World) -> Trust:
    return Trust.from_bundle(world.bundle, world.root_json)


def test_the_chain_gives_everybodys_keys(world: World) -> None:
    trust = world.trust
    assert trust.role_key(RegistryRole.RECEIPT) == (world.roles[RegistryRole.RECEIPT].public,)
    assert trust.device_keys() == (world.device_key.public,)
    assert trust.proctor_keys() == tuple(key.public for key in world.proctor_keys)
    assert trust.log_origin == world.registry_keys.log_origin
    device = world.directory.devices[0]
    assert trust.device(device.device) == device
    assert trust.device(new_id()) is None
    proctor = world.proctor_keys[1].public
    assert trust.proctor(proctor.keyid) == world.directory.proctors[1]
    assert trust.signer(proctor.keyid) == proctor
    assert trust.proctor(world.device_key.public.keyid) is None
    assert trust.signer("0" * 64) is None
    assert trust.bundle() == world.bundle


def test_it_is_kept_in_a_folder_and_loads_again(world: World, tmp_path: Path) -> None:
    world.trust.save(tmp_path / "trust")
    assert Trust.load(tmp_path / "trust") == world.trust
    assert sorted(file.name for file in (tmp_path / "trust").iterdir()) == sorted(FILES)
    world.trust.save(tmp_path / "trust")
    assert Trust.load(tmp_path / "trust") == world.trust


def test_another_root_than_the_pinned_one_is_refused(world: World) -> None:
    for root in (tuf_root(SigningKey.generate_ed25519()), world.root_json + b" ", b""):
        with pytest.raises(TrustRefused, match="another root"):
            Trust.from_bundle(world.bundle, root)


def test_a_root_that_has_not_signed_itself_is_refused(world: World) -> None:
    tree = json.loads(world.root_json)
    bumped = json.loads(world.root_json)
    bumped["signed"]["version"] = 2
    for changed in (tree | {"signatures": []}, bumped):
        root = json.dumps(changed).encode()
        keys = sign_registry_keys(world.registry_keys, world.root_key)
        with pytest.raises(TrustRefused, match="is not signed by root"):
            Trust(root, keys, sign_directory(world.directory, world.roles[DIRECTORY]))


@pytest.mark.parametrize(
    "root",
    [b"", b"{}", b"[" * 100_000, b'{"signed":' * 100_000, b"x" * 600_000, b"\xff", b'{"signed":{"_type":"root"}}'],
    ids=["empty", "no fields", "deep list", "deep object", "large", "no text", "half"],
)
def test_a_hostile_root_is_refused_without_any_other_error(world: World, root: bytes) -> None:
    with pytest.raises(TrustRefused):
        Trust(root, sign_registry_keys(world.registry_keys, world.root_key), b"")


def test_the_roots_threshold_holds_for_the_registry_keys_too(world: World) -> None:
    second = SigningKey.generate_p256()
    root = tuf_root(world.root_key, second, threshold=2)
    directory = sign_directory(world.directory, world.roles[DIRECTORY])
    both = sign_registry_keys(world.registry_keys, world.root_key, second)
    assert Trust(root, both, directory).device_keys()
    with pytest.raises(TrustRefused, match="2 are needed"):
        Trust(root, sign_registry_keys(world.registry_keys, second), directory)


def test_one_key_under_two_ids_does_not_make_two_root_signers(world: World) -> None:
    body = Root()
    for keyid in (world.root_key.public.keyid, "f" * 64):
        key = world.root_key.public.as_signer_key()
        key.keyid = keyid
        body.add_key(key, Root.type)
    body.roles[Root.type].threshold = 2
    metadata = Metadata(body)
    signature = metadata.sign(world.root_key.signer())
    metadata.signatures["f" * 64] = Signature("f" * 64, signature.signature)
    body.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)  # TUF itself counts it twice
    keys = sign_registry_keys(world.registry_keys, world.root_key)
    with pytest.raises(TrustRefused, match="two ids"):
        Trust(metadata.to_bytes(), keys, sign_directory(world.directory, world.roles[DIRECTORY]))


def test_links_signed_by_the_wrong_key_are_refused(world: World) -> None:
    good_keys = sign_registry_keys(world.registry_keys, world.root_key)
    good_directory = sign_directory(world.directory, world.roles[DIRECTORY])
    assert Trust(world.root_json, good_keys, good_directory) == world.trust
    stranger = SigningKey.generate_ed25519()
    for keys, directory in (
        (sign_registry_keys(world.registry_keys, stranger), good_directory),
        (sign_registry_keys(world.registry_keys, world.roles[DIRECTORY]), good_directory),
        (good_keys, sign_directory(world.directory, stranger)),
        (good_keys, sign_directory(world.directory, world.root_key)),
        (good_keys, sign_directory(world.directory, world.roles[RegistryRole.RECEIPT])),
        (good_directory, good_keys),
    ):
        with pytest.raises(TrustRefused):
            Trust(world.root_json, keys, directory)


def test_role_keys_are_ed25519_and_each_has_one_role(world: World) -> None:
    entry = world.registry_keys.keys[0]
    doubled = RoleKey(role=world.registry_keys.keys[1].role, public_key_pem=entry.public_key_pem)
    p256 = RoleKey(role=RegistryRole.PLAN, public_key_pem=SigningKey.generate_p256().public.pem)
    for extra in (doubled, p256):
        keys = world.registry_keys.model_copy(update={"keys": (*world.registry_keys.keys, extra)})
        with pytest.raises(TrustRefused):
            believe(replace(world, registry_keys=keys))


def test_a_role_may_have_two_keys_while_one_is_replaced(world: World) -> None:
    fresh = SigningKey.generate_ed25519()
    extra = RoleKey(role=RegistryRole.RECEIPT, public_key_pem=fresh.public.pem)
    keys = world.registry_keys.model_copy(update={"keys": (*world.registry_keys.keys, extra)})
    trust = replace(world, registry_keys=keys).trust
    assert set(trust.role_key(RegistryRole.RECEIPT)) == {world.roles[RegistryRole.RECEIPT].public, fresh.public}


def test_a_directory_that_would_let_one_key_count_twice_is_refused(world: World) -> None:
    first, second = world.directory.proctors
    device = world.directory.devices[0]
    rewritten = DirectoryKey(public_key_pem=first.public_key_pem.replace("\n", "\r\n"), from_ms=NOW_MS)
    before = first.keys[0].model_copy(update={"until_ms": NOW_MS})
    for changes in (
        {"proctors": (first, second.model_copy(update={"keys": (rewritten,)}))},
        {"proctors": (first.model_copy(update={"keys": device.keys}),)},
        {"proctors": (first, second.model_copy(update={"keys": (before, *second.keys)}))},
        {"proctors": (first.model_copy(update={"keys": (before, rewritten)}),)},
        {"proctors": (first.model_copy(update={"keys": (*first.keys, *device.keys)}),)},  # nobody says until when
        {"proctors": (first.model_copy(update={"keys": (before,)}),)},
        {"devices": (device, device)},
        {"devices": (device.model_copy(update={"keys": (DirectoryKey(public_key_pem="no key", from_ms=0),)}),)},
    ):
        with pytest.raises(TrustRefused):
            believe(world.with_directory(**changes))


def test_a_pc_that_was_enrolled_twice_keeps_its_key(world: World) -> None:
    again = world.directory.devices[0].model_copy(update={"device": new_id()})
    trust = world.with_directory(devices=(*world.directory.devices, again)).trust
    assert trust.device(again.device) == again
    assert trust.device_keys() == (world.device_key.public,)


@pytest.mark.parametrize("name", [KEYS_FILE, DIRECTORY_FILE])
def test_a_change_of_any_byte_of_a_signed_file_is_refused(world: World, tmp_path: Path, name: str) -> None:
    world.trust.save(tmp_path)
    good = (tmp_path / name).read_bytes()
    for place in range(len(good)):
        (tmp_path / name).write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(TrustRefused):
            Trust.load(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_linked_file_is_refused(world: World, tmp_path: Path, name: str) -> None:
    world.trust.save(tmp_path)
    (tmp_path / name).rename(tmp_path / "elsewhere")
    with pytest.raises(TrustRefused):
        Trust.load(tmp_path)
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TrustRefused):
        Trust.load(tmp_path)


def newer_directory(world: World) -> World:
    return world.with_directory(sequence=2)


def newer_keys(world: World) -> World:
    keys = world.registry_keys.model_copy(update={"issued_ms": NOW_MS + 1})
    return replace(world, registry_keys=keys)


@pytest.mark.parametrize("newer", [newer_directory, newer_keys])
def test_an_update_goes_forward_and_never_back(world: World, tmp_path: Path, newer: Callable[[World], World]) -> None:
    world.trust.save(tmp_path)
    newer(world).trust.save(tmp_path)
    assert Trust.load(tmp_path) == newer(world).trust
    with pytest.raises(TrustRefused):
        world.trust.save(tmp_path)
    assert Trust.load(tmp_path) == newer(world).trust


def test_two_directories_of_one_number_are_refused(world: World, tmp_path: Path) -> None:
    world.trust.save(tmp_path)
    with pytest.raises(TrustRefused, match="two different"):
        world.with_directory(proctors=()).trust.save(tmp_path)


def test_a_folder_never_changes_its_root(world: World, tmp_path: Path) -> None:
    world.trust.save(tmp_path)
    with pytest.raises(TrustRefused, match="another root"):
        World.make().trust.save(tmp_path)
    assert Trust.load(tmp_path) == world.trust


def test_a_folder_torn_by_a_power_cut_is_healed_by_what_is_verified_now(world: World, tmp_path: Path) -> None:
    world.trust.save(tmp_path)
    (tmp_path / DIRECTORY_FILE).write_bytes(b"")
    world.trust.save(tmp_path)
    assert Trust.load(tmp_path) == world.trust


def test_a_place_that_cannot_be_written_is_an_environment_fault(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrustUnwritable):
        world.trust.save(tmp_path / "file" / "trust")


def test_broken_base64_in_a_bundle_is_refused(world: World) -> None:
    good = world.bundle
    broken = good.model_copy(update={"directory": good.directory[:-3]})
    with pytest.raises(TrustRefused):
        Trust.from_bundle(broken, world.root_json)
    empty = bundle_of(world.root_json, b"", b"")
    with pytest.raises(TrustRefused):
        Trust.from_bundle(empty, world.root_json)


def administrator(key: SigningKey) -> DirectoryAdministrator:
    return DirectoryAdministrator(
        administrator=new_id(), named_sha256="0" * 64, public_key_pem=key.public.pem, enrolled_ms=NOW_MS
    )


def test_an_administrator_is_found_by_id_and_signs_nothing_of_a_seat(world: World) -> None:
    entry = administrator(SigningKey.generate_p256())
    trust = world.with_directory(administrators=(entry,)).trust
    found = trust.administrator(entry.administrator)
    assert found is not None
    assert found[0] == entry
    assert trust.signer(found[1].keyid) is None
    assert trust.proctor(found[1].keyid) is None
    assert trust.administrator(new_id()) is None


def test_one_key_never_counts_twice_nor_one_administrator_with_two_keys(world: World) -> None:
    key = SigningKey.generate_p256()
    one = administrator(key)
    second_key = administrator(SigningKey.generate_p256()).model_copy(update={"administrator": one.administrator})
    for administrators in (
        (one, administrator(key)),
        (one, second_key),
        (administrator(world.proctor_keys[0]),),
        (administrator(world.device_key),),
    ):
        with pytest.raises(TrustRefused):
            _ = world.with_directory(administrators=administrators).trust
