"""One recording while it runs: a thread that takes pictures and sound, seals them, and signs heads."""

import os
import threading
import time
from typing import Final

import av
import structlog

from proctoring.capture.choose import open_feeds
from proctoring.capture.drawing import preview_jpeg
from proctoring.capture.media import new_pictures
from proctoring.capture.profiles import STANDARD, profile_named
from proctoring.recorder.epoch import RESTARTED, begin_epoch
from proctoring.recorder.faults import EncoderFailed, NothingRecorded
from proctoring.recorder.flags import FlagBoard, ObservedPicture, ObservedSound, Observer
from proctoring.recorder.ledger import pair
from proctoring.recorder.looking import Feeds
from proctoring.recorder.messages import Closed, RecorderState, RecorderStatus, RecordingSpec, SourceChoice, space_for
from proctoring.recorder.outlook import Outlook, troubles
from proctoring.recorder.resume import recover_recording
from proctoring.recorder.segments import level
from proctoring.recorder.tap import Tap
from proctoring.recorder.tracks import PictureTrack, SoundTrack
from proctoring.recorder.writing import Writing
from proctoring.vault.format.record import Flag
from proctoring.watch.runner import WatchThread
from sync.faults import Fault
from sync.replica.durable import require_space
from sync.trust.clock import read_clock
from sync.trust.keystore import KeyStore
from sync.wire.packet import GapRef
from sync.wire.recording import Bookmark, ClockPair, Source

_CATCH_UP_S: Final = 0.5  # turns that a busy machine made late are caught up, but not after a long stop
_PREVIEW_S: Final = 1.0
_log = structlog.get_logger(__name__)


class Recording:
    """A recording under way; made by `begin`. Its methods may be called from any thread."""

    def __init__(
        self,
        spec: RecordingSpec,
        keys: KeyStore,
        feeds: Feeds,
        reason: str = RESTARTED,
        board: FlagBoard | None = None,
    ) -> None:
        """Begin; `reason` states the gap if this goes on with a recording, `board` are the flags it had so far."""
        self.spec: Final = spec
        self.board: Final = board or FlagBoard()
        self._keys: Final = keys
        self._feeds: Final = feeds
        self._stop: Final = threading.Event()
        self._jpeg: bytes | None = None
        self._jpeg_due = 0.0
        self._closed: Closed | None = None
        self._suspending = False
        self._fault: Fault | None = None
        self._state = RecorderState.RECORDING
        epoch = begin_epoch(spec, keys.device_key(), (feeds.picture.source, feeds.sound.source), reason)
        new_pictures(feeds.picture)
        feeds.sound.take()  # what came before the start does not belong here
        self._ledger: Final = epoch.ledger
        self._clock: Final = epoch.clock
        self._bytes_before: Final = epoch.bytes_before
        self._profile: Final = epoch.plan.profile
        try:
            self._writing: Final = Writing(epoch.plan, epoch.ratchet, epoch.ledger, _clock_pair, self._state_all)
        except Fault:
            epoch.ledger.release()
            raise
        plan, at_ms = epoch.plan, epoch.clock.at_ms
        self._observer: Final[Observer] = WatchThread(spec.watch, self.board.note)
        picture = ObservedPicture(feeds.picture, self._observer, at_ms)
        sound = ObservedSound(feeds.sound, self._observer, at_ms)
        self._picture: Final = PictureTrack(picture, epoch.clock, plan.start_ms, plan.profile)
        self._sound: Final = SoundTrack(sound, epoch.clock, plan.start_ms, plan.profile)
        self._outlook: Final = Outlook(spec.folder, epoch.plan.start_ms, self._writing, epoch.plan.profile)
        self.turns = 0
        """How often capture and encoders have done their work; it stands still when one of them hangs."""
        self._thread: Final = threading.Thread(target=self._run, name="recording")
        self._thread.start()

    def status(self) -> RecorderStatus:
        """Say how it goes."""
        disk = self._outlook.now()
        return RecorderStatus(
            state=self._state,
            pid=os.getpid(),
            recording=self.spec.recording,
            sitting=self.spec.sitting,
            recorded_ms=self._writing.reached_ms,
            sealed_ms=self._writing.sealed_ms,
            durable_ms=self._writing.durable_ms,
            sources=(self._feeds.picture.source, self._feeds.sound.source),
            level_dbfs_tenths=level(self._sound.power, self._sound.samples),
            bytes=self._bytes_before + self._writing.sealed_bytes,
            gaps=_merged(self._ledger.gaps, self._open_gaps()),
            flags=self.board.recent,
            disk=disk,
            troubles=troubles(disk) if self._state is RecorderState.RECORDING else (),
            fault=self._fault.code if self._fault else None,
        )

    @property
    def state(self) -> RecorderState:
        """Recording, stopped or failed."""
        return self._state

    @property
    def fault(self) -> Fault | None:
        """What ended it, if it failed."""
        return self._fault if self._state is RecorderState.FAILED else None

    @property
    def sealed_ms(self) -> int:
        """The recorded time up to which everything is in sealed records."""
        return self._writing.sealed_ms

    @property
    def came(self) -> bool:
        """Whether picture or sound have come from the sources."""
        return self._picture.came or self._sound.came

    def preview(self) -> bytes | None:
        """Give the newest picture as a JPEG, at most one a second."""
        newest, now = self._picture.newest, time.monotonic()
        if newest is not None and now >= self._jpeg_due and self._state is RecorderState.RECORDING:
            self._jpeg, self._jpeg_due = preview_jpeg(newest), now + _PREVIEW_S
        return self._jpeg

    @property
    def capturing(self) -> bool:
        """Whether capture and encoders are meant to get further all the time."""
        return self._state is RecorderState.RECORDING and not self._stop.is_set()

    def tap(self) -> Tap:
        """Let one more reader listen in; call this on the reader's loop."""
        tap = Tap(self._profile)
        self._writing.taps = (*self._writing.taps, tap)
        return tap

    def untap(self, tap: Tap) -> None:
        """A reader is gone."""
        self._writing.taps = tuple(other for other in self._writing.taps if other is not tap)

    def bookmark(self, note: str) -> None:
        """Mark this moment; a signed head states it soon.

        Raises:
            NothingRecorded: the recording has ended.
            BookmarksFull: it has as many as it takes.
        """
        if self._state is not RecorderState.RECORDING:
            raise NothingRecorded(f"the recording is {self._state}")
        self._ledger.bookmark(Bookmark(at_ms=self._clock.now_ms(), note=note))
        self._writing.say_soon()

    def stop(self) -> Closed:
        """Close the recording, or after a failure whatever of it is on the disk; again gives the same.

        Raises:
            Fault: it cannot be closed now (no room for the manifest, for example); asking again tries again.
        """
        self._stop.set()
        self._thread.join()
        if self._closed is None:
            self._closed = recover_recording(self.spec.folder, self._keys)
        return self._closed

    def suspend(self) -> None:
        """End without closing: what there is, is sealed and signed by a head, and a later start goes on with it.

        For a machine that shuts down in the middle of a sitting. Only `stop` closes a recording for good.
        """
        self._suspending = True
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        state = RecorderState.FAILED  # unless it ends properly
        try:
            self._record()
            state = RecorderState.STOPPED
        except Fault as fault:
            self._fault = fault
        except av.error.FFmpegError as error:
            self._fault = EncoderFailed(f"{type(error).__name__}: {error}")
        finally:
            self._feeds.close()
            self._observer.close()
            self._writing.let_go()
            self._ledger.release()
            self._state = state
            for tap in self._writing.taps:
                tap.end()
        if self._fault:
            _log.error("recording failed", code=self._fault.code, detail=self._fault.detail)

    def _record(self) -> None:
        due = time.monotonic()
        turn_s = 1 / profile_named(self.spec.profile).frame_rate
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + turn_s, time.monotonic() - _CATCH_UP_S)
            self._turn()
            self.turns += 1
        self._observer.close()
        self._picture.finish(self._sound.finish(self._picture.end_ms, self._writing.segments))
        suspending = self._suspending
        self._writing.end(Flag.SEGMENT_END if suspending else Flag.RECORDING_END)
        if not suspending:
            self._closed = self._ledger.close(recovered=False)

    def _turn(self) -> None:
        segments = self._writing.segments
        for gap in (self._picture.turn(segments), self._sound.turn(segments)):
            if gap:
                self._ledger.gap(gap)

    def _state_all(self) -> None:
        """State what the next head is to say."""
        for gap in self._open_gaps():
            self._ledger.gap(gap)
        for flag in self.board.take():
            self._ledger.flag(flag)

    def _open_gaps(self) -> tuple[GapRef, ...]:
        gaps = (self._picture.open_gap(), self._sound.open_gap(), *self._writing.gaps)
        return tuple(gap for gap in gaps if gap)


def look_for_devices(camera: SourceChoice, microphone: SourceChoice) -> tuple[Source, ...]:
    """Open camera and microphone as `begin` would, say what was found, and let them go again."""
    feeds = Feeds(*open_feeds(camera, microphone, STANDARD))
    try:
        return feeds.picture.source, feeds.sound.source
    finally:
        feeds.close()


def begin(spec: RecordingSpec, keys: KeyStore, reason: str = RESTARTED, board: FlagBoard | None = None) -> Recording:
    """Open the devices and begin to record; in a folder that a crash left, go on with a new epoch and a stated gap.

    Raises:
        DiskFull: the expected length would not fit.
        RecordingClosed, RecordingTampered, RecordingInUse, RecordingUnreadable: of a folder that is not empty.
        KeyStoreUnreadable: the device's key cannot be used.
        KeyRefused: a recipient's key is not one.
    """
    if not spec.folder.exists():  # one that was begun goes on with whatever room there is
        require_space(spec.folder, space_for(spec.expected_ms, spec.profile))
    feeds = Feeds(*open_feeds(spec.camera, spec.microphone, profile_named(spec.profile)))
    try:
        return Recording(spec, keys, feeds, reason, board)
    except BaseException:
        feeds.close()
        raise


def _clock_pair() -> ClockPair:
    return pair(read_clock())


def _merged(stated: tuple[GapRef, ...], still_open: tuple[GapRef, ...]) -> tuple[GapRef, ...]:
    """Give every gap once; of one that was stated while it is open, as long as it is now."""
    gaps = {(gap.track, gap.start_ms): gap for gap in (*stated, *still_open)}
    return tuple(sorted(gaps.values(), key=lambda gap: (gap.start_ms, gap.track)))
