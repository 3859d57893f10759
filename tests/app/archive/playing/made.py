"""Recordings made here, record by record, from the format's own parts: any plaintext, validly sealed and signed."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from proctoring.vault.format import layout
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag, Header, Place, first_link, link, seal_record
from sync.trust.envelope import sign
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.keystore import FileKeyStore
from sync.trust.merkle import leaf_hash, root
from sync.wire.document import Document
from sync.wire.ids import new_id
from sync.wire.packet import GapRef
from sync.wire.plan import Recipient, RecipientRole
from sync.wire.recording import (
    CaptureStatistics,
    ClockPair,
    KeyEpoch,
    RecordingHead,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
)

PIECE = 200_000
FLASH = 235
Planes = NDArray[np.uint8]
STARTED = ClockPair(mono_ms=5_000_000, wall_ms=1_900_000_000_000)
NOTHING = CaptureStatistics(
    frames_expected=0, frames_captured=0, frames_encoded=0, frames_dropped=0, samples=0, level_dbfs_tenths=-2000
)


@dataclass
class Maker:
    """Writes one recording into `folder`, one segment after the other; `close` it for a manifest."""

    folder: Path
    site: SealingKey = field(default_factory=SealingKey.generate)
    recording: str = field(default_factory=new_id)
    entries: list[SegmentEntry] = field(default_factory=list)
    epochs: list[KeyEpoch] = field(default_factory=list)
    end_ms: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir()
        store = FileKeyStore(self.folder.parent / f"{self.folder.name}-keys")
        store.create()
        self._key: SigningKey = store.device_key()
        self._ids = {name: new_id() for name in ("session", "sitting", "device")}
        self._before = first_link(self.recording)
        self._heads = 0
        (self.folder / layout.DEVICE_KEY).write_text(self._key.public.pem)
        (self.folder / layout.HEADS).touch()
        self.begin()

    def begin(self, recipient: SealingKey | None = None) -> None:
        """Begin an epoch, sealed to the site or to somebody else."""
        first = len(self.entries)
        self._ratchet = Ratchet.fresh(self.recording, first)
        public = base64.b64encode((recipient or self.site).public_raw).decode()
        epoch = self._ratchet.wrapped([Recipient(role=RecipientRole.SITE, public_key=public)])
        self.epochs.append(epoch)
        opening = RecordingOpening(
            recording=self.recording,
            device_keyid=self._key.public.keyid,
            format="examroom-recording@1",
            epoch=epoch,
            starts_ms=self.end_ms,
            started=STARTED,
            boot_id="boot",
            sources=(Source(track="picture", label="test", simulated=True),),
            codec="WebM",
            retention_days=3 * 366,
            software="test",
            **self._ids,
        )
        self._write(layout.opening_name(first), opening)

    def segment(self, plaintext: bytes, length_ms: int, *, start_ms: int | None = None) -> None:
        """Seal a segment that holds these bytes."""
        index, start_ms = len(self.entries), self.end_ms if start_ms is None else start_ms
        self.end_ms = start_ms + length_ms
        pieces = [plaintext[at : at + PIECE] for at in range(0, len(plaintext), PIECE)] or [b""]
        sealed, leaves = bytearray(), []
        for counter, piece in enumerate(pieces):
            flag = Flag.SEGMENT_END if counter == len(pieces) - 1 else Flag.MORE
            header = Header(len(piece), flag, self.end_ms)
            place = Place(self.recording, index, counter)
            record = seal_record(self._ratchet.key(), place, self._before, header, piece)
            self._before = link(record)
            leaves.append(leaf_hash(record))
            sealed += record
        (self.folder / layout.segment_name(index)).write_bytes(sealed)
        (self.folder / layout.leaves_name(index)).write_bytes(b"".join(leaves))
        entry = SegmentEntry(
            index=index,
            file=layout.segment_name(index),
            bytes=len(sealed),
            records=len(pieces),
            leaves_root=root(leaves).hex(),
            start_ms=start_ms,
            duration_ms=length_ms,
            clock=ClockPair(mono_ms=STARTED.mono_ms + start_ms, wall_ms=STARTED.wall_ms + start_ms),
            statistics=NOTHING,
        )
        self.entries.append(entry)
        self._head(entry)
        self._ratchet.advance()

    def close(self, gaps: Sequence[GapRef] = ()) -> Path:
        """Sign the manifest."""
        manifest = RecordingManifest(
            recording=self.recording,
            device_keyid=self._key.public.keyid,
            format="examroom-recording@1",
            sources=(Source(track="picture", label="test", simulated=True),),
            codec="WebM",
            started=STARTED,
            duration_ms=self.end_ms,
            closed="stopped",
            segments=tuple(self.entries),
            epochs=tuple(self.epochs),
            gaps=tuple(gaps),
            bookmarks=(),
            flags=(),
            retention_days=3 * 366,
            software="test",
            **self._ids,
        )
        self._write(layout.MANIFEST, manifest)
        return self.folder

    def _head(self, entry: SegmentEntry) -> None:
        head = RecordingHead(
            recording=self.recording,
            sitting=self._ids["sitting"],
            sequence=self._heads,
            segment=entry,
            last_record_sha256=self._before.hex(),
            recorded_ms=self.end_ms,
            clock=STARTED,
        )
        self._heads += 1
        with (self.folder / layout.HEADS).open("ab") as file:
            file.write(sign(head.to_bytes(), head.PAYLOAD_TYPE, self._key) + b"\n")

    def _write(self, name: str, document: Document) -> None:
        (self.folder / name).write_bytes(sign(document.to_bytes(), document.PAYLOAD_TYPE, self._key))


def webm(
    length_ms: int,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 15,
    claps_ms: Sequence[int] = (),
    scene: Planes | None = None,
) -> bytes:
    """Make a segment's plaintext: pictures that grow brighter, silence; at each clap a flash and a noise.

    `scene`: planes Y, U, V to show instead of grey.
    """
    data = io.BytesIO()
    with av.open(data, "w", format="webm", options={"live": "1", "cluster_time_limit": "500"}) as container:
        picture = container.add_stream("libvpx", rate=rate)
        assert isinstance(picture, VideoStream)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        picture.codec_context.time_base = Fraction(1, 1000)
        picture.codec_context.gop_size, picture.codec_context.thread_count = 2 * rate, 1
        picture.codec_context.options = {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0"}
        sound = container.add_stream("libopus", rate=48_000, layout="mono")
        assert isinstance(sound, AudioStream)
        loud = _sound(length_ms, claps_ms)
        packets = []
        for number in range(length_ms * rate // 1000):
            at_ms = number * 1000 // rate
            grey = FLASH if any(clap <= at_ms < clap + 200 for clap in claps_ms) else 20 + number % 180
            planes = np.full((size[1] * 3 // 2, size[0]), grey, np.uint8)
            planes[size[1] :] = 128
            if scene is not None and grey != FLASH:
                planes = scene
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            packets += picture.encode(frame)
        for number, at in enumerate(range(0, len(loud) - 959, 960)):
            block = av.AudioFrame.from_ndarray(loud[np.newaxis, at : at + 960], format="s16", layout="mono")
            block.sample_rate, block.pts, block.time_base = 48_000, number * 960, Fraction(1, 48_000)
            packets += sound.encode(block)
        packets += [*picture.encode(None), *sound.encode(None)]
        for packet in sorted(packets, key=lambda one: (one.pts or 0) * (one.time_base or 0)):
            container.mux(packet)
    return data.getvalue()


def _sound(length_ms: int, claps_ms: Sequence[int]) -> NDArray[np.int16]:
    loud = np.zeros(length_ms * 48, np.int16)
    beat = (12_000 * np.sin(np.arange(40 * 48) * 2 * np.pi * 2_000 / 48_000)).astype(np.int16)
    for clap in claps_ms:
        loud[clap * 48 : clap * 48 + len(beat)] = beat[: max(0, len(loud) - clap * 48)]
    return loud
