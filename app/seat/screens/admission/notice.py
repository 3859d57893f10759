"""The recording notice, the rules, and the start of the sitting."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind, TickBox
from app.ui.capture_view import SILENCE, LevelMeter, Preview, SimulatedTag
from app.ui.labels import Label, Note, rule
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_STATEMENTS: Final = ("what", "watched", "why", "kept", "who", "stored")
_RULES: Final = ("alone", "no_aids", "stay", "saved", "help")


@dataclass(frozen=True)
class NoticeView:
    """What the candidate is told before the start.

    `acknowledged`: it was read before (a restart). `ready`: the recording runs; until then `problem` says why not.
    """

    session: SessionFacts
    sitting: str
    candidate_name: str
    seat_number: int
    items: int
    minutes: int
    marks: int
    pass_mark: int
    retention_years: int
    ready: bool
    problem: Text | None = None
    acknowledged: bool = False


def notice_text(words: Words, retention_years: int) -> str:
    """Give the recording notice as it is read, one statement a line; its digest goes into the journal."""
    lines = [words("screen.notice.title")]
    for statement in _STATEMENTS:
        name = words(f"screen.notice.{statement}")
        lines.append(f"{name}: {words(f'screen.notice.{statement}_text', years=retention_years)}")
    return "\n".join(lines)


class NoticeScreen(Screen):
    """The notice, the rules, and "I have read this"; then what the camera sees, practice, and "Start the exam"."""

    notice_read = Signal()
    start_requested = Signal()
    practice_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: NoticeView | None = None
        self._picture_simulated = self._sound_simulated = False
        self._head = PageHead(self.tools)
        self._texts = {name: Label() for name in _STATEMENTS}
        self._exam = Label(Type.STRONG)
        page = Column(tokens.WIDE)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        columns.addWidget(self._notice(), 1)
        columns.addLayout(self._camera())
        self.body.addWidget(self._head)
        page.content.addLayout(columns)
        page.content.addStretch(1)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(self._foot())
        self.dress()

    def _notice(self) -> Panel:
        panel = Panel()
        panel.content.setSpacing(Space.M)
        self._title, rules = Label(Type.TITLE), Label(Type.SECTION)
        self._ready_hint = Label(Type.LEAD, Tone.SOFT)
        self.named(self._ready_hint.setText, "notice.ready_hint")
        self.named(rules.setText, "notice.rules")
        panel.content.addWidget(self._title)
        panel.content.addWidget(self._ready_hint)
        self._statements = QWidget()
        grid = QGridLayout(self._statements)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        for line, statement in enumerate(_STATEMENTS):
            name = Label(Type.STRONG, wrap=False)
            self.named(name.setText, f"notice.{statement}")
            grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._texts[statement], line, 1)
        panel.content.addWidget(self._statements)
        panel.content.addWidget(rule())
        panel.content.addWidget(rules)
        panel.content.addWidget(self._exam)
        numbered = QVBoxLayout()
        numbered.setSpacing(Space.S)
        for number, which in enumerate(_RULES, start=1):
            numbered.addLayout(self._numbered(number, which))
        panel.content.addLayout(numbered)
        panel.content.addStretch(1)
        return panel

    def _numbered(self, number: int, name: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        digit, text = Label(Type.STRONG, Tone.ACCENT, wrap=False), Label()
        digit.setText(f"{number}.")
        self.named(text.setText, f"notice.rule_{name}")
        row.addWidget(digit, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        return row

    def _camera(self) -> QVBoxLayout:
        self._preview, self._level = Preview(), LevelMeter()
        self._picture_label, self._sound_label = SimulatedTag(), SimulatedTag()
        self._picture_label.setObjectName("picture_simulated")
        self._sound_label.setObjectName("sound_simulated")
        self._frame, self._speak = frame, speak = Label(Type.BODY, Tone.SOFT), Label(Type.BODY, Tone.SOFT)
        frame.setObjectName("frame_hint")
        speak.setObjectName("speak_hint")
        self._problem = Note()
        self._problem.setObjectName("notice_problem")
        self.named(frame.setText, "notice.frame")
        self.named(speak.setText, "notice.speak")
        self.named(self._preview.set_nothing, "notice.no_picture")
        self.named(self._preview.setAccessibleName, "notice.preview")
        self.named(self._level.setAccessibleName, "notice.level")
        column = QVBoxLayout()
        column.setSpacing(Space.M)
        for widget in (self._picture_label, self._preview, frame, self._sound_label, self._level, speak, self._problem):
            column.addWidget(widget)
        column.addStretch(1)
        return column

    def _foot(self) -> Foot:
        foot = Foot()
        self._tick = TickBox("notice_tick")
        self._practice = Button("practice")
        self.named(self._practice.setText, "notice.practice")
        self._practice.clicked.connect(self.practice_requested)
        self._start = Button("start_exam", Kind.PRIMARY)
        self.named(self._tick.setText, "notice.tick")
        self.named(self._tick.setAccessibleName, "notice.tick")
        self.named(self._start.setText, "notice.start")
        self._tick.clicked.connect(self._ticked)
        self._start.clicked.connect(self.start_requested)
        foot.row.addWidget(self._tick)
        foot.row.addWidget(self._practice)
        foot.row.addStretch(1)
        foot.row.addWidget(self._start)
        return foot

    def show_notice(self, view: NoticeView) -> None:
        """Show the notice; tick, picture and level stay for the same sitting, and never go to another one."""
        if self._view is None or self._view.sitting != view.sitting:
            self._tick.setChecked(False)
            self.forget_sources()
        if view.acknowledged:
            self._tick.setChecked(True)
        self._view = view
        self.render_view()

    def forget(self) -> None:
        """Forget whose notice it was: the next one is read from the beginning, also by the same person."""
        self._view = None

    def set_preview(self, jpeg: bytes | None) -> None:
        """Show the camera's newest picture, or that there is none."""
        self._preview.show_picture(jpeg)

    def set_level(self, dbfs_tenths: int) -> None:
        """Show the sound's level, tenths of dBFS."""
        self._level.set_level(dbfs_tenths)

    def set_source_simulated(self, *, picture: bool, sound: bool) -> None:
        """Say over picture and level, not on them, that they are simulated: nothing they show is covered."""
        self._picture_simulated, self._sound_simulated = picture, sound
        self._name_sources()

    def forget_sources(self) -> None:
        """Take away picture, level and what was said of them: the next to look is somebody else."""
        self._preview.show_picture(None)
        self._level.set_level(SILENCE)
        self.set_source_simulated(picture=False, sound=False)

    def render_view(self) -> None:
        """Write the notice's figures."""
        words, view = self.words, self._view
        self._name_sources()
        if view is None:
            return
        self._head.show_session(view.session, words)
        self._head.show_facts(words("screen.item.who", name=view.candidate_name, seat=f"{view.seat_number:02}"))
        for statement, label in self._texts.items():
            label.setText(words(f"screen.notice.{statement}_text", years=view.retention_years))
        self._exam.setText(
            words(
                "screen.notice.exam",
                items=view.items,
                minutes=view.minutes,
                marks=view.marks,
                pass_mark=view.pass_mark,
            )
        )
        self._problem.say(Tone.ATTENTION, say(view.problem, words) if view.problem else "")
        ready = view.ready and view.acknowledged
        self._start.setVisible(self._tick.isChecked())
        self._start.setEnabled(view.ready and self._tick.isChecked())  # before the tick goes: it hands the focus on
        self._title.setText(words("screen.notice.ready_title" if ready else "screen.notice.title"))
        for widget in (self._statements, self._tick):
            widget.setVisible(not ready)
        for widget in (self._ready_hint, self._practice):
            widget.setVisible(ready)

    def purpose(self) -> QWidget:
        """Give the tick box, then the start."""
        return next((one for one in (self._tick, self._start) if one.isVisible() and one.isEnabled()), self)

    def _name_sources(self) -> None:
        words = self.words
        self._frame.setVisible(not self._picture_simulated)  # nobody sits before a picture that is simulated
        self._speak.setVisible(not self._sound_simulated)
        self._picture_label.say(words("screen.notice.picture_simulated") if self._picture_simulated else "")
        self._sound_label.say(words("screen.notice.sound_simulated") if self._sound_simulated else "")

    def _ticked(self, checked: bool) -> None:
        if not checked:  # what was read cannot be unread
            self._tick.setChecked(True)
            return
        self.notice_read.emit()
        self.render_view()
