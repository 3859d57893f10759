"""A candidate finds themself by admission number or identity number."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.labels import Label, Note
from app.ui.page import Column, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_LONGEST_NUMBER = 48


@dataclass(frozen=True)
class CheckInView:
    """The session, and how many of the roster are still expected at this seat."""

    session: SessionFacts
    expected: int


class CheckInScreen(Screen):
    """One field."""

    number_entered = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: CheckInView | None = None
        self._problem: Text = ""
        self._head = PageHead(self.tools)
        self.body.addWidget(self._head)
        self.body.addWidget(self._ask_page(), 1)
        self.dress()

    def _ask_page(self) -> QWidget:
        page = Column(tokens.NARROW)
        title, why, name = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT), Label(Type.STRONG, wrap=False)
        self._field = Field("admission_number", longest=_LONGEST_NUMBER)
        self._find = Button("find", Kind.PRIMARY)
        self._note = Note()
        self._note.setObjectName("check_in_note")
        self._expected = Label(Type.BODY, Tone.SOFT)
        for setter, key in (
            (title.setText, "title"),
            (why.setText, "why"),
            (name.setText, "number"),
            (self._field.setAccessibleName, "number"),
            (self._find.setText, "find"),
        ):
            self.named(setter, f"check_in.{key}")
        self._field.returnPressed.connect(self._enter)
        self._field.textChanged.connect(self._typed)
        self._find.clicked.connect(self._enter)
        panel = Panel(Space.XXL)
        for widget in (title, why, name):
            panel.content.addWidget(widget)
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        line.addWidget(self._field, 1)
        line.addWidget(self._find)
        panel.content.addLayout(line)
        panel.content.addWidget(self._note)
        page.content.addStretch(2)
        page.content.addWidget(panel)
        page.content.addWidget(self._expected)
        page.content.addStretch(3)
        return Scroll(page)

    def show_check_in(self, view: CheckInView) -> None:
        """Show the empty number field."""
        self._view, self._problem = view, ""
        self._field.clear()
        self._field.setFocus()
        self.render_view()

    def show_problem(self, problem: Text) -> None:
        """Say under the field why this number does not go on; what was typed stays."""
        self._problem = problem
        self.render_view()
        self._field.set_wrong(True)
        self._field.setFocus()
        self._field.selectAll()

    def render_view(self) -> None:
        """Write session and problem."""
        self._note.say(Tone.ATTENTION, say(self._problem, self.words))
        if self._view is not None:
            self._head.show_session(self._view.session, self.words)
            self._expected.setText(self.words("screen.check_in.expected", count=self._view.expected))

    def _typed(self) -> None:
        self._field.set_wrong(False)
        self._problem = ""
        self._note.say(Tone.ATTENTION, "")

    def _enter(self) -> None:
        number = "".join(self._field.text().split()).upper()
        if number:
            self.number_entered.emit(number)
        else:
            self._field.setFocus()
