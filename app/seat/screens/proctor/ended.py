"""Proctors ended the exam: the candidate reads so and stays seated; proctors seal the result or take it back."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seat.screens.admission.candidate_panel import CandidatePanel
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import CandidateCard
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words


@dataclass(frozen=True)
class EndedView:
    """Whose exam was ended, when by the clock on the wall, whether it was voided, and whether it can be reopened."""

    candidate: CandidateCard
    at: str
    voided: bool
    can_reopen: bool


class EndedScreen(Screen):
    """What happened and what to do, for the candidate; two buttons for proctors, far from each other."""

    seal_requested = Signal()
    reopen_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: EndedView | None = None
        self._head = PageHead(self.tools)
        self._title = Label(Type.TITLE)
        self._title.setObjectName("ended_title")
        self._stay = Note()
        self._saved = StatusMark(Type.LEAD)
        self._candidate = CandidatePanel()
        self._hint = Label(Type.BODY, Tone.SOFT)
        self._reopen = Button("reopen")
        self._seal = Button("seal", Kind.PRIMARY)
        self._reopen.clicked.connect(self.reopen_requested)
        self._seal.clicked.connect(self.seal_requested)
        self.named(self._head.show_title, "ended.head")
        self.named(self._reopen.setText, "ended.reopen")
        self.named(self._seal.setText, "ended.seal")
        self.named(self._hint.setText, "ended.hint")
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        column = Column()
        sheet = Panel(Space.XL)
        sheet.content.addWidget(self._candidate)
        column.content.addStretch(1)
        for widget in (self._title, self._stay, self._saved, sheet):
            column.content.addWidget(widget)
        column.content.addStretch(2)
        foot = Foot()
        foot.row.addWidget(self._reopen)
        foot.row.addWidget(self._hint, 1)
        foot.row.addWidget(self._seal)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(column), 1)
        self.body.addWidget(foot)

    def show_ended(self, view: EndedView) -> None:
        """Show whose exam was ended."""
        self._view = view
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        words, view = self.words, self._view
        if view is None:
            return
        kind = "voided" if view.voided else "ended"
        self._title.setText(words(f"screen.ended.title_{kind}", time=view.at))
        self._stay.say(Tone.ATTENTION, words("screen.ended.stay"))
        self._saved.show_status(Icon.SHIELD, Tone.DONE, words("screen.ended.saved"))
        self._candidate.show_candidate(view.candidate, words)
        self._head.show_facts(say(view.candidate.exam_title, words))
        self._reopen.setVisible(view.can_reopen)
