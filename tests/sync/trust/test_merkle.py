"""Merkle trees against the published vectors of Certificate Transparency, and against the definition."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from sync.trust.merkle import (
    EMPTY_ROOT,
    MerkleBuilder,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# The vectors of the Certificate Transparency project (merkle tree tests for RFC 6962).
LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# From transparency-dev/merkle, testdata/consistency/{0,1,2,3,4}/happy-path.json (Apache-2.0): sizes, and the proof.
CONSISTENT = {
    (1, 1): [],
    (1, 8): [
        "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
    (6, 8): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
    (2, 5): ["Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=", "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="],
    (6, 7): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
}


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_published_audit_paths_come_out(index: int, size: int) -> None:
    path = inclusion_path(LEAVES[:size], index)
    assert [node.hex() for node in path] == PATHS[index, size]
    assert verify_inclusion(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size]))


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def test_every_leaf_of_every_tree_up_to_70_is_proved_at_its_place_and_nowhere_else() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(70)]
    builder = MerkleBuilder()
    for size in range(1, 71):
        builder.append(leaves[size - 1])
        top = builder.root()
        assert builder.size == size
        assert top == by_definition(leaves[:size])
        for index in range(size):
            path = inclusion_path(leaves[:size], index)
            assert verify_inclusion(leaves[index], index, size, path, top)
            assert not verify_inclusion(leaves[index], (index + 1) % (size + 1), size, path, top)
            assert not verify_inclusion(leaves[index], index, size, [*path, top], top)
            assert not verify_inclusion(leaves[index - 1], index, size, path, top) or size == 1


@given(
    index=st.integers(-2, 2**70),
    size=st.integers(-2, 2**70),
    path=st.lists(st.binary(max_size=40), max_size=64),
)
def test_a_hostile_proof_is_not_believed_and_raises_nothing(index: int, size: int, path: list[bytes]) -> None:
    assert not verify_inclusion(LEAVES[0], index, size, path, b"\x07" * 32)


def test_a_changed_bit_anywhere_in_a_proof_is_noticed() -> None:
    top, path = root(LEAVES), inclusion_path(LEAVES, 5)
    for number, node in enumerate(path):
        for place in range(32):
            changed = bytearray(node)
            changed[place] ^= 1
            other = [*path[:number], bytes(changed), *path[number + 1 :]]
            assert not verify_inclusion(LEAVES[5], 5, 8, other, top)


def test_a_proof_does_not_hold_for_a_tree_of_another_height() -> None:
    top = root(LEAVES)
    for index in range(8):
        path = inclusion_path(LEAVES, index)
        assert not verify_inclusion(LEAVES[index], 0, 1, path, top)
        for size in (*range(5), 9, 15, 16, 17, 64):
            assert not verify_inclusion(LEAVES[index], index, size, path, top)


def test_there_is_no_path_to_a_leaf_that_does_not_exist() -> None:
    with pytest.raises(IndexError):
        inclusion_path(LEAVES, 8)
    with pytest.raises(IndexError):
        inclusion_path([], 0)


@pytest.mark.parametrize(("old", "new"), CONSISTENT)
def test_the_published_consistency_proofs_come_out(old: int, new: int) -> None:
    path = consistency_path(LEAVES[:new], old)
    assert [base64.b64encode(node).decode() for node in path] == CONSISTENT[old, new]
    assert verify_consistency(old, new, path, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]))


@given(data=st.data(), entries=st.lists(st.binary(max_size=40), min_size=1, max_size=120))
def test_another_implementation_finds_the_same_roots_and_paths(data: st.DataObject, entries: list[bytes]) -> None:
    """Pymerkle is independent of ours. Its consistency proofs have another form, so ours are held to its roots."""
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in entries]
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    index = data.draw(st.integers(0, new - 1))
    before, after = tree.get_root(old), tree.get_root(new)
    assert after == root(leaves[:new])
    path = tree.prove_inclusion(index + 1, new).path[1:]  # it counts from one, and puts the leaf first
    assert path == inclusion_path(leaves[:new], index)
    assert verify_inclusion(leaves[index], index, new, path, after)
    proof = consistency_path(leaves[:new], old)
    assert verify_consistency(old, new, proof, before, after)
    assert not verify_consistency(old, new, proof, b"\x07" * 32, after)
    assert not verify_consistency(old, new, [*proof, before], before, after)


def test_a_tree_continues_every_smaller_one_and_no_other() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]
    tops = [root(leaves[:size]) for size in range(41)]
    for new in range(1, 41):
        for old in range(1, new + 1):
            path = consistency_path(leaves[:new], old)
            assert verify_consistency(old, new, path, tops[old], tops[new])
            assert not verify_consistency(old, new, path, tops[old - 1], tops[new])
            assert not verify_consistency(old, new, path, tops[old], tops[new - 1])
            assert not verify_consistency(old, new, path[:-1], tops[old], tops[new]) or not path
            assert not verify_consistency(old, new, [*path, tops[old]], tops[old], tops[new])


def test_a_history_with_a_leaf_changed_removed_or_moved_continues_nothing() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(20)]
    before = root(leaves[:13])
    for place in range(13):
        changed = [*leaves[:place], leaf_hash(b"other"), *leaves[place + 1 :]]
        removed = leaves[:place] + leaves[place + 1 :]
        moved = [*leaves[:place], leaves[place + 1], leaves[place], *leaves[place + 2 :]]
        for history in (changed, removed, moved):
            for path in (consistency_path(history, 13), consistency_path(leaves, 13)):
                assert not verify_consistency(13, len(history), path, before, root(history))


def test_everything_continues_an_empty_tree_and_nothing_grows_backwards() -> None:
    assert verify_consistency(0, 8, [], EMPTY_ROOT, root(LEAVES))
    assert not verify_consistency(0, 8, [], root(LEAVES), root(LEAVES))
    assert not verify_consistency(0, 8, [LEAVES[0]], EMPTY_ROOT, root(LEAVES))
    assert not verify_consistency(8, 7, [], root(LEAVES), root(LEAVES[:7]))
    with pytest.raises(IndexError):
        consistency_path(LEAVES, 9)


@given(
    old=st.integers(-2, 2**70),
    new=st.integers(-2, 2**70),
    path=st.lists(st.binary(max_size=40), max_size=64),
)
def test_a_hostile_consistency_proof_is_not_believed(old: int, new: int, path: list[bytes]) -> None:
    assert not verify_consistency(old, new, path, b"\x07" * 32, root(LEAVES))
