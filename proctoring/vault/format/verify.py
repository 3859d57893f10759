"""Verifying a recording without any secret: streaming, in bounded memory, every finding by segment and record."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.format import layout
from proctoring.vault.format.absence import Absence
from proctoring.vault.format.outline import Outline, Tell, nobody, outline_of, unlisted
from proctoring.vault.format.papers import Devices, Papers, read_papers
from proctoring.vault.format.reading import names
from proctoring.vault.format.report import (
    EXPLAINED,
    MISSING_AT_END,
    Finding,
    FindingCode,
    RecordingReport,
    Verdict,
)
from proctoring.vault.format.segments import check_heads
from sync.wire.recording import RecordingHead, RecordingManifest

_MAX_FINDINGS = 1_000


@dataclass(frozen=True)
class Examination:
    """A report with what it is about, for those who go on to export or close the recording."""

    report: RecordingReport
    outline: Outline
    papers: Papers


def verify_recording(
    folder: Path, trust: Devices | None = None, *, left: Iterable[bytes] = (), tell: Tell = nobody
) -> RecordingReport:
    """Verify the recording in `folder`.

    `trust` tells which key is the device's (without it the key beside the recording is used, and the report says
    so); `left` are the heads (envelopes) that left the seat while it was recorded; `tell` hears how many segments
    of how many were checked, and may raise to end it.

    Raises:
        RecordingUnreadable: no recording is there, or the disk does not give it.
    """
    return examine(folder, trust, left, tell).report


def examine(folder: Path, trust: Devices | None = None, left: Iterable[bytes] = (), tell: Tell = nobody) -> Examination:
    """Verify the recording and keep what was learnt on the way. Raises what `verify_recording` raises."""
    papers = read_papers(folder, trust, left)
    manifest = papers.manifest
    outline = outline_of(folder, papers, tell)
    findings = [
        *(_removed(finding, outline) for finding in papers.findings),
        *(_about_closing(manifest, papers, names(folder)) if manifest else ()),
        *(finding for part in outline.parts for finding in part.checked.findings),
        *_about_heads(outline, papers),
        *(unlisted(folder, outline, papers) if outline.recording else ()),
    ]
    findings += [Finding(FindingCode.RECORDER_RESTARTED, epoch.first_segment) for epoch in outline.epochs[1:]]
    named_by = manifest or next(iter(papers.openings), None)
    report = RecordingReport(
        named_by.recording if named_by else "",
        named_by.sitting if named_by else "",
        _verdict(findings, outline),
        tuple(findings[:_MAX_FINDINGS]),
        outline.duration_ms,
        outline.gaps,
        papers.signer_checked,
        outline.sources,
        outline.flags,
        _media_ms(outline),
        sum(part.checked.leaves is not None for part in outline.parts),
        sum(len(part.checked.leaves or ()) for part in outline.parts),
        None if manifest or not outline.recording else outline.duration_ms,
    )
    return Examination(report, outline, papers)


def _media_ms(outline: Outline) -> int:
    """Give the length of what is here, without the time in which neither picture nor sound was recorded."""
    absence = Absence(outline.gaps)
    spans = ((part.entry.start_ms, part.entry.start_ms + part.media_ms) for part in outline.parts)
    return sum(end - start - absence.between(start, end) for start, end in spans)


def _removed(finding: Finding, outline: Outline) -> Finding:
    """Tell a manifest that was there from one that never was: its recording ended properly."""
    if finding.code is FindingCode.MANIFEST_MISSING and outline.parts and outline.parts[-1].checked.ended:
        return Finding(FindingCode.MANIFEST_REMOVED, outline.parts[-1].entry.index)
    return finding


def _about_closing(manifest: RecordingManifest, papers: Papers, files: frozenset[str]) -> list[Finding]:
    findings: list[Finding] = []
    if manifest.closed == "recovered":
        findings.append(Finding(FindingCode.CLOSED_AFTER_CRASH))
    openings = {opening.epoch.first_segment: opening for opening in papers.openings}
    for epoch in manifest.epochs:
        opening = openings.get(epoch.first_segment)
        if opening is None and layout.opening_name(epoch.first_segment) not in files:
            findings.append(Finding(FindingCode.OPENING_REFUSED, epoch.first_segment, None, "missing"))
        elif opening is not None and (opening.recording, opening.epoch) != (manifest.recording, epoch):
            findings.append(Finding(FindingCode.OPENING_REFUSED, epoch.first_segment, None, "not as listed"))
    return findings


def _about_heads(outline: Outline, papers: Papers) -> list[Finding]:
    """Hold the heads against the segments; in a closed recording the last head of each must say what is listed."""
    findings: list[Finding] = []
    spoken = _by_segment((*papers.heads, *papers.left))
    closing = _by_segment(papers.heads)
    for part in outline.parts:
        heads = spoken.pop(part.entry.index, [])
        if part.checked.leaves is not None:
            findings += check_heads(part.entry.index, part.checked.leaves, heads)
        if papers.manifest is None:
            continue
        own = closing.get(part.entry.index, [])
        if not own or own[-1].segment != part.entry:
            findings.append(Finding(FindingCode.HEAD_MISSING, part.entry.index, None, "no head closes the segment"))
    for index, heads in sorted(spoken.items()):
        detail = f"head {heads[-1].sequence} saw it"
        findings.append(Finding(FindingCode.HEAD_BEYOND, index, None, detail))
    return findings


def _by_segment(heads: Iterable[RecordingHead]) -> dict[int, list[RecordingHead]]:
    found: dict[int, list[RecordingHead]] = {}
    for head in heads:
        found.setdefault(head.segment.index, []).append(head)
    return found


def _verdict(findings: list[Finding], outline: Outline) -> Verdict:
    end = _end_of_genuine(outline)
    rest = [finding for finding in findings if finding.code not in EXPLAINED]
    if not outline.recording or any(
        finding.code not in MISSING_AT_END or (finding.segment or 0) < end for finding in rest
    ):
        return Verdict.TAMPERED
    if rest:
        return Verdict.TRUNCATED
    return Verdict.RECOVERED if findings else Verdict.COMPLETE


def _end_of_genuine(outline: Outline) -> int:
    """Give the first segment from which on only "it is missing" is wrong: a cut at the end is no tampering."""
    for part in reversed(outline.parts):
        codes = {finding.code for finding in part.checked.findings}
        if codes != {FindingCode.SEGMENT_MISSING}:
            return part.entry.index
    return 0
