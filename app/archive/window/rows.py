"""Rows of buttons and words that grow with the text, and go on below where a line has no more room."""

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget, QWidgetItem

from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.page import Bar
from app.ui.tokens import Space


class RowButton(Button):
    """A button of a row: its word is as large as all text, with less air round it than a button of a page."""

    def __init__(self, name: str, kind: Kind = Kind.SECONDARY, icon: Icon | None = None) -> None:
        super().__init__(name, kind, icon)
        be_of_a_row(self)


def be_of_a_row(button: Button) -> None:
    """Let a button that was made elsewhere look as those of a row do."""
    button.setProperty("place", "row")


class _Placed:
    """What stands in a row: `far` keeps it at the row's end, `before` is the space kept free before it, pixels."""

    def __init__(self, item: QLayoutItem, *, far: bool, before: int) -> None:
        self.item: Final = item
        self.far: Final = far
        self.before: Final = before


class Wrap(QLayout):
    """Lays widgets out in lines, as words of a text; those that are `far` stand at the end of their line."""

    def __init__(self, parent: QWidget | None = None, spacing: int = Space.S) -> None:
        super().__init__(parent)
        self._placed: list[_Placed] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def put(self, widget: QWidget, *, far: bool = False, before: int = 0) -> None:
        """Put a widget at the end."""
        self.addChildWidget(widget)
        self._placed.append(_Placed(QWidgetItem(widget), far=far, before=before))
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Put an item at the end."""
        self._placed.append(_Placed(item, far=False, before=0))

    def count(self) -> int:
        """Count what stands in it."""
        return len(self._placed)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Give what stands there."""
        return self._placed[index].item if 0 <= index < len(self._placed) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take it out."""
        return self._placed.pop(index).item if 0 <= index < len(self._placed) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Be as high as its lines at this width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of all lines."""
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        """Give the room of a single line."""
        shown = [one for one in self._placed if not one.item.isEmpty()]
        width = sum(one.item.sizeHint().width() + one.before for one in shown)
        width += self.spacing() * max(0, len(shown) - 1)
        return self._framed(width, max((one.item.sizeHint().height() for one in shown), default=0))

    def minimumSize(self) -> QSize:
        """Give the room of the widest thing in it, on one line."""
        shown = [one.item.minimumSize() for one in self._placed if not one.item.isEmpty()]
        return self._framed(
            max((size.width() for size in shown), default=0), max((size.height() for size in shown), default=0)
        )

    def setGeometry(self, rect: QRect) -> None:
        """Lay it out."""
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def _framed(self, width: int, height: int) -> QSize:
        edge = self.contentsMargins()
        return QSize(width + edge.left() + edge.right(), height + edge.top() + edge.bottom())

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        edge = self.contentsMargins()
        room = rect.adjusted(edge.left(), edge.top(), -edge.right(), -edge.bottom())
        top = room.top()
        lines = self._lines(room.width())
        for line in lines:
            height = max(self._wanted(one, room.width()).height() for one in line)
            if place:
                self._place(line, QRect(room.left(), top, room.width(), height))
            top += height + self.spacing()
        used = top - self.spacing() if lines else top
        return used - rect.top() + edge.bottom()

    def _wanted(self, one: _Placed, room: int) -> QSize:
        wanted = one.item.sizeHint()
        return QSize(min(wanted.width(), room), wanted.height())

    def _lines(self, room: int) -> list[list[_Placed]]:
        lines: list[list[_Placed]] = []
        used = 0
        for one in self._placed:
            if one.item.isEmpty():
                continue
            width = self._wanted(one, room).width()
            if lines and used + self.spacing() + one.before + width <= room:
                lines[-1].append(one)
                used += self.spacing() + one.before + width
            else:
                lines.append([one])
                used = width
        return lines

    def _place(self, line: list[_Placed], box: QRect) -> None:
        left, right = box.left(), box.left() + box.width()
        for one in (one for one in line if not one.far):
            size = self._wanted(one, box.width())
            left += one.before if left > box.left() else 0
            one.item.setGeometry(_middle(left, box, size))
            left += size.width() + self.spacing()
        for one in reversed([one for one in line if one.far]):
            size = self._wanted(one, box.width())
            right -= size.width()
            one.item.setGeometry(_middle(right, box, size))
            right -= self.spacing() + one.before


def _middle(left: int, box: QRect, size: QSize) -> QRect:
    return QRect(left, box.top() + (box.height() - size.height()) // 2, size.width(), size.height())


class RowBar(Bar):
    """A head or foot whose things go on in another line; they are put into `row`."""

    def __init__(self, part: str, spacing: int = Space.S) -> None:
        super().__init__(part)
        self.row: Final = Wrap(self, spacing)
        air = (tokens.BAR - tokens.TARGET) // 2
        self.row.setContentsMargins(Space.XL, air, Space.XL, air)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
