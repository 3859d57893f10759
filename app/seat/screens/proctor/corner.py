"""The proctor's corner: this seat at a glance, what happened, and what a proctor can do about it."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.proctor.corner_notices import Notices
from app.seat.screens.proctor.corner_parts import Glance, Incidents, Person, Troubles
from app.seat.screens.proctor.corner_view import BETWEEN_NAMES, CornerAct, CornerView
from app.seat.screens.screen import PageHead, Screen
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.labels import Label, rule
from app.ui.page import Foot, Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_GROUPS = (
    ("time", (CornerAct.PAUSE, CornerAct.CONTINUE, CornerAct.EXTEND)),
    ("record", (CornerAct.REPORT, CornerAct.LOWER_HAND)),
    ("room", (CornerAct.HAND_OVER, CornerAct.SEND_BACK, CornerAct.CLOSE_SESSION)),
    ("grave", (CornerAct.END, CornerAct.VOID)),
)


class _Group(QWidget):
    """Acts of one kind under their name."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Label(Type.STRONG, Tone.SOFT)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.S)
        self.column.addWidget(self.name)


class _Acts(Scroll):
    """The buttons; never narrower than their words."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(content)
        self._content = content

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that a word has become longer: a scroll area would not ask for more room by itself."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """Give the room of the longest word and a scroll bar; buttons alone would let their words be cut."""
        words = (button.sizeHint().width() for button in self._content.findChildren(Button) if not button.isHidden())
        return QSize(max(words, default=0) + Space.M + tokens.SCROLL, super().minimumSizeHint().height())


class CornerScreen(Screen):
    """Who sits here, how it stands and what happened at the left; what can be done at the right. Escape leaves.

    What ends a sitting stands apart, at the bottom, away from everything that is harmless. Every act keeps its place:
    what cannot be done now is shut, so that nothing moves under a hand.
    """

    acted = Signal(CornerAct)
    left = Signal()
    settle_requested = Signal(str)
    recheck_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: CornerView | None = None
        self._head = PageHead(self.tools)
        self._troubles = Troubles()
        self._notices = Notices()
        self._notices.settling.connect(self.settle_requested)
        self._notices.rechecking.connect(self.recheck_requested)
        self._person = Person()
        self._glance = Glance()
        self._incidents = Incidents()
        self._duty = Label(Type.BODY, Tone.SOFT)
        self._hint = Label(Type.BODY, Tone.SOFT)
        self._groups = {name: _Group() for name, _acts in _GROUPS}
        acts = (act for act in CornerAct if act is not CornerAct.SETTLE)
        self._buttons: dict[CornerAct, Button] = {act: Button(f"corner_{act.value}") for act in acts}
        self._leave = Button("corner_leave", Kind.PRIMARY)
        self._leave.clicked.connect(self.left)
        for act, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, act=act: self.acted.emit(act))
            self.named(button.setText, f"corner.{act.value}")
        self.named(self._person.clock.name.setText, "corner.time_left")
        self.named(self._leave.setText, "corner.leave")
        self._alone = Label(Type.CAPTION, Tone.SOFT)
        self._alone.setObjectName("no_successor")
        self.named(self._alone.setText, "corner.no_successor")
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        columns = QHBoxLayout()
        columns.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        columns.setSpacing(Space.XL)
        self._seen = Scroll(self._state())
        columns.addWidget(self._seen, 3)
        columns.addWidget(_Acts(self._acts()), 1)
        foot = Foot()
        foot.row.addWidget(self._hint, 1)
        foot.row.addWidget(self._leave)
        self.body.addWidget(self._head)
        self.body.addLayout(columns, 1)
        self.body.addWidget(foot)

    def _state(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        column.addWidget(self._troubles)
        column.addWidget(self._notices)
        column.addWidget(self._person)
        panel = Panel(Space.L)
        title = Label(Type.SECTION)
        self.named(title.setText, "corner.incidents")
        for widget in (title, rule(), self._incidents):
            panel.content.addWidget(widget)
        beside = QVBoxLayout()
        beside.setSpacing(Space.M)
        beside.addWidget(self._glance)
        beside.addWidget(self._buttons[CornerAct.HINTS])
        beside.addWidget(self._duty)
        beside.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addLayout(beside, 2)
        row.addWidget(panel, 3)
        column.addLayout(row, 1)
        return content

    def _acts(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        for name, acts in _GROUPS:
            group = self._groups[name]
            self.named(group.name.setText, f"corner.group_{name}")
            if name == "grave":
                column.addSpacing(Space.S)
                group.column.insertWidget(0, rule())
            for act in acts:
                group.column.addWidget(self._buttons[act])
                if act is CornerAct.HAND_OVER:
                    group.column.addWidget(self._alone)
            column.addWidget(group)
        column.addStretch(1)
        return content

    def show_corner(self, view: CornerView) -> None:
        """Show the seat as it is now; the focus stays where it is, unless what had it is gone."""
        gone = next((b for act, b in self._buttons.items() if b.hasFocus() and act not in view.acts), None)
        if gone is not None:
            self._leave.setFocus(Qt.FocusReason.OtherFocusReason)
        self._view = view
        self.render_view()

    def show_from_top(self) -> None:
        """Show what needs a person first, wherever it was scrolled to before."""
        self._seen.verticalScrollBar().setValue(0)

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left; None hides it."""
        self._person.clock.set_remaining(remaining_ms)

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
        self._troubles.show_troubles(view.troubles, words)
        self._notices.show_rows(view.notices, words)
        self._person.setVisible(view.candidate is not None)
        if view.candidate is not None:
            self._person.show_candidate(view.candidate, words)
        names = BETWEEN_NAMES.join(view.on_duty)
        self._duty.setText(words("screen.corner.duty", you=view.proctor, names=names))
        self._incidents.show_rows(view.incidents, words)
        self._hint.setText(words(f"screen.corner.hint_{view.standing.value}"))
        # two places have two acts that never can be done both
        away = {CornerAct.PAUSE if CornerAct.CONTINUE in view.acts else CornerAct.CONTINUE}
        away.add(CornerAct.CLOSE_SESSION if CornerAct.SEND_BACK in view.acts else CornerAct.SEND_BACK)
        for act, button in self._buttons.items():
            button.setEnabled(act in view.acts)
            button.setVisible(act not in away)
        self._alone.setVisible(CornerAct.HAND_OVER not in view.acts)
