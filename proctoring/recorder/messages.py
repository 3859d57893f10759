"""The control channel's messages: one JSON object a line, strict and bounded. `README.md` shows them."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from proctoring.capture.grammar import MAX_CHOICE, check_choice
from proctoring.capture.profiles import STANDARD, check_profile, profile_named
from proctoring.recorder.faults import RecorderRefused
from sync.wire.document import Part
from sync.wire.ids import Digest, Id, Millis
from sync.wire.packet import GapRef, StatedText
from sync.wire.plan import CENTURY_DAYS, MINUTE_MS, Recipient, WatchPolicy
from sync.wire.recording import Flag, Source

MAX_REQUEST_BYTES: Final = 16_384
MAX_REPLY_BYTES: Final = 1_000_000
_MOST_PATH: Final = 4_000  # bytes; path_resolution(7): 4,096 with the files' own names
_MOST_PART: Final = 255

SPARE_BYTES: Final = 200_000_000
"""Answers come first: a recording never takes the last of a disk."""

RECENT_FLAGS: Final = 20
"""So many flags, with their pictures, the recorder remembers for whoever asks."""

SourceChoice = Annotated[str, Field(max_length=MAX_CHOICE), AfterValidator(check_choice)]
"""A source as `proctoring.capture.grammar` has it."""
ProfileName = Annotated[str, Field(max_length=60), AfterValidator(check_profile)]
SegmentMs = Annotated[int, Field(ge=1_000, le=600_000, multiple_of=20)]


class RecorderState(StrEnum):
    """What the recorder is doing."""

    IDLE = "idle"
    LOOKING = "looking"
    RECORDING = "recording"
    STOPPED = "stopped"
    FAILED = "failed"


class Trouble(StrEnum):
    """What is not as it should be while a recording is under way, or keeps it from going on."""

    DISK_SLOW = "disk_slow"
    """The disk does not take what is recorded in time; pictures are left out before sound is."""
    DISK_LOW = "disk_low"
    """The room left does not last for much longer."""
    DISK_FULL = "disk_full"
    """Nothing more could be written; it goes on by itself when there is room."""
    RESTARTING = "restarting"
    """The recording broke off for another reason than room; it is begun anew by itself."""
    UNGUARDED = "unguarded"
    """The keeper is gone: the recording goes on, but nobody starts it anew if the recorder hangs or dies."""


def space_for(expected_ms: int, profile: str = STANDARD.name) -> int:
    """Give the free bytes that a recording of this length is begun with, and not without.

    Raises:
        ProfileUnknown: no profile has this name.
    """
    return profile_named(profile).bytes_per_s * -(-expected_ms // 1000) + SPARE_BYTES


class RecordingSpec(Part):
    """What to record, into which folder, and for whom it is sealed.

    `segment_ms` is a multiple of 20 ms (an Opus frame); `expected_ms` is what disk space is asked for.
    """

    recording: Id
    session: Id
    sitting: Id
    device: Id
    folder: Path
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=4)]
    camera: SourceChoice
    microphone: SourceChoice
    retention_days: Annotated[int, Field(ge=3 * 366, le=CENTURY_DAYS)]
    segment_ms: SegmentMs = MINUTE_MS
    expected_ms: Millis = 180 * MINUTE_MS
    watch: WatchPolicy = WatchPolicy()
    profile: ProfileName = STANDARD.name

    @model_validator(mode="after")
    def _absolute(self) -> Self:
        if not self.folder.is_absolute():
            raise ValueError("the folder must be an absolute path")
        raw = os.fsencode(self.folder)
        if b"\0" in raw or len(raw) > _MOST_PATH or any(len(part) > _MOST_PART for part in raw.split(b"/")):
            raise ValueError("the folder is no name that a disk takes")
        return self


class NotedFlag(Part):
    """A flag, counted from 1 since the recorder went on with the recording; `picture`: it can be asked for."""

    number: Annotated[int, Field(ge=1)]
    flag: Flag
    picture: bool


class DiskOutlook(Part):
    """The disk that is recorded to: how long the recording fits at the pace so far, and whether it keeps up.

    `behind_ms` is what was recorded and is not written yet.
    """

    free_bytes: Annotated[int, Field(ge=0)]
    lasts_ms: Millis
    slow: bool = False
    behind_ms: Millis = 0


class RecorderStatus(Part):
    """How the recorder is: `level_dbfs_tenths` is the sound's level now, `bytes` what is on the disk.

    `recorded_ms` is what was recorded, `sealed_ms` what of it is in sealed records that survive the recorder's death,
    `durable_ms` what survives a power cut. `keeper` is the process that watches over this one, `restarts` how often it
    or the recorder itself had to begin anew within this recording, since the keeper was started.
    """

    state: RecorderState
    pid: int
    recording: Id | None = None
    sitting: Id | None = None
    recorded_ms: Millis = 0
    sealed_ms: Millis = 0
    durable_ms: Millis = 0
    sources: tuple[Source, ...] = ()
    level_dbfs_tenths: Annotated[int, Field(ge=-2000, le=0)] = -2000
    bytes: Annotated[int, Field(ge=0)] = 0
    gaps: tuple[GapRef, ...] = ()
    flags: Annotated[tuple[NotedFlag, ...], Field(max_length=RECENT_FLAGS)] = ()
    disk: DiskOutlook | None = None
    troubles: tuple[Trouble, ...] = ()
    restarts: Annotated[int, Field(ge=0)] = 0
    keeper: int | None = None
    fault: str | None = None


class Closed(Part):
    """A closed recording. `manifest_sha256` is of the envelope's bytes; `simulated` names the simulated tracks."""

    manifest_sha256: Digest
    duration_ms: Millis
    gaps: tuple[GapRef, ...]
    simulated: tuple[str, ...]
    folder: Path


class Start(Part):
    """Begin a recording, or go on with one that a crash interrupted."""

    do: Literal["start"] = "start"
    spec: RecordingSpec


class LookRequest(Part):
    """Open camera and microphone for pictures and the level only; nothing is recorded."""

    do: Literal["look"] = "look"
    camera: SourceChoice
    microphone: SourceChoice


class DevicesRequest(Part):
    """Look which camera and microphone there are."""

    do: Literal["devices"] = "devices"
    camera: SourceChoice = "auto"
    microphone: SourceChoice = "auto"


class Ask(Part):
    """A request without arguments."""

    do: Literal["status", "preview", "look_away", "stop", "quit"]


class Mark(Part):
    """Bookmark this moment."""

    do: Literal["bookmark"] = "bookmark"
    note: StatedText


class TapRequest(Part):
    """Make this connection a live stream of what is being recorded."""

    do: Literal["tap"] = "tap"


class FlagPicture(Part):
    """Ask for the small picture of a flag by the number the status gives it."""

    do: Literal["flag_picture"] = "flag_picture"
    number: Annotated[int, Field(ge=1)]


class Preview(Part):
    """The newest picture, or a flag's, as JPEG in base64; None while there is none."""

    jpeg: Annotated[str, Field(max_length=MAX_REPLY_BYTES)] | None


class Devices(Part):
    """What a recording would be made with now, or is being made with."""

    sources: tuple[Source, ...]


class Done(Part):
    """A request was carried out and has no other answer."""

    done: Literal[True] = True


class FaultReply(Part):
    """A request was not carried out."""

    fault: Annotated[str, Field(max_length=60)]
    detail: Annotated[str, Field(max_length=2_000)]
    facts: dict[str, str | int]


Request = Start | LookRequest | DevicesRequest | Ask | Mark | FlagPicture | TapRequest
Reply = RecorderStatus | Closed | Preview | Devices | Done | FaultReply

_REQUEST: Final[TypeAdapter[Request]] = TypeAdapter(Annotated[Request, Field(discriminator="do")])


def parse_request(line: bytes) -> Request:
    """Read one request.

    Raises:
        RecorderRefused: not JSON, an unknown request, or a field that is wrong, missing, unknown or there twice.
    """
    try:
        json.loads(line, object_pairs_hook=_once)  # which of two values counts, readers disagree on
        return _REQUEST.validate_json(line)
    except RecursionError:
        raise RecorderRefused("nested too deeply") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecorderRefused(f"{where}: {first['msg']}"[:200]) from None
    except ValueError as error:  # JSON's and Unicode's errors among them
        raise RecorderRefused(str(error)[:200]) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def to_line(message: Request | Reply) -> bytes:
    """Write one message with its line end."""
    return message.model_dump_json().encode() + b"\n"
