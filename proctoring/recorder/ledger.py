"""What the device signs about a recording: openings before, heads while, and the manifest after it was written."""

import fcntl
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from proctoring.capture.profiles import codec_text, profile_named
from proctoring.recorder.faults import BookmarksFull, RecordingInUse
from proctoring.recorder.messages import Closed, RecordingSpec
from proctoring.recorder.segment_files import Written
from proctoring.recorder.stretches import Stretches
from proctoring.vault.format import layout
from sync.replica.durable import disk_faults, sync_folder, write_durably
from sync.software import software
from sync.trust.clock import ClockReading
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.wire.document import Document
from sync.wire.packet import GapRef
from sync.wire.recording import (
    Bookmark,
    ClockPair,
    Flag,
    KeyEpoch,
    RecordingHead,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
)

_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST_AT_ONCE: Final = 50  # what one head may state of each
MOST_BOOKMARKS: Final = 2_000
"""So many bookmarks a recording takes in all …"""
MOST_STRETCHES: Final = 1_000
"""… and so many gaps of a track, and flags of a kind; what comes then makes the ones before it longer."""


@dataclass(frozen=True)
class Said:
    """What openings and heads have stated so far; the manifest is put together from it."""

    openings: tuple[RecordingOpening, ...] = ()
    segments: tuple[SegmentEntry, ...] = ()
    gaps: tuple[GapRef, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    flags: tuple[Flag, ...] = ()
    heads: int = 0


def pair(clock: ClockReading) -> ClockPair:
    """Give a clock reading as documents have it."""
    return ClockPair(mono_ms=clock.mono_ms, wall_ms=clock.wall_ms)


class HeadFile:
    """The file of heads, held by one writer at a time, appended durably."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder
        with disk_faults(folder, needed=0):
            self._file: Final = os.open(folder / layout.HEADS, _APPEND, 0o600)
            sync_folder(folder)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise RecordingInUse(folder.name) from None

    def append(self, head: RecordingHead, key: SigningKey) -> None:
        """Sign a head and make it durable."""
        line = _signed(head, key) + b"\n"
        with disk_faults(self._folder, needed=len(line)):
            written = os.write(self._file, line)
            if written != len(line):  # a full disk takes the beginning of it
                os.write(self._file, line[written:])
            os.fdatasync(self._file)

    def cut(self, length: int) -> None:
        """Keep the first `length` bytes: what follows is a line that was never finished."""
        with disk_faults(self._folder, needed=0):
            os.ftruncate(self._file, length)
            os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


class Ledger:
    """Writes the signed papers of one recording, in the order that survives a crash.

    Statements may be made on any thread; papers are signed on one at a time.
    """

    def __init__(self, folder: Path, key: SigningKey, heads: HeadFile, said: Said) -> None:
        self._folder: Final = folder
        self._key: Final = key
        self._heads: Final = heads
        self._openings: Final = list(said.openings)
        self._segments: Final = {entry.index: entry for entry in said.segments}
        self._gaps: Final = Stretches(MOST_STRETCHES, said.gaps)
        self._bookmarks: Final = list(said.bookmarks)
        self._flags: Final = Stretches(MOST_STRETCHES, said.flags)
        self._new_bookmarks: list[Bookmark] = []
        self._sequence = said.heads
        self._lock: Final = threading.Lock()  # over what was stated; never held while the disk is waited for

    @property
    def gaps(self) -> tuple[GapRef, ...]:
        """Every gap stated so far, in the order of their beginning."""
        with self._lock:
            return self._gaps.all

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every flag stated so far, in the order of their beginning."""
        with self._lock:
            return self._flags.all

    @property
    def waiting(self) -> bool:
        """Whether more was stated than the heads so far have room for."""
        with self._lock:
            return self._gaps.waiting or self._flags.waiting or bool(self._new_bookmarks)

    def open(self, opening: RecordingOpening) -> None:
        """Begin an epoch: its keys and sources are durable before its first record."""
        write_durably(self._folder / layout.DEVICE_KEY, self._key.public.pem.encode())
        name = layout.opening_name(opening.epoch.first_segment)
        write_durably(self._folder / name, _signed(opening, self._key))
        self._openings.append(opening)

    def gap(self, gap: GapRef) -> None:
        """State a gap with the next head; one that is still open is stated again when it has grown."""
        if gap.length_ms > 0:
            with self._lock:
                self._gaps.state(gap)

    def flag(self, flag: Flag) -> None:
        """State a flag with the next head; one that is still up is stated again, longer. It never gets shorter."""
        with self._lock:
            before = self._flags.known(flag)
            if before is None or before.length_ms < flag.length_ms:
                self._flags.state(flag)

    def bookmark(self, mark: Bookmark) -> None:
        """State a bookmark with the next head.

        Raises:
            BookmarksFull: the recording has as many as it takes.
        """
        with self._lock:
            if len(self._bookmarks) >= MOST_BOOKMARKS:
                raise BookmarksFull(most=MOST_BOOKMARKS)
            self._bookmarks.append(mark)
            self._new_bookmarks.append(mark)

    def head(self, written: Written, clock: ClockPair) -> None:
        """Sign what there is now. Only for what is durable already: a head must never promise more than the disk holds.

        Raises:
            DiskFull, DiskFault: the head could not be written.
        """
        opening = self._openings[-1]
        entry = written.entry
        with self._lock:
            gaps, flags = self._gaps.take(_MOST_AT_ONCE), self._flags.take(_MOST_AT_ONCE)
            marks, self._new_bookmarks = self._new_bookmarks[:_MOST_AT_ONCE], self._new_bookmarks[_MOST_AT_ONCE:]
        head = RecordingHead(
            recording=opening.recording,
            sitting=opening.sitting,
            sequence=self._sequence,
            segment=entry,
            last_record_sha256=written.link.hex(),
            recorded_ms=entry.start_ms + entry.duration_ms,
            clock=clock,
            gaps=gaps,
            bookmarks=tuple(marks),
            flags=flags,
        )
        self._heads.append(head, self._key)
        self._sequence += 1
        self._segments[entry.index] = entry

    def close(self, *, recovered: bool) -> Closed:
        """Sign the manifest over everything that was stated."""
        first = self._openings[0]
        segments = tuple(self._segments[index] for index in sorted(self._segments))
        manifest = RecordingManifest(
            recording=first.recording,
            session=first.session,
            sitting=first.sitting,
            device=first.device,
            device_keyid=self._key.public.keyid,
            format=first.format,
            sources=_distinct(self._openings),
            codec=first.codec,
            started=first.started,
            duration_ms=max((entry.start_ms + entry.duration_ms for entry in segments), default=0),
            closed="recovered" if recovered else "stopped",
            segments=segments,
            epochs=tuple(opening.epoch for opening in self._openings),
            gaps=self.gaps,
            bookmarks=tuple(self._bookmarks),
            flags=self.flags,
            retention_days=first.retention_days,
            software=software(),
        )
        envelope = _signed(manifest, self._key)
        write_durably(self._folder / layout.MANIFEST, envelope)
        return closed_as(self._folder, manifest, sha256(envelope).hexdigest())

    def release(self) -> None:
        """Let go of the files."""
        self._heads.close()


def opening_for(
    spec: RecordingSpec,
    epoch: KeyEpoch,
    sources: tuple[Source, ...],
    key: SigningKey,
    since: tuple[ClockReading, int],
) -> RecordingOpening:
    """Make an opening; `since` is the recording's start and how long after it this epoch begins (ms)."""
    started, starts_ms = since
    return RecordingOpening(
        recording=spec.recording,
        session=spec.session,
        sitting=spec.sitting,
        device=spec.device,
        device_keyid=key.public.keyid,
        format=layout.FORMAT,
        epoch=epoch,
        starts_ms=starts_ms,
        started=pair(started),
        boot_id=started.boot_id,
        sources=sources,
        codec=codec_text(profile_named(spec.profile)),
        retention_days=spec.retention_days,
        software=software(),
    )


def closed_as(folder: Path, manifest: RecordingManifest, manifest_sha256: str) -> Closed:
    """Give what a client wants to know of a closed recording."""
    simulated = tuple(dict.fromkeys(source.track for source in manifest.sources if source.simulated))
    return Closed(
        manifest_sha256=manifest_sha256,
        duration_ms=manifest.duration_ms,
        gaps=manifest.gaps,
        simulated=simulated,
        folder=folder,
    )


def _distinct(openings: Sequence[RecordingOpening]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(source for opening in openings for source in opening.sources))


def _signed(document: Document, key: SigningKey) -> bytes:
    return sign(document.to_bytes(), document.PAYLOAD_TYPE, key)
