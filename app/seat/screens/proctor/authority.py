"""Proctors give their PINs for one act: what will happen, to whom, and who has agreed so far."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.admission.candidate_panel import CandidatePanel
from app.seat.screens.beside import beside_pins
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import CandidateCard, ProctorCard
from app.ui.buttons import Button
from app.ui.clock import clock_text
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark, rule
from app.ui.page import Foot, Panel
from app.ui.pin_panel import PinPanel
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault

_MOST_PEOPLE = 2  # no act asks for more
_MOST_POINTS = 5


@dataclass(frozen=True)
class Point:
    """One thing that is being agreed to, under its name: the clause, the reason, the minutes, what was said."""

    name: Text
    value: Text


@dataclass(frozen=True)
class AuthorityView:
    """The act, whom it concerns, who may agree, how many have to, and to what."""

    title: Text
    body: Text | None
    verb: Text
    people: int
    proctors: tuple[ProctorCard, ...]
    candidate: CandidateCard | None = None
    points: tuple[Point, ...] = ()


class AuthorityScreen(Screen):
    """What is asked at the left, the proctors' cards and the PIN field at the right. Escape goes back."""

    pin_entered = Signal(str, str)
    cancelled = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: AuthorityView | None = None
        self._remaining_ms: int | None = None
        self._head = PageHead(self.tools)
        self._title, self._body = Label(Type.TITLE), Label(Type.LEAD)
        self._candidate = CandidatePanel(narrow=True)
        self._sheet = Panel()
        self._clock_name, self._clock = Label(Type.FACT, Tone.SOFT, wrap=False), Label(Type.NAME, wrap=False)
        self._clock.setObjectName("time_left")
        self._points = Panel(Space.L)
        self._points.setObjectName("points")
        self._lines = [(Label(Type.FACT, Tone.SOFT), Label(Type.STRONG)) for _point in range(_MOST_POINTS)]
        self._people = Panel(Space.L)
        self._count = Label(Type.STRONG)
        self._slots = [StatusMark(Type.LEAD) for _slot in range(_MOST_PEOPLE)]
        self._pins = PinPanel("authorise", "agreed")
        self._pins.pin_entered.connect(self.pin_entered)
        self._back = Button("cancel")
        self._back.clicked.connect(self.cancelled)
        self.named(self._head.show_title, "authority.head")
        self.named(self._back.setText, "authority.back")
        self.named(self._clock_name.setText, "authority.time_left")
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        self._sheet.content.addWidget(self._candidate)
        self._people.content.setSpacing(Space.S)
        for widget in (self._count, rule(), *self._slots):
            self._people.content.addWidget(widget)
        self._points.content.setSpacing(Space.XS)
        for widget in (widget for line in self._lines for widget in line):
            self._points.content.addWidget(widget)
        clock = QHBoxLayout()
        clock.setSpacing(Space.L)
        clock.addWidget(self._clock_name, 0, Qt.AlignmentFlag.AlignVCenter)
        clock.addWidget(self._clock, 1)
        column.addLayout(clock)
        for widget in (self._title, self._points, self._body, self._people, self._sheet):
            column.addWidget(widget)
        column.addStretch(1)
        columns = beside_pins(left, self._pins, self._sheet)
        foot = Foot()
        foot.row.addWidget(self._back)
        foot.row.addStretch(1)
        self.body.addWidget(self._head)
        self.body.addWidget(columns, 1)
        self.body.addWidget(foot)

    def show_authority(self, view: AuthorityView) -> None:
        """Ask anew, or show who has agreed by now."""
        self._view = view
        self._pins.show_proctors(view.proctors)
        self.render_view()

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the candidate's time left; None hides it."""
        self._remaining_ms = remaining_ms
        self._show_clock()

    def show_checking(self, proctor: str) -> None:
        """Say that the PIN is being checked; nothing can be typed meanwhile."""
        self._pins.show_checking(proctor)

    def show_wrong_pin(self, proctor: str, tries_left: int) -> None:
        """Say that the PIN was wrong; the field is empty again and has the focus."""
        self._pins.show_wrong(proctor, tries_left)

    def show_same_person(self, proctor: str) -> None:
        """Say that this credential has been counted already."""
        self._pins.show_same_person(proctor)

    def show_fault(self, proctor: str, fault: Fault) -> None:
        """Say what kept the PIN from being checked."""
        self._pins.show_fault(proctor, fault)

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait, every second anew; 0 seconds opens the field again."""
        self._pins.show_locked(proctor, seconds_left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def render_view(self) -> None:
        """Write it."""
        words, view = self.words, self._view
        self._pins.set_words(words)
        self._show_clock()
        if view is None:
            return
        self._title.setText(say(view.title, words))
        self._body.setText(say(view.body, words) if view.body is not None else "")
        self._body.setVisible(view.body is not None)
        self._points.setVisible(bool(view.points))
        for index, (name, value) in enumerate(self._lines):
            name.setVisible(index < len(view.points))
            value.setVisible(index < len(view.points))
            if index < len(view.points):
                name.setText(say(view.points[index].name, words))
                value.setText(say(view.points[index].value, words))
        self._pins.button.setText(say(view.verb, words))
        self._sheet.setVisible(view.candidate is not None)
        self._head.show_facts(view.candidate.name if view.candidate else "")
        if view.candidate is not None:
            self._candidate.show_candidate(view.candidate, words)
        self._people.setVisible(view.people > 1)
        names = [_who(card, words) for card in view.proctors if card.signed_in]
        self._count.setText(words("screen.authority.count", given=len(names), needed=view.people))
        for index, slot in enumerate(self._slots):
            slot.setVisible(index < view.people)
            if index < len(names):
                slot.show_status(Icon.CHECK, Tone.DONE, names[index])
            else:
                slot.show_status(Icon.TO_DO, Tone.INK, words("screen.authority.open_slot"))

    def _show_clock(self) -> None:
        shown = self._remaining_ms is not None
        self._clock_name.setVisible(shown)
        self._clock.setVisible(shown)
        if self._remaining_ms is not None:
            self._clock.setText(clock_text(self._remaining_ms))


def _who(card: ProctorCard, words: Words) -> str:
    if card.word is None:
        return card.name
    return words("screen.authority.who_says", name=card.name, word=say(card.word, words))
