"""Readiness of the seat, the release, and the start of the session."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.seat.screens.launch.readiness import CheckRow, CheckState, ReadinessPanel
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.fields import GROUPS, CodeField
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark, rule
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

__all__ = ["CheckRow", "CheckState", "LaunchScreen", "LaunchView", "ReleaseState"]


class ReleaseState(StrEnum):
    """Where the release (开考放行) stands."""

    WAITING = "waiting"
    FETCHING = "fetching"
    RELEASED = "released"


_RELEASE_LOOK = {
    ReleaseState.WAITING: (Icon.LOCK, Tone.INK),
    ReleaseState.FETCHING: (Icon.RUNNING, Tone.INK),
    ReleaseState.RELEASED: (Icon.CHECK, Tone.DONE),
}


@dataclass(frozen=True)
class LaunchView:
    """Everything on the launch screen. `release_note` says why the release is not here yet, if there is a why.

    `others`: more sessions than this one are kept here. `starting`: the PC is looked at once more, then it starts.
    """

    session: SessionFacts
    proctors: tuple[str, ...]
    checks: tuple[CheckRow, ...]
    release: ReleaseState
    release_note: Text | None
    can_start: bool
    others: bool = False
    starting: bool = False


class LaunchScreen(Screen):
    """The readiness panel, the release (fetched or typed), and "Start session"."""

    release_requested = Signal()
    code_entered = Signal(str)
    start_requested = Signal()
    recheck_requested = Signal()
    other_requested = Signal()
    override_requested = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: LaunchView | None = None
        self._wrong: int | None = None
        self._head = PageHead(self.tools)
        self._checks = ReadinessPanel()
        self._checks.recheck.clicked.connect(self.recheck_requested)
        self._checks.overridden.connect(self.override_requested)
        self._checks.grown.connect(self._tools_last)
        self.body.addWidget(self._head)
        page = Column(tokens.WIDE)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        columns.addWidget(self._checks, 3)
        columns.addWidget(self._release_panel(), 2)
        page.content.addLayout(columns)
        page.content.addStretch(1)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(self._foot())
        self.dress()

    def _release_panel(self) -> QWidget:
        panel = Panel()
        title, why, typed = Label(Type.SECTION), Label(Type.BODY, Tone.SOFT), Label(Type.STRONG)
        self._release = StatusMark(Type.STRONG, wrap=True)
        self._release.setObjectName("release_state")
        self._fetch = Button("fetch_release")
        self._code = CodeField("code")
        self._use = Button("use_code")
        self._note = Note()
        self._note.setObjectName("release_note")
        for setter, key in (
            (title.setText, "release"),
            (why.setText, "release_why"),
            (typed.setText, "type_code"),
            (self._fetch.setText, "fetch"),
            (self._use.setText, "use_code"),
        ):
            self.named(setter, f"launch.{key}")
        self._fetch.clicked.connect(self.release_requested)
        self._use.clicked.connect(self._enter)
        self._code.entered.connect(self._enter)
        self._code.changed.connect(self._typed)
        self._asking = (why, self._fetch, rule(), typed, self._code, self._use)
        for widget in (title, self._release, *self._asking, self._note):
            panel.content.addWidget(widget)
        panel.content.addStretch(1)
        return panel

    def _foot(self) -> Foot:
        foot = Foot()
        self._proctors = Label(Type.BODY, Tone.SOFT)
        self._verdict = StatusMark(Type.BAR_STRONG)
        self._verdict.setObjectName("launch_verdict")
        self._start = Button("start_session", Kind.PRIMARY)
        self.named(self._start.setText, "launch.start")
        self._start.clicked.connect(self.start_requested)
        self._other = Button("other_session", Kind.QUIET)
        self._other.clicked.connect(self.other_requested)
        self._other.hide()
        self.named(self._other.setText, "sessions.other")
        foot.row.addWidget(self._other)
        foot.row.addWidget(self._proctors, 1)
        foot.row.addWidget(self._verdict)
        foot.row.addSpacing(Space.L)
        foot.row.addWidget(self._start)
        return foot

    def show_launch(self, view: LaunchView) -> None:
        """Show the checks and the release; a code being typed stays."""
        self._view = view
        self._other.setVisible(view.others)
        if view.release is not ReleaseState.WAITING:
            self._wrong = None
            self._code.set_wrong_group(None)
        self.render_view()

    def show_wrong_code(self, group: int) -> None:
        """Point out the group (1 to 6) that cannot be right; 0: it is not known which."""
        self._wrong = group
        self._code.set_wrong_group(group)
        self.render_view()

    def look_changed(self) -> None:
        """Measure the lines of the checks again."""
        self.render_view()

    def render_view(self) -> None:
        """Write checks, release and verdict."""
        words, view = self.words, self._view
        names = (words("screen.launch.group", group=group) for group in range(1, GROUPS + 1))
        self._code.name_groups(tuple(names))
        self._checks.set_words(words)
        if view is None:
            return
        self._head.show_session(view.session, words)
        if self._checks.show_checks(view.checks, words):
            self._tools_last()
        self._release.show_status(*_RELEASE_LOOK[view.release], words(f"screen.launch.{view.release.value}"))
        waiting = view.release is ReleaseState.WAITING
        self._hold_focus(view)
        for widget in self._asking:
            widget.setVisible(view.release is not ReleaseState.RELEASED)
        self._fetch.setEnabled(waiting)
        self._code.setEnabled(waiting)
        self._use.setEnabled(waiting and self._code.complete())
        self._note.say(Tone.ATTENTION, self._note_text(view))
        between = words("screen.simulated.between")
        self._proctors.setText(words("screen.launch.proctors", names=between.join(view.proctors)))
        self._show_verdict(view)
        self._give_focus(view)

    def _hold_focus(self, view: LaunchView) -> None:
        """Take the focus from what is about to shut, before Qt hands it to any other control."""
        focus = self.window().focusWidget()
        asking = any(widget is focus or widget.isAncestorOf(focus) for widget in self._asking)
        if (asking and view.release is not ReleaseState.WAITING) or (focus is self._start and not view.can_start):
            self.setFocus()

    def _give_focus(self, view: LaunchView) -> None:
        """Put a focus that was held on what can be done next."""
        if self.window().focusWidget() is not self or view.release is ReleaseState.FETCHING:
            return
        following = self._fetch if view.release is ReleaseState.WAITING else self._checks.recheck
        (self._start if view.can_start else following).setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_text(self, view: LaunchView) -> str:
        if self._wrong is not None:
            key = "wrong_code" if self._wrong == 0 else "wrong_group"
            return self.words(f"screen.launch.{key}", group=self._wrong)
        return say(view.release_note, self.words) if view.release_note else ""

    def _show_verdict(self, view: LaunchView) -> None:
        blocked = sum(check.state is CheckState.BLOCKED for check in view.checks)
        if blocked:
            look, key = (Icon.BLOCKED, Tone.DANGER), "blocked"
        elif view.can_start:
            look, key = (Icon.CHECK, Tone.DONE), "ready"
        elif view.release is not ReleaseState.RELEASED:
            look, key = (Icon.LOCK, Tone.INK), "waits_release"
        else:
            look, key = (Icon.RUNNING, Tone.INK), "waits_checks"
        self._verdict.show_status(*look, self.words(f"screen.launch.{key}", count=blocked))
        self._start.setEnabled(view.can_start)
        self._start.setText(self.words("screen.launch.starting" if view.starting else "screen.launch.start"))

    def _typed(self) -> None:
        self._wrong = None
        self._code.set_wrong_group(None)
        self.render_view()

    def _enter(self) -> None:
        if self._code.complete():
            self.code_entered.emit(self._code.code())
