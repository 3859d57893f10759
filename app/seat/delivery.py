"""One candidate's sitting as it runs: every event is checked, committed to the journal, and only then true."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.exam.events import Event, Occurred, Resumed, event_bytes, read_event
from app.exam.sitting import Sitting, Stamp, State, advance, replay
from app.exam.timing import Timing
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
        if replayed is None or replayed.head != journal.head(sitting_id):
            replayed = replay_sitting(journal, sitting_id)
        self._sitting = replayed.sitting
        if self._sitting.state in _RESUMABLE:
            self.record(Resumed(dead_ms=self._dead_ms(now) if clock_while_dead == "running" else 0))

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
            oddities = self._oddities(now) if self._sitting.state in _UNDER_WAY else []
            if isinstance(event, Resumed):
                self._commit(stamp, event)  # a new run begins with having resumed, nothing comes before that
            for oddity in oddities:
                self._commit(stamp, oddity)
            self._slept_ms = max(self._slept_ms, now.slept_ms)
            if not isinstance(event, Resumed):
                self._commit(stamp, event)
            return self._sitting

    def _commit(self, stamp: Stamp, event: Event) -> None:
        after = advance(self._sitting, stamp, event)
        self._journal.append(self.sitting_id, event.kind, stamp.run, stamp.mono_ms, stamp.wall_ms, event_bytes(event))
        self._sitting = after

    def _oddities(self, now: ClockReading) -> list[Event]:
        """Say what the clocks did since the last event that honest clocks of a machine at work do not do."""
        slept_ms = now.slept_ms - self._slept_ms
        found: list[Event] = []
        if slept_ms >= ASLEEP_MS:
            found.append(Occurred(code=SUSPENDED, detail=f"{slept_ms // 1000} s"))
        jump_s = self._clock_jump_s(now, slept_ms)
        if jump_s:
            found.append(Occurred(code=CLOCK_JUMPED, detail=f"{jump_s:+d} s"))
        return found

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
        """Give the sitting's timing as it is now."""
        return self._sitting.timing_at(self.run, self._clock().mono_ms)

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
