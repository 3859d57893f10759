"""The custody of a recording (保管记录): who did what, when and why, the newest first."""

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.window.sayings import Sayings, day, moment
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
    """One line: what, who and when, and the reason."""

    def __init__(self) -> None:
        super().__init__()
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
        until = sayings.words("screen.archive.custody.until", day=day(entry.until_ms)) if entry.until_ms else ""
        who = (sayings.who(entry), moment(entry.at.wall_ms), until)
        self._who.setText("\u2003".join(part for part in who if part))
        self._why.setText(entry.purpose or "")
        self._why.setVisible(bool(entry.purpose))
        self.setAccessibleName(f"{self._what.text()} {self._who.text()} {self._why.text()}")


class CustodyList(QWidget):
    """Lines of custody, made as needed and kept."""

    def __init__(self, name: str) -> None:
        super().__init__()
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
            line = CustodyLine()
            hand_down(line, look)
            self._lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(entries))
            if at < len(entries):
                entry = entries[at]
                line.show_entry(entry, Sayings(words), names.get(entry.recording, "") if names else "")
