"""A candidate finds themself by admission number or identity number and confirms."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.seat.screens.candidate_panel import CandidatePanel
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import CandidateCard, SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.labels import Label, Note
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import Sentence, Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_LONGEST_NUMBER = 48
DENIED: Final = Sentence("screen.check_in.denied")
"""What to do after "this is not me"; shown by `show_problem`."""


@dataclass(frozen=True)
class CheckInView:
    """The session, and how many of the roster are still expected at this seat."""

    session: SessionFacts
    expected: int


class CheckInScreen(Screen):
    """The number, then one's own card."""

    number_entered = Signal(str)
    confirmed = Signal(str)
    denied = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: CheckInView | None = None
        self._card: CandidateCard | None = None
        self._problem: Text = ""
        self._head = PageHead(self.tools)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._ask_page())
        self._pages.addWidget(self._card_page())
        self.body.addWidget(self._head)
        self.body.addWidget(self._pages, 1)
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
        self._field.textEdited.connect(self._typed)
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

    def _card_page(self) -> QWidget:
        self._panel = CandidatePanel()
        title = Label(Type.TITLE)
        hint = Label(Type.LEAD, Tone.SOFT)
        self._yes = Button("confirm", Kind.PRIMARY)
        self._no = Button("deny")
        self.named(title.setText, "check_in.is_it_you")
        self.named(hint.setText, "check_in.look_closely")
        self.named(self._yes.setText, "check_in.yes")
        self.named(self._no.setText, "check_in.no")
        self._yes.clicked.connect(lambda: self._answer(self.confirmed))
        self._no.clicked.connect(lambda: self._answer(self.denied))
        column = Column()
        sheet = Panel(Space.XXL)
        sheet.content.addWidget(self._panel)
        column.content.addStretch(2)
        for widget in (title, hint, sheet):
            column.content.addWidget(widget)
        column.content.addStretch(3)
        foot = Foot()
        foot.row.addWidget(self._no)
        foot.row.addStretch(1)
        foot.row.addWidget(self._yes)
        page = self._card_sheet = QWidget()
        stack = QVBoxLayout(page)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(Scroll(column), 1)
        stack.addWidget(foot)
        return page

    def show_check_in(self, view: CheckInView) -> None:
        """Show the empty number field."""
        self._view, self._card, self._problem = view, None, ""
        self._field.clear()
        self._turn(0)
        self._field.setFocus()
        self.render_view()

    def show_candidate(self, card: CandidateCard) -> None:
        """Show whose number it is, and ask. The focus is on neither answer: nobody becomes somebody by Return."""
        self._card = card
        self.render_view()
        self._turn(1)
        self._card_sheet.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, problem: Text) -> None:
        """Say under the field why this number does not go on; what was typed stays."""
        self._problem = problem
        self._turn(0)
        self.render_view()
        self._field.set_wrong(True)
        self._field.setFocus()
        self._field.selectAll()

    def render_view(self) -> None:
        """Write session, problem and candidate."""
        self._note.say(Tone.ATTENTION, say(self._problem, self.words))
        if self._view is not None:
            self._head.show_session(self._view.session, self.words)
            self._expected.setText(self.words("screen.check_in.expected", count=self._view.expected))
        if self._card is not None:
            self._panel.show_candidate(self._card, self.words)

    def _turn(self, page: int) -> None:
        if self._pages.currentIndex() != page:
            self._pages.setCurrentIndex(page)
            self.turned.emit()

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

    def _answer(self, signal: SignalInstance) -> None:
        if self._card is not None:
            signal.emit(self._card.sitting)
