"""Fields to type in. Nothing can be pasted, copied, dropped, or reached by a context menu."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from app.ui.characters import LineValidator
from app.ui.labels import repolish
from app.ui.look import Looked
from app.ui.tokens import Space, Type

_CLIPBOARD: Final = (QKeySequence.StandardKey.Paste, QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut)


class Field(QLineEdit):
    """A line to type in. What is no character is dropped at once."""

    def __init__(self, name: str, *, secret: bool = False, longest: int = 64) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setMaxLength(longest)
        self.setValidator(LineValidator(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)

    def set_wrong(self, wrong: bool) -> None:
        """Mark what stands here as wrong, or not."""
        if self.property("wrong") is not wrong:
            self.setProperty("wrong", wrong)
            repolish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take keys, but none of the clipboard's."""
        if any(event.matches(key) for key in _CLIPBOARD):
            event.accept()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Place the cursor; the middle button would paste the X selection."""
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a selection; the middle button would paste the X selection."""
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)


GROUPS: Final = 6
GROUP_LENGTH: Final = 5
_GROUPS_A_ROW: Final = 3
_MISREAD: Final = str.maketrans("OIL", "011")


class CodeField(Looked, QWidget):
    """The release code: six groups of five. Goes on by itself, upper-cases, and reads O as 0, I and L as 1."""

    changed = Signal()
    entered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.S)
        # A group takes more than its five characters, because what is too much goes on to the next one.
        longest = 2 * GROUPS * GROUP_LENGTH
        self._groups = [Field(f"{name}_{index}", longest=longest) for index in range(1, GROUPS + 1)]
        for index, group in enumerate(self._groups, start=1):
            group.setProperty("type", "code")
            group.setAlignment(Qt.AlignmentFlag.AlignCenter)
            group.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            group.textChanged.connect(lambda _text, at=index - 1: self._edited(at))
            group.returnPressed.connect(self.entered)
            group.installEventFilter(self)
            grid.addWidget(group, (index - 1) // _GROUPS_A_ROW, (index - 1) % _GROUPS_A_ROW)
        self.setFocusProxy(self._groups[0])

    def look_changed(self) -> None:
        """Make room for five wide characters in a group."""
        for group in self._groups:
            group.setMinimumWidth(round(self.look.px(Type.LEAD) * 0.72 * GROUP_LENGTH) + 2 * Space.S)

    def code(self) -> str:
        """Give the groups as they stand, joined by "-"."""
        return "-".join(group.text() for group in self._groups)

    def complete(self) -> bool:
        """Tell whether all six groups are full."""
        return all(len(group.text()) == GROUP_LENGTH for group in self._groups)

    def set_wrong_group(self, wrong: int | None) -> None:
        """Mark a group (1 to 6) and go there; 0 marks them all; None marks none."""
        for number, group in enumerate(self._groups, start=1):
            group.set_wrong(wrong in (0, number))
        if wrong is not None:
            at = self._groups[max(wrong, 1) - 1]
            at.setFocus()
            at.selectAll()

    def name_groups(self, names: tuple[str, ...]) -> None:
        """Give the groups their accessible names."""
        for group, name in zip(self._groups, names, strict=True):
            group.setAccessibleName(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go back to the group before on Backspace in an empty one, and by the arrows at its ends."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            for index, group in enumerate(self._groups):
                if group is watched and self._steps(index, group, event.key()):
                    return True
        return super().eventFilter(watched, event)

    def _steps(self, index: int, group: Field, key: int) -> bool:
        start = group.cursorPosition() == 0 and not group.hasSelectedText()
        end = group.cursorPosition() == len(group.text())
        if start and index > 0 and key in (Qt.Key.Key_Backspace, Qt.Key.Key_Left):
            before = self._groups[index - 1]
            before.setFocus()
            before.end(False)
            return True
        if end and index + 1 < GROUPS and key == Qt.Key.Key_Right:
            self._groups[index + 1].setFocus()
            self._groups[index + 1].home(False)
            return True
        return False

    def _edited(self, at: int) -> None:
        group = self._groups[at]
        cursor = len(_cleaned(group.text()[: group.cursorPosition()]))
        text = _cleaned(group.text())
        while True:
            with QSignalBlocker(group):
                group.setText(text[:GROUP_LENGTH])
                group.setCursorPosition(cursor)
            group.set_wrong(False)
            if cursor < GROUP_LENGTH or at + 1 == GROUPS:
                break
            at, text, cursor = at + 1, text[GROUP_LENGTH:], cursor - GROUP_LENGTH
            group = self._groups[at]
            group.setFocus()
            group.selectAll()
            if not text:
                break
        self.changed.emit()


def _cleaned(text: str) -> str:
    kept = "".join(character for character in text.upper() if character.isascii() and character.isalnum())
    return kept.translate(_MISREAD)
