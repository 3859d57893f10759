"""Opening sealed segments with a recipient's key, as a stream; nothing is given out before its tag was checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from proctoring.vault.format import layout
from proctoring.vault.format.outline import Outline, Part
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.reading import opened
from proctoring.vault.format.record import (
    HEADER_BYTES,
    Flag,
    Place,
    RecordRefused,
    first_link,
    link,
    open_record,
    parse_header,
)
from proctoring.vault.format.report import Finding, FindingCode, RecordingTampered, RecordingUnreadable
from sync.faults import Refused
from sync.trust.keys import SealingKey
from sync.wire.recording import KeyEpoch


class RecordingKeyWrong(Refused):
    """The recording was not sealed to this key."""

    code = "RECORDING_KEY_WRONG"


class SegmentReader:
    """A segment's WebM bytes as a file object that can only be read forward."""

    def __init__(self, file: BinaryIO, key: bytes, part: Part, recording: str, before: bytes) -> None:
        self._file = file
        self._key = key
        self._entry = part.entry
        self._recording = recording
        self._rest = b""
        self._counter = 0
        self._flag = Flag.MORE
        self.before = before

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes, none at the end.

        Raises:
            RecordRefused: the next record does not open in its place, or more or fewer follow than are listed.
            RecordingUnreadable: the disk does not give it.
        """
        while not self._rest and self._counter < self._entry.records:
            self._rest = self._next()
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def finish(self, *, may_be_cut: bool) -> None:
        """Read what a player would not ask for, so that every record was opened and the end is the end.

        Raises:
            RecordRefused: see `read`; or the last record does not say it is the last.
        """
        while self._counter < self._entry.records:
            self._next()
        if self._flag is Flag.MORE and not may_be_cut:
            raise RecordRefused("the segment has no end", self._place)

    @property
    def _place(self) -> Place:
        return Place(self._recording, self._entry.index, self._counter)

    def _next(self) -> bytes:
        head = self._given(HEADER_BYTES)
        header = parse_header(head)
        if header is None or self._flag is not Flag.MORE:
            raise RecordRefused("not a record, or one after the last", self._place)
        record = head + self._given(header.record_bytes - HEADER_BYTES)
        header, plaintext = open_record(self._key, self._place, self.before, record)
        self.before = link(record)
        self._flag = header.flag
        self._counter += 1
        return plaintext

    def _given(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise RecordingUnreadable(error.strerror or "", file=self._entry.file) from None


@contextmanager
def _segment(folder: Path, ratchet: Ratchet, part: Part, recording: str, before: bytes) -> Iterator[SegmentReader]:
    index = part.entry.index
    try:
        with opened(folder / layout.segment_name(index)) as file:
            yield SegmentReader(file, ratchet.key(), part, recording, before)
    except FileNotFoundError:
        raise RecordingTampered((Finding(FindingCode.SEGMENT_MISSING, index),)) from None


def segments(folder: Path, outline: Outline, key: SealingKey) -> Iterator[tuple[Part, SegmentReader]]:
    """Give each segment in order with a reader of its plaintext; read one before asking for the next.

    Raises:
        RecordingKeyWrong: an epoch was not sealed to this key.
        SealRefused: an epoch's key was changed.
        RecordRefused: a record does not open where it stands.
        RecordingTampered: a segment is missing.
        RecordingUnreadable: the disk does not give a segment.
    """
    before = first_link(outline.recording)
    epochs = {epoch.first_segment: epoch for epoch in outline.epochs}
    ratchet: Ratchet | None = None
    last = outline.parts[-1].entry.index if outline.parts else 0
    for part in outline.parts:
        index = part.entry.index
        ratchet = _unwrapped(outline.recording, epochs[index], key) if index in epochs else ratchet
        if ratchet is None or ratchet.segment != index:
            raise RecordingKeyWrong(f"no key begins at or before segment {index}")
        with _segment(folder, ratchet, part, outline.recording, before) as reader:
            yield part, reader
            reader.finish(may_be_cut=index == last or index + 1 in epochs)
        before = reader.before
        ratchet.advance()


def _unwrapped(recording: str, epoch: KeyEpoch, key: SealingKey) -> Ratchet:
    ratchet = Ratchet.opened(recording, epoch, key)
    if ratchet is None:
        raise RecordingKeyWrong(f"the epoch at segment {epoch.first_segment} has no key for this one")
    return ratchet
