"""Extended text (简答): lines to write in, plain text only, and how much was written."""

from typing import Final

from PySide6.QtCore import QMimeData, QRegularExpression, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from app.exam.interactions import ExtendedText, Interaction
from app.ui.characters import NO_CHARACTER
from app.ui.flow_document import ClosedDocument
from app.ui.icons import Icon
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.look import Looked
from app.ui.own_clipboard import OwnClipboard, mark_own
from app.ui.tokens import Space, Tone, Type

_LONGEST: Final = 20_000  # characters of one text, as many as a score packet takes
_NEAR: Final = 18_000  # from here on it says how many are left
_LINES: Final = (4, 14)  # the fewest and the most that are seen at once
_MOST_TEXTS: Final = 10


class Editor(Looked, QTextEdit):
    """The sheet. Only its own text can be cut, copied and pasted; nothing dropped, loaded, or reached by a menu."""

    written = Signal()

    def __init__(self, parent: QWidget, number: int, clipboard: OwnClipboard) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        mark_own(self)
        self.setDocument(ClosedDocument(self))
        self.setObjectName(f"extended_text_{number}")
        self.setProperty("part", "answer")
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._bound)

    def show_text(self, text: str) -> None:
        """Show a text; the one being written keeps its cursor."""
        if text == self.toPlainText():
            return
        with QSignalBlocker(self):
            self.document().setUndoRedoEnabled(False)
            self.setPlainText(text)
            self.look_changed()
            self.document().setUndoRedoEnabled(True)

    def look_changed(self) -> None:
        """Set the lines as far apart as those of the item."""
        form = QTextBlockFormat()
        pitch = round(self.look.px(Type.EXAM) * self.look.line_height)
        form.setLineHeight(pitch, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        with QSignalBlocker(self):
            cursor.mergeBlockFormat(form)

    def _bound(self) -> None:
        """Take back what is no character and what is too much, then tell."""
        if NO_CHARACTER.search(self.toPlainText()):
            self._drop_what_is_no_character()
        if len(self.toPlainText()) > _LONGEST:
            with QSignalBlocker(self):
                self.undo()
                if len(self.toPlainText()) > _LONGEST:
                    self.setPlainText(self.toPlainText()[:_LONGEST])
                    self.moveCursor(QTextCursor.MoveOperation.End)
        self.written.emit()

    def _drop_what_is_no_character(self) -> None:
        pattern = QRegularExpression(NO_CHARACTER.pattern)
        with QSignalBlocker(self):
            found = self.document().find(pattern)
            while not found.isNull():
                found.removeSelectedText()  # the person's own cursor keeps its place
                found = self.document().find(pattern, found)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Give nothing away, neither to the clipboard nor to the X selection."""
        return QMimeData()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: ARG002 - Qt's signature
        """Take nothing."""
        return False

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Take nothing."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take keys, the clipboard's for the own one; what the text has no use for is the page's."""
        if not self._clipboard.take(self, event, _LONGEST):
            super().keyPressEvent(event)


class ExtendedTextView(Board):
    """Prompt, sheet, count. Where several texts are wanted there are several sheets."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._extended: ExtendedText | None = None
        self._editors: list[Editor] = []
        self._clipboard = OwnClipboard()

    @property
    def editors(self) -> list[Editor]:
        """Give the sheets of this interaction."""
        most = self._extended.max_strings if self._extended else 0
        return self._editors[: min(max(most, 1), _MOST_TEXTS)] if self._extended else []

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show an extended text with its response."""
        if not isinstance(interaction, ExtendedText):
            raise TypeError(type(interaction).__name__)
        if interaction != self._extended:
            self._clipboard.empty()
        self._extended = interaction
        self.begin(interaction, values, setting)
        while len(self._editors) < min(max(interaction.max_strings, 1), _MOST_TEXTS):
            self._editors.append(self._new_editor())
        for editor in self._editors:
            editor.setVisible(editor in self.editors)
            editor.setPlaceholderText(interaction.hint)
            editor.setAccessibleName(setting.words("screen.interaction.extended_text.name"))
        if values != self._written():  # a text with an empty one before it comes back first
            for at, editor in enumerate(self.editors):
                editor.show_text(values[at] if at < len(values) else "")
        self.show_values()

    def show_values(self) -> None:
        """Show how much was written."""
        extended, words = self._extended, self.setting.words
        if extended is None:
            return
        count = sum(not character.isspace() for text in self._written() for character in text)
        longest = max((len(text) for text in self._written()), default=0)
        if longest >= _LONGEST:
            self.hint.say(
                Icon.ATTENTION,
                Tone.ATTENTION,
                words("screen.interaction.extended_text.full", most=_LONGEST),
                aloud=True,
            )
        elif longest >= _NEAR:
            self.ask(words("screen.item_view.text_left", left=_LONGEST - longest, most=_LONGEST))
        elif extended.expected_length:
            text = words("screen.interaction.extended_text.count_of", count=count, expected=extended.expected_length)
            self.ask(text)
        else:
            self.ask(words("screen.interaction.extended_text.count", count=count))

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was cut or copied once the item is left: the next who sees this page may be somebody else."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._clipboard.empty()

    def arrange(self, width: int) -> int:
        """Lay prompt, sheets and count out."""
        top = self.arrange_top(width)
        lines = self._extended.expected_lines if self._extended else 0
        seen = min(max(lines, _LINES[0]), _LINES[1])
        height = round(self.look.px(Type.EXAM) * self.look.line_height) * seen + 2 * Space.M
        for editor in self.editors:
            editor.set_look(self.look)
            editor.setGeometry(0, top, width, height)
            top += height + Space.M
        return top - Space.M

    def _new_editor(self) -> Editor:
        editor = Editor(self, len(self._editors) + 1, self._clipboard)
        editor.written.connect(self._changed)
        return editor

    def _written(self) -> tuple[str, ...]:
        return tuple(text for editor in self.editors if (text := editor.toPlainText()).strip())

    def _changed(self) -> None:
        self.respond(self._written())
