"""Somebody at the archive window, with a pointer and a keyboard."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.archive.window.find_page import FindPage
from app.archive.window.recording_page import RecordingPage
from app.archive.window.sign_in_page import SignInPage
from app.archive.window.window import ArchiveWindow
from app.ui.fields import Field
from app.ui.labels import Label, StatusMark
from app.ui.proctor_button import ProctorButton
from sync.wire.archive import CustodyAct
from tests.app.archive.site import CANDIDATE, NAMES, PINS, ArchiveSite

WAIT_MS = 60_000
LOOK_MS = 10


class Hands:
    """Somebody at the window: presses what is seen, types, and waits for what comes."""

    def __init__(self, window: ArchiveWindow, site: ArchiveSite) -> None:
        self.window, self.site = window, site

    @property
    def page(self) -> QWidget:
        page = self.window.stack.currentWidget()
        assert page is not None
        return page

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let Qt work until something is so."""
        timer = QElapsedTimer()
        timer.start()
        while not condition():
            assert not timer.hasExpired(WAIT_MS), f"waited too long; the page says: {self.said()}"
            QTest.qWait(LOOK_MS)

    def said(self) -> list[str]:
        """Give every sentence on the page."""
        marks = [one.text() for one in self.page.findChildren(StatusMark) if one.isVisible()]
        return marks + [one.text() for one in self.page.findChildren(Label) if one.isVisible()]

    def until(self, kind: type[QWidget]) -> None:
        self.wait(lambda: isinstance(self.page, kind))

    def button(self, name: str) -> QAbstractButton:
        button = self.page.findChild(QAbstractButton, name)
        assert button is not None, name
        return button

    def press(self, name: str) -> None:
        button = self.button(name)
        assert button.isVisible(), name
        self.wait(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        field = self.page.findChild(Field, name)
        assert field is not None, name
        field.setFocus()
        field.clear()
        field.insert(text)  # as an input method does; QTest has keys for Latin letters only

    def says(self, text: str) -> bool:
        return any(text in said for said in self.said())

    def until_says(self, text: str) -> None:
        self.wait(lambda: self.says(text))

    def sign(self, name: str, pin: str, button: str) -> None:
        cards = [one for one in self.page.findChildren(ProctorButton) if one.isVisible()]
        card = next(one for one in cards if one.card.name == name)
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        self.type("pin", pin)
        self.press(button)

    def sign_in(self) -> None:
        self.until(SignInPage)
        self.sign(NAMES[0], PINS[0], "archive_sign_in")
        self.until(FindPage)
        self.wait(lambda: self.window.finding.model.rowCount() == 1)

    def open(self) -> None:
        self.sign_in()
        self.press("open")
        self.until(RecordingPage)
        self.until_says(CANDIDATE)

    def acts(self) -> list[CustodyAct]:
        return [entry.act for entry in self.site.archive.custody(self.site.recording)]
