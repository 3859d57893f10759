"""The answer card (答题卡): every item's number, its state by shape AND colour."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.exam.prose import Language
from app.ui import tokens
from app.ui.look import Looked, paint_focus
from app.ui.number_grid_cells import GridCell, Only, paint_cell, selected
from app.ui.number_grid_doors import Doors
from app.ui.number_grid_legend import Legend
from app.ui.tokens import Space, Tone, Type
from app.words import Words

__all__ = ["GridCell", "Legend", "NumberGrid", "Only", "selected"]


_SHRINKS: Final = 0.9


class NumberGrid(Looked, QWidget):
    """The cells in rows of ten (of five, when ten do not fit). Arrows or typed digits move, Return goes there.

    `typing` carries the digits typed so far, "" when there are none.
    """

    chosen = Signal(int)
    typing = Signal(str)
    left = Signal()  # by Esc

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._cells: tuple[GridCell, ...] = ()
        self._shown: tuple[GridCell, ...] = ()
        self._only = Only.ALL
        self._here = 0
        self._cursor = 0
        self._empty = ""
        self._typed = ""
        self._words = Words(Language.ZH)
        self._doors = Doors(self)
        self._doors.chosen.connect(self.chosen)

    def set_words(self, words: Words) -> None:
        """Say what a cell shows in another language."""
        self._words = words
        self._tell_cursor()
        self._lead()

    def show_cells(self, cells: tuple[GridCell, ...]) -> None:
        """Show the states; the filter stays."""
        before, self._cells = self._cells, cells
        if self._only is Only.ALL and len(before) == len(cells):
            self._shown = cells
            for was, cell in zip(before, cells, strict=True):
                if was != cell:
                    self._repaint(cell.number)
            self._lead()
        elif cells != before:
            self._refilter()

    def show_only(self, only: Only, empty: str) -> None:
        """Filter; `empty` is said when nothing is left."""
        self._only, self._empty = only, empty
        self._refilter()

    def set_here(self, number: int) -> None:
        """Mark the item that is on the screen."""
        for changed in {self._here, self._cursor, number}:
            self._repaint(changed)
        self._here = self._cursor = number
        self._tell_cursor()
        self._lead()

    def describe(self, cell: GridCell) -> str:
        """Say a cell's number and state."""
        states = ["answered" if cell.answered else "seen" if cell.seen else "unseen"]
        states += ["flagged"] * cell.flagged + ["closed"] * cell.closed + ["here"] * (cell.number == self._here)
        number = self._words("screen.item.number", number=cell.number)
        return " ".join((number, *(self._words(f"screen.item_view.state_{state}") for state in states)))

    def cells(self) -> tuple[GridCell, ...]:
        """Give the cells the filter leaves."""
        return self._shown

    def cell_rect(self, number: int) -> QRect:
        """Give the place of an item's cell, or an empty one when the filter hides it."""
        for index, cell in enumerate(self._shown):
            if cell.number == number:
                return self._rect(index)
        return QRect()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()
        self._lead()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move what leads a screen reader to the cells."""
        super().resizeEvent(event)
        self._doors.resize(event.size())
        self._lead()

    def _lead(self) -> None:
        cells = enumerate(self._shown)
        self._doors.show_cells((cell.number, self.describe(cell), self._rect(at)) for at, cell in cells)

    def _repaint(self, number: int) -> None:
        """Paint one cell anew: the whole card would cost more than the rest of the item screen."""
        reach = tokens.EDGE
        self.update(self.cell_rect(number).adjusted(-reach, -reach, reach, reach))

    def _refilter(self) -> None:
        before = len(self._shown)
        self._shown = selected(self._cells, self._only)
        if len(self._shown) != before:
            self.updateGeometry()
        self.update()
        self._lead()

    def _side(self, width: int = 0) -> int:
        """Give a cell's side; a little less where ten just do not fit in `width`."""
        side = self.look.length(tokens.CELL, tokens.TYPES[Type.CELL].most)
        tenth = (width + Space.XS) // tokens.CELLS_A_ROW - Space.XS
        return tenth if side * _SHRINKS <= tenth < side else side

    def _columns(self, width: int) -> int:
        tens = (width + Space.XS) // (self._side(width) + Space.XS) // tokens.CELLS_A_ROW
        return tens * tokens.CELLS_A_ROW if tens else tokens.CELLS_A_ROW // 2

    def _rect(self, index: int) -> QRect:
        row, column = divmod(index, self._columns(self.width()))
        side = self._side(self.width())
        pitch = side + Space.XS
        gap = Space.M * (column // tokens.CELLS_A_ROW)
        return QRect(column * pitch + gap, row * pitch, side, side)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the columns."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of all rows."""
        pitch = self._side(width) + Space.XS
        columns = self._columns(width)
        rows = -(-max(1, len(self._shown)) // columns)
        return rows * pitch

    def sizeHint(self) -> QSize:
        """Give the room of one row of ten; the height that counts comes from the width."""
        pitch = self._side() + Space.XS
        return QSize(tokens.CELLS_A_ROW * pitch, pitch)

    def minimumSizeHint(self) -> QSize:
        """Give the room of rows of five."""
        return QSize(tokens.CELLS_A_ROW // 2 * (self._side() + Space.XS), self._side())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the item whose cell was pressed."""
        number = self._at(event.position().toPoint())
        if number and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the release comes here."""
        event.accept()

    def _at(self, position: QPoint) -> int:
        places = ((cell.number, self._rect(index)) for index, cell in enumerate(self._shown))
        reach = Space.XS // 2
        return next((n for n, box in places if box.adjusted(-reach, -reach, reach, reach).contains(position)), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the cells by arrows, Home, End and typed digits, go by Return or Space."""
        columns = self._columns(self.width())
        most = len(self._cells)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_Home: -most,
            Qt.Key.Key_End: most,
        }
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in steps and plain:
            self._type("")
            self._step(steps[key])
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9 and plain:
            self._type_digit(chr(key))
        elif key == Qt.Key.Key_Backspace and self._typed:
            self._type(self._typed[:-1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        elif key == Qt.Key.Key_Escape:
            self._type("")
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        typed, self._typed = self._typed, ""
        if typed:
            self.typing.emit("")
        if typed or any(cell.number == self._cursor for cell in self._shown):
            self.chosen.emit(self._cursor)

    def _type_digit(self, digit: str) -> None:
        typed = self._typed + digit
        for text in (typed, digit):
            if 1 <= int(text) <= len(self._cells):
                self._type(text)
                return

    def _type(self, text: str) -> None:
        if text == self._typed:
            return
        self._typed = text
        if text:
            self._move(int(text))
        self.typing.emit(text)

    def _step(self, by: int) -> None:
        numbers = [cell.number for cell in self._shown]
        if not numbers:
            return
        at = numbers.index(self._cursor) + by if self._cursor in numbers else 0
        self._move(numbers[min(max(at, 0), len(numbers) - 1)])

    def _move(self, number: int) -> None:
        self._cursor = number
        self.update()
        said = self._tell_cursor()
        if said and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def _tell_cursor(self) -> str:
        said = next((self.describe(cell) for cell in self._cells if cell.number == self._cursor), "")
        self.setAccessibleDescription(said)
        return said

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell where the cursor is."""
        super().focusInEvent(event)
        self._tell_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget what was typed."""
        super().focusOutEvent(event)
        self._typed = ""
        self.typing.emit("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells that are in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._shown:
            painter.setFont(self.look.font(Type.CAPTION))
            painter.setPen(self.look.tone(Tone.SOFT))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._empty)
        painter.setFont(self.look.font(Type.CELL))
        columns, pitch = self._columns(self.width()), self._side(self.width()) + Space.XS
        region, wanted = event.region(), event.rect()
        first, last = max(0, wanted.top() // pitch) * columns, (wanted.bottom() // pitch + 1) * columns
        for index, cell in enumerate(self._shown[first:last], first):
            box = self._rect(index)
            if region.intersects(box):
                paint_cell(painter, QRectF(box), cell, self.look, here=cell.number == self._here)
        if self.hasFocus() and (box := self.cell_rect(self._cursor)).isValid():
            paint_focus(painter, QRectF(box).adjusted(-2, -2, 2, 2), self.look)
