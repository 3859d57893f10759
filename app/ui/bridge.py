"""The one bridge from work to screen: work runs on other threads, its end is told on the UI thread.

`work` touches no widget. `done` and `failed` always run on the UI thread, and not at all once `parent` is destroyed.
A `Fault` goes to `failed`; any other exception is a defect and is raised on the UI thread, where `sys.excepthook`
gets it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from sync.faults import Fault

T = TypeVar("T")

_SHARED = "background"
_SHARED_THREADS = 2
_PEOPLE = "people"
_APART = {_SHARED: _SHARED_THREADS, _PEOPLE: 1}
"""The application's threads by what they are kept for: how many each has."""


class Worker(QObject):
    """Runs jobs on its own threads; with one thread (the default) strictly in the order they came.

    Make and use it on the UI thread, and `close()` it before the program ends.
    """

    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 1) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="worker")
        self._closed = False
        # Queued: the slot runs on this object's thread, whichever thread the job ended on.
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        parent: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Fault], None],
    ) -> None:
        """Run `work` when its turn comes, then `done` with its result or `failed` with its fault."""
        self._pool.submit(self._work, parent, work, done, failed)

    def close(self) -> None:
        """Finish every job that was taken, end the threads, and tell nobody any more."""
        self._closed = True  # what is in Qt's queue already comes all the same
        self._pool.shutdown(wait=True)
        self._ended.disconnect(self._tell)

    def _work(
        self,
        parent: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Fault], None],
    ) -> None:
        try:
            result = work()
        except Fault as fault:
            told = fault
            self._ended.emit((parent, lambda: failed(told)))
        except BaseException as error:  # noqa: BLE001 - a defect: carried to the UI thread and raised there
            defect = error
            self._ended.emit((parent, lambda: _raise(defect)))
        else:
            self._ended.emit((parent, lambda: done(result)))

    @Slot(object)
    def _tell(self, ending: tuple[QObject, Callable[[], None]]) -> None:
        if self._closed:
            return
        parent, call = ending
        # Parents are destroyed on this thread too, so nothing can happen between the question and the call.
        if shiboken6.isValid(parent):
            call()


def in_background(
    parent: QObject,
    work: Callable[[], T],
    done: Callable[[T], None],
    failed: Callable[[Fault], None],
) -> None:
    """Run `work` on the application's shared threads, in no particular order (see `Worker` for an order)."""
    _shared_worker(_SHARED).run(parent, work, done, failed)


def for_somebody_waiting(
    parent: QObject,
    work: Callable[[], T],
    done: Callable[[T], None],
    failed: Callable[[Fault], None],
) -> None:
    """Run `work` that a person at the screen waits for (a PIN) on a thread that no device or network ever holds up."""
    _shared_worker(_PEOPLE).run(parent, work, done, failed)


def finish_background() -> None:
    """Wait for everything given to the application's threads; call it once before the program ends."""
    for name in _APART:
        worker = _shared_worker(name)
        worker.close()
        worker.setObjectName("")
        worker.setParent(None)


def _shared_worker(name: str) -> Worker:
    application = QCoreApplication.instance()
    if application is None:
        raise RuntimeError("in_background needs an application")
    found = application.findChild(Worker, name)
    if isinstance(found, Worker):
        return found
    worker = Worker(application, threads=_APART[name])
    worker.setObjectName(name)
    return worker


def _raise(error: BaseException) -> None:
    raise error
