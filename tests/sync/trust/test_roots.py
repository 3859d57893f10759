"""Roots that follow the pinned one: each believed for the one before it, none skipped, none taken back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from sync.trust.anchor import Trust, TrustRefused, sign_directory, sign_registry_keys
from sync.trust.keys import SigningKey
from sync.trust.roots import MOST, RootRefused, follow
from sync.wire.enrolment import RegistryRole
from tests.sync.trust.world import World


def a_root(version: int, holders: list[SigningKey], *signers: SigningKey, threshold: int = 2) -> bytes:
    root = Root(version=version, expires=datetime(2036, 1, 1, tzinfo=UTC), consistent_snapshot=True)
    for key in holders:
        root.add_key(key.public.as_signer_key(), Root.type)
    root.roles[Root.type].threshold = threshold
    metadata = Metadata(root)
    for key in signers:
        metadata.sign(key.signer(), append=True)
    return metadata.to_bytes()


@pytest.fixture(scope="module")
def keys() -> list[SigningKey]:
    return [SigningKey.generate_ed25519() for _ in range(6)]


@pytest.fixture(scope="module")
def chain(keys: list[SigningKey]) -> list[bytes]:
    """Three roots of two of three keys; each replaces the first key of the one before."""
    a, b, c, d, e, _ = keys
    return [a_root(1, [a, b, c], a, b, c), a_root(2, [b, c, d], b, c, d), a_root(3, [c, d, e], c, d, e)]


def test_the_last_root_says_whose_word_counts(chain: list[bytes], keys: list[SigningKey]) -> None:
    for length in range(3):
        found = follow(chain[0], chain[1 : length + 1])
        assert {key.keyid for key in found.keys} == {key.public.keyid for key in keys[length : length + 3]}
        assert found.threshold == 2


def test_a_root_that_does_not_follow_is_refused(chain: list[bytes], keys: list[SigningKey]) -> None:
    a, b, c, d, e, stranger = keys
    wrong = {
        "a gap": [chain[2]],
        "the same again": [chain[0]],
        "backwards": [chain[1], chain[2], chain[1]],
        "one of the old": [a_root(2, [b, d, e], b, d, e)],
        "one of the new": [a_root(2, [d, e, stranger], a, b, d)],
        "none of the old": [a_root(2, [stranger, d, e], stranger, d, e)],
        "nobody": [a_root(2, [b, c, d])],
        "no root": [b"{}"],
        "deep": [b"[" * 100_000],
        "large": [b"x" * 600_000],
        "too many": [chain[1]] * (MOST + 1),
    }
    for why, later in wrong.items():
        with pytest.raises(RootRefused):
            follow(chain[0], later)
            raise AssertionError(why)


def test_one_key_signs_for_two_only_once(keys: list[SigningKey]) -> None:
    a, b, c, *_ = keys
    metadata = Metadata[Root].from_bytes(a_root(1, [a, b, c], a))
    twice = metadata.signed
    other = a.public.as_signer_key()
    other.keyid = "1" * 64
    twice.keys[other.keyid] = other
    twice.roles[Root.type].keyids.append(other.keyid)
    forged = Metadata(twice)
    forged.sign(a.signer(), append=True)
    signature = forged.signatures[a.public.keyid]
    signature.keyid = other.keyid
    forged.signatures[other.keyid] = signature
    forged.sign(a.signer(), append=True)
    with pytest.raises(RootRefused, match="one key under two ids"):
        follow(forged.to_bytes(), ())


def trust(world: World, root: bytes, later: tuple[bytes, ...], *signers: SigningKey) -> Trust:
    directory = sign_directory(world.directory, world.roles[RegistryRole.DIRECTORY])
    return Trust(root, sign_registry_keys(world.registry_keys, *signers), directory, later)


def test_a_replaced_root_key_signs_for_no_registry_key(
    world: World, chain: list[bytes], keys: list[SigningKey]
) -> None:
    a, b, c, d, e, _ = keys
    later = tuple(chain[1:])
    assert trust(world, chain[0], later, d, e).role_key(RegistryRole.PLAN)
    assert trust(world, chain[0], later, c, d).bundle().later_roots
    for signers in ((a, b), (b, c), (d,), (a, d, e)):
        with pytest.raises(TrustRefused):
            trust(world, chain[0], later, *signers)


def test_a_folder_goes_forward_only_and_heals_what_was_cut(
    world: World, chain: list[bytes], keys: list[SigningKey], tmp_path: Path
) -> None:
    _, b, c, d, e, _ = keys
    first, second = trust(world, chain[0], (), b, c), trust(world, chain[0], (chain[1],), b, c)
    third = trust(world, chain[0], tuple(chain[1:]), d, e)
    folder = tmp_path / "trust"
    first.save(folder)
    (folder / "2.root.json").write_bytes(chain[1])
    (folder / "3.root.json").write_bytes(chain[2])  # the power went before the keys that it signed were here
    assert Trust.load(folder) == second
    third.save(folder)
    assert Trust.load(folder) == third
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == third.files()
    assert set(third.files()) == {"root.json", "2.root.json", "3.root.json", "registry-keys.json", "directory.json"}
    assert Trust.from_bundle(third.bundle(), chain[0]) == third
    with pytest.raises(TrustRefused, match="older root"):
        second.save(folder)
    other = a_root(2, [b, c, keys[5]], b, c, keys[5])
    with pytest.raises(TrustRefused, match="other roots"):
        trust(world, chain[0], (other,), b, c).save(folder)
    assert Trust.load(folder) == third
