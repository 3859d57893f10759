"""The session's own journal at this seat: every event is checked, committed, and only then true."""

import threading
from collections.abc import Callable

from app.exam.events import event_bytes
from app.exam.room import OnDuty, Opened, Room, RoomEvent, advance_room, read_room_event, replay_room
from app.exam.sitting import Stamp
from sync.replica.journal import GENESIS, Journal, JournalRow
from sync.trust.clock import ClockReading
from sync.wire.ids import new_id


class RoomLog:
    """Owns the state of one session at this seat. `record` may be called from any thread."""

    def __init__(self, session: str, journal: Journal, clock: Callable[[], ClockReading]) -> None:
        """Replay what the journal holds.

        Raises:
            JournalBroken, EventRefused, OutOfOrder: the journal is not what this program wrote.
        """
        self.session = session
        self._run = new_id()
        self._journal = journal
        self._clock = clock
        self._turn = threading.Lock()
        rows = journal.rows(session)
        self._last_hash = rows[-1].hash if rows else GENESIS
        self._room = _replayed(rows)

    @property
    def room(self) -> Room:
        """The state after the last committed event."""
        return self._room

    def take_duty(self, proctors: tuple[str, ...]) -> Room:
        """Open the session with these proctors' keys; where it is open already, put them on duty.

        Raises: what `record` raises; `OutOfOrder` if the session was closed here.
        """
        if self._room.is_open:
            return self.record(OnDuty(proctors=proctors))
        return self.record(Opened(session=self.session, proctors=proctors))

    def record(self, event: RoomEvent) -> Room:
        """Commit one event; when this returns, the event is on the disk.

        Raises:
            OutOfOrder: it cannot happen now; nothing was written.
            OtherWriter: another program has written to this journal since.
            DiskFull, DiskFault, ReplicaUnreadable: it could not be written; the state is as before.
        """
        with self._turn:
            now = self._clock()
            stamp = Stamp(self._run, now.mono_ms, now.wall_ms)
            after = advance_room(self._room, stamp, event)
            body = event_bytes(event)
            row = self._journal.append(
                self.session, event.kind, stamp.run, stamp.mono_ms, stamp.wall_ms, body, after=self._last_hash
            )
            self._room, self._last_hash = after, row.hash
            return after

    def head(self) -> tuple[str, int]:
        """Give the journal's head: the last row's hash and the number of rows."""
        return self._journal.head(self.session)


def read_room(journal: Journal, session: str) -> Room:
    """Replay a session's journal. Raises what `RoomLog` raises for a bad journal."""
    return _replayed(journal.rows(session))


def _replayed(rows: list[JournalRow]) -> Room:
    return replay_room((Stamp(row.run, row.mono_ms, row.wall_ms), read_room_event(row.body)) for row in rows)
