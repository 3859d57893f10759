"""The sitting is being sealed: a list of steps."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.screen import PageHead, Screen
from app.ui import tokens
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label
from app.ui.page import Column, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words


class SealStep(StrEnum):
    """What happens after handing in, in this order."""

    ANSWERS = "answers"
    RECORDING = "recording"
    SCORE = "score"
    PACKET = "packet"
    DELIVERY = "delivery"


class StepState(StrEnum):
    """Where a step stands; WAITING_NETWORK is good news too: nothing is lost."""

    TO_DO = "to_do"
    RUNNING = "running"
    DONE = "done"
    WAITING_NETWORK = "waiting_network"
    FAILED = "failed"


_LOOKS = {
    StepState.TO_DO: (Icon.TO_DO, Tone.SOFT),
    StepState.RUNNING: (Icon.RUNNING, Tone.ACCENT),
    StepState.DONE: (Icon.CHECK, Tone.DONE),
    StepState.WAITING_NETWORK: (Icon.OUTBOX, Tone.ATTENTION),
    StepState.FAILED: (Icon.BLOCKED, Tone.DANGER),
}


@dataclass(frozen=True)
class StepRow:
    """One step; `detail` adds a fact, e.g. how long the recording is."""

    step: SealStep
    state: StepState
    detail: Text = ""


@dataclass(frozen=True)
class SealingView:
    """The steps, for one candidate."""

    candidate_name: str
    steps: tuple[StepRow, ...]


class _StepLine(QWidget):
    """One step."""

    def __init__(self, step: SealStep) -> None:
        super().__init__()
        self.setObjectName(f"step_{step.value}")
        self._icon = IconMark(Icon.TO_DO, Tone.SOFT, beside=Type.LEAD)
        self.name, self._detail = Label(Type.LEAD), Label(Type.BODY, Tone.SOFT)
        self._state = Label(Type.STRONG, Tone.SOFT, wrap=False)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(self.name)
        text.addWidget(self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.S, 0, Space.S)
        row.setSpacing(Space.L)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        row.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)

    def show_step(self, row: StepRow, words: Words) -> None:
        """Show where it stands."""
        icon, tone = _LOOKS[row.state]
        self._icon.show_icon(icon, tone)
        detail = say(row.detail, words)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._state.setText(words(f"screen.sealing.state_{row.state.value}"))
        self._state.set_tone(tone)


class SealingScreen(Screen):
    """Shows the steps; nothing can be done here."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: SealingView | None = None
        self._head = PageHead(self.tools)
        self._lines = {step: _StepLine(step) for step in SealStep}
        title, stay = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(self._head.show_title, "sealing.head")
        self.named(title.setText, "sealing.title")
        self.named(stay.setText, "sealing.stay")
        column = Column(tokens.COLUMN - tokens.CARD_WIDTH // 2)
        panel = Panel(Space.XL)
        panel.content.setSpacing(Space.XS)
        for step, line in self._lines.items():
            self.named(line.name.setText, f"sealing.{step.value}")
            panel.content.addWidget(line)
        column.content.addStretch(2)
        for widget in (title, stay, panel):
            column.content.addWidget(widget)
        column.content.addStretch(3)
        self._scroll = Scroll(column)
        self.body.addWidget(self._head)
        self.body.addWidget(self._scroll, 1)
        self.dress()

    def show_sealing(self, view: SealingView) -> None:
        """Show where the steps stand."""
        self._view = view
        self.render_view()

    def render_view(self) -> None:
        """Write the steps."""
        if self._view is None:
            return
        self._head.show_facts(self._view.candidate_name)
        rows = {row.step: row for row in self._view.steps}
        for step, line in self._lines.items():
            row = rows.get(step, StepRow(step, StepState.TO_DO))
            line.show_step(row, self.words)
            if row.state is StepState.RUNNING:
                self._scroll.ensureWidgetVisible(line)
