"""A document on the page: its text painted, its widgets in their lines. Wide tables shrink a little, then scroll."""

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.exam.prose import Body, Picture, Table, inline_text, plain_text
from app.ui.flow_build import QUOTED, TABLE_EXTRA, VERBATIM, FlowBuilder
from app.ui.flow_document import FlowDocument, is_torn
from app.ui.flow_ink import Images, Ink
from app.ui.flow_slots import Arranged, InLine, LineBox, OverText, Slot, SlotPiece
from app.ui.look import Look, Looked, paint_focus
from app.ui.pictures import PictureButton
from app.ui.tokens import Space, Type

_SHRINKS: Final = 0.8  # how small the text of a wide table gets before it scrolls
_LEAST_CELL: Final = 5.0  # em: a column with more text than this is not made narrower
_LATIN: Final = 0.56  # em: the width of a Latin character beside a Chinese one


class FlowView(Looked, QWidget):
    """Blocks of text. Whoever owns it gives the widgets that stand in it and calls `arrange`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._body: Body = ()
        self._widgets: Sequence[QWidget | None] = ()
        self._images = Images({})
        self._document: FlowDocument | None = None
        self._slots: list[Slot] = []
        self._ink: Ink | None = None
        self._laid_out = (0, 0.0, self.look)
        self._height = self._shift = 0

    def show_blocks(self, body: Body, widgets: Sequence[QWidget | None], images: Images) -> None:
        """Take blocks, and the widget for each of their slots in reading order (None: it is painted)."""
        self._body, self._widgets, self._images = body, widgets, images
        self._document, self._slots = None, []
        for widget in widgets:
            if widget is not None and widget.parent() is not self:
                widget.setParent(self)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int, shrink: float = 1.0) -> int:
        """Lay everything out in `width`, the text by `shrink` smaller; give the height it takes."""
        key = (width, shrink, self.look)
        if self._document is not None and key == self._laid_out and not any(self._widgets):
            return self._height
        self._laid_out = key
        document = self._broken(width, shrink)
        self._shift = 0 if isinstance(next(iter(self._body), None), Table) else document.lead // 2
        self._height = round(document.size().height() + 0.4)
        self._document = document
        for slot, widget in zip(self._slots, self._widgets, strict=True):
            document.locate(slot, self._shift)
            if widget is not None:
                _place(slot, widget)
        self.update()
        return self._height

    def _broken(self, width: int, shrink: float) -> FlowDocument:
        """Give the document with its lines broken, again where a line ended beside a slot in the wrong place."""
        breaks: frozenset[int] = frozenset()
        while True:
            document = FlowDocument(self.look, shrink)
            self._ink = Ink(self._images, self.look, document.em)
            builder = FlowBuilder(document, self.look.palette, width, self._measure, breaks)
            builder.build(self._body)
            document.setTextWidth(width)
            document.size()  # lays everything out
            torn = {at for at, slot in enumerate(builder.slots) if at not in breaks and is_torn(document, slot)}
            if not torn:
                self._slots = builder.slots
                return document
            breaks |= {min(torn)}  # what comes after it may fall into place

    def natural_width(self) -> int:
        """Give the width that the text really takes."""
        return round(self._document.idealWidth() + 0.4) if self._document else 0

    def _measure(self, index: int, piece: SlotPiece, room: int, alone: bool) -> LineBox:
        widget = self._widgets[index]
        if widget is None:
            return self._ink.box(piece, room) if self._ink else LineBox(0, 0)
        if isinstance(widget, Looked):
            widget.set_look(self.look)
        if isinstance(widget, PictureButton):
            size = widget.size_within(room)
            return LineBox(size.width(), size.height() if alone or isinstance(piece, Picture) else size.height() + 2)
        if isinstance(widget, InLine):
            return widget.line_box(room)
        return LineBox(room, widget.arrange(room) if isinstance(widget, Arranged) else widget.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the text, and paint what stands in it without being a widget."""
        if self._document is None or self._ink is None:
            return
        painter = QPainter(self)
        over: list[object] = list(self._widgets)
        for widget in over:
            if isinstance(widget, OverText):
                widget.paint_ground(painter)
        painter.translate(0, -self._shift)
        self._paint_grounds(painter, self._document)
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette(context.palette)
        palette.setColor(QPalette.ColorRole.Text, QColor(self.look.palette.ink))
        palette.setColor(QPalette.ColorRole.Dark, QColor(self.look.palette.line_strong))
        context.palette = palette
        self._document.documentLayout().draw(painter, context)
        painter.translate(0, self._shift)
        for slot, filled in zip(self._slots, self._widgets, strict=True):
            if filled is None:
                self._ink.paint(painter, slot, self.devicePixelRatioF())

    def _paint_grounds(self, painter: QPainter, document: FlowDocument) -> None:
        """Draw the bar beside what is quoted, and the ground of what stands as it is."""
        block = document.begin()
        while block.isValid():
            form = block.blockFormat()
            quoted = form.intProperty(QUOTED)
            if quoted or form.boolProperty(VERBATIM):
                box = document.documentLayout().blockBoundingRect(block)
                follows = quoted and block.next().blockFormat().intProperty(QUOTED)
                left = form.indent() * document.indentWidth()
                box.setBottom(box.bottom() + (form.bottomMargin() + 2 if follows else 0))
                if form.boolProperty(VERBATIM):
                    ground = QRectF(left, box.top(), self.width() - left, box.height())
                    painter.fillRect(ground, QColor(self.look.palette.sunken))
                if quoted:
                    bar = QRectF(left - document.em, box.top(), Space.XS, box.height())
                    painter.fillRect(bar, QColor(self.look.palette.line_strong))
            block = block.next()


def _place(slot: Slot, widget: QWidget) -> None:
    if isinstance(widget, OverText):
        widget.lie_over(slot.rect(), [line.toAlignedRect() for line in slot.lines])
    else:
        widget.setGeometry(slot.rect())
    widget.show()


class TableView(Looked, QScrollArea):
    """One table. When its columns would get too narrow its text shrinks a little; beyond that it scrolls sideways."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("table")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.flow = FlowView(self)
        self.flow.setAutoFillBackground(False)
        self.setWidget(self.flow)
        self.flow.setAutoFillBackground(False)
        self._table = Table(())

    def show_table(self, table: Table, widgets: Sequence[QWidget | None], images: Images) -> None:
        """Take a table, and the widgets in it."""
        self._table = table
        self.flow.show_blocks((table,), widgets, images)
        self.setAccessibleName(inline_text(table.caption))
        self.horizontalScrollBar().setValue(0)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay the table out in `width` and give the height it takes, its scroll bar included."""
        self.flow.set_look(self.look)
        shrink = min(1.0, max(_SHRINKS, width / least_width(self._table, self.look, 1.0)))
        inner = max(width, least_width(self._table, self.look, shrink))
        height = self.flow.arrange(inner, shrink)
        inner = max(inner, self.flow.natural_width())
        self.flow.resize(inner, height)
        scrolls = inner > width
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)
        return height + (self.horizontalScrollBar().sizeHint().height() if scrolls else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll sideways by the arrows; leave every other key to the page."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + step * self.look.px(Type.EXAM) * 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            paint_focus(QPainter(self.viewport()), QRectF(self.viewport().rect()), self.look)


def least_width(table: Table, look: Look, shrink: float) -> int:
    """Give the width below which a table cannot be read, pixels: no column narrower than a few characters."""
    columns: dict[int, float] = {}
    for row in table.rows:
        at = 0
        for cell in row:
            if cell.columns == 1:
                columns[at] = max(columns.get(at, 0.0), _least(plain_text(cell.body)))
            at += cell.columns
    em = look.px(Type.EXAM) * shrink
    return max(1, math.ceil(sum(columns.values()) * em) + len(columns) * TABLE_EXTRA)


def _least(text: str) -> float:
    lines = (sum(_LATIN if character.isascii() else 1.0 for character in line) for line in text.splitlines())
    return min(_LEAST_CELL, max(lines, default=0.0)) + 0.1
