"""What a recording is: ids, times, sources, segments, gaps, marks, and to whom it was sealed."""

import json
from datetime import UTC, datetime
from pathlib import Path

from app.cli.console import print_text, say, words
from app.cli.recording_report import gap_words, gaps_json, open_end_words
from proctoring.vault.format.outline import Part
from proctoring.vault.format.verify import Examination
from sync.wire.recording import RecordingManifest, RecordingOpening


def contents_json(path: Path, seen: Examination) -> str:
    """Give what the papers say as one JSON object; entries are as the manifest has them, times in ms."""
    named, outline = _named_by(seen), seen.outline
    manifest = seen.papers.manifest
    told = {
        "path": str(path),
        "verdict": seen.report.verdict,
        "recording": named.recording if named else None,
        "session": named.session if named else None,
        "sitting": named.sitting if named else None,
        "device": named.device if named else None,
        "device_keyid": named.device_keyid if named else None,
        "format": named.format if named else None,
        "codec": named.codec if named else None,
        "software": named.software if named else None,
        "retention_days": named.retention_days if named else None,
        "started": named.started.model_dump() if named else None,
        "closed": manifest.closed if manifest else None,
        "manifest_sha256": seen.papers.manifest_sha256 or None,
        "duration_ms": outline.duration_ms,
        "media_ms": seen.report.media_ms,
        "heads": len(seen.papers.heads),
        "sources": [source.model_dump(mode="json") for source in outline.sources],
        "segments": [_segment_json(part) for part in outline.parts],
        "gaps": gaps_json(seen.report),
        "bookmarks": [mark.model_dump(mode="json") for mark in outline.bookmarks],
        "flags": [flag.model_dump(mode="json") for flag in outline.flags],
        "epochs": [
            {
                "first_segment": epoch.first_segment,
                "recipients": [{"role": key.role, "public_key": key.public_key} for key in epoch.wrapped],
            }
            for epoch in outline.epochs
        ],
    }
    return json.dumps(told, ensure_ascii=False)


def print_contents(folder: Path, seen: Examination) -> None:
    """Say what a recording is."""
    named, outline = _named_by(seen), seen.outline
    if named is None:
        say("cli.recording_unnamed", folder=folder.name)
        return
    say("cli.recording_is", recording=named.recording, sitting=named.sitting)
    say("cli.recording_session", session=named.session, device=named.device)
    ends_ms = named.started.wall_ms + outline.duration_ms
    say("cli.recording_when", start=_time(named.started.wall_ms), end=_time(ends_ms), days=named.retention_days)
    say("cli.recording_codec", codec=named.codec, format=named.format, software=named.software)
    for source in outline.sources:
        say("cli.recording_simulated" if source.simulated else "cli.recording_source", label=source.label)
    for part in outline.parts:
        _print_segment(part)
    for gap in outline.gaps:
        print_text(gap_words(gap))
    if seen.report.open_end_ms is not None:
        print_text(open_end_words(seen.report.open_end_ms))
    for mark in outline.bookmarks:
        say("cli.recording_bookmark", at=_clock(mark.at_ms), note=mark.note)
    for flag in outline.flags:
        what = words()(f"recording.flag.{flag.kind}")
        say("cli.recording_flag", at=_clock(flag.at_ms), seconds=f"{flag.length_ms / 1000:.0f}", what=what)
    for epoch in outline.epochs:
        for key in epoch.wrapped:
            role = words()(f"recording.recipient.{key.role}")
            say("cli.recording_recipient", segment=epoch.first_segment, role=role, public=key.public_key)


def _print_segment(part: Part) -> None:
    entry, counted = part.entry, part.entry.statistics
    said = words()
    if _is_counted(part):
        pictures = said(
            "cli.recording_pictures",
            captured=counted.frames_captured,
            expected=counted.frames_expected,
            dropped=counted.frames_dropped,
            level=f"{counted.level_dbfs_tenths / 10:.0f}",
        )
    else:
        pictures = said("cli.recording_uncounted")
    say(
        "cli.recording_segment",
        number=entry.index,
        at=_clock(entry.start_ms),
        seconds=f"{entry.duration_ms / 1000:.1f}",
        records=entry.records,
        kilobytes=entry.bytes // 1000,
        pictures=pictures,
    )


def _segment_json(part: Part) -> dict[str, object]:
    """Give a segment's entry; `statistics` is null where no signed head counted what it holds."""
    entry: dict[str, object] = part.entry.model_dump(mode="json")
    return entry if _is_counted(part) else {**entry, "statistics": None}


def _is_counted(part: Part) -> bool:
    """Tell whether a head counted pictures: some are expected in any segment, with a camera or without."""
    counted = part.entry.statistics
    return part.entry.records == 0 or counted.frames_expected > 0


def _named_by(seen: Examination) -> RecordingManifest | RecordingOpening | None:
    return seen.papers.manifest or next(iter(seen.papers.openings), None)


def _time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
