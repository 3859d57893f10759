"""Text entry (填空): a blank within a line to type a word or a number in."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRegularExpression, QSignalBlocker, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction, TextEntry
from app.ui import tokens
from app.ui.fields import Field
from app.ui.flow_slots import LineBox
from app.ui.interactions.base import InteractionView, Setting
from app.ui.tokens import Space, Type

_LONGEST: Final = 256
_USUAL: Final = 8  # characters, where the item does not say how many it expects
_LEAST: Final = 3
_MOST: Final = 30
_WIDE: Final = 1.0  # em: room for a character, Chinese or Latin
_INSIDE: Final = 6  # pixels that a QLineEdit keeps beside its text, for the cursor too
_HEIGHT: Final = 1.9  # em
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""What a Chinese input method writes for ASCII: Unicode's full-width forms, and the ideographic space."""
_PASSING: Final = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


def plainly(text: str) -> str:
    """Write full-width letters, digits and signs as ASCII, without white space at the ends ("１１９" → "119")."""
    return text.translate(_FULL_WIDTH).strip()


class TextEntryView(InteractionView):
    """The blank in its line. What is typed is told at every change, `plainly`, and stands so once the blank is left.

    A text that the item's pattern does not fit is marked when the person leaves the blank, and is a response all
    the same.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry: TextEntry | None = None
        self._name = self._wrong = self._said = ""
        self._pattern = QRegularExpression()
        self.blank = Field("text_entry", longest=_LONGEST)
        self.blank.setParent(self)
        self.blank.setProperty("part", "blank")
        self.blank.textChanged.connect(self._edited)  # a screen reader's text comes without textEdited
        self.blank.editingFinished.connect(self._finished)
        self.blank.installEventFilter(self)

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a text entry with its response."""
        if not isinstance(interaction, TextEntry):
            raise TypeError(type(interaction).__name__)
        self._entry, words = interaction, setting.words
        self._pattern.setPattern(QRegularExpression.anchoredPattern(interaction.pattern))
        self._name = words("screen.interaction.text_entry.name")
        if interaction.hint:
            self._name += " " + words("screen.interaction.text_entry.hint", hint=interaction.hint)
        self._wrong = words("screen.interaction.text_entry.wrong")
        self.blank.setPlaceholderText(interaction.hint)
        text = values[0] if values else ""
        typed = self.blank.text()
        if text not in (typed, plainly(typed)):  # what is being typed keeps its cursor
            self._write(text)
        self._said = text
        self._judge()

    def line_box(self, most: int) -> LineBox:
        """Give the room for as many characters as the item expects, or for its hint."""
        em = self.look.px(Type.EXAM)
        metrics = QFontMetricsF(self.look.font(Type.EXAM))
        expected = (self._entry.expected_length if self._entry else 0) or _USUAL
        hint = metrics.horizontalAdvance(self._entry.hint) if self._entry else 0.0
        width = max(min(max(expected, _LEAST), _MOST) * _WIDE * em, hint + em / 2) + 2 * Space.XS + _INSIDE
        height = round(_HEIGHT * em)
        # a QLineEdit has its text in the middle of what its border leaves
        ascent = round((height - tokens.EDGE - metrics.height()) / 2 + metrics.ascent())
        return LineBox(min(most, round(width)), ascent, height - ascent)

    def arrange(self, width: int) -> int:
        """Lay it out as a block of its own."""
        box = self.line_box(width)
        self.blank.setGeometry(0, 0, box.width, box.height)
        return box.height

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the place in the line."""
        super().resizeEvent(event)
        box = self.line_box(self.width())
        self.blank.setGeometry(0, 0, box.width, box.height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """When the blank is left, have in it what was told, seen from its beginning; on return go on at its end."""
        if watched is self.blank and isinstance(event, QFocusEvent) and event.reason() not in _PASSING:
            if event.lostFocus():
                self._write(self._said)
                self._judge()
            elif event.gotFocus() and event.reason() is not Qt.FocusReason.MouseFocusReason:
                self.blank.setCursorPosition(len(self.blank.text()))
        return super().eventFilter(watched, event)

    def _edited(self, text: str) -> None:
        if self._entry is not None:
            self._said = plainly(text)
            self.blank.set_wrong(False)
            self.responded.emit(self._entry.response, (self._said,) if self._said else ())

    def _finished(self) -> None:
        """On Return, show what was told; the cursor stays at the end."""
        self._write(self._said, at_end=self.blank.hasFocus())
        self._judge()

    def _write(self, text: str, *, at_end: bool = False) -> None:
        with QSignalBlocker(self.blank):
            if text != self.blank.text():
                self.blank.setText(text)
            self.blank.setCursorPosition(len(text) if at_end else 0)

    def _judge(self) -> None:
        """Mark what does not fit the pattern."""
        checked = self._entry is not None and bool(self._entry.pattern) and self._pattern.isValid()
        wrong = bool(self._said) and checked and not self._pattern.match(self._said).hasMatch()
        self.blank.set_wrong(wrong)
        self.blank.setAccessibleName(f"{self._name} {self._wrong if wrong else ''}".rstrip())
