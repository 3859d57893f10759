"""Text entry (填空): a blank within a line to type a word or a number in."""

from typing import Final

from PySide6.QtCore import QRegularExpression, QSignalBlocker
from PySide6.QtGui import QFontMetricsF, QResizeEvent
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
_WIDE: Final = 0.9  # em: room for a character, Chinese or Latin
_HEIGHT: Final = 1.9  # em


class TextEntryView(InteractionView):
    """The blank in its line. What is typed is told at every change; spaces at its ends are not part of it.

    A text that the item's pattern does not fit is marked when the person leaves the blank, and is a response all
    the same.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry: TextEntry | None = None
        self._name = self._wrong = ""
        self._pattern = QRegularExpression()
        self.blank = Field("text_entry", longest=_LONGEST)
        self.blank.setParent(self)
        self.blank.setProperty("part", "blank")
        self.blank.textEdited.connect(self._edited)
        self.blank.editingFinished.connect(self._judge)
        self.setFocusProxy(self.blank)

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
        if text != self.blank.text().strip():  # what is being typed keeps its cursor
            with QSignalBlocker(self.blank):
                self.blank.setText(text)
        self._judge()

    def line_box(self, most: int) -> LineBox:
        """Give the room for as many characters as the item expects, or for its hint."""
        em = self.look.px(Type.EXAM)
        metrics = QFontMetricsF(self.look.font(Type.EXAM))
        expected = (self._entry.expected_length if self._entry else 0) or _USUAL
        hint = metrics.horizontalAdvance(self._entry.hint) if self._entry else 0.0
        width = max(min(max(expected, _LEAST), _MOST) * _WIDE * em, hint + em / 2) + 2 * Space.XS
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

    def _edited(self, text: str) -> None:
        if self._entry is not None:
            said = text.strip()
            self.blank.set_wrong(False)
            self.responded.emit(self._entry.response, (said,) if said else ())

    def _judge(self) -> None:
        """Mark what does not fit the pattern."""
        said = self.blank.text().strip()
        checked = self._entry is not None and bool(self._entry.pattern) and self._pattern.isValid()
        wrong = bool(said) and checked and not self._pattern.match(said).hasMatch()
        self.blank.set_wrong(wrong)
        self.blank.setAccessibleName(f"{self._name} {self._wrong if wrong else ''}".rstrip())
