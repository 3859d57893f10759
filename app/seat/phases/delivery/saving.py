"""Saving: every event goes to the journal in the order it came, off the UI thread, and is told when it is there.

What cannot be written stays at the head of the queue and is tried again until it can; nothing behind it goes first.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.events import Event
from app.exam.sitting import OutOfOrder, Sitting
from app.seat.delivery import Delivery
from app.ui.bridge import Worker
from sync.faults import Fault

RETRY_MS: Final = 2_000


@dataclass(frozen=True)
class _Change:
    event: Event
    done: Callable[[Sitting], None]
    refused: Callable[[OutOfOrder], None]


class Saving(QObject):
    """The way to the journal for one sitting at a time.

    `failing` carries the fault each time that something could not be written; `restored`: all of it is written now.
    """

    failing = Signal(object)
    restored = Signal()

    def __init__(self, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker
        self._delivery: Delivery | None = None
        # The worker takes from the left, this thread adds at the right; a deque's ends may be used from two threads.
        self._queue: deque[_Change] = deque()
        self._untold = 0
        self._stuck = False
        self._fault: Fault | None = None
        self._retry_timer = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry_timer.timeout.connect(self._retry)

    @property
    def waiting(self) -> int:
        """How many events are not on the disk yet, or nobody was told so."""
        return self._untold

    @property
    def fault(self) -> Fault | None:
        """What keeps the newest event from the disk."""
        return self._fault

    def begin(self, delivery: Delivery | None) -> None:
        """Save for this sitting from now on, or for none; what waited for another is forgotten."""
        self._delivery, self._queue = delivery, deque()
        self._untold, self._stuck, self._fault = 0, False, None
        self._retry_timer.stop()

    def save(self, event: Event, done: Callable[[Sitting], None], refused: Callable[[OutOfOrder], None]) -> None:
        """Commit an event after all that came before it; `done` when it is on the disk, `refused` if it cannot be."""
        self._queue.append(_Change(event, done, refused))
        self._untold += 1
        self._submit()

    def _submit(self) -> None:
        delivery, queue = self._delivery, self._queue
        if delivery is None:
            raise RuntimeError("nobody sits here")
        self._worker.run(
            self,
            lambda: self._commit_next(delivery, queue),
            lambda ending: self._tell(delivery, ending),
            lambda fault: self._fail(delivery, fault),
        )

    def _commit_next(self, delivery: Delivery, queue: deque[_Change]) -> tuple[_Change, Sitting | OutOfOrder] | None:
        """Commit the head of the queue, on the worker's thread; nothing while an earlier event waits to be retried."""
        if self._stuck or not queue:
            return None
        change = queue[0]
        ending: Sitting | OutOfOrder
        try:
            ending = delivery.record(change.event)
        except OutOfOrder as fault:
            ending = fault
        except Fault:
            self._stuck = True
            raise
        queue.popleft()
        return change, ending

    def _tell(self, delivery: Delivery, ending: tuple[_Change, Sitting | OutOfOrder] | None) -> None:
        if ending is None or delivery is not self._delivery:
            return
        change, result = ending
        self._untold -= 1
        if isinstance(result, OutOfOrder):
            change.refused(result)
        else:
            change.done(result)
        if self._fault is not None and not self._untold:
            self._fault = None
            self.restored.emit()

    def _fail(self, delivery: Delivery, fault: Fault) -> None:
        if delivery is self._delivery:
            self._fault = fault
            self._retry_timer.start()
            self.failing.emit(fault)

    def _retry(self) -> None:
        self._stuck = False
        for _ in range(len(self._queue)):
            self._submit()
