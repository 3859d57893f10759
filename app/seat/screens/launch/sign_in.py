"""Proctors sign in, each by name and PIN."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.screen import PageHead, Screen, seat_name
from app.seat.screens.view import ProctorCard, SessionFacts
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark, rule
from app.ui.page import Panel, Scroll
from app.ui.pin_panel import PinPanel
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault

_FACTS = ("when", "site", "room", "seat")
_MOST_NEEDED = 2  # the plan's policy asks for one proctor or two


@dataclass(frozen=True)
class SignInView:
    """Who can sign in, and how many of them have to. `others`: more sessions than this one are kept here."""

    session: SessionFacts
    proctors: tuple[ProctorCard, ...]
    needed: int
    others: bool = False


class SignInScreen(Screen):
    """Cards of the proctors and a PIN field."""

    pin_entered = Signal(str, str)
    other_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: SignInView | None = None
        self._head = PageHead(self.tools)
        self._exam = Label(Type.TITLE)
        self._values = {fact: Label(Type.FACT) for fact in _FACTS}
        self._count = Label(Type.STRONG)
        self._other = Button("other_session", Kind.QUIET)
        self._other.clicked.connect(self.other_requested)
        self._other.hide()
        self.named(self._other.setText, "sessions.other")
        self._count.setObjectName("signed_in_count")
        self._slots = [StatusMark(Type.LEAD) for _slot in range(_MOST_NEEDED)]
        self._pins = PinPanel("sign_in")
        self._pins.pin_entered.connect(self.pin_entered)
        self.body.addWidget(self._head)
        columns = QHBoxLayout()
        columns.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        columns.setSpacing(Space.XXL)
        columns.addWidget(Scroll(self._session()), 2)
        right = QVBoxLayout()
        right.addWidget(self._pins)
        right.addStretch(1)
        columns.addLayout(right, 3)
        self.body.addLayout(columns, 1)
        self.named(self._head.show_title, "sign_in.title")
        self.named(self._head.show_facts, "sign_in.what")
        self.named(self._pins.button.setText, "sign_in.sign_in")
        self.dress()

    def _session(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.XL)
        column.addWidget(self._exam)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.M)
        grid.setColumnStretch(1, 1)
        for line, fact in enumerate(_FACTS):
            key = Label(Type.FACT, Tone.SOFT, wrap=False)
            self.named(key.setText, f"sign_in.{fact}")
            grid.addWidget(key, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._values[fact], line, 1)
        column.addLayout(grid)
        signed = Panel(Space.L)
        signed.content.setSpacing(Space.S)
        signed.content.addWidget(self._count)
        signed.content.addWidget(rule())
        for slot in self._slots:
            signed.content.addWidget(slot)
        column.addWidget(signed)
        column.addWidget(self._other, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return content

    def show_sign_in(self, view: SignInView) -> None:
        """Show the proctors; what was typed and chosen stays."""
        self._view = view
        self._other.setVisible(view.others)
        self._pins.show_proctors(view.proctors)
        self.render_view()

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

    def render_view(self) -> None:
        """Write the session and who has signed in."""
        self._pins.set_words(self.words)
        if self._view is None:
            return
        session = self._view.session
        self._exam.setText(say(session.exam_title, self.words))
        facts = (session.when, session.site, session.room, seat_name(session.seat_label, self.words))
        for fact, value in zip(_FACTS, facts, strict=True):
            self._values[fact].setText(value)
        names = [card.name for card in self._view.proctors if card.signed_in]
        count = self.words("screen.sign_in.count", signed=len(names), needed=self._view.needed)
        self._count.setText(count)
        for index, slot in enumerate(self._slots):
            slot.setVisible(index < self._view.needed)
            if index < len(names):
                slot.show_status(Icon.CHECK, Tone.DONE, names[index])
            else:
                slot.show_status(Icon.TO_DO, Tone.INK, self.words("screen.sign_in.open_slot"))
