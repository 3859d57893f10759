"""The marks of a recording as a list: the way to them by keyboard and screen reader, and to read what they are."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.archive.playing.marks import Lane, Mark
from app.archive.window.player_names import line_of
from app.archive.window.rows import RowButton, Wrap
from app.archive.window.timeline_shapes import colour_of, paint_mark
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.labels import Label
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Type
from app.words import Words

_MARK: Final = Qt.ItemDataRole.UserRole
WIDTH: Final = 348
_BELOW: Final = 240
_HIGHEST: Final = 1_000
_ANY: Final = 16_777_215  # QWIDGETSIZE_MAX
_WRAPPED: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
_GROUPS: Final = {"all": frozenset(Lane), "notable": frozenset(Lane) - {Lane.ITEM}, "items": frozenset({Lane.ITEM})}
"""What can be listed, by the name of its button."""

_Index = QModelIndex | QPersistentModelIndex
_TOP: Final = QModelIndex()


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.marks: Sequence[Mark] = ()
        self.lines: Sequence[str] = ()

    def take(self, marks: Sequence[Mark], words: Words) -> None:
        self.beginResetModel()
        self.marks, self.lines = marks, [line_of(mark, words) for mark in marks]
        self.endResetModel()

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.marks)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.lines[index.row()]
        return self.marks[index.row()] if role == _MARK else None


class _Row(Looked, QStyledItemDelegate):
    """Paints a row: the mark's form, and its line."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self.view = view

    def look_changed(self) -> None:
        """Nothing yet: the view lays its rows out again."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002 - Qt's signature
        width = self.view.viewport().width()
        return QSize(0, max(tokens.TARGET - Space.S, self._rest(QRectF(0, 0, width, 0), index.data())[1] + Space.S))

    def _rest(self, box: QRectF, line: str) -> tuple[QRectF, int]:
        """Give the room of the words in a row, and how high they are when they wrap there."""
        rest = box.adjusted(Space.M + self._side() + Space.S, 0, -Space.S, 0)
        room = QRect(0, 0, max(1, int(rest.width())), _HIGHEST)
        return rest, QFontMetrics(self.look.font(Type.BODY)).boundingRect(room, _WRAPPED, line).height()

    def _side(self) -> int:
        return self.look.length(Space.L)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        palette, box = self.look.palette, QRectF(option.rect)
        state = option.state
        mark, side = index.data(_MARK), self._side()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(box, QColor(palette.accent_soft if selected else palette.surface))
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        form = QRectF(box.left() + Space.M, box.center().y() - side / 2, side, side)
        paint_mark(painter, mark, form, colour_of(mark, self.look))
        painter.setFont(self.look.font(Type.BODY))
        painter.setPen(QColor(palette.ink))
        rest, _ = self._rest(box, index.data())
        painter.drawText(rest, _WRAPPED, index.data())
        if selected and self.view.hasFocus():
            paint_focus(painter, box, self.look)
        painter.restore()


class _View(QListView):
    """Return goes to the mark as a click does; arrows only move."""

    chosen = Signal(QModelIndex)

    def sizeHint(self) -> QSize:
        """Ask for the least: it takes what the picture beside it leaves, and never makes the page scroll."""
        return self.minimumSizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()


class MarkList(Looked, QWidget):
    """The marks, all of them, those to look at, or the items. `chosen`: go to this moment, ms."""

    chosen = Signal(int)

    def __init__(self, marks: Sequence[Mark], words: Words) -> None:
        super().__init__()
        self.setObjectName("marks")
        self._marks, self._words, self._group = marks, words, "notable"
        self._beside = True
        self._model = _Model()
        self.view = _View()
        self.view.setObjectName("mark_list")
        self._row = _Row(self.view)
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._row)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)  # rows wrap
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.clicked.connect(self._go)
        self.view.chosen.connect(self._go)
        self._empty = Label()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._buttons = {name: self._button(name) for name in _GROUPS}
        self._lay_out()
        self.set_words(words)

    def _button(self, name: str) -> Button:
        button = RowButton(f"marks_{name}")
        button.be_markable(exclusive=True)
        button.clicked.connect(lambda: self._show(name))
        return button

    def _lay_out(self) -> None:
        row = Wrap(spacing=Space.XS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        for button in self._buttons.values():
            row.put(button)
        column.addWidget(self._empty, 1)
        column.addWidget(self.view, 1)

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self._words = words
        self.view.setAccessibleName(words("player.marks"))
        for name, button in self._buttons.items():
            button.setText(words(f"player.marks_{name}"))
        self._show(self._group)

    def look_changed(self) -> None:
        """Measure and paint again."""
        palette = QPalette(self.view.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(self.look.palette.surface))
        self.view.setPalette(palette)
        self._row.set_look(self.look)
        self.stand(beside=self._beside)

    def stand(self, *, beside: bool) -> None:
        """Stand beside the picture, or below everything in all its width."""
        self._beside = beside
        if beside:
            self.setFixedWidth(self.look.length(WIDTH))
            self.setMinimumHeight(0)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(_ANY)
            self.setMinimumHeight(self.look.length(_BELOW))
        self.view.doItemsLayout()

    def next_mark(self, from_ms: int, way: int) -> int | None:
        """Give the moment of the next mark listed (1) or the one before (-1); None if there is none."""
        times = [mark.at_ms for mark in self._model.marks]
        beyond = [at for at in times if (at > from_ms if way > 0 else at < from_ms)]
        return (beyond[0] if way > 0 else beyond[-1]) if beyond else None

    def _show(self, group: str) -> None:
        self._group = group
        for name, button in self._buttons.items():
            button.setChecked(name == group)
        shown = [mark for mark in self._marks if mark.lane in _GROUPS[group]]
        self._model.take(shown, self._words)
        self.view.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        self._empty.setText("" if shown else self._words(f"player.none_{group}"))

    def _go(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(_MARK).at_ms)
