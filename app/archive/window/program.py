"""The archive window as a program: its logbook, the window, and a clean end."""

import sys

import shiboken6
import structlog
from PySide6.QtWidgets import QApplication

from app.archive.desk import ArchiveDesk
from app.archive.home import ArchiveHome
from app.archive.sign_in import AdministratorDesk
from app.archive.window.window import ArchiveWindow
from app.exam.prose import Language
from app.logbook import open_logbook
from app.ui.bridge import finish_background


def run_window(
    application: QApplication, desk: ArchiveDesk, people: AdministratorDesk, home: ArchiveHome, language: Language
) -> int:
    """Run the window until it is closed; give Qt's exit code.

    Raises:
        DiskFull, DiskFault: the logbook cannot be made.
    """
    open_logbook(home.log, "archive")
    window = ArchiveWindow(desk, people, home.root, language)
    sys.excepthook = lambda kind, error, trace: structlog.get_logger("archive").error(
        "defect", exc_info=(kind, error, trace)
    )
    window.begin()
    window.show()
    code = application.exec()
    finish_background()
    shiboken6.delete(window)
    return code
