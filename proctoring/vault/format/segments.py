"""Checking one segment's file and sidecar against what was signed about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proctoring.vault.format import layout
from proctoring.vault.format.compare import compare
from proctoring.vault.format.reading import opened
from proctoring.vault.format.record import MAX_RECORD_BYTES, Flag
from proctoring.vault.format.report import Finding, FindingCode
from proctoring.vault.format.scan import HASH_BYTES, Limit, Seen, read_leaves, scan
from sync.trust.merkle import MerkleBuilder, root
from sync.wire.recording import RecordingHead, SegmentEntry

_MOST_EXTRA: Final = 1_000
"""So many records more than are listed are looked at, to name them."""


@dataclass(frozen=True)
class Checked:
    """What a segment turned out to hold.

    `leaves` are the hashes of the records that were believed, None if none can be; `size` (bytes), `end_ms`
    (recorded time), `last_length` (bytes of the last one) speak of the records that are really there and count.
    """

    findings: tuple[Finding, ...]
    leaves: tuple[bytes, ...] | None = None
    size: int = 0
    end_ms: int | None = None
    last_length: int = 0
    ended: bool = False


def check_closed(folder: Path, entry: SegmentEntry, roots: Mapping[str, int]) -> Checked:
    """Check a segment that the manifest lists. `roots` are the roots of all listed segments, to name an exchange.

    Raises:
        RecordingUnreadable: the disk does not give it.
    """
    index = entry.index
    leaves, length = _sidecar(folder, index)
    listed = root(leaves).hex()
    sidecar_good = listed == entry.leaves_root and length == entry.records * HASH_BYTES
    seen = _seen(folder, index, leaves, Limit(entry.bytes + 2 * MAX_RECORD_BYTES, entry.records + _MOST_EXTRA))
    if seen is None:
        return Checked((Finding(FindingCode.SEGMENT_MISSING, index),))
    found = [one.leaf for one in seen]
    actual = listed if found == leaves else root(found).hex()
    if actual == entry.leaves_root and len(found) == entry.records:
        if sum(one.length for one in seen) != entry.bytes:
            return Checked((Finding(FindingCode.SEGMENT_CHANGED, index, None, "not as long as listed"),))
        findings = [] if sidecar_good else [Finding(FindingCode.LEAVES_CHANGED, index)]
        return _counted(seen, findings)
    if roots.get(actual, index) != index:
        detail = f"the file holds segment {roots[actual]}"
        return Checked((Finding(FindingCode.SEGMENT_MOVED, index, None, detail),))
    if sidecar_good:
        return Checked(tuple(compare(index, leaves, found)), tuple(leaves))
    changed = (FindingCode.LEAVES_CHANGED, FindingCode.SEGMENT_CHANGED)
    return Checked(tuple(Finding(code, index) for code in changed))


def check_open(folder: Path, index: int, entry: SegmentEntry | None, *, may_grow: bool) -> Checked:
    """Check a segment that no manifest lists. `entry` is the last signed head's word on it, None if there is none.

    A crash may leave more than the head says (`may_grow`), and then an unfinished end that does not count.

    Raises:
        RecordingUnreadable: the disk does not give it.
    """
    leaves, length = _sidecar(folder, index)
    seen = _seen(folder, index, leaves, Limit())
    if seen is None:
        return Checked((Finding(FindingCode.SEGMENT_MISSING, index),))
    found = [one.leaf for one in seen]
    signed = entry.records if entry else 0
    if entry and root(leaves[:signed]).hex() != entry.leaves_root:
        intact = root(found[:signed]).hex() == entry.leaves_root
        code = FindingCode.LEAVES_CHANGED if intact else FindingCode.SEGMENT_CHANGED
        return Checked((Finding(code, index),))
    good = _common(leaves, found)
    if good < signed:
        return Checked(tuple(compare(index, leaves[:signed], found)))
    if good == len(seen) and length == good * HASH_BYTES:
        return _counted(seen, [])
    code = FindingCode.TAIL_UNFINISHED if may_grow else FindingCode.RECORD_EXTRA
    return _counted(seen[:good], [Finding(code, index, good)])


def check_heads(index: int, leaves: Sequence[bytes], heads: Sequence[RecordingHead]) -> list[Finding]:
    """Hold every head that speaks of segment `index` against the records that are there."""
    wanted = {head.segment.records for head in heads}
    roots: dict[int, str] = {}
    builder = MerkleBuilder()
    for leaf in (b"", *leaves):
        if leaf:
            builder.append(leaf)
        if builder.size in wanted:
            roots[builder.size] = builder.root().hex()
    findings = []
    for head in heads:
        saw = head.segment.records
        if saw not in roots:
            detail = f"head {head.sequence} saw {saw} records"
            findings.append(Finding(FindingCode.HEAD_BEYOND, index, len(leaves), detail))
        elif roots[saw] != head.segment.leaves_root:
            detail = f"head {head.sequence} saw other records"
            findings.append(Finding(FindingCode.SEGMENT_CHANGED, index, None, detail))
    return findings


def _sidecar(folder: Path, index: int) -> tuple[list[bytes], int]:
    try:
        return read_leaves(folder / layout.leaves_name(index))
    except FileNotFoundError:
        return [], -1


def _seen(folder: Path, index: int, known: Sequence[bytes], limit: Limit) -> list[Seen] | None:
    try:
        with opened(folder / layout.segment_name(index)) as file:
            return list(scan(file, frozenset(known), limit))
    except FileNotFoundError:
        return None


def _common(leaves: Sequence[bytes], found: Sequence[bytes]) -> int:
    pairs = zip(leaves, found, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(leaves), len(found)))


def _counted(seen: Sequence[Seen], findings: Sequence[Finding]) -> Checked:
    last = seen[-1] if seen else None
    return Checked(
        tuple(findings),
        tuple(one.leaf for one in seen),
        sum(one.length for one in seen),
        last.header.time_ms if last and last.header else None,
        last.length if last else 0,
        last is not None and last.header is not None and last.header.flag is Flag.RECORDING_END,
    )
