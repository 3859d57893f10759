"""What a recording consists of, from its manifest or, when nobody could close it, from openings and heads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.format import layout
from proctoring.vault.format.papers import Papers
from proctoring.vault.format.reading import names
from proctoring.vault.format.report import Finding, FindingCode
from proctoring.vault.format.segments import Checked, check_closed, check_open
from sync.trust.merkle import root
from sync.wire.packet import GapRef
from sync.wire.recording import (
    Bookmark,
    CaptureStatistics,
    ClockPair,
    Flag,
    FlagKind,
    KeyEpoch,
    RecordingHead,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
)

Tell = Callable[[int, int], None]
"""Called with how many segments were checked, and how many there are; may raise to end the checking."""


def nobody(_done: int, _of: int) -> None:
    """Hear nothing."""


_NOTHING_COUNTED = CaptureStatistics(
    frames_expected=0,
    frames_captured=0,
    frames_encoded=0,
    frames_dropped=0,
    samples=0,
    level_dbfs_tenths=-2000,
)


@dataclass(frozen=True)
class Part:
    """One segment: what is said of it and what it turned out to hold."""

    entry: SegmentEntry
    checked: Checked

    @property
    def media_ms(self) -> int:
        """The length of what is here of it, as its last record says; nothing of a segment that does not verify."""
        end_ms = self.checked.end_ms
        return 0 if end_ms is None else max(0, end_ms - self.entry.start_ms)


@dataclass(frozen=True)
class Outline:
    """The recording's contents in order."""

    recording: str
    parts: tuple[Part, ...]
    epochs: tuple[KeyEpoch, ...]
    gaps: tuple[GapRef, ...]
    bookmarks: tuple[Bookmark, ...]
    flags: tuple[Flag, ...]
    sources: tuple[Source, ...]
    duration_ms: int


def _outline_closed(folder: Path, manifest: RecordingManifest, tell: Tell) -> Outline:
    """Check every segment the manifest lists."""
    roots = {entry.leaves_root: entry.index for entry in manifest.segments}
    parts = tuple(_told(Part(entry, check_closed(folder, entry, roots)), manifest, tell) for entry in manifest.segments)
    return Outline(
        manifest.recording,
        parts,
        manifest.epochs,
        manifest.gaps,
        manifest.bookmarks,
        manifest.flags,
        manifest.sources,
        manifest.duration_ms,
    )


def _told(part: Part, manifest: RecordingManifest, tell: Tell) -> Part:
    tell(part.entry.index + 1, len(manifest.segments))
    return part


def outline_of(folder: Path, papers: Papers, tell: Tell = nobody) -> Outline:
    """Check what is there against the manifest, or without one against openings and heads.

    `tell` hears of each listed segment that was checked.
    """
    if papers.manifest:
        return _outline_closed(folder, papers.manifest, tell)
    if papers.openings:
        return _outline_open(folder, papers)
    return Outline("", (), (), (), (), (), (), 0)  # nothing can be believed


def _outline_open(folder: Path, papers: Papers) -> Outline:
    """Put together what a recording without a manifest holds: what heads signed, and what came after the last."""
    files = names(folder)
    last = _last_heads(papers.heads)
    parts: list[Part] = []
    for opening, following in zip(papers.openings, (*papers.openings[1:], None), strict=True):
        first = opening.epoch.first_segment
        stop = following.epoch.first_segment if following else layout.MAX_SEGMENTS
        start_ms = opening.starts_ms
        for index in range(first, stop):
            head = last.get(index)
            if head is None and layout.segment_name(index) not in files:
                break
            is_last = following is None and index + 1 not in last and layout.segment_name(index + 1) not in files
            checked = check_open(folder, index, head.segment if head else None, may_grow=is_last)
            parts.append(Part(_entry(opening, index, start_ms, head, checked), checked))
            start_ms = parts[-1].entry.start_ms + parts[-1].entry.duration_ms
    duration_ms = max((part.entry.start_ms + part.entry.duration_ms for part in parts), default=0)
    return Outline(
        papers.openings[0].recording,
        tuple(parts),
        tuple(opening.epoch for opening in papers.openings),
        stated_gaps(papers.heads),
        tuple(mark for head in papers.heads for mark in head.bookmarks),
        stated_flags(papers.heads),
        all_sources(papers.openings),
        duration_ms,
    )


def stated_gaps(heads: tuple[RecordingHead, ...]) -> tuple[GapRef, ...]:
    """Collect the gaps that heads stated; of one stated again and again while it was open, the longest."""
    gaps: dict[tuple[str, int], GapRef] = {}
    for head in heads:
        for gap in head.gaps:
            before = gaps.get((gap.track, gap.start_ms))
            if before is None or before.length_ms < gap.length_ms:
                gaps[gap.track, gap.start_ms] = gap
    return tuple(sorted(gaps.values(), key=lambda gap: (gap.start_ms, gap.track)))


def stated_flags(heads: tuple[RecordingHead, ...]) -> tuple[Flag, ...]:
    """Collect the flags that heads stated; of one stated again and again while it was up, the longest."""
    flags: dict[tuple[FlagKind, int], Flag] = {}
    for head in heads:
        for flag in head.flags:
            before = flags.get((flag.kind, flag.at_ms))
            if before is None or before.length_ms < flag.length_ms:
                flags[flag.kind, flag.at_ms] = flag
    return tuple(sorted(flags.values(), key=lambda flag: (flag.at_ms, flag.kind)))


def all_sources(openings: tuple[RecordingOpening, ...]) -> tuple[Source, ...]:
    """Give every device that was recorded, each once."""
    return tuple(dict.fromkeys(source for opening in openings for source in opening.sources))


def unlisted(folder: Path, outline: Outline, papers: Papers) -> list[Finding]:
    """Name every file that does not belong to the recording."""
    indices = {part.entry.index for part in outline.parts}
    first = {epoch.first_segment for epoch in outline.epochs}
    own = {layout.MANIFEST, layout.HEADS, layout.DEVICE_KEY}
    own |= {layout.segment_name(index) for index in indices} | {layout.leaves_name(index) for index in indices}
    own |= {layout.opening_name(index) for index in first}
    refused = {finding.segment for finding in papers.findings if finding.code is FindingCode.OPENING_REFUSED}
    own |= {layout.opening_name(index) for index in refused if index is not None}
    return [
        Finding(FindingCode.FILE_UNFINISHED if layout.is_leftover(name) else FindingCode.FILE_EXTRA, detail=name)
        for name in sorted(names(folder) - own)
    ]


def _last_heads(heads: tuple[RecordingHead, ...]) -> dict[int, RecordingHead]:
    return {head.segment.index: head for head in heads}


def _entry(
    opening: RecordingOpening, index: int, start_ms: int, head: RecordingHead | None, checked: Checked
) -> SegmentEntry:
    """Bring a head's word up to the records that are really there; without a head, say what the records say."""
    base = head.segment if head else _unspoken(opening, index, start_ms)
    if checked.leaves is None:
        return base
    end_ms = base.start_ms if checked.end_ms is None else checked.end_ms
    return base.model_copy(
        update={
            "bytes": checked.size,
            "records": len(checked.leaves),
            "leaves_root": root(checked.leaves).hex(),
            "duration_ms": max(0, end_ms - base.start_ms),
        }
    )


def _unspoken(opening: RecordingOpening, index: int, start_ms: int) -> SegmentEntry:
    return SegmentEntry(
        index=index,
        file=layout.segment_name(index),
        bytes=0,
        records=0,
        leaves_root=root(()).hex(),
        start_ms=start_ms,
        duration_ms=0,
        clock=ClockPair(mono_ms=opening.started.mono_ms + start_ms, wall_ms=opening.started.wall_ms + start_ms),
        statistics=_NOTHING_COUNTED,
    )
