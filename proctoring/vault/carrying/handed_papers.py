"""A recording's signed papers as an export hands them out: openings, heads, manifest, and what its seat said of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proctoring.vault.format.papers import Devices, read_papers
from proctoring.vault.format.reading import read_small
from proctoring.vault.format.report import EXPLAINED, Finding, FindingCode, RecordingUnreadable
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.keys import PublicKey
from sync.wire.archive import RecordingAbout

_ABOUT: Final = "about.json"
_MOST_ABOUT_BYTES: Final = min(2 * RecordingAbout.MAX_BYTES, envelope.MAX_BYTES)


def check_papers(folder: Path, recording: str, devices: Devices | None) -> Iterator[Finding]:
    """Give what is wrong with a recording's papers; `devices` says who its seat is, without it `device.pem` does."""
    try:
        papers = read_papers(folder, devices)
    except RecordingUnreadable as fault:
        yield Finding(FindingCode.OPENING_REFUSED, detail=fault.detail)
        return
    yield from (found for found in papers.findings if found.code not in EXPLAINED)
    if any(paper.recording != recording for paper in (*papers.openings, *papers.heads, papers.manifest) if paper):
        yield Finding(FindingCode.MANIFEST_REFUSED, detail="of another recording")
    if papers.manifest is not None and not _about_is_good(folder, recording, papers.manifest_sha256):
        yield Finding(FindingCode.MANIFEST_REFUSED, detail=_ABOUT)


def _about_is_good(folder: Path, recording: str, manifest_sha256: str) -> bool:
    """Tell whether what its seat said of it, if that is here in the clear, is signed and says it of this recording."""
    try:
        raw = read_small(folder / _ABOUT, _MOST_ABOUT_BYTES)
    except FileNotFoundError:
        return True  # encrypted, or the archive was not told; what should be here, the list says
    try:
        key = PublicKey.from_pem(read_small(folder / "device.pem", 4_000))
        signed = envelope.verify(raw, RecordingAbout.PAYLOAD_TYPE, [key], max_bytes=_MOST_ABOUT_BYTES)
        about = RecordingAbout.parse(signed.payload)
    except (Refused, FileNotFoundError):
        return False
    return (about.recording, about.manifest_sha256) == (recording, manifest_sha256)
