"""Choosing a session: all that are kept at this seat, and which of them is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.late import hand_look
from app.seat.screens.screen import PageHead, Screen
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, Note, rule
from app.ui.page import Column, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words


class RowState(StrEnum):
    """Where a session stands, as its row says it."""

    NOW = "now"
    LATER = "later"
    PAST = "past"
    OVER = "over"
    CLOSED = "closed"
    BROKEN = "broken"


_LOOKS: Mapping[RowState, tuple[Icon, Tone]] = {
    RowState.NOW: (Icon.PLAY, Tone.DONE),
    RowState.LATER: (Icon.CLOCK, Tone.INK),
    RowState.PAST: (Icon.CLOCK, Tone.ATTENTION),
    RowState.OVER: (Icon.LOCK, Tone.SOFT),
    RowState.CLOSED: (Icon.SHIELD, Tone.SOFT),
    RowState.BROKEN: (Icon.BLOCKED, Tone.DANGER),
}
_CHOSEN_AT_ONCE = RowState.NOW
_CHOSEN_WITH_A_WORD = frozenset({RowState.LATER, RowState.PAST})


@dataclass(frozen=True)
class SessionRow:
    """One session. `when` is written out; `problem` says why it cannot be opened, if it cannot."""

    session: str
    state: RowState
    title: Text
    place: str = ""
    when: str = ""
    expected: int = 0
    done: int = 0
    rehearsal: bool = False
    problem: Text | None = None


@dataclass(frozen=True)
class SessionsView:
    """All sessions, what this PC's clock says, and why the one that was chosen could not be opened."""

    sessions: tuple[SessionRow, ...]
    clock: str
    problem: Text | None = None


class _SessionLine(QWidget):
    """One session."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconMark(Icon.CLOCK, Tone.INK, beside=Type.SECTION)
        self._title, self._facts = Label(Type.SECTION), Label(Type.BODY, Tone.SOFT)
        self._state, self._count = Label(Type.STRONG), Label(Type.BODY)
        self._problem = Label(Type.BODY, Tone.DANGER)
        self.choose = Button("choose")
        text = QVBoxLayout()
        text.setSpacing(Space.XS)
        for label in (self._title, self._facts, self._state, self._count, self._problem):
            text.addWidget(label)
        inside = QHBoxLayout()
        inside.setSpacing(Space.L)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(text, 1)
        inside.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self._rule = rule()
        column.addWidget(self._rule)
        column.addLayout(inside)

    def show_session(self, row: SessionRow, words: Words, *, first: bool) -> None:
        """Show a session."""
        self._rule.setVisible(not first)
        icon, tone = _LOOKS[row.state]
        self._icon.show_icon(icon, tone)
        title = say(row.title, words)
        rehearsal = words("screen.sessions.rehearsal", title=title)
        self._title.setText(rehearsal if row.rehearsal else title)
        self._facts.setText("\u2003".join(fact for fact in (row.when, row.place) if fact))
        self._facts.setVisible(bool(row.when or row.place))
        state = words(f"screen.sessions.state_{row.state.value}")
        self._state.setText(state)
        self._state.set_tone(tone)
        self._count.setText(words("screen.sessions.count", expected=row.expected, done=row.done))
        self._count.setVisible(row.state is not RowState.BROKEN)
        self._problem.setText(say(row.problem, words) if row.problem else "")
        self._problem.setVisible(row.problem is not None)
        at_once = row.state is _CHOSEN_AT_ONCE
        self.choose.setObjectName(f"choose_{row.session}")
        self.choose.setVisible(at_once or row.state in _CHOSEN_WITH_A_WORD)
        key = "choose" if at_once else "choose_anyway"
        self.choose.setText(words(f"screen.sessions.{key}"))
        self.choose.setAccessibleName(f"{self.choose.text()} {title} {row.when}".rstrip())


class SessionsScreen(Screen):
    """The list, and a word of warning before a session whose time this is not."""

    chosen = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: SessionsView | None = None
        self._asked: str | None = None
        self._head = PageHead(self.tools)
        self._title, self._lead = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self._note = Note()
        self._note.setObjectName("sessions_note")
        self._lines: list[_SessionLine] = []
        self._list = Panel()
        self._list.content.addStretch(1)
        self._warning = self._warning_panel()
        page = Column()
        for widget in (self._title, self._lead, self._note, self._warning, self._list):
            page.content.addWidget(widget)
        page.content.addStretch(1)
        self._scroll = Scroll(page)
        self.body.addWidget(self._head)
        self.body.addWidget(self._scroll, 1)
        self.named(self._head.show_title, "sessions.head")
        self.dress()

    def _warning_panel(self) -> Panel:
        panel = Panel()
        self._warned, self._warned_why = Label(Type.SECTION), Label(Type.BODY)
        self._yes, self._no = Button("open_anyway"), Button("choose_another", Kind.PRIMARY)
        self._yes.clicked.connect(self._open_anyway)
        self._no.clicked.connect(self._ask_again)
        self.named(self._yes.setText, "sessions.open_anyway")
        self.named(self._no.setText, "sessions.another")
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.XXL)
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        buttons.addStretch(1)
        panel.content.addWidget(self._warned)
        panel.content.addWidget(self._warned_why)
        panel.content.addLayout(buttons)
        panel.hide()
        return panel

    def show_sessions(self, view: SessionsView) -> None:
        """Show the sessions; a warning that is being read stays."""
        self._view = view
        if self._asked is not None and self._row(self._asked) is None:
            self._asked = None
        self.render_view()

    def render_view(self) -> None:
        """Write the sessions."""
        view = self._view
        if view is None:
            return
        asked = self._row(self._asked) if self._asked else None
        self._head.show_facts(self.words("screen.sessions.clock", clock=view.clock))
        now = sum(row.state is RowState.NOW for row in view.sessions)
        key = ("none", "one")[now] if now <= 1 else "several"
        self._title.setText(self.words(f"screen.sessions.{key}_title"))
        self._lead.setText(self.words(f"screen.sessions.{key}_body"))
        self._note.say(Tone.ATTENTION, say(view.problem, self.words) if view.problem else "")
        self._warning.setVisible(asked is not None)
        for widget in (self._title, self._lead, self._list):
            widget.setVisible(asked is None)
        if asked is not None:
            self._warned.setText(self.words("screen.sessions.warned", title=say(asked.title, self.words)))
            why = f"screen.sessions.warned_{asked.state.value}"
            self._warned_why.setText(self.words(why, when=asked.when, clock=view.clock))
        self._show_lines(view)

    def _show_lines(self, view: SessionsView) -> None:
        missing = len(view.sessions) > len(self._lines)
        while len(self._lines) < len(view.sessions):
            line = _SessionLine()
            index = len(self._lines)
            line.choose.clicked.connect(lambda _checked=False, at=index: self._choose(at))
            self._lines.append(line)
            self._list.content.insertWidget(self._list.content.count() - 1, line)
            hand_look(line, self.look)
        if missing:
            self._tools_last()
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(view.sessions))
            if index < len(view.sessions):
                line.show_session(view.sessions[index], self.words, first=index == 0)

    def _choose(self, at: int) -> None:
        if self._view is None:
            return
        row = self._view.sessions[at]
        if row.state is _CHOSEN_AT_ONCE:
            self.chosen.emit(row.session)
        elif row.state in _CHOSEN_WITH_A_WORD:
            self._asked = row.session
            self.turned.emit()
            self.render_view()
            self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_anyway(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            self.chosen.emit(asked)
            self.render_view()

    def _ask_again(self) -> None:
        self._asked = None
        self.turned.emit()
        self.render_view()

    def _row(self, session: str) -> SessionRow | None:
        rows = self._view.sessions if self._view else ()
        return next((row for row in rows if row.session == session), None)
