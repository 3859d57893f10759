"""From a feed to packets: picture and sound of one epoch, each with its encoder and its watch."""

from typing import Final

import numpy as np

from proctoring.capture.drawing import no_picture
from proctoring.capture.media import SAMPLE_RATE, PictureFeed, Plane, Samples, SoundFeed, new_pictures
from proctoring.capture.profiles import Profile
from proctoring.recorder.clock import RecordedClock
from proctoring.recorder.encoders import PictureEncoder, SoundEncoder
from proctoring.recorder.segments import PICTURE, SOUND, Segments, Timed
from proctoring.recorder.timeline import SoundAccount, SoundTimeline
from proctoring.recorder.watch import TrackWatch
from sync.wire.packet import GapRef

_PICTURE_PATIENCE_MS: Final = 1_500
_SOUND_PATIENCE_MS: Final = 2_500  # PulseAudio may deliver in bursts of up to two seconds
_SOUND_LAG_MS: Final = 300  # how far behind now silence is put in, so that sound that is only late finds its place
_SAMPLES_PER_MS: Final = SAMPLE_RATE // 1000
_GOP_MS: Final = 2_000  # by time: a camera in the dark gives fewer pictures
_OPUS_MS: Final = 20
_HOLD_MS: Final = 400
"""A picture that is shown for so long is written again: the muxer holds sound back until a picture has come after it
(FFmpeg never stops waiting for VP8), and what it holds back is lost when the recorder is killed."""


class PictureTrack:
    """Takes the new pictures at every turn; while there are none, repeats the last, and then says NO PICTURE."""

    def __init__(self, feed: PictureFeed, clock: RecordedClock, starts_ms: int, profile: Profile) -> None:
        self.feed: Final = feed
        self.newest: Plane | None = None
        self._clock: Final = clock
        self._profile: Final = profile
        self._encoder: Final = PictureEncoder(profile)
        self._watch: Final = TrackWatch(PICTURE, "camera_lost", starts_ms, _PICTURE_PATIENCE_MS)
        self._last_ms = starts_ms - 1
        self._fed_ms = starts_ms
        self._key_ms = starts_ms - _GOP_MS

    def turn(self, segments: Segments) -> GapRef | None:
        """Record what has come; give the gap it ended, if any."""
        gap: GapRef | None = None
        pictures = new_pictures(self.feed)
        for picture in pictures:
            at_ms = max(self._clock.at_ms(picture.mono_ns), self._last_ms + 1)
            gap = self._watch.seen(at_ms) or gap
            segments.tally_at(at_ms).captured += 1 + picture.overtaken
            self._record(picture.i420, at_ms, segments)
        now_ms = self._clock.now_ms()
        if pictures:
            self._fed_ms = now_ms
        elif self._watch.missing(now_ms):
            self._stand_in(no_picture(self._profile), max(now_ms, self._last_ms + 1), segments)
        elif now_ms - self._fed_ms >= _HOLD_MS:
            shown = no_picture(self._profile) if self.newest is None else self.newest
            self._stand_in(shown, self._last_ms + now_ms - self._fed_ms, segments)
            self._fed_ms = now_ms
        return gap

    @property
    def came(self) -> bool:
        """Whether the camera has given a picture."""
        return self._watch.came

    def finish(self, end_ms: int) -> None:
        """Nothing more is recorded: what never came is a gap, however short the time was."""
        self._watch.finish(end_ms)

    @property
    def end_ms(self) -> int:
        """The recorded time at which the last picture ends."""
        return self._last_ms + self._profile.frame_ms

    def open_gap(self) -> GapRef | None:
        """Give the gap that is open now."""
        return self._watch.open_gap(self._clock.now_ms())

    def _stand_in(self, i420: Plane, at_ms: int, segments: Segments) -> None:
        segments.tally_at(at_ms).drawn += 1
        self._record(i420, at_ms, segments)

    def _record(self, i420: Plane, at_ms: int, segments: Segments) -> None:
        self.newest = i420
        self._last_ms = at_ms
        boundary_ms = segments.boundary_ms
        key = at_ms - self._key_ms >= _GOP_MS or at_ms >= boundary_ms > self._key_ms
        if key:
            self._key_ms = at_ms
        for packet in self._encoder.encode(i420, at_ms, key=key):
            start_ms = packet.pts or 0
            segments.tally_at(start_ms).encoded += 1
            segments.add(Timed(PICTURE, packet, start_ms, start_ms + self._profile.frame_ms))


class SoundTrack:
    """Lays the microphone's blocks end to end; silence while it gives none."""

    def __init__(self, feed: SoundFeed, clock: RecordedClock, starts_ms: int, profile: Profile) -> None:
        self.feed: Final = feed
        self.power = 0.0
        self.samples = 0
        self._clock: Final = clock
        self._timeline: Final = SoundTimeline(starts_ms * _SAMPLES_PER_MS)
        self._encoder: Final = SoundEncoder(profile, starts_ms * _SAMPLES_PER_MS)
        self._watch: Final = TrackWatch(SOUND, "microphone_lost", starts_ms, _SOUND_PATIENCE_MS)

    def turn(self, segments: Segments) -> GapRef | None:
        """Record what has come; give the gap it ended, if any."""
        gap: GapRef | None = None
        blocks = self.feed.take()
        if blocks:
            self.power, self.samples = 0.0, 0
        for block in blocks:
            at_ms = self._clock.at_ms(block.mono_ns)
            gap = self._watch.seen(at_ms) or gap
            self._measure(block.samples, segments)
            before = self._timeline.account
            placed = self._timeline.place(self._clock.sample_at(block.mono_ns), block.samples)
            self._record(placed, before, segments)
        now_ms = self._clock.now_ms()
        if not blocks and self._watch.missing(now_ms):
            self.power = 0.0
            self._fill(now_ms - _SOUND_LAG_MS, segments)
        return gap

    def open_gap(self) -> GapRef | None:
        """Give the gap that is open now."""
        return self._watch.open_gap(self._clock.now_ms())

    @property
    def came(self) -> bool:
        """Whether the microphone has given sound."""
        return self._watch.came

    def finish(self, end_ms: int, segments: Segments) -> int:
        """Bring the sound up to the end, in whole Opus frames, and give where that is.

        What never came is a gap, however short the time was.
        """
        self._fill(end_ms + _OPUS_MS, segments)
        self._watch.finish(self._written_ms)
        return self._written_ms

    def _fill(self, until_ms: int, segments: Segments) -> None:
        before = self._timeline.account
        self._record(self._timeline.fill(until_ms * _SAMPLES_PER_MS), before, segments)

    def _measure(self, samples: Samples, segments: Segments) -> None:
        loud = samples.astype(np.float32)
        power = float(loud @ loud)
        self.power += power
        self.samples += len(samples)
        tally = segments.tally_at(self._written_ms)
        tally.power += power
        tally.peak = max(tally.peak, int(np.abs(loud).max(initial=0)))

    @property
    def _written_ms(self) -> int:
        return self._timeline.written // _SAMPLES_PER_MS

    def _record(self, samples: Samples, before: SoundAccount, segments: Segments) -> None:
        """Encode what the timeline gave; `before` is its account from before it gave it."""
        tally = segments.tally_at((self._timeline.written - len(samples)) // _SAMPLES_PER_MS)
        tally.sound = tally.sound.plus(self._timeline.account.since(before))
        for packet in self._encoder.encode(samples):
            start_ms = self._encoder.heard_ms(packet)
            segments.add(Timed(SOUND, packet, start_ms, start_ms + _OPUS_MS))
