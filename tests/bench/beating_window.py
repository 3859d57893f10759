"""A bare window in the kiosk's place: it beats for its supervisor, and leaves in a file when it was painted.

python -m tests.bench.beating_window beats FOLDER
"""

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from proctoring.lockdown.session.pulse import BEAT, BEAT_MS, inherited


class Leaving(QObject):
    """Leaves the moment of the first painted frame (monotonic clock, s) in FOLDER, named after the process."""

    def __init__(self, window: QWidget, folder: Path) -> None:
        super().__init__(window)
        self._folder = folder
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._leave)
        return False

    def _leave(self) -> None:
        aside = self._folder / f".{os.getpid()}"
        aside.write_text(f"{time.monotonic()}", encoding="ascii")
        aside.rename(self._folder / f"{os.getpid()}")


def main(folder: Path) -> int:
    end = inherited(os.environ)
    if end is None:
        return 1
    application = QApplication([sys.argv[0], "-platform", "xcb"])
    window = QWidget()
    window.resize(1366, 768)
    Leaving(window, folder)
    window.show()
    beats = QTimer(window)
    beats.timeout.connect(lambda: end.send(BEAT))
    beats.start(BEAT_MS)
    QTimer.singleShot(0, window, lambda: end.send(BEAT))
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[2])))
