"""Exporting a recording: one ordinary, seekable WebM with the time of the gaps kept."""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
from av.container import OutputContainer
from av.packet import Packet

from proctoring.vault.format.plaintext import SegmentReader, segments
from proctoring.vault.format.record import RecordRefused
from proctoring.vault.format.report import Finding, FindingCode, RecordingTampered, RecordingUnreadable, Verdict
from proctoring.vault.format.verify import Examination, examine
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, require_space, sync_folder
from sync.trust.aead import SealRefused
from sync.trust.keys import SealingKey

if TYPE_CHECKING:
    from av.stream import Stream

    AnyPacket = Packet[Any]  # generic for the type checker only
else:
    AnyPacket = Packet

_CHUNK: Final = 1 << 20
_MILLISECOND: Final = Fraction(1, 1000)


class ExportPlaceRefused(EnvironmentFault):
    """The export cannot be written there: the name is taken or none, the folder missing or the recording itself."""

    code = "EXPORT_PLACE_REFUSED"


@dataclass(frozen=True)
class ExportReport:
    """What was written: length in time and bytes, digest of the file, and what the recording was found to be."""

    duration_ms: int
    bytes: int
    sha256: str
    verdict: Verdict
    findings: tuple[Finding, ...]


def export_recording(folder: Path, out: Path, key: SealingKey) -> ExportReport:
    """Write the recording in `folder` to `out`, opened with a recipient's key. `out` appears whole or not at all.

    Raises:
        RecordingTampered: it does not verify; nothing is written.
        RecordingKeyWrong: it was not sealed to this key.
        RecordingUnreadable: there is no recording, nothing in it, or the disk does not give it.
        ExportPlaceRefused: see there.
        DiskFull, DiskFault: the export cannot be written.
    """
    examination = examine(folder)
    report = examination.report
    if report.verdict is Verdict.TAMPERED:
        raise RecordingTampered(report.findings)
    _check_place(folder, out)
    sealed_bytes = sum(part.entry.bytes for part in examination.outline.parts)
    if sealed_bytes == 0:
        raise RecordingUnreadable("nothing was recorded", file=folder.name)
    require_space(out.parent, sealed_bytes)
    sibling = out.with_name(f".{secrets.token_hex(8)}.new")
    try:
        with disk_faults(out.parent, needed=sealed_bytes):  # what reading refuses is a fault of the recording before
            duration_ms = _write(folder, sibling, examination, key)
            size, digest = _settle(sibling)
            sibling.replace(out)
            sync_folder(out.parent)
    finally:
        with suppress(OSError):
            sibling.unlink(missing_ok=True)
    return ExportReport(duration_ms, size, digest, report.verdict, report.findings)


def _check_place(folder: Path, out: Path) -> None:
    try:
        os.lstat(out)
    except FileNotFoundError:
        taken = False
    except (OSError, ValueError) as error:
        raise ExportPlaceRefused(f"no name for a file: {error}", file=out.name) from None
    else:
        taken = True
    if taken or not out.parent.is_dir():
        raise ExportPlaceRefused("taken, or in no folder", file=out.name)
    if folder.resolve() in out.resolve().parents:
        raise ExportPlaceRefused("inside the recording", file=out.name)


def _write(folder: Path, path: Path, examination: Examination, key: SealingKey) -> int:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with av.open(str(path), "w", format="webm") as out:
            joiner = _Joiner(out)
            for part, reader in segments(folder, examination.outline, key):
                if part.entry.records:
                    joiner.add(reader, part.entry.start_ms)
    except RecordRefused as fault:
        found = Finding(FindingCode.RECORD_CHANGED, fault.segment, fault.record, fault.detail)
        raise RecordingTampered((found,)) from None
    except SealRefused as fault:
        raise RecordingTampered((Finding(FindingCode.OPENING_REFUSED, detail=fault.detail),)) from None
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise  # of the file that is written: what is read comes through a reader of ours
        raise RecordingUnreadable(f"not a recording inside: {error}", file=folder.name) from None
    return joiner.end_ms


class _Joiner:
    """Puts the packets of one segment after another into one file, on one time line."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._streams: dict[str, Stream] = {}
        self._last: dict[str, int] = {}
        self.end_ms = 0

    def add(self, reader: SegmentReader, start_ms: int) -> None:
        try:
            segment = av.open(reader, "r", format="matroska")
        except av.error.EOFError:
            return  # interrupted after its header: nothing was recorded into it
        with segment:
            if not self._streams:
                for stream in (*segment.streams.video, *segment.streams.audio):
                    self._streams[stream.type] = self._out.add_stream_from_template(stream)
            for packet in segment.demux():
                if packet.pts is not None and packet.size:
                    self._mux(packet, start_ms)

    def _mux(self, packet: AnyPacket, start_ms: int) -> None:
        track = packet.stream.type
        pts_ms = start_ms + round((packet.pts or 0) * (packet.time_base or _MILLISECOND) * 1000)
        length_ms = round((packet.duration or 0) * (packet.time_base or _MILLISECOND) * 1000)
        if pts_ms <= self._last.get(track, -1_000):
            return  # an encoder that was started anew repeats its run-in; players refuse time going backwards
        self._last[track] = pts_ms
        packet.stream = self._streams[track]
        packet.time_base = _MILLISECOND
        packet.pts = packet.dts = pts_ms
        packet.duration = length_ms
        self.end_ms = max(self.end_ms, pts_ms + length_ms)
        self._out.mux(packet)


def _settle(path: Path) -> tuple[int, str]:
    """Make the file durable and read it back."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        os.fsync(file.fileno())
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
