"""What is signed about a recording: heads while it grows, the manifest when it is closed.

The files themselves are specified in `proctoring/vault/FORMAT.md`.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Base64, DeviceLabel, Digest, Figure, Id, KeyId, Millis, Name, RecordedMillis, WallMillis
from sync.wire.packet import GapRef, StatedText
from sync.wire.plan import CENTURY_DAYS, RecipientRole

SegmentFile = Annotated[str, StringConstraints(pattern=r"^segment-[0-9]{5}\.ers$")]


class WrappedKey(Part):
    """The first segment key of an epoch, HPKE-sealed to one recipient."""

    role: RecipientRole
    public_key: Base64
    sealed: Base64


class KeyEpoch(Part):
    """A fresh key starts with segment `first_segment` (at the start, and again if the recorder had to be restarted)."""

    first_segment: Figure
    wrapped: Annotated[tuple[WrappedKey, ...], Field(min_length=1, max_length=4)]


class Source(Part):
    """A device that was recorded; `simulated` is true for anything that is not a real camera or microphone."""

    track: Literal["picture", "sound"]
    label: DeviceLabel
    simulated: bool


class ClockPair(Part):
    """The same instant on the monotonic and the wall clock, ms."""

    mono_ms: Millis
    wall_ms: WallMillis


class CaptureStatistics(Part):
    """What capture and encoder did within one segment, so that no picture and no sample is unaccounted for.

    `frames_captured` is what the camera gave, `frames_missed` what it should have given besides, `frames_drawn` what
    stands in for it (the last picture again, then NO PICTURE); captured and drawn together are those encoded (they are
    in the file) and those dropped. `samples` is what the microphone gave at 48 kHz; the sound's length in samples is
    that, with those of silence put in (`padded`), without those left out (`dropped`), and with those that resampling
    back to the clock made more of them (`stretched`, negative if fewer). Levels are the sound's RMS and its peak,
    tenths of dBFS.
    """

    frames_expected: Figure
    frames_captured: Figure
    frames_missed: Figure = 0
    frames_drawn: Figure = 0
    frames_encoded: Figure
    frames_dropped: Figure
    samples: Figure
    samples_padded: Figure = 0
    samples_dropped: Figure = 0
    samples_stretched: Annotated[int, Field(ge=-(2**40), le=2**40)] = 0
    level_dbfs_tenths: Annotated[int, Field(ge=-2000, le=0)]
    peak_dbfs_tenths: Annotated[int, Field(ge=-2000, le=0)] = -2000


class SegmentEntry(Part):
    """One sealed segment. `leaves_root` is the RFC 6962 root over its records (each leaf is a record's bytes)."""

    index: Figure
    file: SegmentFile
    bytes: Figure
    records: Figure
    leaves_root: Digest
    start_ms: RecordedMillis
    duration_ms: RecordedMillis
    clock: ClockPair
    statistics: CaptureStatistics


class Bookmark(Part):
    """A moment somebody marked, ms since the recording's start. The note is in the clear: a code, never a name."""

    at_ms: RecordedMillis
    note: StatedText


class FlagKind(StrEnum):
    """What the watch noticed; never a judgement, only a moment for a person to look at."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    COVERED = "covered"
    FROZEN = "frozen"
    DARK = "dark"
    OUT_OF_PLACE = "out_of_place"
    SILENCE = "silence"
    SPEECH = "speech"


class Flag(Part):
    """A stretch of recorded time that the watch noticed, ms; its picture is the recording's own at `at_ms`."""

    kind: FlagKind
    at_ms: RecordedMillis
    length_ms: RecordedMillis


class RecordingOpening(Document):
    """What is known when an epoch of a recording begins; signed before its first record, so that a crash loses nothing.

    `started` is the recording's start (the same in every epoch), `boot_id` names the machine's boot it was read in,
    `starts_ms` is where this epoch begins, ms since the recording's start.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("recording-opening")
    MAX_BYTES: ClassVar[int] = 64_000

    recording: Id
    session: Id
    sitting: Id
    device: Id
    device_keyid: KeyId
    format: Literal["examroom-recording@1"]
    epoch: KeyEpoch
    starts_ms: RecordedMillis
    started: ClockPair
    boot_id: Annotated[str, StringConstraints(max_length=64)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=8)]
    codec: Name
    retention_days: Annotated[int, Field(ge=3 * 366, le=CENTURY_DAYS)]
    software: Name


class RecordingHead(Document):
    """What existed at one moment of a recording; signed and sent away every 10 s, so that a loss can be shown.

    `segment` is the segment being written, as far as it goes (complete in the last head that speaks of it). `gaps`,
    `bookmarks` and `flags` are those stated since the head before; a gap or flag still open is stated again, longer.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("recording-head")
    MAX_BYTES: ClassVar[int] = 64_000

    recording: Id
    sitting: Id
    sequence: Figure
    segment: SegmentEntry
    last_record_sha256: Digest
    recorded_ms: RecordedMillis
    clock: ClockPair
    gaps: Annotated[tuple[GapRef, ...], Field(max_length=50)] = ()
    bookmarks: Annotated[tuple[Bookmark, ...], Field(max_length=50)] = ()
    flags: Annotated[tuple[Flag, ...], Field(max_length=50)] = ()


class RecordingManifest(Document):
    """The signed list of a closed recording. `closed` is "stopped" or, made after a crash, "recovered"."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("recording-manifest")
    MAX_BYTES: ClassVar[int] = 16_000_000

    recording: Id
    session: Id
    sitting: Id
    device: Id
    device_keyid: KeyId
    format: Literal["examroom-recording@1"]
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=8)]
    codec: Name
    started: ClockPair
    duration_ms: RecordedMillis
    closed: Literal["stopped", "recovered"]
    segments: tuple[SegmentEntry, ...]
    epochs: Annotated[tuple[KeyEpoch, ...], Field(min_length=1)]
    gaps: tuple[GapRef, ...]
    bookmarks: tuple[Bookmark, ...] = ()
    flags: tuple[Flag, ...] = ()
    retention_days: Annotated[int, Field(ge=3 * 366, le=CENTURY_DAYS)]
    software: Name
