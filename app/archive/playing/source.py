"""A recording to be played: verified when it is opened, then pictures and sound of any moment of recorded time."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app.archive.playing.clock import WallClock
from app.archive.playing.marks import Mark, marks_of
from app.archive.playing.overview import Overview
from app.archive.playing.pictures import Picture, PictureDecoder
from app.archive.playing.reel import EMPTY, AnyPacket, Reel, ReelError, wind
from app.archive.playing.sealed import SealedSegments, Trouble
from app.archive.playing.sounds import MAX_BLOCK_MS, RUN_IN_MS, Samples, heard
from proctoring.vault.format.papers import Devices
from proctoring.vault.format.report import RecordingReport, RecordingTampered
from proctoring.vault.format.verify import Examination, examine
from sync.trust.keys import SealingKey
from sync.wire.archive import RecordingAbout
from sync.wire.recording import ClockPair

_KEPT: Final = 3
"""So many opened segments stay in memory, 5 to 20 MB each."""
_BACK: Final = 3
"""A picture is looked for in so many segments before the one of its time: those may have none of their own."""
_NEVER: Final = ClockPair(mono_ms=0, wall_ms=0)


@dataclass(frozen=True)
class Missing:
    """Why there is no picture, and from when to when, ms. `why`: a gap's reason, or the segment's trouble."""

    start_ms: int
    end_ms: int
    why: str | Trouble


class PlayingSource:
    """One recording. Safe to use from several threads; what is opened stays in memory and is dropped again."""

    def __init__(self, folder: Path, examination: Examination, key: SealingKey, about: RecordingAbout | None) -> None:
        outline, papers = examination.outline, examination.papers
        signed = papers.manifest or next(iter(papers.openings), None)
        self.report: Final[RecordingReport] = examination.report
        self.recording: Final = outline.recording
        self.manifest_sha256: Final = papers.manifest_sha256
        self.about: Final = about
        self.simulated: Final = tuple(dict.fromkeys(one.track for one in outline.sources if one.simulated))
        self._parts: Final = outline.parts
        self._starts: Final = [part.entry.start_ms for part in outline.parts]
        ends_ms = (part.entry.start_ms + part.entry.duration_ms for part in outline.parts)
        self.duration_ms: Final = max((outline.duration_ms, *ends_ms))
        self.marks: Final[tuple[Mark, ...]] = marks_of(outline, about)
        self._gaps: Final = tuple(gap for gap in outline.gaps if gap.track != "sound")
        self._sealed: Final = SealedSegments(folder, outline, papers, key)
        self._clock: Final = WallClock(outline, signed.started if signed else _NEVER)
        self._lock: Final = threading.Lock()
        self._reels: OrderedDict[int, Reel] = OrderedDict()
        self._troubles: dict[int, Missing] = {}
        for place in range(len(self._parts)):
            self._note(place, self._sealed.trouble(place), self._starts[place])
        self._pictures: Final = PictureDecoder()
        self.overview: Final = Overview(self.duration_ms, len(self._parts), self._wound)

    @classmethod
    def open(
        cls, folder: Path, key: SealingKey, about: RecordingAbout | None = None, trust: Devices | None = None
    ) -> Self:
        """Verify the recording in `folder` (all its bytes are read once) and make it ready to be played.

        Raises:
            RecordingUnreadable: there is none, or the disk does not give it.
            RecordingTampered: nothing that is signed about it can be believed.
            RecordingKeyWrong: it was not sealed to this key.
            SealRefused: its keys were changed.
        """
        examination = examine(folder, trust)
        if not examination.outline.recording:
            raise RecordingTampered(examination.report.findings)
        return cls(folder, examination, key, about)

    def wall_ms(self, at_ms: int) -> int:
        """Give the wall-clock time of a moment, ms since 1970 (UTC)."""
        return self._clock.at(at_ms)

    def picture(self, at_ms: int) -> Picture | None:
        """Give the last picture at or before a moment; None if there is none, or it does not open."""
        for place in self._places_back(at_ms):
            reel = self._reel(place)
            found = reel.picture_at(at_ms)
            if found >= 0:
                with self._lock:
                    return self._pictures.picture(reel, found)
            if place in self._troubles:
                return None
        return None

    def after(self, at_ms: int) -> int | None:
        """Give the time of the first picture after a moment; None if there is none."""
        for place in range(self._place(at_ms), len(self._parts)):
            times = self._reel(place).picture_ms
            found = bisect_right(times, at_ms)
            if found < len(times):
                return times[found]
        return None

    def before(self, at_ms: int) -> int | None:
        """Give the time of the last picture before a moment; None if there is none."""
        for place in range(self._place(at_ms) if self._parts else -1, -1, -1):
            reel = self._reel(place)
            found = reel.picture_at(at_ms - 1)
            if found >= 0:
                return reel.picture_ms[found]
        return None

    def sound(self, start_ms: int, length_ms: int) -> Samples:
        """Give sound at 48 kHz, 16 bit, mono; silence where there is none."""
        return heard(self._packets(start_ms - RUN_IN_MS - MAX_BLOCK_MS, start_ms + length_ms), start_ms, length_ms)

    def missing(self, at_ms: int) -> Missing | None:
        """Tell why there is no picture of a moment; None if there is one."""
        trouble = self._troubles.get(self._place(at_ms))
        if trouble and trouble.start_ms <= at_ms < trouble.end_ms:
            return trouble
        for gap in self._gaps:
            if gap.start_ms <= at_ms < gap.start_ms + gap.length_ms:
                return Missing(gap.start_ms, gap.start_ms + gap.length_ms, gap.reason)
        return None

    def troubles(self) -> tuple[Missing, ...]:
        """Give the stretches that do not open, as far as that is known by now."""
        return tuple(trouble for _, trouble in sorted(self._troubles.items()))

    def _place(self, at_ms: int) -> int:
        """Give the place of the segment that a moment lies in, or of the last one before it."""
        return max(0, bisect_right(self._starts, at_ms) - 1)

    def _places_back(self, at_ms: int) -> Iterator[int]:
        if self._parts:
            place = self._place(at_ms)
            yield from range(place, max(-1, place - _BACK), -1)

    def _packets(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, AnyPacket]]:
        if not self._parts:
            return
        for place in range(self._place(start_ms), self._place(end_ms) + 1):
            reel = self._reel(place)
            first = max(0, bisect_right(reel.sound_ms, start_ms) - 1)
            last = bisect_right(reel.sound_ms, end_ms)
            yield from zip(reel.sound_ms[first:last], reel.sounds[first:last], strict=True)

    def _reel(self, place: int) -> Reel:
        """Give an opened segment, from memory if it was opened lately."""
        with self._lock:
            reel = self._reels.get(place)
            if reel is None:
                reel = self._reels[place] = self._wound(place)
                while len(self._reels) > _KEPT:
                    self._reels.popitem(last=False)
            self._reels.move_to_end(place)
            return reel

    def _wound(self, place: int) -> Reel:
        plaintext, start_ms = self._sealed.plaintext(place), self._starts[place]
        try:
            reel = wind(plaintext.data, start_ms)
        except ReelError:
            self._note(place, plaintext.trouble or Trouble.NO_MEDIA, start_ms)
            return EMPTY
        ends_ms = max((*reel.picture_ms[-1:], *reel.sound_ms[-1:], start_ms - 1)) + 1
        self._note(place, plaintext.trouble or (None if reel.whole else Trouble.NO_MEDIA), ends_ms)
        return reel

    def _note(self, place: int, trouble: Trouble | None, from_ms: int) -> None:
        entry = self._parts[place].entry
        if trouble:
            end_ms = max(from_ms, entry.start_ms + entry.duration_ms)
            self._troubles[place] = Missing(from_ms, end_ms, trouble)
