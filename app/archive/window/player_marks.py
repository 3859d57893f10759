"""The marks of a recording as a list: the way to them by keyboard and screen reader, and to read what they are."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.archive.playing.marks import Lane, Mark
from app.archive.window.player_names import line_of
from app.archive.window.timeline_shapes import colour_of, paint_mark
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.labels import Label
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Type
from app.words import Words

_MARK: Final = Qt.ItemDataRole.UserRole
_WIDTH: Final = 348
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
        return QSize(0, max(self.look.length(tokens.TARGET - Space.S, 1.4), self._metrics().height() + Space.S))

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self.look.font(Type.BAR))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        palette, box = self.look.palette, QRectF(option.rect)
        state = option.state
        mark, side = index.data(_MARK), self.look.length(Space.L, 1.4)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(box, QColor(palette.accent_soft if selected else palette.surface))
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        form = QRectF(box.left() + Space.M, box.center().y() - side / 2, side, side)
        paint_mark(painter, mark, form, colour_of(mark, self.look))
        painter.setFont(self.look.font(Type.BAR))
        painter.setPen(QColor(palette.ink))
        rest = box.adjusted(Space.M + side + Space.S, 0, -Space.XS, 0)
        line = self._metrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, int(rest.width()))
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, line)
        if selected and self.view.hasFocus():
            paint_focus(painter, box, self.look)
        painter.restore()


class _View(QListView):
    """Return goes to the mark as a click does; arrows only move."""

    chosen = Signal(QModelIndex)

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
        self._model = _Model()
        self.view = _View()
        self.view.setObjectName("mark_list")
        self._row = _Row(self.view)
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._row)
        self.view.setUniformItemSizes(True)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.clicked.connect(self._go)
        self.view.chosen.connect(self._go)
        self._empty = Label(Type.BAR)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._buttons = {name: self._button(name) for name in _GROUPS}
        self._lay_out()
        self.set_words(words)

    def _button(self, name: str) -> Button:
        button = Button(f"marks_{name}", bar=True)
        button.be_markable(exclusive=True)
        button.clicked.connect(lambda: self._show(name))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        for button in self._buttons.values():
            row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
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
        self.setFixedWidth(self.look.length(_WIDTH, _MOST))
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


_MOST: Final = 1.5
