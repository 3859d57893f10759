"""Comparing the records that ought to be in a segment with those that are: which one was changed, removed, moved."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from proctoring.vault.format.report import Finding, FindingCode


def compare(segment: int, expected: Sequence[bytes], seen: Sequence[bytes]) -> list[Finding]:
    """Name the differences between two lists of leaf hashes (an empty hash stands for bytes that are no record).

    A record number counts in the expected list, except for `RECORD_EXTRA`, where it counts in the file.
    """
    if list(expected) == list(seen):
        return []
    number = {leaf: index for index, leaf in enumerate(expected)}
    places = [number.get(leaf, -1) for leaf in seen]
    kept = _in_order(places)
    findings = [Finding(FindingCode.RECORD_MOVED, segment, index) for index in sorted(_moved(places, kept))]
    present = set(places)
    anchors = [(-1, -1), *((places[at], at) for at in kept), (len(expected), len(seen))]
    for (index, at), (next_index, next_at) in pairwise(anchors):
        missing = [i for i in range(index + 1, next_index) if i not in present]
        strange = [p for p in range(at + 1, next_at) if places[p] < 0]
        at_end = next_index == len(expected)
        findings += _between(segment, missing, strange, at_end=at_end)
    return findings


def _between(segment: int, missing: list[int], strange: list[int], *, at_end: bool) -> list[Finding]:
    changed = min(len(missing), len(strange))
    findings = [Finding(FindingCode.RECORD_CHANGED, segment, index) for index in missing[:changed]]
    findings += [Finding(FindingCode.RECORD_EXTRA, segment, place) for place in strange[changed:]]
    gone = missing[changed:]
    if gone and at_end and not strange:
        detail = f"{len(gone)} records are missing at the end"
        return [*findings, Finding(FindingCode.SEGMENT_SHORT, segment, gone[0], detail)]
    return [*findings, *(Finding(FindingCode.RECORD_REMOVED, segment, index) for index in gone)]


def _moved(places: list[int], kept: list[int]) -> set[int]:
    """Give the records out of order. In a plain exchange both are named, not only the one that had to give way."""
    known = [place for place in places if place >= 0]
    if sorted(known) == list(range(len(places))):
        return {place for at, place in enumerate(places) if place != at}
    return {place for at, place in enumerate(places) if place >= 0 and at not in set(kept)}


def _in_order(places: list[int]) -> list[int]:
    """Give the positions of a longest strictly rising run of known records (patience sorting, O(n log n))."""
    tops: list[int] = []
    positions: list[int] = []
    before: list[int] = [-1] * len(places)
    for at, place in enumerate(places):
        if place < 0:
            continue
        slot = bisect_left(tops, place)
        tops[slot : slot + 1] = [place]
        positions[slot : slot + 1] = [at]
        before[at] = positions[slot - 1] if slot else -1
    chain: list[int] = []
    at = positions[-1] if positions else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]
