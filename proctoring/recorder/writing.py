"""Writing off the capture thread: sealing, syncing and signing, behind a queue that is bounded in recorded time.

What is written survives the recorder's death at once, a power cut once it is synced (every 2 s); heads follow every
10 s. A disk that is slow makes nothing wait but this queue. When it grows too long, pictures are left out first, to the
next key frame after it has become shorter; sound only when the disk hangs altogether. Both are stated as gaps.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Protocol

import av

from proctoring.recorder.faults import EncoderFailed
from proctoring.recorder.ledger import Ledger
from proctoring.recorder.segment_files import SegmentFiles, Written
from proctoring.recorder.segments import PICTURE, SOUND, Plan, Segments, Step, Timed
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag
from sync.faults import Fault
from sync.wire.packet import GapRef
from sync.wire.recording import ClockPair

SLOW_MS: Final = 2_000
"""So much that is recorded and not yet written is a slow disk …"""
LATE_MS: Final = 8_000
"""… and so much that is written and not yet durable."""
MOST_MS: Final = {PICTURE: 8_000, SOUND: 60_000}
"""So much may wait of a track; this bounds the memory."""
SYNC_S: Final = 2.0
HEAD_S: Final = 10.0


class Listener(Protocol):
    """Somebody who listens in."""

    def offer(self, timed: Timed) -> None:
        """Take a packet, or leave it; never waits."""

    def end(self) -> None:
        """There is nothing more to come."""


class Valve:
    """Leaves out what comes of one track while too much waits. All times in recorded ms."""

    def __init__(self, track: str) -> None:
        self._track: Final = track
        self._most_ms: Final = MOST_MS[track]
        self._since_ms: int | None = None
        self._until_ms = 0

    def leaves_out(self, timed: Timed, behind_ms: int) -> bool:
        """Tell whether a packet of this track is left out, with `behind_ms` waiting."""
        if self._since_ms is None and behind_ms > self._most_ms:
            self._since_ms = timed.start_ms
        self._until_ms = timed.end_ms
        return self._since_ms is not None

    def opens(self, timed: Timed, behind_ms: int) -> GapRef | None:
        """Give the gap that ends with this packet: the queue is short again, and it can be decoded by itself."""
        decodable = timed.track == SOUND or timed.packet.is_keyframe
        if self._since_ms is None or behind_ms > self._most_ms // 2 or not decodable:
            return None
        self._until_ms = timed.start_ms
        gap, self._since_ms = self.gap(), None
        return gap

    def gap(self) -> GapRef | None:
        """Give the gap that is open, as long as it is now."""
        if self._since_ms is None:
            return None
        length_ms = max(0, self._until_ms - self._since_ms)
        return GapRef(track=self._track, start_ms=self._since_ms, length_ms=length_ms, reason="disk_slow")


class Writing:
    """The writing thread of one epoch, and a second one that waits for the disk to say that it has it.

    `segments`, `end` and `let_go` are for the capture thread; the rest for any. `before_head` is called, on either of
    the two, before a head is signed: the moment to state what it is to say.
    """

    def __init__(
        self,
        plan: Plan,
        ratchet: Ratchet,
        ledger: Ledger,
        clock: Callable[[], ClockPair],
        before_head: Callable[[], None],
    ) -> None:
        self.segments: Final = Segments(plan, clock, self._put)
        self.taps: tuple[Listener, ...] = ()
        self._ledger: Final = ledger
        self._clock: Final = clock
        self._before_head: Final = before_head
        self._valves: Final = {track: Valve(track) for track in (PICTURE, SOUND)}
        self._queue: Final[queue.SimpleQueue[Step | Flag | None]] = queue.SimpleQueue()
        self._put_ms = self._taken_ms = self.durable_ms = plan.start_ms
        self._head_at_once = False
        self._head_due = self._sync_due = time.monotonic()
        self._fault: Fault | None = None
        self._syncing: Future[None] | None = None
        self._files: Final = SegmentFiles(plan, ratchet, self._segment_closed, self.segments.first)
        self._syncer: Final = ThreadPoolExecutor(1, "syncing")
        self._thread: Final = threading.Thread(target=self._run, name="writing")
        self._thread.start()

    @property
    def behind_ms(self) -> int:
        """What waits to be written, in recorded ms."""
        return max(0, self._put_ms - self._taken_ms)

    @property
    def reached_ms(self) -> int:
        """The recorded time up to which there are packets."""
        return self._put_ms

    @property
    def sealed_ms(self) -> int:
        """The recorded time up to which everything is in sealed records."""
        return self._files.sealed_ms

    @property
    def sealed_bytes(self) -> int:
        """The sealed bytes of this epoch."""
        return self._files.sealed_bytes

    @property
    def slow(self) -> bool:
        """Whether the disk does not keep up."""
        return self.behind_ms > SLOW_MS or self.sealed_ms - self.durable_ms > LATE_MS

    @property
    def gaps(self) -> tuple[GapRef, ...]:
        """What is being left out now."""
        return tuple(gap for gap in (valve.gap() for valve in self._valves.values()) if gap)

    def say_soon(self) -> None:
        """Have a head signed as soon as it can be, not only when its time has come."""
        self._head_at_once = True

    def end(self, flag: Flag) -> None:
        """Write what waits, end the segment with `flag`, and wait until it is durable and signed.

        Raises:
            DiskFull, DiskFault, EncoderFailed: it could not be written.
        """
        self.segments.finish()
        self._queue.put(flag)
        self._thread.join()
        self._look_for_fault()

    def let_go(self) -> None:
        """End at once, with what was sealed; after `end` there is nothing left to do."""
        self._queue.put(None)
        self._thread.join()

    def _put(self, step: Step) -> None:
        self._look_for_fault()
        if isinstance(step, Timed):
            for tap in self.taps:
                tap.offer(step)
            if self._left_out(step):
                return
        self._put_ms = max(self._put_ms, step.end_ms if isinstance(step, Timed) else step.at_ms)
        self._queue.put(step)

    def _left_out(self, timed: Timed) -> bool:
        valve, behind_ms = self._valves[timed.track], self.behind_ms
        gap = valve.opens(timed, behind_ms)
        if gap:
            self._ledger.gap(gap)
        if not valve.leaves_out(timed, behind_ms):
            return False
        if timed.track == PICTURE:
            self.segments.tally_at(timed.start_ms).left_out += 1
        return True

    def _look_for_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        fault: Fault = EncoderFailed("the writing thread ended")  # unless it ends properly
        try:
            self._write()
        except Fault as raised:
            fault = raised
        except av.error.FFmpegError as error:
            fault = EncoderFailed(f"{type(error).__name__}: {error}")
        else:
            return
        finally:
            self._syncer.shutdown()
            self._files.close()
        self._fault = fault

    def _write(self) -> None:
        while True:
            step = self._queue.get()
            if step is None:
                return
            if isinstance(step, Flag):
                self._await_sync()
                self._files.finish(step)
                return
            if isinstance(step, Timed):
                self._files.take(step)
                self._taken_ms = max(self._taken_ms, step.end_ms)
                self._sync_if_due()
            else:
                self._await_sync()
                self._files.take(step)

    def _sync_if_due(self) -> None:
        now = time.monotonic()
        if self._syncing is not None and self._syncing.done():
            self._await_sync()
        if self._syncing is None and (now >= self._sync_due or self._head_at_once):
            signs = now >= self._head_due or self._head_at_once
            self._head_at_once = False
            self._sync_due = now + SYNC_S
            self._head_due = now + HEAD_S if signs else self._head_due
            self._syncing = self._syncer.submit(self._sync, self._files.written(), signs=signs)

    def _await_sync(self) -> None:
        syncing, self._syncing = self._syncing, None
        if syncing is not None:
            syncing.result()

    def _sync(self, written: Written, *, signs: bool) -> None:
        self._files.sync()
        self.durable_ms = written.entry.start_ms + written.entry.duration_ms
        if signs:
            self._sign(written)

    def _segment_closed(self, written: Written) -> None:
        self.durable_ms = written.entry.start_ms + written.entry.duration_ms
        self._sign(written)

    def _sign(self, written: Written) -> None:
        self._before_head()
        self._ledger.head(written, self._clock())
        while self._ledger.waiting:  # more was stated at once than one head holds: nothing of it waits for a crash
            self._ledger.head(written, self._clock())
