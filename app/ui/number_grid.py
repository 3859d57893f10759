"""The answer card (答题卡): every item's number, its state by shape AND colour."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.look import Look, Looked, paint_focus
from app.ui.tokens import Space, Tone, Type


@dataclass(frozen=True)
class GridCell:
    """One item's place on the answer card; numbers count from 1. `closed`: the time of its section is used up."""

    number: int
    answered: bool
    flagged: bool
    seen: bool = False
    closed: bool = False


class Only(StrEnum):
    """Which items the answer card shows."""

    ALL = "all"
    UNANSWERED = "unanswered"
    FLAGGED = "flagged"


def selected(cells: tuple[GridCell, ...], only: Only) -> tuple[GridCell, ...]:
    """Give the cells a filter leaves."""
    match only:
        case Only.UNANSWERED:
            return tuple(cell for cell in cells if not cell.answered)
        case Only.FLAGGED:
            return tuple(cell for cell in cells if cell.flagged)
        case _:
            return cells


class NumberGrid(Looked, QWidget):
    """The cells in rows of ten (of five, when ten do not fit). Arrows move, Return goes there."""

    chosen = Signal(int)

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

    def show_cells(self, cells: tuple[GridCell, ...]) -> None:
        """Show the states; the filter stays."""
        before, self._cells = self._cells, cells
        if self._only is Only.ALL and len(before) == len(cells):
            self._shown = cells
            for was, cell in zip(before, cells, strict=True):
                if was != cell:
                    self._repaint(cell.number)
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

    def _side(self) -> int:
        return self.look.length(tokens.CELL, tokens.TYPES[Type.CELL].most)

    def _columns(self, width: int) -> int:
        tens = (width + Space.XS) // (self._side() + Space.XS) // tokens.CELLS_A_ROW
        return tens * tokens.CELLS_A_ROW if tens else tokens.CELLS_A_ROW // 2

    def _rect(self, index: int) -> QRect:
        row, column = divmod(index, self._columns(self.width()))
        pitch = self._side() + Space.XS
        gap = Space.M * (column // tokens.CELLS_A_ROW)
        return QRect(column * pitch + gap, row * pitch, self._side(), self._side())

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the columns."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of all rows."""
        pitch = self._side() + Space.XS
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
        """Move among the cells by the arrows, go by Return or Space."""
        columns = self._columns(self.width())
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if any(cell.number == self._cursor for cell in self._shown):
                self.chosen.emit(self._cursor)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        numbers = [cell.number for cell in self._shown]
        if not numbers:
            return
        at = numbers.index(self._cursor) + by if self._cursor in numbers else 0
        self._cursor = numbers[min(max(at, 0), len(numbers) - 1)]
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
        for index, cell in enumerate(self._shown):
            box = self._rect(index)
            if event.region().intersects(box):
                paint_cell(painter, QRectF(box), cell, self.look, here=cell.number == self._here)
        if self.hasFocus() and (box := self.cell_rect(self._cursor)).isValid():
            paint_focus(painter, QRectF(box).adjusted(-2, -2, 2, 2), self.look)


def paint_cell(painter: QPainter, box: QRectF, cell: GridCell, look: Look, *, here: bool) -> None:
    """Draw one cell: filled = answered, outlined = not yet, corner flag = flagged, doubled edge = here."""
    palette = look.palette
    inner = box.adjusted(1, 1, -1, -1)
    if here:
        painter.setPen(QPen(QColor(palette.ink), tokens.RING))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), tokens.RADIUS, tokens.RADIUS)
        inner = box.adjusted(5, 5, -5, -5)
    filled = palette.accent if cell.answered else palette.surface
    painter.setPen(QPen(QColor(palette.accent if cell.answered else palette.line_strong), tokens.BORDER))
    if here and not cell.answered:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(filled))
    radius = tokens.RADIUS / 3 if here else tokens.RADIUS / 2
    painter.drawRoundedRect(inner, radius, radius)
    painter.setPen(QColor(palette.on_accent if cell.answered else palette.ink))
    if cell.number:
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(cell.number))
    if cell.flagged:
        side = box.width() * 0.46
        corner = box.topRight()
        flag = QPolygonF([corner, corner - QPointF(side, 0), corner + QPointF(0, side)])
        painter.setPen(QPen(QColor(palette.ink), tokens.BORDER))
        painter.setBrush(QColor(palette.attention_fill))
        painter.drawPolygon(flag)


class Legend(Looked, QWidget):
    """What the shapes of the answer card mean, each drawn as it is there."""

    _SAMPLES = (
        GridCell(0, True, False),
        GridCell(0, False, False),
        GridCell(0, False, True),
        GridCell(0, False, False),
    )

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ("", "", "", "")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_names(self, answered: str, unanswered: str, flagged: str, here: str) -> None:
        """Name the four shapes."""
        self._names = (answered, unanswered, flagged, here)
        self.look_changed()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def _places(self, width: int) -> Iterator[tuple[QRect, QRect]]:
        font = self.look.font(Type.CAPTION)
        font.setPixelSize(self._text_px())
        metrics = QFontMetrics(font)
        side = self._text_px() + Space.XS
        x = y = 0
        for name in self._names:
            wide = side + Space.XS + metrics.horizontalAdvance(name)
            if x and x + wide > width:
                x, y = 0, y + metrics.height() + Space.XS
            box = QRect(x, y + (metrics.height() - side) // 2, side, side)
            yield box, QRect(box.right() + 1 + Space.XS, y, wide, metrics.height())
            x += wide + Space.M

    def _text_px(self) -> int:
        return self.look.length(tokens.TYPES[Type.CAPTION].px, tokens.TYPES[Type.CELL].most)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of the samples' lines."""
        return max(words.bottom() for _box, words in self._places(width)) + 1

    def sizeHint(self) -> QSize:
        """Give the room of one line; the height that counts comes from the width."""
        width = tokens.CARD_WIDTH - 2 * Space.L
        return QSize(width, self._text_px() + Space.XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the samples and their names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.look.font(Type.CAPTION)
        font.setPixelSize(self._text_px())
        painter.setFont(font)
        for index, (box, words) in enumerate(self._places(self.width())):
            paint_cell(painter, QRectF(box), self._SAMPLES[index], self.look, here=index == len(self._names) - 1)
            painter.setPen(self.look.tone(Tone.SOFT))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._names[index])
