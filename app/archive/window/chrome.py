"""What every page of the archive window has: its head with the ways to the other pages, and who is signed in."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.archive.window.rows import RowBar, RowButton, be_of_a_row
from app.ui.buttons import Button, Kind
from app.ui.labels import Label, Line, Note
from app.ui.page import Scroll
from app.ui.screen import Screen
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault


class Place(StrEnum):
    """Where the head leads to."""

    FIND = "find"
    CALENDAR = "calendar"
    MEDIA = "media"
    LOG = "log"


class ArchivePage(Screen):
    """A page of the archive window. Signals: another page is wanted (`Place`); the person signs out."""

    at_seat = False
    went = Signal(str)
    left = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None, place: Place | None = None) -> None:
        super().__init__(words, parent)
        self._place: Final = place
        self._person = ""
        self.problem = Note()
        self.problem.setObjectName("problem")
        self._fault: Fault | None = None
        self._again: Callable[[], None] | None = None
        self._anew = False
        self._retry = RowButton("again")
        self.named(self._retry.setText, "archive.head.again")
        self._retry.clicked.connect(self._try_again)
        self.problem.put(self._retry)
        self._head = self._make_head()
        self.body.addWidget(self._head)

    def _make_head(self) -> RowBar:
        head = RowBar("head", Space.XS)
        self._title = Line(Type.STRONG)
        self.named(self._title.setText, "archive.head.title")
        self._ways: dict[Place, Button] = {}
        for place in Place:
            way = RowButton(f"go_{place.value}", Kind.QUIET)
            self.named(way.setText, f"archive.head.{place.value}")
            way.clicked.connect(lambda _checked=False, to=place.value: self.went.emit(to))
            way.setProperty("here", place is self._place)
            self._ways[place] = way
        self._who = Line(Type.BODY, Tone.SOFT)
        self._sign_out = RowButton("sign_out", Kind.QUIET)
        self.named(self._sign_out.setText, "archive.head.sign_out")
        self._sign_out.clicked.connect(self.left)
        for button in (self.tools.handbook, self.tools.language, self.tools.display):
            be_of_a_row(button)
        head.row.put(self._title)
        return head

    def _fill_head(self) -> None:
        """Put in the ways to other pages and the tools: for the keyboard they come after what the page is for."""
        row = self._head.row
        for at, way in enumerate(self._ways.values()):
            row.put(way, before=Space.L if at == 0 else 0)
        for widget in (self._who, self._sign_out, self.tools):
            row.put(widget, far=True)
        self.tools.show()
        self.set_person(self._person)

    def showEvent(self, event: QShowEvent) -> None:
        """Measure anew: what grew while nobody saw it is as large as it was then, until something else changes."""
        super().showEvent(event)
        for scroll in self.findChildren(Scroll):
            content = scroll.widget()
            if content is None:
                continue
            for layout in content.findChildren(QLayout):
                layout.invalidate()
            QApplication.postEvent(content, QEvent(QEvent.Type.LayoutRequest))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Esc where there is a way back."""
        back = self.findChild(Button, "back")
        if event.key() == Qt.Key.Key_Escape and back is not None and back.isVisible() and back.isEnabled():
            back.click()
        else:
            super().keyPressEvent(event)

    def begin_anew(self) -> None:
        """Come to the front as if it were for the first time: from its top, the focus where its work begins."""
        self._anew = True

    def take_focus(self) -> None:
        """Come to the front. A page that begins anew is read from its top: nothing below the fold has the focus."""
        if not self._anew:
            super().take_focus()
            return
        self._anew = False
        for scroll in self.findChildren(Scroll):
            scroll.verticalScrollBar().setValue(0)
        QTimer.singleShot(0, self, self._focus_in_sight)  # once everything is laid out

    def _focus_in_sight(self) -> None:
        first = self.purpose()
        scroll = next((one for one in self.findChildren(Scroll) if one.isAncestorOf(first)), None)
        seen = scroll is None or scroll.viewport().rect().contains(
            first.rect().translated(first.mapTo(scroll.viewport(), QPoint()))
        )
        (first if seen else self).setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go on by Tab, and bring into sight what then has the focus."""
        gone = super().focusNextPrevChild(forward)
        focus = QApplication.focusWidget()
        for scroll in self.findChildren(Scroll):
            if focus is not None and scroll.isAncestorOf(focus):
                scroll.ensureWidgetVisible(focus)
        return gone

    def purpose(self) -> QWidget:
        """Give what the focus goes to: what the page is for; where nothing can be pressed, where one is."""
        widget = super().purpose()
        here = self._ways[self._place] if self._place is not None else None
        return here if here is not None and self._head.isAncestorOf(widget) else widget

    def set_person(self, name: str) -> None:
        """Say who is signed in; with nobody there is nowhere to go."""
        self._person = name
        self._who.setText(name)
        for widget in (*self._ways.values(), self._who, self._sign_out):
            widget.setVisible(bool(name))

    def _tools_last(self) -> None:
        """Let the keyboard come to the ways to other pages after everything that this page is for."""
        self._fill_head()

    def show_fault(self, fault: Fault | None, again: Callable[[], None] | None = None) -> None:
        """Say what stands in the way, in the page's note; None takes it away. `again` is offered: to try once more."""
        self._fault, self._again = fault, again
        self._retry.setVisible(again is not None)
        self._say_fault()

    def _try_again(self) -> None:
        again = self._again
        self.show_fault(None)
        if again is not None:
            again()

    def _say_fault(self) -> None:
        if self._fault is None:
            self.problem.say(Tone.ATTENTION, "")
            return
        said = self.words.fault(self._fault)
        parts = (said.what, said.reason, said.safe, said.do, f"({said.code})")
        self.problem.say(Tone.ATTENTION, " ".join(part for part in parts if part))

    def render_view(self) -> None:
        """Write the fault anew, too."""
        self._say_fault()


class Facts(QWidget):
    """Names and values in two columns, as a printed form has them."""

    def __init__(self, names: tuple[str, ...], kind: Type = Type.BODY) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self.values: dict[str, Label] = {}
        self.keys: dict[str, Label] = {}
        self._lines: dict[str, QWidget] = {}
        for name in names:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.L)
            key, value = Label(kind, Tone.SOFT), Label(kind)
            value.setObjectName(f"fact_{name}")
            row.addWidget(key, 2, Qt.AlignmentFlag.AlignTop)
            row.addWidget(value, 5, Qt.AlignmentFlag.AlignTop)
            self.keys[name], self.values[name], self._lines[name] = key, value, line
            self._column.addWidget(line)

    def say(self, name: str, text: str) -> None:
        """Write a value; an empty one takes its line away."""
        self.values[name].setText(text)
        self._lines[name].setVisible(bool(text))
