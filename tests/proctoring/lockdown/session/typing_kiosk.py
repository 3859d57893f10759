"""A Qt window in the kiosk's place, with the keyboard grabbed as the kiosk does: what is typed into it goes to a file.

python -m tests.proctoring.lockdown.session.typing_kiosk - FOLDER
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from proctoring.lockdown.session.pulse import BEAT, BEAT_MS, inherited


def main(folder: Path) -> int:
    end = inherited(os.environ)
    assert end is not None
    application = QApplication(sys.argv[:1])
    paper = QPlainTextEdit()
    paper.textChanged.connect(lambda: (folder / "typed").write_text(paper.toPlainText(), encoding="utf-8"))
    paper.show()
    paper.activateWindow()
    paper.setFocus()
    paper.windowHandle().setKeyboardGrabEnabled(True)
    timer = QTimer(application, interval=BEAT_MS)
    timer.timeout.connect(lambda: end.send(BEAT))
    timer.start()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[2])))
