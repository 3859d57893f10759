"""The table of the find page: rows of two lines, painted in the look of the page; the keyboard goes everywhere."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.archive.window.find_model import COLUMNS, FindModel
from app.archive.window.sayings import Cell
from app.ui.icons import Icon, paint_icon
from app.ui.look import PLAIN_LOOK, Look, Looked, paint_focus
from app.ui.tokens import Space, Tone, Type

_Index = QModelIndex | QPersistentModelIndex
_WIDTHS: Final = {"when": 5.8, "candidate": 9.4, "session": 11.0, "length": 5.4, "verdict": 7.0, "kept": 7.6}
"""Columns in widths of a Chinese character; candidate and session take what is left, too."""


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: an icon and two lines; the second is quieter. What is too long ends in dots."""

    look: Look = PLAIN_LOOK

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Give a row's height: two lines and the air around them."""
        return QSize(0, row_height(self.look))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint it, chosen or not."""
        model = index.model()
        cell = model.cell(index) if isinstance(model, FindModel) else None
        rect = QRect(option.rect)
        state = option.state
        palette, chosen = self.look.palette, bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, QColor(palette.accent_soft if chosen else palette.surface))
        painter.setPen(QColor(palette.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if cell is not None:
            self._lines(painter, rect.adjusted(Space.M, Space.S, -Space.S, -Space.S), cell)
        view = option.widget
        if chosen and isinstance(view, QTableView) and view.hasFocus():  # one ring round the row, a piece in each cell
            left = -view.horizontalScrollBar().value()
            painter.setClipRect(rect)
            paint_focus(
                painter, QRectF(left, rect.top(), view.horizontalHeader().length(), rect.height() - 1), self.look
            )
        painter.restore()

    def _lines(self, painter: QPainter, box: QRect, cell: Cell) -> None:
        half = box.height() // 2
        top = QRect(box.left(), box.top(), box.width(), half)
        self._line(painter, top, cell.first, cell.icon, cell.tone, Type.BODY)
        below = QRect(box.left(), box.top() + half, box.width(), box.height() - half)
        self._line(painter, below, cell.second, cell.second_icon, cell.second_tone, Type.CAPTION)

    def _line(self, painter: QPainter, box: QRect, text: str, icon: Icon | None, tone: Tone, kind: Type) -> None:
        font = self.look.font(kind)
        metrics = QFontMetrics(font)
        if icon is not None:
            side = metrics.ascent()
            at = QRectF(box.left(), box.center().y() - side / 2, side, side)
            paint_icon(painter, icon, at, self.look.tone(tone))
            box = box.adjusted(side + Space.S, 0, 0, 0)
        painter.setFont(font)
        painter.setPen(self.look.tone(tone))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class FindTable(Looked, QTableView):
    """The table. Signal: the recording in this row is to be opened."""

    opened = Signal(int)

    def __init__(self, model: FindModel) -> None:
        super().__init__()
        self.setObjectName("found")
        self._delegate = CellDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def look_changed(self) -> None:
        """Make the rows and columns as large as the text."""
        self._delegate.look = self.look
        self.verticalHeader().setDefaultSectionSize(row_height(self.look))
        self._fit()
        self.viewport().update()

    def _fit(self) -> None:
        """Give every column what it needs, candidate and session what is left; what does not fit scrolls sideways."""
        character = self.look.px(Type.BODY)
        widths = {name: round(characters * character) + 2 * Space.M for name, characters in _WIDTHS.items()}
        spare = max(0, self.viewport().width() - sum(widths.values()))
        widths["candidate"] += spare // 3  # for long names
        widths["session"] += spare - spare // 3
        for name, width in widths.items():
            self.setColumnWidth(COLUMNS.index(name), width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns into the room there is."""
        super().resizeEvent(event)
        self._fit()

    def chosen(self) -> int:
        """Give the row that is chosen, or -1."""
        index = self.currentIndex()
        return index.row() if index.isValid() else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen() >= 0:
            self.opened.emit(self.chosen())
            return
        super().keyPressEvent(event)


def row_height(look: Look) -> int:
    """Give the height of a row of two lines, pixels."""
    lines = QFontMetrics(look.font(Type.BODY)).height() + QFontMetrics(look.font(Type.CAPTION)).height()
    return lines + 2 * Space.S + Space.XS
