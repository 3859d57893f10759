"""Merkle trees over SHA-256: RFC 6962 section 2.1; proofs are checked as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say."""

import hashlib
from collections.abc import Sequence
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_HASH_BYTES: Final = 32


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf's data: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleBuilder:
    """A growing tree that keeps only the roots of its complete subtrees: O(log n) memory."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # largest first, one for each bit set in size

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given as its leaf hash."""
        node, rest = leaf, self.size
        while rest & 1:
            node = node_hash(self._peaks.pop(), node)
            rest >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *larger, node = self._peaks
        for peak in reversed(larger):
            node = node_hash(peak, node)
        return node


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes; SHA-256 of nothing for none."""
    builder = MerkleBuilder()
    for leaf in leaves:
        builder.append(leaf)
    return builder.root()


def subtree(leaves: Sequence[bytes], begin: int, end: int) -> bytes:
    """Give the root over the leaf hashes [begin, end)."""
    return root(leaves[begin:end])


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Give the ranges [begin, end) of leaves whose roots are the audit path of a leaf, nearest sibling first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    ranges, begin, end = [], 0, size
    while end - begin > 1:
        split = begin + _largest_power_below(end - begin)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((begin, split))
            begin = split
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Give the ranges [begin, end) whose roots prove that a tree of `new` leaves continues one of `old`.

    RFC 6962 section 2.1.2; nothing has to be proven for an `old` of 0 or `new`.

    Raises:
        IndexError: the tree does not go from `old` to `new` leaves.
    """
    if not 0 <= old <= new:
        raise IndexError(f"no tree of {old} leaves grows to {new}")
    if old in (0, new):
        return []
    ranges, begin, end = [], 0, new
    while end != old:  # down to the last complete part of the old tree
        split = begin + _largest_power_below(end - begin)
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((begin, split))
            begin = split
    if begin:
        ranges.append((begin, end))
    return ranges[::-1]


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Give the audit path of the leaf at `index`, nearest sibling first.

    Raises:
        IndexError: there is no such leaf.
    """
    return [subtree(leaves, *span) for span in inclusion_ranges(index, len(leaves))]


def consistency_path(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Prove that the tree over these leaf hashes continues the tree over the first `old` of them.

    Raises:
        IndexError: it has fewer leaves.
    """
    return [subtree(leaves, *span) for span in consistency_ranges(old, len(leaves))]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Tell whether the leaf hash `leaf` stands at `index` in the tree of `size` with `expected_root`."""
    if not 0 <= index < size or any(len(node) != _HASH_BYTES for node in (leaf, *path)):
        return False
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False  # the path is longer than the tree is high
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == expected_root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether the tree of `new` leaves continues the one of `old` (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new or any(len(node) != _HASH_BYTES for node in (old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    complete = old & (old - 1) == 0  # then it is its own last complete part
    return _grown(old, new, [old_root, *path] if complete else path) == (old_root, new_root)


def _grown(old: int, new: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Give the roots of both trees that a consistency proof leads to; nothing if it does not fit the sizes."""
    if not nodes:
        return None
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, node)
        position, last = position >> 1, last >> 1
    return (before, after) if last == 0 else None


def _largest_power_below(length: int) -> int:
    return 1 << (length - 1).bit_length() - 1
