"""Something that takes long: what it is, how far it has come, how long it still takes, and a way to end it."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from app.archive.window.chrome import ArchivePage
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.simulated import Simulated
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault

_WHOLE = 1000


@dataclass(frozen=True)
class Outcome:
    """How it ended: the page's heading, a sentence with its icon, and lines of what was found or is to be done."""

    title: Text
    icon: Icon
    tone: Tone
    text: Text
    lines: tuple[Text, ...] = ()


class Progress(QProgressBar):
    """A bar without words on it: they stand above."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)

    def sizeHint(self) -> QSize:
        """Give the bar's room; Qt would make room for words."""
        return QSize(tokens.NARROW, Space.L)

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(tokens.WORD, Space.L)


class WorkPage(ArchivePage):
    """One long piece of work. Signals: it is to end; the person has read how it ended."""

    stopped = Signal()
    done = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._titled: Text = ""
        self._about: Text = ""
        self._left_s: int | None = None
        self._part: float | None = None
        self._outcome: Outcome | None = None
        self._refused = False
        column = Column()
        self._heading, self._what = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        panel = self._panel = Panel()
        self.bar = Progress()
        self._progress = Label(Type.STRONG)
        self._end = StatusMark(Type.SECTION, wrap=True)
        self._end.setObjectName("outcome")
        self._lines = Label()
        for widget in (self._progress, self.bar, self._end, self._lines):
            panel.content.addWidget(widget)
        for part in (self._heading, self._what, self.problem, panel):
            column.content.addWidget(part)
        column.content.addStretch(1)
        self.body.addWidget(Scroll(column), 1)
        foot = Foot()
        self._stop = Button("stop")
        self.named(self._stop.setText, "archive.work.stop")
        self._stop.clicked.connect(self.stopped)
        self._done = Button("done", Kind.PRIMARY)
        self._done.clicked.connect(self.done)
        foot.row.addWidget(self._stop)
        foot.row.addStretch(1)
        foot.row.addWidget(self._done)
        self.body.addWidget(foot)
        self.dress()

    def begin(self, title: Text, about: Text, simulated: tuple[Simulated, ...] = ()) -> None:
        """Begin; how far it comes is told by `show_progress`. `simulated`: what of the recording is not real."""
        self._titled, self._about = title, about
        self.begin_anew()
        self._part, self._left_s, self._outcome, self._refused = None, None, None, False
        self.set_simulated(simulated)
        self.show_fault(None)
        self.render_view()

    def show_progress(self, part: float, left_s: int | None) -> None:
        """Say how far it has come (0 to 1), and how many seconds it still takes if that can be told."""
        self._part, self._left_s = part, left_s
        self._show_bar()

    def end(self, outcome: Outcome) -> None:
        """Say how it ended."""
        self._outcome, self._refused = outcome, False
        self.render_view()

    def refuse(self, title: Text, fault: Fault) -> None:
        """Say that it did not come to its end; the page's note says why."""
        self._outcome, self._refused = Outcome(title, Icon.ATTENTION, Tone.ATTENTION, ""), True
        self.show_fault(fault)
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        running, outcome = self._outcome is None, self._outcome
        self._heading.setText(say(outcome.title if outcome else self._titled, self.words))
        self._what.setText(say(self._about, self.words))
        self._what.setVisible(running)  # it says what is being done, and how to end it
        self._panel.setVisible(not self._refused)
        self._done.setText(self.words(f"screen.archive.work.{'back' if self._refused else 'done'}"))
        self.bar.setVisible(running)
        self._progress.setVisible(running)
        self._stop.setVisible(running)
        self._done.setVisible(not running)
        self._end.setVisible(outcome is not None and bool(outcome.text))
        self._lines.setVisible(outcome is not None and bool(outcome.lines))
        if outcome is not None:
            self._end.show_status(outcome.icon, outcome.tone, say(outcome.text, self.words))
            self._lines.setText("\n".join(say(line, self.words) for line in outcome.lines))
            self._done.setFocus()
        self._show_bar()

    def _show_bar(self) -> None:
        if self._part is None:
            self.bar.setRange(0, 0)
            self._progress.setText(self.words("screen.archive.work.begun"))
            return
        self.bar.setRange(0, _WHOLE)
        self.bar.setValue(round(self._part * _WHOLE))
        percent = round(self._part * 100)
        if self._left_s is None:
            self._progress.setText(self.words("screen.archive.work.percent", percent=percent))
        else:
            left = f"{self._left_s // 60}:{self._left_s % 60:02}"
            self._progress.setText(self.words("screen.archive.work.left", percent=percent, left=left))
