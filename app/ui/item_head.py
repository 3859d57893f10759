"""The head of an item: its section, number, kind and marks, the flag, and the buttons for the item as a whole."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.interactions.hint import Hint
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
        self._section = Line(Type.BODY, Tone.SOFT)
        self._section.setObjectName("section")
        self.hint = Hint(self)
        self.hint.setObjectName("marking_hint")
        self.hint.hide()
        self.read = Button("read_aloud", Kind.QUIET, Icon.PLAY)
        self.calculator = Button("calculator_button", Kind.QUIET)
        self.clear = Button("clear_response", Kind.QUIET)
        for widget in (self._section, self._number, self._kind, self._flag, self.read, self.calculator, self.clear):
            widget.setParent(self)
        for button in (self.read, self.calculator):
            button.hide()
        self._section.hide()

    def show_words(self, words: PaneWords, *, flagged: bool) -> None:
        """Name the item."""
        self._number.setText(words.number)
        self._kind.setText(words.kind)
        self._flag.show_status(Icon.FLAG, Tone.ATTENTION, words.flagged)
        self._flag.setVisible(flagged)

    def set_flagged(self, flagged: bool) -> None:
        """Show or hide the flag."""
        self._flag.setVisible(flagged)

    def show_section(self, text: str) -> bool:
        """Name the section, with what is left of its time; tell whether this takes another room."""
        other = bool(text) is self._section.isHidden()
        self._section.setText(text)
        self._section.setVisible(bool(text))
        return other

    def show_hint(self, text: str) -> None:
        """Say how marking by keys goes; nothing takes it away."""
        self.hint.say(Icon.INFO, Tone.ACCENT, text, aloud=True)
        self.hint.setVisible(bool(text))

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay the head out in `width` and give its height."""
        top = 0
        if not self._section.isHidden():
            self._section.setGeometry(0, 0, width, self._section.sizeHint().height())
            top = self._section.height() + Space.XS
        number = self._number.sizeHint()
        right, top, height = self._arrange_buttons(width, top, number.width() + Space.L, number.height())
        x, middle, below = 0, top + height // 2, top + height
        self._number.setGeometry(x, middle - number.height() // 2, number.width(), number.height())
        x += number.width() + Space.L
        for widget in (self._kind, self._flag):
            size = widget.sizeHint()
            if x + size.width() > right:  # no room beside the number: one line down
                x, right, middle = 0, width, below + size.height() // 2
                below += size.height()
            widget.setGeometry(x, middle - size.height() // 2, min(size.width(), width), size.height())
            x += size.width() + Space.L
        if not self.hint.isHidden():
            high = self.hint.height_of((self.hint.text(),), width)
            self.hint.setGeometry(0, below + Space.S, width, high)
            below += high + Space.S
        return below

    def _arrange_buttons(self, width: int, top: int, left: int, least: int) -> tuple[int, int, int]:
        """Put the buttons at the right end of the first line, or above it where they do not fit beside `left` pixels.

        The room of each is kept. Give where the first line ends for others, its top, and its height.
        """
        buttons = [button for button in (self.read, self.calculator) if not button.isHidden()] + [self.clear]
        for button in buttons:
            button.ensurePolished()  # its size is the stylesheet's
        sizes = [button.sizeHint() for button in buttons]
        height = max(least, *(size.height() for size in sizes))
        wide = sum(size.width() for size in sizes)
        beside = wide <= width - left
        begins = x = max(0, width - wide)
        for button, size in zip(buttons, sizes, strict=True):
            button.setGeometry(x, top, min(size.width(), width - x), height)
            x += size.width()
        return (begins, top, height) if beside else (width, top + height, least)
