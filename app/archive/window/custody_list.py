"""The custody of a recording (保管记录): who did what, when and why, the newest first."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.window.rows import RowButton
from app.archive.window.sayings import Sayings, day, moment
from app.ui.buttons import Kind
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.look import Look, hand_down
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.archive import CustodyAct, CustodyEntry

_LOOKS: Final = {
    CustodyAct.ARRIVED: (Icon.SHIELD, Tone.DONE),
    CustodyAct.VERIFIED: (Icon.CHECK, Tone.DONE),
    CustodyAct.VIEWED: (Icon.PLAY, Tone.ACCENT),
    CustodyAct.SNAPSHOT: (Icon.ZOOM, Tone.ACCENT),
    CustodyAct.EXPORT_BEGUN: (Icon.OUTBOX, Tone.ACCENT),
    CustodyAct.EXPORTED: (Icon.OUTBOX, Tone.ACCENT),
    CustodyAct.HELD: (Icon.LOCK, Tone.ACCENT),
    CustodyAct.RELEASED: (Icon.LOCK, Tone.SOFT),
    CustodyAct.EXTENDED: (Icon.CLOCK, Tone.ACCENT),
}
_OTHERS: Final = (Icon.ATTENTION, Tone.ATTENTION)


class CustodyLine(QWidget):
    """One line: what, who and when, and the reason. `opened`: its recording is wanted, by its button or a click."""

    opened = Signal(str)

    def __init__(self, *, opens: bool) -> None:
        super().__init__()
        self._recording = ""
        self._open = RowButton("open_recording", Kind.QUIET) if opens else None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        self._icon = IconMark(Icon.TO_DO, Tone.SOFT, beside=Type.BODY)
        self._what, self._who = Label(Type.STRONG), Label(Type.CAPTION, Tone.SOFT)
        self._why = Label()
        head.addWidget(self._icon)
        head.addWidget(self._what, 1)
        if self._open is not None:
            self._open.clicked.connect(lambda _checked: self.opened.emit(self._recording))
            head.addWidget(self._open)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        column.addLayout(head)
        column.addWidget(self._who)
        column.addWidget(self._why)
        column.addWidget(rule())

    def show_entry(self, entry: CustodyEntry, sayings: Sayings, name: str = "") -> None:
        """Show an entry; `name` says of which recording, where there are several."""
        icon, tone = _LOOKS.get(entry.act, _OTHERS)
        self._icon.show_icon(icon, tone)
        verdict = entry.facts.get("verdict")
        said = sayings.act(entry)
        parts = (name, said, sayings.verdict(verdict) if verdict else "")
        self._what.setText("\u2003".join(part for part in parts if part))
        kind = "review" if entry.act is CustodyAct.HELD else "until"
        until = sayings.words(f"screen.archive.custody.{kind}", day=day(entry.until_ms)) if entry.until_ms else ""
        who = (sayings.who(entry), moment(entry.at.wall_ms), until)
        self._who.setText("\u2003".join(part for part in who if part))
        self._why.setText(entry.purpose or "")
        self._why.setVisible(bool(entry.purpose))
        self.setAccessibleName(f"{self._what.text()} {self._who.text()} {self._why.text()}")
        self._recording = entry.recording
        if self._open is not None:
            self._open.setText(sayings.words("screen.archive.log.open"))
            self._open.setAccessibleName(sayings.words("screen.archive.log.open_long", line=self.accessibleName()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the recording from anywhere on the line."""
        inside = self.rect().contains(event.position().toPoint())
        if self._open is not None and inside and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(self._recording)
        super().mouseReleaseEvent(event)


class CustodyList(QWidget):
    """Lines of custody, made as needed and kept. `opens`: each leads to its recording, which `opened` tells."""

    opened = Signal(str)

    def __init__(self, name: str, *, opens: bool = False) -> None:
        super().__init__()
        self._opens: Final = opens
        self.setObjectName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self._lines: list[CustodyLine] = []

    def show_entries(
        self, entries: list[CustodyEntry], words: Words, look: Look, names: dict[str, str] | None = None
    ) -> None:
        """Show entries in this order; `names` by recording, where there are several."""
        while len(self._lines) < len(entries):
            line = CustodyLine(opens=self._opens)
            line.opened.connect(self.opened)
            hand_down(line, look)
            self._lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(entries))
            if at < len(entries):
                entry = entries[at]
                line.show_entry(entry, Sayings(words), names.get(entry.recording, "") if names else "")
