"""What the parts of the window work with: the archive's desk, who is signed in, the pages, and the threads."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.archive.desk import ArchiveDesk
from app.archive.sign_in import AdministratorDesk
from app.archive.window.chrome import ArchivePage
from app.archive.window.stack import Stack
from app.ui.bridge import Worker
from proctoring.vault.retention.people import Signer
from sync.faults import EnvironmentFault, Fault

T = TypeVar("T")
_LONG = 3  # the shelf is read, a recording opened, another verified or exported


class WorkStopped(EnvironmentFault):
    """Somebody ended a long piece of work; nothing half done was left."""

    code = "WORK_STOPPED"


class StopMark:
    """Says to work on another thread that it is to end. Setting it is all that the screen's thread does."""

    def __init__(self) -> None:
        self._event: Final = threading.Event()

    def set(self) -> None:
        """End the work when it next looks."""
        self._event.set()

    def look(self) -> None:
        """Go on, or end here. Raises WorkStopped."""
        if self._event.is_set():
            raise WorkStopped


class Tell(Protocol):
    """Hears how far work is, from 0 to 1, and the seconds left if the work knows; raises `WorkStopped` to end it."""

    def __call__(self, part: float, left_s: int | None = None) -> None:
        """Hear it."""


class _Course(QObject):
    told = Signal(float, object)


class Bench(QObject):
    """Shared by all parts of one window. `working` is the folder for snapshots and exports under way.

    Acts run one after another on a thread of their own; what takes minutes has another.
    """

    def __init__(
        self, desk: ArchiveDesk, people: AdministratorDesk, stack: Stack, working: Path, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.desk: Final = desk
        self.people: Final = people
        self.stack: Final = stack
        self.working: Final = working
        self.acts: Final = Worker(self)
        self.long: Final = Worker(self, threads=_LONG)
        self.signer: Signer | None = None
        self._marks: list[StopMark] = []
        self._waited: set[StopMark] = set()

    def sign_out(self) -> None:
        """Forget who was there; what they had under way ends at its next look."""
        self.signer = None
        for mark in self._marks:
            mark.set()
        self._marks.clear()
        self._waited.clear()

    def need_signer(self) -> Signer:
        """Give who is signed in; without them no page is shown that asks for it."""
        if self.signer is None:
            raise RuntimeError("nobody is signed in")
        return self.signer

    def act(self, page: ArchivePage, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Run an act; its fault is said on the page."""
        page.show_fault(None)
        self.run(work, done, page.show_fault)

    def look(self, page: ArchivePage, work: Callable[[], T], done: Callable[[T], None], *, long: bool = False) -> None:
        """Look at something that other threads write to meanwhile.

        What refuses once is looked at once more before anything is said; then the page says it, and offers to try
        again.
        """

        def again() -> None:
            self.look(page, work, done, long=long)

        def twice(fault: Fault) -> None:
            page.show_fault(fault, again)

        self.run(work, done, lambda _fault: self.run(work, done, twice, long=long), long=long)

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Fault], None], *, long: bool = False
    ) -> None:
        """Run something; how it ended is told only while whoever asked for it is signed in."""
        (self.long if long else self.acts).run(self, work, self._to_the_same(done), self._to_the_same(failed))

    def _to_the_same(self, told: Callable[[T], None]) -> Callable[[T], None]:
        person = self.signer

        def tell(what: T) -> None:
            if self.signer is person:
                told(what)

        return tell

    def take_long(
        self,
        work: Callable[[Tell], T],
        told: Callable[[float, int | None], None],
        done: Callable[[T], None],
        failed: Callable[[Fault], None],
    ) -> StopMark:
        """Run something that takes long; `told` hears on the screen's thread how far it is (0 to 1), and seconds left.

        `work` is given what it tells that to; it ends there by `WorkStopped` when the mark that is given back is set.
        """
        mark = StopMark()
        self._marks.append(mark)
        course = _Course(self)
        course.told.connect(lambda part, left: self._to(mark, told, part, left), Qt.ConnectionType.QueuedConnection)
        begun = time.monotonic()

        def tell(part: float, left_s: int | None = None) -> None:
            mark.look()
            passed = time.monotonic() - begun
            guess = round(passed * (1 - part) / part) if left_s is None and part > 0 else left_s
            course.told.emit(part, guess)

        def ended(what: T) -> None:
            self._waited.discard(mark)
            done(what)

        def refused(fault: Fault) -> None:
            self._waited.discard(mark)
            failed(fault)

        self._waited.add(mark)
        self.run(lambda: work(tell), ended, refused, long=True)
        return mark

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for something that takes long."""
        return bool(self._waited)

    def _to(self, mark: StopMark, told: Callable[[float, int | None], None], part: float, left_s: int | None) -> None:
        if mark in self._waited:
            told(part, left_s)

    def close(self) -> None:
        """End the threads; what is under way ends at its next look."""
        for mark in self._marks:
            mark.set()
        self.long.close()  # first: what it still tells may begin an act
        self.acts.close()
