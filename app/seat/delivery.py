"""One candidate's sitting as it runs: every event is checked, committed to the journal, and only then true."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.exam.events import Event, Occurred, Restored, Resumed, event_bytes, read_event
from app.exam.sitting import OutOfOrder, Sitting, Stamp, State, advance, replay
from app.exam.timing import Timing
from sync.faults import Fault
from sync.replica.journal import GENESIS, Journal, JournalRow
from sync.trust.clock import ClockReading
from sync.wire.ids import new_id
from sync.wire.packet import CLOCK_JUMPED

ClockWhileDead = Literal["stopped", "running"]
"""Whether a sitting's clock runs while its seat is down (`Policy.clock_while_dead`)."""

HONEST_MS: Final = 60_000
"""What a wall clock may be corrected by without being called a jump."""
ASLEEP_MS: Final = 2_000
"""A machine that slept for less has not been suspended."""
SUSPENDED: Final = "SUSPENDED"
"""The code of the incident that says the machine slept while a sitting was under way."""
STALLED_MS: Final = 10_000
"""There is an event every 5 s while a sitting is active; a seat that was silent for longer stood still."""
SEAT_STALLED: Final = "SEAT_STALLED"
"""The code of the incident that says so, with the seconds."""
MOST_RESTORED_MS: Final = 24 * 3_600_000
"""More than one `Restored` may say is no outage, it is another day."""

_RUN_OF_BOOT: Final = "/"
"""A run's name is the machine's start it belongs to and an id of its own."""
_UNDER_WAY: Final = (State.ACTIVE, State.PAUSED)
_RESUMABLE: Final = (State.ADMITTED, *_UNDER_WAY, State.SUBMITTED)


@dataclass(frozen=True)
class Replayed:
    """A sitting as its journal had it, and the head that the journal had then (last hash, number of rows)."""

    sitting: Sitting
    head: tuple[str, int]


class Delivery:
    """Owns the state of one sitting. `record` may be called from any thread; `sitting` may be read from any thread."""

    def __init__(
        self,
        sitting_id: str,
        journal: Journal,
        clock: Callable[[], ClockReading],
        clock_while_dead: ClockWhileDead = "stopped",
        replayed: Replayed | None = None,
    ) -> None:
        """Replay what the journal holds; a sitting that was under way is resumed under a new run of the clock.

        `replayed` saves reading a long journal again; it counts only while the journal's head is what it was.

        Raises:
            JournalBroken, EventRefused, OutOfOrder: the journal is not what this program wrote.
            DiskFull, DiskFault: the resumption could not be committed.
        """
        now = clock()
        self.sitting_id = sitting_id
        self.run = f"{now.boot_id}{_RUN_OF_BOOT}{new_id()}"
        self._journal = journal
        self._clock = clock
        self._slept_ms = now.slept_ms
        self._turn = threading.Lock()
        self._failing_ms: int | None = None
        if replayed is None or replayed.head != journal.head(sitting_id):
            replayed = replay_sitting(journal, sitting_id)
        self._sitting, self._last_hash = replayed.sitting, replayed.head[0]
        if self._sitting.state in _RESUMABLE:
            self.record(Resumed(dead_ms=self._dead_ms(now) if clock_while_dead == "running" else 0))

    @property
    def sitting(self) -> Sitting:
        """The state after the last committed event."""
        return self._sitting

    def record(self, event: Event) -> Sitting:
        """Commit one event; when this returns, the event is on the disk.

        From the first event that cannot be written the candidate's clock stands still. What comes to the disk first
        after that is the time since then, given back.

        Raises:
            OutOfOrder: it cannot happen now; nothing was written.
            OtherWriter: another program has written to this journal since.
            DiskFull, DiskFault, ReplicaUnreadable: it could not be written; the state is as before.
        """
        with self._turn:
            now = self._clock()
            try:
                return self._record(now, event)
            except OutOfOrder:
                raise
            except Fault:
                if self._failing_ms is None and self._sitting.state is State.ACTIVE:
                    self._failing_ms = now.mono_ms
                raise

    def _record(self, now: ClockReading, event: Event) -> Sitting:
        stamp = Stamp(self.run, now.mono_ms, now.wall_ms)
        oddities = self._oddities(now) if self._sitting.state in _UNDER_WAY else []
        if isinstance(event, Resumed):
            self._commit(stamp, event)  # a new run begins with having resumed, nothing comes before that
        self._give_back(stamp)  # before anything else moves the clock
        for oddity in oddities:
            self._commit(stamp, oddity)
        self._slept_ms = max(self._slept_ms, now.slept_ms)
        if not isinstance(event, Resumed):
            self._commit(stamp, event)
        return self._sitting

    def _give_back(self, stamp: Stamp) -> None:
        """Give back the time in which nothing could be saved."""
        since, last = self._failing_ms, self._sitting.stamp
        if since is not None and last is not None and self._sitting.state is State.ACTIVE:
            lost_ms = stamp.mono_ms - max(since, last.mono_ms)
            if lost_ms > 0:
                self._commit(stamp, Restored(ms=min(lost_ms, MOST_RESTORED_MS)))
        self._failing_ms = None

    def _commit(self, stamp: Stamp, event: Event) -> None:
        after = advance(self._sitting, stamp, event)
        body = event_bytes(event)
        row = self._journal.append(
            self.sitting_id, event.kind, stamp.run, stamp.mono_ms, stamp.wall_ms, body, after=self._last_hash
        )
        self._sitting, self._last_hash = after, row.hash

    def _oddities(self, now: ClockReading) -> list[Event]:
        """Say what the clocks did since the last event that honest clocks of a machine at work do not do."""
        slept_ms = now.slept_ms - self._slept_ms
        found: list[Event] = []
        if slept_ms >= ASLEEP_MS:
            found.append(Occurred(code=SUSPENDED, detail=f"{slept_ms // 1000} s"))
        stalled_ms = self._stalled_ms(now)
        if stalled_ms > STALLED_MS:
            found.append(Occurred(code=SEAT_STALLED, detail=f"{stalled_ms // 1000} s"))
        jump_s = self._clock_jump_s(now, slept_ms)
        if jump_s:
            found.append(Occurred(code=CLOCK_JUMPED, detail=f"{jump_s:+d} s"))
        return found

    def _stalled_ms(self, now: ClockReading) -> int:
        """Give how long this run has been silent while the clock ran, ms; 0 while it is known why."""
        last = self._sitting.stamp
        known = self._failing_ms is not None or self._sitting.state is not State.ACTIVE
        return 0 if known or last is None or last.run != self.run else now.mono_ms - last.mono_ms

    def _clock_jump_s(self, now: ClockReading, slept_ms: int) -> int:
        """Give how far the wall clock was moved since the last event, s; 0 for what honest clocks do.

        How long the seat was dead is not known; but nobody is dead for less than no time.
        """
        last = self._sitting.stamp
        if last is None:
            return 0
        same_run = last.run == self.run
        passed_ms = now.mono_ms - last.mono_ms + slept_ms if same_run else max(0, now.wall_ms - last.wall_ms)
        moved_ms = (now.wall_ms - last.wall_ms) - passed_ms
        return moved_ms // 1000 if abs(moved_ms) > HONEST_MS else 0

    def _dead_ms(self, now: ClockReading) -> int:
        """Give how long the seat was dead: by the monotonic clock while the machine ran on, else by the wall clock."""
        last = self._sitting.stamp
        if last is None:
            return 0
        same_boot = last.run.split(_RUN_OF_BOOT)[0] == now.boot_id
        return max(0, now.mono_ms - last.mono_ms if same_boot else now.wall_ms - last.wall_ms)

    def remaining_ms(self) -> int:
        """Give the time the candidate has left now, ms."""
        return self.timing().left_ms

    def timing(self) -> Timing:
        """Give the sitting's timing as it is now; it stands still while nothing can be saved."""
        since = self._failing_ms
        return self._sitting.timing_at(self.run, self._clock().mono_ms if since is None else since)

    def head(self) -> tuple[str, int]:
        """Give the journal's head: the last row's hash and the number of rows."""
        return self._journal.head(self.sitting_id)


def read_sitting(journal: Journal, sitting_id: str) -> Sitting:
    """Replay a sitting without resuming it. Raises what `Delivery` raises for a bad journal."""
    return replay_sitting(journal, sitting_id).sitting


def replay_sitting(journal: Journal, sitting_id: str) -> Replayed:
    """Do what `read_sitting` does, for a `Delivery` to go on from."""
    rows = journal.rows(sitting_id)
    sitting = replay(_read(row) for row in rows)
    return Replayed(sitting, (rows[-1].hash, len(rows)) if rows else (GENESIS, 0))


def _read(row: JournalRow) -> tuple[Stamp, Event]:
    return Stamp(row.run, row.mono_ms, row.wall_ms), read_event(row.body)
