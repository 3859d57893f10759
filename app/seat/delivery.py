"""One candidate's sitting as it runs: every event is checked, committed to the journal, and only then true."""

import threading
from collections.abc import Callable

from app.exam.events import Event, Occurred, Resumed, event_bytes, read_event
from app.exam.sitting import Sitting, Stamp, State, advance, replay
from app.exam.timing import Timing
from sync.replica.journal import Journal, JournalRow
from sync.trust.clock import ClockReading
from sync.wire.ids import new_id
from sync.wire.packet import CLOCK_JUMPED

HONEST_MS = 60_000
"""What a wall clock may be corrected by without being called a jump."""


class Delivery:
    """Owns the state of one sitting. `record` may be called from any thread; `sitting` may be read from any thread."""

    def __init__(self, sitting_id: str, journal: Journal, clock: Callable[[], ClockReading]) -> None:
        """Replay what the journal holds; a sitting that was under way is resumed under a new run of the clock.

        Raises:
            JournalBroken, EventRefused, OutOfOrder: the journal is not what this program wrote.
            DiskFull, DiskFault: the resumption could not be committed.
        """
        self.sitting_id = sitting_id
        self.run = new_id()
        self._journal = journal
        self._clock = clock
        self._turn = threading.Lock()
        self._sitting = replay(_read(row) for row in journal.rows(sitting_id))
        if self._sitting.state in (State.ADMITTED, State.ACTIVE, State.PAUSED, State.SUBMITTED):
            self.record(Resumed())

    @property
    def sitting(self) -> Sitting:
        """The state after the last committed event."""
        return self._sitting

    def record(self, event: Event) -> Sitting:
        """Commit one event; when this returns, the event is on the disk.

        Raises:
            OutOfOrder: it cannot happen now; nothing was written.
            DiskFull, DiskFault, ReplicaUnreadable: it could not be written; the state is as before.
        """
        with self._turn:
            now = self._clock()
            stamp = Stamp(self.run, now.mono_ms, now.wall_ms)
            jump_s = self._clock_jump_s(stamp) if self._sitting.state is State.ACTIVE else 0
            jumped = Occurred(code=CLOCK_JUMPED, detail=f"{jump_s:+d} s")
            if jump_s and isinstance(event, Resumed):  # a new run begins with having resumed, nothing comes before that
                self._commit(stamp, event)
                return self._commit(stamp, jumped)
            if jump_s:
                self._commit(stamp, jumped)
            return self._commit(stamp, event)

    def _commit(self, stamp: Stamp, event: Event) -> Sitting:
        after = advance(self._sitting, stamp, event)
        self._journal.append(self.sitting_id, event.kind, stamp.run, stamp.mono_ms, stamp.wall_ms, event_bytes(event))
        self._sitting = after
        return after

    def _clock_jump_s(self, stamp: Stamp) -> int:
        """Give how far the wall clock was moved since the last event, s; 0 for what honest clocks do.

        How long the seat was dead is not known; but nobody is dead for less than no time.
        """
        last = self._sitting.stamp
        if last is None:
            return 0
        passed_ms = stamp.mono_ms - last.mono_ms if last.run == stamp.run else max(0, stamp.wall_ms - last.wall_ms)
        moved_ms = (stamp.wall_ms - last.wall_ms) - passed_ms
        return moved_ms // 1000 if abs(moved_ms) > HONEST_MS else 0

    def remaining_ms(self) -> int:
        """Give the time the candidate has left now, ms."""
        return self.timing().left_ms

    def timing(self) -> Timing:
        """Give the sitting's timing as it is now."""
        return self._sitting.timing_at(self.run, self._clock().mono_ms)

    def head(self) -> tuple[str, int]:
        """Give the journal's head: the last row's hash and the number of rows."""
        return self._journal.head(self.sitting_id)


def read_sitting(journal: Journal, sitting_id: str) -> Sitting:
    """Replay a sitting without resuming it. Raises what `Delivery` raises for a bad journal."""
    return replay(_read(row) for row in journal.rows(sitting_id))


def _read(row: JournalRow) -> tuple[Stamp, Event]:
    return Stamp(row.run, row.mono_ms, row.wall_ms), read_event(row.body)
