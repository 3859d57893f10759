"""Text on the page. Always plain text: a name with "<b>" in it is shown as it is."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.ui import tokens
from app.ui.icons import Icon, IconMark
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type


class Label(QLabel):
    """A text that wraps."""

    def __init__(self, kind: Type = Type.BODY, tone: Tone = Tone.INK, *, wrap: bool = True) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setWordWrap(wrap)
        self.setProperty("type", kind.value)
        self.setProperty("tone", tone.value)

    def set_tone(self, tone: Tone) -> None:
        """Write in another tone."""
        if self.property("tone") != tone.value:
            self.setProperty("tone", tone.value)
            repolish(self)


def repolish(widget: QWidget) -> None:
    """Let the stylesheet see a property that changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Line(Looked, QLabel):
    """One line that ends in … when it does not fit; painted, so that changing it often costs nothing.

    A label to screen readers, by its accessible name.
    """

    def __init__(self, kind: Type = Type.BODY, tone: Tone = Tone.INK) -> None:
        super().__init__()
        self._kind, self._tone, self._text = kind, tone, ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Give the whole text, also the part that does not fit."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.look_changed()

    def set_tone(self, tone: Tone) -> None:
        """Write in another tone."""
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self.look.font(self._kind))

    def sizeHint(self) -> QSize:
        """Give the room the whole text takes."""
        metrics = self._metrics()
        return QSize(metrics.horizontalAdvance(self._text) + 1, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Give the least room: three characters."""
        metrics = self._metrics()
        least = min(metrics.horizontalAdvance(self._text) + 1, 4 * metrics.height())
        return QSize(least, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the text."""
        painter = QPainter(self)
        painter.setFont(self.look.font(self._kind))
        painter.setPen(self.look.tone(self._tone))
        shown = self._metrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), flags, shown)


class StatusMark(QWidget):
    """An icon and a line (or, where the words are long, a text that wraps): how something stands."""

    def __init__(self, kind: Type = Type.BAR, *, wrap: bool = False) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self._icon = IconMark(Icon.TO_DO, Tone.SOFT, beside=kind)
        self._line: Line | Label = Label(kind) if wrap else Line(kind)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop if wrap else Qt.AlignmentFlag(0))
        row.addWidget(self._line, 1 if wrap else 0)

    def show_status(self, icon: Icon, tone: Tone, text: str) -> None:
        """Show how it stands."""
        self._icon.show_icon(icon, tone)
        self._line.set_tone(tone)
        self._line.setText(text)
        self.setAccessibleName(text)

    def text(self) -> str:
        """Give what it says."""
        return self._line.text()


class Note(QFrame):
    """A note in a tone, with its icon; hidden when it says nothing."""

    _ICONS = {  # noqa: RUF012 - Qt's meta class and ClassVar do not mix
        Tone.ACCENT: Icon.INFO,
        Tone.DONE: Icon.CHECK,
        Tone.ATTENTION: Icon.ATTENTION,
        Tone.DANGER: Icon.BLOCKED,
    }

    def __init__(self, margin: int = Space.M) -> None:
        """Make one; `margin`: above and below what it says, in pixels."""
        super().__init__()
        self.setProperty("part", "note")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, margin, Space.L, margin)
        row.setSpacing(Space.M)
        self._icon = IconMark(Icon.ATTENTION, Tone.ATTENTION, beside=Type.BODY)
        self._label = Label()
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self._row = row
        self.icon = Icon.ATTENTION
        self.hide()

    def put(self, widget: QWidget) -> None:
        """Put beside what is said what can be done about it."""
        self._row.addWidget(widget)

    def say(self, tone: Tone, text: str, icon: Icon | None = None) -> None:
        """Say something, with the tone's icon or another one; an empty text hides the note."""
        self.icon = icon or self._ICONS[tone]
        self._icon.show_icon(self.icon, tone)
        self._label.setText(text)
        if self.property("tone") != tone.value:
            self.setProperty("tone", tone.value)
            repolish(self)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """Give what it says."""
        return self._label.text()


def rule() -> QFrame:
    """Make a thin line between things."""
    line = QFrame()
    line.setProperty("part", "rule")
    line.setFixedHeight(tokens.BORDER)
    return line
