"""Coming back to a recording that a crash or a power cut left without a manifest."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proctoring.recorder.faults import RecordingClosed
from proctoring.recorder.ledger import HeadFile, Ledger, Said, closed_as, pair
from proctoring.recorder.messages import Closed
from proctoring.recorder.segment_files import Written
from proctoring.vault.format import layout
from proctoring.vault.format.outline import Outline, Part
from proctoring.vault.format.reading import names
from proctoring.vault.format.record import first_link
from proctoring.vault.format.report import EXPLAINED, FindingCode, RecordingTampered, RecordingUnreadable
from proctoring.vault.format.scan import HASH_BYTES, link_at
from proctoring.vault.format.verify import Examination, examine
from sync.replica.durable import disk_faults, sync_folder
from sync.trust.clock import ClockReading, read_clock
from sync.trust.keys import SigningKey
from sync.trust.keystore import KeyStore
from sync.wire.recording import RecordingOpening

_DAY_MS: Final = 86_400_000
"""A machine whose clock says it was dead for longer had its clock changed: the gap's length is then not known."""

_MENDABLE: Final = EXPLAINED | {FindingCode.MANIFEST_REMOVED}  # the power may fail just before the manifest is written


@dataclass(frozen=True)
class Resumed:
    """A recording as it was found, mended: what is left in its files is whole, signed and durable."""

    ledger: Ledger
    opening: RecordingOpening
    next_segment: int
    before: bytes
    duration_ms: int
    sealed_bytes: int


def is_begun(folder: Path) -> bool:
    """Tell whether anything of a recording is in the folder."""
    if not folder.is_dir():
        return False
    return any(layout.opening_number(name) is not None or name == layout.MANIFEST for name in names(folder))


def recover_recording(folder: Path, keys: KeyStore) -> Closed:
    """Close the recording in `folder` after a crash with a manifest that says so; of a closed one, say what it is.

    What was being written in the last moment and is not whole is cut away; the loss stays under a second.

    Raises:
        RecordingTampered: what is there does not verify; nothing is signed.
        RecordingUnreadable: there is no recording, or it is another device's.
        RecordingInUse: a recorder is writing it.
        DiskFull, DiskFault: the manifest cannot be written; ask again later.
    """
    key = keys.device_key()
    if layout.MANIFEST in names(folder):
        papers = _examined(folder, key).papers
        if papers.manifest is not None:
            return closed_as(folder, papers.manifest, papers.manifest_sha256)
    resumed = resume(folder, key)
    try:
        return resumed.ledger.close(recovered=True)
    finally:
        resumed.ledger.release()


def resume(folder: Path, key: SigningKey) -> Resumed:
    """Mend a recording that was interrupted, so that it can be closed or gone on with.

    Raises what `recover_recording` raises, and:

    Raises:
        RecordingClosed: it has a manifest; nothing is ever added to it.
    """
    files = names(folder)
    if layout.MANIFEST in files:
        raise RecordingClosed(folder.name)
    if layout.HEADS not in files:
        _examined(folder, key)  # finds that they are missing; opening the file below would make it anew
    heads = HeadFile(folder)
    try:
        examination = _examined(folder, key)
        outline, papers = examination.outline, examination.papers
        _remove_leftovers(folder)
        _cut_heads(folder, heads)
        if outline.parts:
            _cut_tail(folder, outline.parts[-1])
        said = Said(
            papers.openings,
            tuple(part.entry for part in outline.parts),
            outline.gaps,
            outline.bookmarks,
            outline.flags,
            papers.heads[-1].sequence + 1 if papers.heads else 0,
        )
        ledger = Ledger(folder, key, heads, said)
        before = _link_before(folder, outline)
        last = outline.parts[-1].entry if outline.parts else None
        if last and (not papers.heads or papers.heads[-1].segment != last):
            ledger.head(Written(last, before), pair(read_clock()))
    except BaseException:
        heads.close()
        raise
    next_segment = last.index + 1 if last else papers.openings[-1].epoch.first_segment
    sealed = sum(part.entry.bytes for part in outline.parts)
    return Resumed(ledger, papers.openings[-1], next_segment, before, outline.duration_ms, sealed)


def elapsed_ms(opening: RecordingOpening, now: ClockReading, at_least: int) -> int:
    """Give the recorded time of this moment, ms: by the monotonic clock within one boot, else by the wall clock."""
    started = opening.started
    if now.boot_id == opening.boot_id:
        return max(at_least, now.mono_ms - started.mono_ms)
    passed = now.wall_ms - started.wall_ms
    return passed if at_least <= passed <= at_least + _DAY_MS else at_least


def _examined(folder: Path, key: SigningKey) -> Examination:
    examination = examine(folder)
    if any(finding.code not in _MENDABLE for finding in examination.report.findings):
        raise RecordingTampered(examination.report.findings)
    papers = examination.papers
    signed_by = papers.manifest.device_keyid if papers.manifest else papers.openings[0].device_keyid
    if signed_by != key.public.keyid:
        raise RecordingUnreadable("another device's recording", file=folder.name)
    return examination


def _remove_leftovers(folder: Path) -> None:
    for name in names(folder):
        if layout.is_leftover(name):
            with disk_faults(folder, needed=0):
                (folder / name).unlink(missing_ok=True)


def _cut_heads(folder: Path, heads: HeadFile) -> None:
    raw = (folder / layout.HEADS).read_bytes()
    whole = raw.rfind(b"\n") + 1
    if whole != len(raw):
        heads.cut(whole)


def _cut_tail(folder: Path, part: Part) -> None:
    """Cut what follows the last whole record: it was never acknowledged, and nobody could read it."""
    leaves = len(part.checked.leaves or ())
    wanted = {
        layout.segment_name(part.entry.index): part.checked.size,
        layout.leaves_name(part.entry.index): leaves * HASH_BYTES,
    }
    with disk_faults(folder, needed=0):
        for name, length in wanted.items():
            file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.ftruncate(file, length)
                os.fsync(file)
            finally:
                os.close(file)
        sync_folder(folder)


def _link_before(folder: Path, outline: Outline) -> bytes:
    """Give the link the next record hangs on: of the last record there is, also when the last segment has none."""
    for part in reversed(outline.parts):
        size, length = part.checked.size, part.checked.last_length
        if length:
            return link_at(folder / layout.segment_name(part.entry.index), size - length, length)
    return first_link(outline.recording)
