"""Saving what happens in the room: committed by the worker, and tried again while the disk refuses.

A full disk is a fault beside the sitting that runs here: it must not end it, and what was asked for is done in the end.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.room import Room, RoomEvent
from app.seat.room_log import RoomLog
from app.ui.bridge import Worker
from sync.faults import Fault
from sync.replica.durable import DiskFault, DiskFull

RETRY_MS: Final = 2_000


class RoomSaving(QObject):
    """The way to the room's journal. `failing` carries a disk's fault each time; `troubled` any other, and gives up."""

    failing = Signal(object)
    troubled = Signal(object)

    def __init__(self, worker: Worker, room: RoomLog, parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._room = worker, room

    def save(self, event: Callable[[Room], RoomEvent | None], done: Callable[[Room], None]) -> None:
        """Commit the event that `event` gives for the room as it is then (None: nothing is to be done), then `done`."""
        room = self._room

        def work() -> Room:
            wanted = event(room.room)
            return room.room if wanted is None else room.record(wanted)

        self._worker.run(self, work, done, lambda fault: self._fail(fault, event, done))

    def _fail(self, fault: Fault, event: Callable[[Room], RoomEvent | None], done: Callable[[Room], None]) -> None:
        if isinstance(fault, DiskFull | DiskFault):
            self.failing.emit(fault)
            QTimer.singleShot(RETRY_MS, self, lambda: self.save(event, done))
        else:
            self.troubled.emit(fault)
