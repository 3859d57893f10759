"""Reconciliation: who was expected and what became of them, a word for whoever needs one, and the signatures."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.closing.reconcile_line import ReconcileLine, ReconcileRow
from app.seat.screens.late import hand_look
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.room import RoomCounts

__all__ = ["ReconcileRow", "ReconcileScreen", "ReconcileView"]

_COUNTS = ("expected", "present", "absent", "irregular")


@dataclass(frozen=True)
class ReconcileView:
    """The table with its counts; `signers` proctors have to sign. `problem`: why the last step did not succeed."""

    session: SessionFacts
    counts: RoomCounts
    rows: tuple[ReconcileRow, ...]
    signers: int
    problem: Text | None = None

    @property
    def under_way(self) -> int:
        """How many sittings are not over."""
        return sum(row.under_way for row in self.rows)

    @property
    def unexplained(self) -> int:
        """How many candidates still need a word."""
        return sum(row.needs_word and not row.explanation for row in self.rows)


class ReconcileScreen(Screen):
    """The table. What has to be explained stands first."""

    explained = Signal(str, str)
    sign_requested = Signal()
    left = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: ReconcileView | None = None
        self._closing = False
        self._lines: list[ReconcileLine] = []
        self._head = PageHead(self.tools)
        title, why = Label(Type.TITLE), Label(Type.BODY, Tone.SOFT)
        self.named(title.setText, "reconcile.title")
        self.named(why.setText, "reconcile.why")
        self._note = Note()
        self._note.setObjectName("reconcile_note")
        self._table = Panel()
        self._table.content.setSpacing(Space.M)
        self._table.content.addStretch(1)
        page = Column(tokens.WIDE)
        for widget in (title, why, self._count_panel(), self._note, self._table):
            page.content.addWidget(widget)
        page.content.addStretch(1)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(self._foot())
        self.dress()

    def _count_panel(self) -> QWidget:
        panel = Panel(Space.L)
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        self._counts: dict[str, Label] = {}
        for name in _COUNTS:
            number, word = Label(Type.TITLE, wrap=False), Label(Type.BODY, Tone.SOFT)
            number.setObjectName(f"count_{name}")
            self._counts[name] = number
            self.named(word.setText, f"reconcile.{name}")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(number)
            column.addWidget(word)
            row.addLayout(column, 1)
        panel.content.addLayout(row)
        return panel

    def _foot(self) -> Foot:
        foot = Foot()
        self._back = Button("back", icon=Icon.BACK)
        self.named(self._back.setText, "reconcile.back")
        self._back.clicked.connect(self.left)
        self._verdict = StatusMark(Type.BAR_STRONG)
        self._verdict.setObjectName("reconcile_verdict")
        self._sign = Button("sign_and_close", Kind.PRIMARY)
        self.named(self._sign.setText, "reconcile.sign")
        self._sign.clicked.connect(self.sign_requested)
        foot.row.addWidget(self._back)
        foot.row.addStretch(1)
        foot.row.addWidget(self._verdict)
        foot.row.addSpacing(Space.L)
        foot.row.addWidget(self._sign)
        return foot

    def show_table(self, view: ReconcileView) -> None:
        """Show the table; a word that is being typed stays."""
        self._view = view
        self._shut(closing=False)
        self.render_view()

    def show_closing(self) -> None:
        """Say that the signatures are given and the session is being closed; nothing can be done until it is."""
        self.setFocus()  # before Qt hands the focus of what is shut to any other control
        self._shut(closing=True)
        self.render_view()

    def _shut(self, *, closing: bool) -> None:
        self._closing = closing
        self._table.setEnabled(not closing)
        self._back.setEnabled(not closing)

    def render_view(self) -> None:
        """Write the table."""
        view = self._view
        if view is None:
            return
        self._head.show_session(view.session, self.words)
        for name, label in self._counts.items():
            label.setText(str(getattr(view.counts, name)))
        self._note.say(Tone.ATTENTION, say(view.problem, self.words) if view.problem else "")
        self._show_lines(view)
        self._show_verdict(view)

    def _show_lines(self, view: ReconcileView) -> None:
        missing = len(view.rows) > len(self._lines)
        while len(self._lines) < len(view.rows):
            line = ReconcileLine()
            line.explained.connect(self.explained)
            self._lines.append(line)
            self._table.content.insertWidget(self._table.content.count() - 1, line)
            hand_look(line, self.look)
        if missing:
            self._tools_last()
        ordered = sorted(view.rows, key=lambda row: (not row.under_way, not row.needs_word))
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(ordered))
            if index < len(ordered):
                line.show_row(ordered[index], self.words, first=index == 0)

    def _show_verdict(self, view: ReconcileView) -> None:
        if self._closing:
            look, key, count = (Icon.RUNNING, Tone.ACCENT), "closing", view.signers
        elif view.under_way:
            look, key, count = (Icon.BLOCKED, Tone.DANGER), "under_way", view.under_way
        elif view.unexplained:
            look, key, count = (Icon.ATTENTION, Tone.ATTENTION), "unexplained", view.unexplained
        else:
            look, key, count = (Icon.CHECK, Tone.DONE), "ready", view.signers
        self._verdict.show_status(*look, self.words(f"screen.reconcile.{key}", count=count))
        can_sign = not self._closing and not view.under_way and not view.unexplained
        if not can_sign and not self._closing and self._sign.hasFocus():
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._sign.setEnabled(can_sign)
