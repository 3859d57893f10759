"""The handbook as a program of its own: one window."""

from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.exam.prose import Language
from app.handbook.book import Reader, book
from app.handbook.paper import print_handbook
from app.handbook.screen import HandbookScreen
from app.ui.key_ring import KeyRing
from app.ui.style import prepare_application
from app.words import Words

SIZE: Final = (1366, 768)


class HandbookWindow(QWidget):
    """The handbook, at a reader's first page."""

    def __init__(self, reader: Reader, language: Language) -> None:
        super().__init__()
        words = Words(language)
        self.screen_shown: Final = HandbookScreen(words, book(language).first(reader), documents(), copying=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.screen_shown)
        self.screen_shown.closed.connect(self.close)
        self._ring: Final = KeyRing(self)
        self.setWindowTitle(words("screen.handbook.title"))
        self.resize(*SIZE)


def documents() -> Path | None:
    """Give the folder for a person's documents, or None where there is none."""
    said = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(said) if said else None
    return folder if folder is not None and folder.is_dir() else None


def run_handbook(arguments: list[str], reader: Reader, language: Language) -> int:
    """Show the handbook until it is closed; give Qt's exit code."""
    application = QApplication(arguments)
    prepare_application(application)
    window = HandbookWindow(reader, language)
    window.show()
    window.screen_shown.take_focus()
    code = application.exec()
    shiboken6.delete(window)
    return code


def print_without_screen(reader: Reader, language: Language) -> bytes:
    """Give a reader's part as a PDF, with no screen if the program has none."""
    application = QGuiApplication.instance() or QGuiApplication(["examroom", "-platform", "offscreen"])
    pdf = print_handbook(reader, language).pdf
    del application  # it has to live until the paper is printed
    return pdf
