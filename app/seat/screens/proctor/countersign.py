"""A proctor signs for one candidate's packet by PIN."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.seat.screens.admission.candidate_panel import CandidatePanel
from app.seat.screens.beside import beside_pins
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import CandidateCard, ProctorCard
from app.ui.labels import Label
from app.ui.page import Panel
from app.ui.pin_panel import PinPanel
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault


@dataclass(frozen=True)
class CountersignView:
    """For whom, who can sign, and why it is asked."""

    candidate: CandidateCard
    proctors: tuple[ProctorCard, ...]
    reason: Text


class CountersignScreen(Screen):
    """The candidate's card beside the proctors' cards and the PIN field."""

    pin_entered = Signal(str, str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: CountersignView | None = None
        self._head = PageHead(self.tools)
        self._candidate = CandidatePanel(narrow=True)
        self._reason = Label(Type.LEAD, Tone.SOFT)
        self._pins = PinPanel("countersign")
        self._pins.pin_entered.connect(self.pin_entered)
        title = Label(Type.TITLE)
        self.named(self._head.show_title, "countersign.head")
        self.named(title.setText, "countersign.title")
        self.named(self._pins.button.setText, "countersign.sign")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        sheet = Panel()
        sheet.content.addWidget(self._candidate)
        for widget in (title, self._reason, sheet):
            column.addWidget(widget)
        column.addStretch(1)
        self.body.addWidget(self._head)
        self.body.addWidget(beside_pins(left, self._pins, sheet), 1)
        self.dress()

    def show_countersign(self, view: CountersignView) -> None:
        """Show for whom a signature is needed."""
        self._view = view
        self._pins.show_proctors(view.proctors)
        self.render_view()

    def show_checking(self, proctor: str) -> None:
        """Say that the PIN is being checked; nothing can be typed meanwhile."""
        self._pins.show_checking(proctor)

    def show_wrong_pin(self, proctor: str, tries_left: int) -> None:
        """Say that the PIN was wrong; the field is empty again and has the focus."""
        self._pins.show_wrong(proctor, tries_left)

    def show_fault(self, proctor: str, fault: Fault) -> None:
        """Say what kept the PIN from being checked."""
        self._pins.show_fault(proctor, fault)

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait, every second anew; 0 seconds opens the field again."""
        self._pins.show_locked(proctor, seconds_left)

    def render_view(self) -> None:
        """Write candidate and reason."""
        self._pins.set_words(self.words)
        if self._view is not None:
            self._reason.setText(say(self._view.reason, self.words))
            self._candidate.show_candidate(self._view.candidate, self.words)
            self._head.show_facts(say(self._view.candidate.exam_title, self.words))
