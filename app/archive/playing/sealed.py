"""The segments of a recording in any order: the key of each, and its plaintext, which exists in memory only."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from proctoring.vault.format import layout
from proctoring.vault.format.outline import Outline
from proctoring.vault.format.papers import Papers
from proctoring.vault.format.plaintext import RecordingKeyWrong, SegmentReader
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.reading import opened
from proctoring.vault.format.record import RecordRefused, first_link, link
from proctoring.vault.format.report import RecordingUnreadable
from sync.trust.aead import SealRefused
from sync.trust.keys import SealingKey
from sync.wire.recording import RecordingHead

MAX_PLAINTEXT_BYTES: Final = 192_000_000
"""Of one segment: ten times what a minute of the best profile takes. What is larger is not played."""
_CHUNK: Final = 1 << 20


class Trouble(StrEnum):
    """Why a stretch of a recording cannot be played. Its words are under `player.trouble`."""

    MISSING = "missing"  # the segment's file is not there
    CHANGED = "changed"  # a record does not open where it stands
    NO_KEY = "no_key"  # this epoch was not sealed to the key that opens the rest
    UNREADABLE = "unreadable"  # the disk does not give it
    NO_MEDIA = "no_media"  # it opens, and what is inside is no picture and no sound


@dataclass(frozen=True)
class Plaintext:
    """What of a segment could be opened, and what was the trouble with the rest, if any."""

    data: bytes
    trouble: Trouble | None


class SealedSegments:
    """Opens segments by their place in the outline. The keys are derived once; they never leave the memory.

    Raises:
        RecordingKeyWrong: no epoch of the recording was sealed to this key.
        SealRefused: an epoch's key was changed, and no other opens.
    """

    def __init__(self, folder: Path, outline: Outline, papers: Papers, key: SealingKey) -> None:
        self._folder: Final = folder
        self._recording: Final = outline.recording
        self._parts: Final = outline.parts
        self._links: Final = _signed_links(outline, papers.heads)
        self._keys: Final = _keys(outline, key)

    def trouble(self, place: int) -> Trouble | None:
        """Tell what keeps the segment at `place` from being opened, as far as it is known without opening it."""
        part = self._parts[place]
        if part.entry.index not in self._keys:
            return Trouble.NO_KEY
        return None if part.checked.leaves is not None else Trouble.MISSING

    def plaintext(self, place: int) -> Plaintext:
        """Open the segment at `place`: everything up to the first record that does not open."""
        part = self._parts[place]
        key = self._keys.get(part.entry.index)
        if key is None:
            return Plaintext(b"", Trouble.NO_KEY)
        data = bytearray()
        try:
            with opened(self._folder / layout.segment_name(part.entry.index)) as file:
                reader = SegmentReader(file, key, part, self._recording, self._before(place))
                while piece := reader.read(_CHUNK):
                    if len(data) + len(piece) > MAX_PLAINTEXT_BYTES:
                        return Plaintext(bytes(data), Trouble.NO_MEDIA)
                    data += piece
        except FileNotFoundError:
            return Plaintext(b"", Trouble.MISSING)
        except RecordRefused:
            return Plaintext(bytes(data), Trouble.CHANGED)
        except RecordingUnreadable:
            return Plaintext(bytes(data), Trouble.UNREADABLE)
        return Plaintext(bytes(data), None)

    def _before(self, place: int) -> bytes:
        """Give what a segment's first record names as the one before it, also where that one was changed since.

        Raises:
            RecordingUnreadable: the disk does not give the record before.
        """
        if place == 0:
            return first_link(self._recording)
        part = self._parts[place - 1]
        if not part.entry.records:
            return self._before(place - 1)
        signed = self._links.get(part.entry.index)
        if signed is not None:
            return signed
        try:
            with opened(self._folder / layout.segment_name(part.entry.index)) as file:
                file.seek(max(0, part.checked.size - part.checked.last_length))
                return link(file.read(part.checked.last_length))
        except FileNotFoundError:
            return b""  # nothing opens after it


def _signed_links(outline: Outline, heads: tuple[RecordingHead, ...]) -> dict[int, bytes]:
    """Give what heads signed as a segment's last record, of the segments whose end they saw."""
    ends = {part.entry.index: part.entry.records for part in outline.parts}
    return {
        head.segment.index: bytes.fromhex(head.last_record_sha256)
        for head in heads
        if head.segment.records == ends.get(head.segment.index)
    }


def _keys(outline: Outline, key: SealingKey) -> dict[int, bytes]:
    epochs = {epoch.first_segment: epoch for epoch in outline.epochs}
    indices = [part.entry.index for part in outline.parts]
    firsts = sorted(epochs)
    keys: dict[int, bytes] = {}
    refused: SealRefused | None = None
    for at, first in enumerate(firsts):
        stop = firsts[at + 1] if at + 1 < len(firsts) else layout.MAX_SEGMENTS
        own = [index for index in indices if first <= index < stop]
        try:
            ratchet = Ratchet.opened(outline.recording, epochs[first], key)
        except SealRefused as fault:
            refused = fault
            continue
        if ratchet is None:
            continue
        for index in own:
            while ratchet.segment < index:
                ratchet.advance()
            keys[index] = ratchet.key()
    if indices and not keys:
        raise refused or RecordingKeyWrong("no epoch has a key for this one")
    return keys
