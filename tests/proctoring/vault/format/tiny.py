"""Tiny recordings, written in a few milliseconds by what FORMAT.md says: real WebM, real keys, real signatures.

Nothing of the recorder is used, so that the format can be tried in shapes that a recorder makes only when it is killed
at the right moment.
"""

import base64
import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from proctoring.vault.format import layout
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag, Header, Place, first_link, link, seal_record
from sync.trust.envelope import sign
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.merkle import leaf_hash, root
from sync.wire.document import Document
from sync.wire.ids import new_id
from sync.wire.packet import GapRef
from sync.wire.plan import Recipient, RecipientRole
from sync.wire.recording import (
    Bookmark,
    CaptureStatistics,
    ClockPair,
    FlagKind,
    RecordingHead,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
)
from sync.wire.recording import Flag as Flagged

SEGMENT_MS = 400
START = ClockPair(mono_ms=5_000, wall_ms=1_790_000_000_000)
SOURCES = (
    Source(track="picture", label="SIMULATED CAMERA", simulated=True),
    Source(track="sound", label="SIMULATED MICROPHONE", simulated=True),
)
CODEC = "WebM: VP8 64x48 10/s, Opus 48 kHz mono"
CLUSTER = bytes.fromhex("1F43B675")
SOFTWARE = "examroom vectors"


@dataclass(frozen=True)
class Keys:
    """The seat's key, and the one the recording is sealed to."""

    device: SigningKey = field(default_factory=SigningKey.generate_p256)
    site: SealingKey = field(default_factory=SealingKey.generate)


@cache
def webm(seed: int) -> bytes:
    """Encode 0.4 s of drawn picture and of a tone."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm", options={"live": "1", "cluster_time_limit": "200"}) as container:
        picture = container.add_stream("libvpx", rate=10, width=64, height=48, pix_fmt="yuv420p")
        sound = container.add_stream("libopus", rate=48_000, layout="mono", format="s16")
        assert isinstance(picture, VideoStream)
        assert isinstance(sound, AudioStream)
        picture.bit_rate, sound.bit_rate = 20_000, 8_000
        for number in range(4):
            plane = np.full((72, 64), 40 + 30 * number + seed % 50, np.uint8)
            frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
            frame.pts = number
            container.mux(picture.encode(frame))
            wave = (np.sin(np.arange(4_800) * (0.05 + seed % 9 * 0.01)) * 3_000).astype(np.int16)
            block = av.AudioFrame.from_ndarray(wave[np.newaxis, :], format="s16", layout="mono")
            block.sample_rate, block.pts = 48_000, number * 4_800
            container.mux(sound.encode(block))
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))
    return out.getvalue()


def pieces(plaintext: bytes) -> list[bytes]:
    """Cut a WebM at the beginnings of its clusters."""
    starts = [0]
    while (at := plaintext.find(CLUSTER, starts[-1] + 4)) > 0:
        starts.append(at)
    return [plaintext[one:other] for one, other in zip(starts, (*starts[1:], len(plaintext)), strict=True)]


class Writer:
    """Writes one recording, segment by segment; stops wherever a test wants it to."""

    def __init__(self, folder: Path, keys: Keys, device: str | None = None) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.keys = keys
        self.recording, self.session, self.sitting, self.device = new_id(), new_id(), new_id(), device or new_id()
        self.openings: list[RecordingOpening] = []
        self.entries: list[SegmentEntry] = []
        self.gaps: list[GapRef] = []
        self.flags: list[Flagged] = []
        self.bookmarks: list[Bookmark] = []
        self.left: list[bytes] = []
        self._before = first_link(self.recording)
        self._now_ms = 0
        self._heads = 0
        self._ratchet = Ratchet.fresh(self.recording, 0)
        (folder / layout.DEVICE_KEY).write_text(keys.device.public.pem)
        self._open()

    def segment(self, flag: Flag = Flag.SEGMENT_END, *, cut_after: int | None = None, heads: int | None = None) -> None:
        """Write a segment, with a head after every record; `cut_after` records the recorder is killed.

        `heads`: so many heads at most, the first ones.
        """
        index, raw, leaves = len(self.entries), b"", []
        parts = pieces(webm(index))
        start_ms = self._now_ms
        for counter, piece in enumerate(parts[:cut_after]):
            last = counter == len(parts) - 1
            self._now_ms = start_ms + SEGMENT_MS * (counter + 1) // len(parts)
            header = Header(len(piece), flag if last else Flag.MORE, self._now_ms)
            place = Place(self.recording, index, counter)
            record = seal_record(self._ratchet.key(), place, self._before, header, piece)
            self._before = link(record)
            raw += record
            leaves.append(leaf_hash(record))
            entry = self._entry(index, raw, leaves, start_ms)
            if heads is None or counter < heads:
                self.head(entry)
        (self.folder / layout.segment_name(index)).write_bytes(raw)
        (self.folder / layout.leaves_name(index)).write_bytes(b"".join(leaves))
        self.entries.append(self._entry(index, raw, leaves, start_ms))
        self._ratchet.advance()

    def head(self, entry: SegmentEntry) -> None:
        """Sign a head, and send it away."""
        head = RecordingHead(
            recording=self.recording,
            sitting=self.sitting,
            sequence=self._heads,
            segment=entry,
            last_record_sha256=self._before.hex(),
            recorded_ms=self._now_ms,
            clock=self._clock(),
            gaps=tuple(self.gaps),
            flags=tuple(self.flags),
            bookmarks=tuple(self.bookmarks) if self._heads == 1 else (),
        )
        self._heads += 1
        self.left.append(self._signed(head))
        with (self.folder / layout.HEADS).open("ab") as file:
            file.write(self.left[-1] + b"\n")

    def restart(self, gap_ms: int = 1_000) -> None:
        """Go on after an interruption: a gap is stated, and a new epoch begins."""
        gap = GapRef(track="both", start_ms=self._now_ms, length_ms=gap_ms, reason="recorder_restarted")
        self.gaps.append(gap)
        self.head(self.entries[-1])
        self._now_ms += gap_ms
        self._ratchet = Ratchet.fresh(self.recording, len(self.entries))
        self._open()

    def note(self) -> None:
        """State a flag, and a bookmark, with the heads to come."""
        self.flags.append(Flagged(kind=FlagKind.NO_FACE, at_ms=self._now_ms, length_ms=100))
        self.bookmarks.append(Bookmark(at_ms=self._now_ms, note="VIOLATION_7"))

    def close(self, *, recovered: bool = False) -> None:
        """Sign the manifest."""
        manifest = RecordingManifest(
            recording=self.recording,
            session=self.session,
            sitting=self.sitting,
            device=self.device,
            device_keyid=self.keys.device.public.keyid,
            format=layout.FORMAT,
            sources=SOURCES,
            codec=CODEC,
            started=START,
            duration_ms=self._now_ms,
            closed="recovered" if recovered else "stopped",
            segments=tuple(self.entries),
            epochs=tuple(opening.epoch for opening in self.openings),
            gaps=tuple(self.gaps),
            bookmarks=tuple(self.bookmarks),
            flags=tuple(self.flags),
            retention_days=1098,
            software=SOFTWARE,
        )
        (self.folder / layout.MANIFEST).write_bytes(self._signed(manifest))

    def _open(self) -> None:
        site = Recipient(role=RecipientRole.SITE, public_key=base64.b64encode(self.keys.site.public_raw).decode())
        opening = RecordingOpening(
            recording=self.recording,
            session=self.session,
            sitting=self.sitting,
            device=self.device,
            device_keyid=self.keys.device.public.keyid,
            format=layout.FORMAT,
            epoch=self._ratchet.wrapped([site]),
            starts_ms=self._now_ms,
            started=START,
            boot_id="0123456789abcdef",
            sources=SOURCES,
            codec=CODEC,
            retention_days=1098,
            software=SOFTWARE,
        )
        self.openings.append(opening)
        name = layout.opening_name(opening.epoch.first_segment)
        (self.folder / name).write_bytes(self._signed(opening))

    def _entry(self, index: int, raw: bytes, leaves: list[bytes], start_ms: int) -> SegmentEntry:
        statistics = CaptureStatistics(
            frames_expected=4,
            frames_captured=4,
            frames_encoded=4,
            frames_dropped=0,
            samples=19_200,
            level_dbfs_tenths=-237,
        )
        return SegmentEntry(
            index=index,
            file=layout.segment_name(index),
            bytes=len(raw),
            records=len(leaves),
            leaves_root=root(leaves).hex(),
            start_ms=start_ms,
            duration_ms=self._now_ms - start_ms,
            clock=ClockPair(mono_ms=START.mono_ms + start_ms, wall_ms=START.wall_ms + start_ms),
            statistics=statistics,
        )

    def _clock(self) -> ClockPair:
        return ClockPair(mono_ms=START.mono_ms + self._now_ms, wall_ms=START.wall_ms + self._now_ms)

    def _signed(self, document: Document) -> bytes:
        return sign(document.to_bytes(), document.PAYLOAD_TYPE, self.keys.device)


def complete(folder: Path, keys: Keys) -> Writer:
    """Two segments, closed properly, with a bookmark and a flag."""
    writer = Writer(folder, keys)
    writer.segment()
    writer.note()
    writer.segment(Flag.RECORDING_END)
    writer.close()
    return writer


def went_on(folder: Path, keys: Keys) -> Writer:
    """Killed in its first segment, gone on with, closed properly."""
    writer = Writer(folder, keys)
    writer.segment(cut_after=2)
    writer.restart()
    writer.segment(Flag.RECORDING_END)
    writer.close()
    return writer


def killed(folder: Path, keys: Keys) -> Writer:
    """Killed in its second segment: no manifest, a record that no head has seen."""
    writer = Writer(folder, keys)
    writer.segment()
    writer.segment(cut_after=2, heads=1)
    return writer
