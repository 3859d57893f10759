"""The mock exam under way: what a person does on the screen, saved and recorded on the wizard's thread."""

from contextlib import ExitStack
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.exam.interactions import Responses
from app.seat.home import SeatHome
from app.seat.practice import practice_items
from app.seat.screens.delivery.practice import PracticeScreen
from app.setup.conducting import judged_rehearsal
from app.setup.rehearsal import Rehearsal, Rehearsed, rehearsing
from app.setup.steps import Step, StepResult
from app.setup.window.mock import MockExam
from app.ui.bridge import Worker
from app.ui.simulated import Simulated
from sync.faults import Fault


class MockSitting(QObject):
    """Signals: the screen is ready to be shown; it was handed in; what came of it (`StepResult`)."""

    began = Signal()
    handed_in = Signal()
    ended = Signal(object)

    def __init__(self, home: SeatHome, screen: PracticeScreen, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._home: Final = home
        self._screen: Final = screen
        self._worker: Final = worker
        self._open: Final = ExitStack()
        self._rehearsal: Rehearsal | None = None
        self._mock: Final = MockExam(screen, self._save, self)
        self._mock.finished.connect(self._hand_in)

    def begin(self) -> None:
        """Open the folder, begin to record, and bring the first item."""

        def begun() -> Rehearsal:
            rehearsal = self._open.enter_context(rehearsing(self._home))
            rehearsal.begin()
            practice_items()
            return rehearsal

        self._worker.run(self, begun, self._sit, self._failed)

    def let_go(self) -> None:
        """Take away what is under way; on the thread that the rest runs on."""
        self._open.close()

    def _sit(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._screen.set_simulated((Simulated.REHEARSAL,))
        self._mock.begin(practice_items())
        self.began.emit()

    def _save(self, item: str, responses: Responses) -> None:
        rehearsal = self._rehearsal
        if rehearsal is not None:
            self._worker.run(self, lambda: rehearsal.respond(item, responses), lambda _ms: None, self._failed)

    def _hand_in(self) -> None:
        rehearsal = self._rehearsal
        if rehearsal is None:
            return
        self.handed_in.emit()

        def finish() -> Rehearsed:
            try:
                return rehearsal.finish()
            finally:
                self.let_go()

        self._worker.run(self, finish, self._rehearsed, self._failed)

    def _rehearsed(self, held: Rehearsed) -> None:
        self._rehearsal = None
        self.ended.emit(judged_rehearsal(held))

    def _failed(self, fault: Fault) -> None:
        if self._rehearsal is not None:
            self._rehearsal = None
            self._worker.run(self, self.let_go, lambda _none: None, self._failed)
        self.ended.emit(StepResult.of_fault(Step.REHEARSAL, fault))
