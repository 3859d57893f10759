"""The files of a recording's folder and the numbers of its format; `FORMAT.md` says what is in them."""

import re
from typing import Final

FORMAT: Final = "examroom-recording@1"

MANIFEST: Final = "manifest.json"
HEADS: Final = "heads.jsonl"
DEVICE_KEY: Final = "device.pem"

MAX_SEGMENTS: Final = 100_000
MAX_SEGMENT_RECORDS: Final = 50_000
MAX_SEGMENT_BYTES: Final = 1 << 30
MAX_FILES: Final = 3 * MAX_SEGMENTS
MAX_HEADS_BYTES: Final = 64_000_000
MAX_HEAD_LINE_BYTES: Final = 100_000

_OPENING: Final = re.compile(r"opening-([0-9]{5})\.json")
_SEGMENT: Final = re.compile(r"segment-([0-9]{5})\.ers")
_LEFTOVER: Final = re.compile(r"\.(?:manifest\.json|device\.pem|opening-[0-9]{5}\.json)\.[0-9a-f]{16}\.new")
_LEAVES: Final = re.compile(r"segment-([0-9]{5})\.leaves")


def opening_name(first_segment: int) -> str:
    """Name the opening of the epoch that begins with `first_segment`."""
    return f"opening-{first_segment:05}.json"


def segment_name(index: int) -> str:
    """Name the sealed segment."""
    return f"segment-{index:05}.ers"


def leaves_name(index: int) -> str:
    """Name the sidecar with the segment's leaf hashes."""
    return f"segment-{index:05}.leaves"


def opening_number(name: str) -> int | None:
    """Give the first segment an opening speaks of; None for any other file."""
    return _number(_OPENING, name)


def segment_number(name: str) -> int | None:
    """Give a sealed segment's index; None for any other file."""
    return _number(_SEGMENT, name)


def leaves_number(name: str) -> int | None:
    """Give the index of the segment a sidecar belongs to; None for any other file."""
    return _number(_LEAVES, name)


def _number(pattern: re.Pattern[str], name: str) -> int | None:
    match = pattern.fullmatch(name)
    return int(match[1]) if match else None


def is_leftover(name: str) -> bool:
    """Tell whether this is a file of ours that a power cut kept from taking its name (`sync.replica.durable`)."""
    return _LEFTOVER.fullmatch(name) is not None
