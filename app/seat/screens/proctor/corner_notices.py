"""What changed on this PC, in the proctor's corner: what was seen, what it may mean, what to do, how to settle it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.proctor.corner_view import ALL, NoticeRow
from app.ui.buttons import Button
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.look import Looked
from app.ui.page import Panel
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_SHOWN = 3
_LINES = 4


class _NoticeLine(QWidget):
    """One thing."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconMark(Icon.ATTENTION, Tone.ATTENTION, beside=Type.STRONG)
        self._seen, self._when = Label(Type.STRONG), Label(Type.CAPTION, Tone.SOFT, wrap=False)
        self._evidence = Label(Type.CAPTION, Tone.SOFT)
        self._evidence.setObjectName("notice_evidence")
        self._meaning, self._remedy, self._shut = Label(Type.BODY, Tone.SOFT), Label(), Label(Type.CAPTION, Tone.SOFT)
        self.settle = Button("settle")
        self._rule = rule()
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self._seen, 1)
        head.addWidget(self._when, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(Space.XS)
        text.addLayout(head)
        for label in (self._meaning, self._remedy, self._evidence, self._shut):
            text.addWidget(label)
        self._gap = QWidget()
        self._gap.setFixedHeight(Space.XS)
        text.addWidget(self._gap)
        text.addWidget(self.settle, 0, Qt.AlignmentFlag.AlignLeft)
        inside = QHBoxLayout()
        inside.setSpacing(Space.M)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._rule)
        column.addLayout(inside)

    def show_row(self, row: NoticeRow, words: Words) -> None:
        """Show a notice."""
        self._seen.setText(say(row.seen, words))
        self._when.setText(row.when)
        for label, text in (
            (self._evidence, "\n".join(say(line, words) for line in row.evidence[:_LINES])),
            (self._meaning, say(row.meaning, words)),
            (self._remedy, say(row.remedy, words)),
            (self._shut, "" if row.settles else words("environment.corner.not_overridable")),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.settle.setObjectName(f"settle_{row.key}")
        for widget in (self._gap, self.settle):
            widget.setVisible(row.settles)
        self.settle.setText(words("environment.corner.settle"))
        self.settle.setAccessibleName(f"{self.settle.text()} {self._seen.text()}")


class Notices(Looked, Panel):
    """The newest of them; nothing when nothing stands. `settling` carries a notice's key, or `ALL`.

    `rechecking`: somebody has put something right, and wants it looked at now.
    """

    settling = Signal(str)
    rechecking = Signal()

    def __init__(self) -> None:
        super().__init__(Space.L)
        self._title = Label(Type.SECTION)
        self._more = Label(Type.CAPTION, Tone.SOFT)
        self._rows: tuple[NoticeRow, ...] = ()
        self._lines = [_NoticeLine() for _line in range(_SHOWN)]
        self.content.setSpacing(Space.M)
        self.content.addWidget(self._title)
        for index, line in enumerate(self._lines):
            line.settle.clicked.connect(lambda _checked=False, at=index: self._ask(at))
            self.content.addWidget(line)
        self.content.addWidget(self._more)
        self._again, self._all = Button("recheck_pc"), Button("settle_all")
        self._again.clicked.connect(self.rechecking)
        self._all.clicked.connect(lambda: self.settling.emit(ALL))
        foot = QHBoxLayout()
        foot.setSpacing(Space.M)
        foot.addWidget(self._again)
        foot.addWidget(self._all)
        foot.addStretch(1)
        self.content.addLayout(foot)
        self.hide()

    def look_changed(self) -> None:
        """Nothing of its own."""

    def show_rows(self, rows: tuple[NoticeRow, ...], words: Words) -> None:
        """Show them."""
        self._rows = rows
        self.setVisible(bool(rows))
        of_pc = all(row.of_pc for row in rows)
        self._title.setText(words("environment.corner.title" if of_pc else "conduct.title"))
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(rows))
            if index < len(rows):
                line.show_row(rows[index], words)
        settled = sum(row.settles for row in rows)
        self._again.setText(words("environment.corner.recheck"))
        self._again.setVisible(any(row.of_pc for row in rows))
        self._all.setText(words("environment.corner.settle_all", count=settled))
        self._all.setVisible(settled > 1)
        left = len(rows) - _SHOWN
        self._more.setVisible(left > 0)
        self._more.setText(words("environment.corner.more", count=max(0, left)))

    def _ask(self, at: int) -> None:
        if at < len(self._rows):
            self.settling.emit(self._rows[at].key)
