"""The head of an item: number, kind and marks, the flag, and the button that clears the response."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type


@dataclass(frozen=True)
class PaneWords:
    """The words around an item."""

    number: str = ""
    kind: str = ""
    flagged: str = ""
    stimulus: str = ""
    fold: str = ""
    unfold: str = ""


class ItemTop(Looked, QWidget):
    """One line while there is room, else two or three."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("item_top")
        self._number, self._kind = Line(Type.TITLE), Line(Type.BODY, Tone.SOFT)
        self._flag = StatusMark(Type.BODY)
        self.clear = Button("clear_response", Kind.QUIET)
        for widget in (self._number, self._kind, self._flag, self.clear):
            widget.setParent(self)

    def show_words(self, words: PaneWords, *, flagged: bool) -> None:
        """Name the item."""
        self._number.setText(words.number)
        self._kind.setText(words.kind)
        self._flag.show_status(Icon.FLAG, Tone.ATTENTION, words.flagged)
        self._flag.setVisible(flagged)

    def set_flagged(self, flagged: bool) -> None:
        """Show or hide the flag."""
        self._flag.setVisible(flagged)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay the head out in `width` and give its height."""
        self.clear.ensurePolished()  # its size is the stylesheet's
        clear = self.clear.sizeHint()
        number = self._number.sizeHint()
        height = max(clear.height(), number.height())
        self.clear.setGeometry(width - clear.width(), 0, clear.width(), height)
        x, middle, below = 0, height // 2, height
        self._number.setGeometry(x, middle - number.height() // 2, number.width(), number.height())
        x += number.width() + Space.L
        for widget in (self._kind, self._flag):
            size = widget.sizeHint()
            if x + size.width() > width - clear.width():  # no room beside the number: one line down
                x, middle = 0, below + size.height() // 2
                below += size.height()
            widget.setGeometry(x, middle - size.height() // 2, min(size.width(), width), size.height())
            x += size.width() + Space.L
        return below
