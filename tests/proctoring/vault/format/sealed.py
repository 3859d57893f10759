"""Looking at a recording's files the way somebody would who wants to change them."""

from dataclasses import dataclass
from pathlib import Path

HEADER_BYTES = 9
TAG_BYTES = 16


@dataclass(frozen=True)
class Span:
    """Where a record lies in its file."""

    start: int
    end: int


def records(path: Path) -> list[Span]:
    """Find the records of a segment by their lengths."""
    raw = path.read_bytes()
    found, at = [], 0
    while at < len(raw):
        end = at + HEADER_BYTES + int.from_bytes(raw[at : at + 4], "big") + TAG_BYTES
        found.append(Span(at, end))
        at = end
    return found


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Change one bit of a file."""
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 1 << bit
    path.write_bytes(raw)


def segment(folder: Path, index: int) -> Path:
    return folder / f"segment-{index:05}.ers"


def leaves(folder: Path, index: int) -> Path:
    return folder / f"segment-{index:05}.leaves"
