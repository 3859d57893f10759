"""What the sitting came to, and the code that proves it."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.seat.screens.closing.result_parts import ProofPanel, ScorePanel, SectionScore
from app.seat.screens.screen import PageHead, Screen
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Note
from app.ui.page import Column, Foot, Scroll
from app.ui.text import say
from app.ui.tokens import Space, Tone
from app.words import Words
from sync.wire.plan import Bilingual

__all__ = ["DeliveryState", "ResultScreen", "ResultView", "SectionScore"]


class DeliveryState(StrEnum):
    """Where the packet is."""

    WAITING_NETWORK = "waiting_network"
    WAITING_REGISTRY = "waiting_registry"
    PAUSED = "paused"
    SENDING = "sending"
    RECEIPTED = "receipted"
    PROVEN = "proven"
    QUARANTINED = "quarantined"


_DELIVERY_LOOK = {
    DeliveryState.WAITING_NETWORK: (Icon.OUTBOX, Tone.ATTENTION),
    DeliveryState.WAITING_REGISTRY: (Icon.OUTBOX, Tone.ATTENTION),
    DeliveryState.PAUSED: (Icon.PAUSE, Tone.ATTENTION),
    DeliveryState.SENDING: (Icon.RUNNING, Tone.INK),
    DeliveryState.RECEIPTED: (Icon.CHECK, Tone.DONE),
    DeliveryState.PROVEN: (Icon.SHIELD, Tone.DONE),
    DeliveryState.QUARANTINED: (Icon.ATTENTION, Tone.ATTENTION),
}


@dataclass(frozen=True)
class ResultView:
    """The result. `score_shown` false: the policy keeps the score from the seat, only the code is shown.

    `voided`: proctors declared it void, so there is no score and no verdict to show.
    `code` is the verification code without spaces; `qr` is what the QR code says.
    """

    exam_title: Bilingual
    candidate_name: str
    admission_number: str
    photo: bytes | None
    score_shown: bool
    score_milli: int
    max_milli: int
    pass_milli: int
    passed: bool
    sections: tuple[SectionScore, ...]
    submitted: str
    code: str
    qr: str
    delivery: DeliveryState
    voided: bool = False


class ResultScreen(Screen):
    """Score, passed or not, sections, code and QR, delivery. Done (完成) asks once more whether the code is copied."""

    done = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: ResultView | None = None
        self._asked = False
        self._head = PageHead(self.tools)
        self._score = ScorePanel()
        self._proof = ProofPanel()
        self._now = Note()
        self._now.setObjectName("what_now")
        page = Column(tokens.WIDE)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        page.content.addLayout(columns)
        page.content.addStretch(1)
        columns.addWidget(self._score, 3)
        columns.addWidget(self._proof, 2)
        foot = Foot()
        self._done = Button("done", Kind.PRIMARY)
        self._done.clicked.connect(self._leave)
        foot.row.addWidget(self._now, 1)
        foot.row.addSpacing(Space.XL)
        foot.row.addWidget(self._done)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(foot)
        self.dress()

    def show_result(self, view: ResultView) -> None:
        """Show the result; call again when only the delivery changed."""
        if self._view is None or self._view.code != view.code:
            self._asked = False
        self._view = view
        self.render_view()

    def render_view(self) -> None:
        """Write everything."""
        words, view = self.words, self._view
        if view is None:
            return
        self._head.show_title(say(view.exam_title, words))
        self._head.show_facts(words("screen.result.submitted", time=view.submitted))
        self._score.show_candidate(view.candidate_name, view.admission_number, view.photo, words)
        if view.voided:
            self._score.show_no_score(words("screen.result.voided"))
        elif view.score_shown:
            self._score.show_score(view.score_milli, view.max_milli, view.pass_milli, words, passed=view.passed)
            self._score.show_sections(view.sections, words)
        else:
            self._score.show_no_score(words("screen.result.no_score"))
        self._proof.show_code(view.code, view.qr, words)
        text = words(f"screen.result.delivery_{view.delivery.value}")
        self._proof.show_delivery(
            *_DELIVERY_LOOK[view.delivery], text, words(f"screen.result.means_{view.delivery.value}")
        )
        self._now.say(Tone.ACCENT, words("screen.result.copied" if self._asked else "screen.result.what_now"))
        self._done.setText(words("screen.result.done_copied" if self._asked else "screen.result.done"))

    def showEvent(self, event: QShowEvent) -> None:
        """Have the focus on the page itself: a Return does not take the code away."""
        super().showEvent(event)
        self.setFocus()

    def _leave(self) -> None:
        """Ask once more: the code is gone with the page."""
        if self._asked:
            self.done.emit()
            return
        self._asked = True
        self.render_view()
        self.turned.emit()
