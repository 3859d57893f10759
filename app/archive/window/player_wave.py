"""Works the wave out in the background, one segment after the other, and stops when nobody wants it any more."""

from typing import Final

from PySide6.QtCore import QObject, Signal

from app.archive.playing.overview import Overview
from app.ui.bridge import Worker
from sync.faults import Fault


class WaveWork(QObject):
    """`grown`: more of the wave is known. `close` it: its thread ends with the segment it is at."""

    grown = Signal()

    def __init__(self, overview: Overview, parent: QObject) -> None:
        super().__init__(parent)
        self._overview: Final = overview
        self._worker: Final = Worker()
        self._closed = False

    def begin(self) -> None:
        """Work on."""
        if not self._closed and self._overview.done < 1:
            self._worker.run(self, self._overview.step, self._stepped, self._refused)

    def close(self) -> None:
        """Stop, and end the thread."""
        if not self._closed:
            self._closed = True
            self._worker.close()

    def _stepped(self, more: bool) -> None:
        self.grown.emit()
        if more:
            self.begin()

    def _refused(self, _fault: Fault) -> None:
        """Leave the rest of the wave unknown: what is the matter is said where a picture is asked for."""
