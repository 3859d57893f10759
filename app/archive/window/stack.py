"""All pages of the archive window, one of them in front, all with the same look and the same person signed in."""

from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.archive.window.chrome import ArchivePage
from app.exam.appearance import Appearance
from app.exam.prose import Language

P = TypeVar("P", bound=ArchivePage)


class Stack(QStackedWidget):
    """Signals: another page is wanted (`chrome.Place`); the handbook is; the person signs out."""

    went = Signal(str)
    handbook_requested = Signal()
    left = Signal()

    def __init__(self, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.appearance = Appearance(language)
        self._person = ""
        self._pages: list[ArchivePage] = []

    def take(self, page: P) -> P:
        """Take a page in and give it back."""
        page.set_appearance(self.appearance)
        page.set_person(self._person)
        page.appearance_requested.connect(self.set_appearance)
        page.set_handbook(True)
        page.handbook_requested.connect(self.handbook_requested)
        page.went.connect(self.went)
        page.left.connect(self.left)
        self._pages.append(page)
        self.addWidget(page)
        return page

    def bring(self, page: P) -> P:
        """Bring a page to the front."""
        if self.currentWidget() is not page:
            self.setCurrentWidget(page)
            page.take_focus()
        return page

    def set_person(self, name: str) -> None:
        """Say on every page who is signed in."""
        self._person = name
        for page in self._pages:
            page.set_person(name)

    def set_appearance(self, appearance: Appearance) -> None:
        """Let every page look like this, in place."""
        self.appearance = appearance
        for page in self._pages:
            page.set_appearance(appearance)
