"""The proctor's corner: this seat at a glance, what happened, and what a proctor can do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.candidate_panel import CandidatePanel
from app.seat.screens.corner_parts import BigClock, Glance, Incidents
from app.seat.screens.corner_view import CornerAct, CornerView
from app.seat.screens.screen import PageHead, Screen
from app.ui.buttons import Button, Kind
from app.ui.labels import Label, rule
from app.ui.page import Foot, Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_GROUPS = (
    ("time", (CornerAct.PAUSE, CornerAct.CONTINUE, CornerAct.EXTEND)),
    ("record", (CornerAct.REPORT, CornerAct.LOWER_HAND)),
    ("room", (CornerAct.HAND_OVER, CornerAct.CLOSE_SESSION)),
    ("grave", (CornerAct.END, CornerAct.VOID)),
)


class _Group(QWidget):
    """Acts of one kind under their name; hidden when none of them can be done."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Label(Type.STRONG, Tone.SOFT)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.S)
        self.column.addWidget(self.name)


class CornerScreen(Screen):
    """Three columns: who and how it stands; what happened; what can be done. Escape leaves.

    What ends a sitting stands apart, at the bottom, away from everything that is harmless.
    """

    acted = Signal(CornerAct)
    left = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: CornerView | None = None
        self._head = PageHead(self.tools)
        self._clock = BigClock()
        self._glance = Glance()
        self._candidate = CandidatePanel(narrow=True)
        self._sheet = Panel(Space.L)
        self._sheet.content.addWidget(self._candidate)
        self._incidents = Incidents()
        self._duty = Label(Type.BODY, Tone.SOFT)
        self._hint = Label(Type.BODY, Tone.SOFT)
        self._groups = {name: _Group() for name, _acts in _GROUPS}
        self._buttons = {act: Button(f"corner_{act.value}") for act in CornerAct}
        self._leave = Button("corner_leave", Kind.PRIMARY)
        self._leave.clicked.connect(self.left)
        for act, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, act=act: self.acted.emit(act))
            self.named(button.setText, f"corner.{act.value}")
        self.named(self._clock.name.setText, "corner.time_left")
        self.named(self._leave.setText, "corner.leave")
        self.named(self._hint.setText, "corner.hint")
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        columns = QHBoxLayout()
        columns.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        columns.setSpacing(Space.XL)
        columns.addWidget(self._who(), 5)
        columns.addWidget(self._what(), 5)
        columns.addWidget(self._acts(), 4)
        foot = Foot()
        foot.row.addWidget(self._hint, 1)
        foot.row.addWidget(self._leave)
        self.body.addWidget(self._head)
        self.body.addLayout(columns, 1)
        self.body.addWidget(foot)

    def _who(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.M)
        for widget in (self._clock, self._glance, self._sheet, self._duty):
            column.addWidget(widget)
        column.addStretch(1)
        return Scroll(content)

    def _what(self) -> QWidget:
        panel = Panel(Space.L)
        title = Label(Type.SECTION)
        self.named(title.setText, "corner.incidents")
        panel.content.addWidget(title)
        panel.content.addWidget(rule())
        panel.content.addWidget(Scroll(self._incidents), 1)
        return panel

    def _acts(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        for name, acts in _GROUPS:
            group = self._groups[name]
            self.named(group.name.setText, f"corner.group_{name}")
            if name == "grave":
                column.addSpacing(Space.XXL)
                group.column.insertWidget(0, rule())
            for act in acts:
                group.column.addWidget(self._buttons[act])
            column.addWidget(group)
        column.addStretch(1)
        return Scroll(content)

    def show_corner(self, view: CornerView) -> None:
        """Show the seat as it is now; the focus stays where it is, unless what had it is gone."""
        gone = next((b for act, b in self._buttons.items() if b.hasFocus() and act not in view.acts), None)
        if gone is not None:
            self._leave.setFocus(Qt.FocusReason.OtherFocusReason)
        self._view = view
        self.render_view()

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left; None hides it."""
        self._clock.set_remaining(remaining_ms)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def render_view(self) -> None:
        """Write it."""
        words, view = self.words, self._view
        if view is None:
            return
        self._head.show_session(view.session, words)
        self._glance.show_view(view, words)
        self._sheet.setVisible(view.candidate is not None)
        if view.candidate is not None:
            self._candidate.show_candidate(view.candidate, words)
        names = words("screen.corner.between").join(view.on_duty)
        self._duty.setText(words("screen.corner.duty", you=view.proctor, names=names))
        self._incidents.show_rows(view.incidents, words)
        for act, button in self._buttons.items():
            button.setVisible(act in view.acts)
        for name, acts in _GROUPS:
            self._groups[name].setVisible(any(act in view.acts for act in acts))
