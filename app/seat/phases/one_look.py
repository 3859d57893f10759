"""One look at a time: what is asked of the recorder while its answer is awaited is not asked again."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from app.ui.bridge import in_background
from sync.faults import Fault

T = TypeVar("T")


class OneLook(QObject):
    """Keeps a timer that looks from asking ever more of a recorder that hangs."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waits = False

    def look(self, work: Callable[[], T], show: Callable[[T], None]) -> None:
        """Ask in the background and show the answer, unless one is awaited; a fault is no answer."""
        if self._waits:
            return
        self._waits = True

        def told(answer: T) -> None:
            self._waits = False
            show(answer)

        def failed(_fault: Fault) -> None:
            self._waits = False

        in_background(self, work, told, failed)
