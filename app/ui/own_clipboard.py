"""Cut, copied and pasted within one's own text: a buffer of the program's, never the system's clipboard.

Nothing of another program can come in by it, and nothing goes out.
"""

from typing import Final

from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QTextEdit, QWidget

_OWN: Final = "ownClipboard"
_PASTE: Final = QKeySequence.StandardKey.Paste
_COPY: Final = QKeySequence.StandardKey.Copy
_CUT: Final = QKeySequence.StandardKey.Cut


class OwnClipboard:
    """What was cut or copied last in the sheets that share this."""

    def __init__(self) -> None:
        self._text = ""

    def empty(self) -> None:
        """Forget it: what comes next is not for whoever wrote it, or not for this item."""
        self._text = ""

    def take(self, sheet: QTextEdit, event: QKeyEvent, longest: int) -> bool:
        """Do what a clipboard's key says, up to `longest` characters in the sheet. Say whether it was such a key."""
        cursor = sheet.textCursor()
        if event.matches(_COPY) or event.matches(_CUT):
            if cursor.hasSelection():
                self._text = cursor.selection().toPlainText()
                if event.matches(_CUT):
                    cursor.removeSelectedText()
        elif event.matches(_PASTE):
            kept = len(sheet.toPlainText()) - len(cursor.selection().toPlainText())
            if self._text:
                sheet.insertPlainText(self._text[: max(0, longest - kept)])
                sheet.ensureCursorVisible()
        else:
            return False
        event.accept()
        return True


def mark_own(sheet: QWidget) -> None:
    """Mark a field that does with the clipboard's keys what `OwnClipboard` does, and nothing else."""
    sheet.setProperty(_OWN, True)


def has_own(widget: QWidget | None) -> bool:
    """Tell whether a widget is a field that was so marked."""
    return widget is not None and widget.property(_OWN) is True
