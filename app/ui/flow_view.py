"""A document on the page: its text painted, its widgets in their lines, its marks."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QLabel, QWidget

from app.exam.prose import Body, Picture, Table, plain_text
from app.ui.flow_build import QUOTED, VERBATIM, FlowBuilder
from app.ui.flow_document import FlowDocument, is_torn, line_x
from app.ui.flow_ink import Images, Ink
from app.ui.flow_marks import NO_MARKING, Marking, Places, add_selections
from app.ui.flow_slots import Arranged, InLine, LineBox, OverText, Slot, SlotPiece
from app.ui.look import Looked
from app.ui.pictures import PictureButton
from app.ui.tokens import Space


class Marker(Protocol):
    """Hears of the mouse over a text."""

    def press(self, flow: "FlowView", at: QPoint) -> None:
        """Hear of a press."""

    def drag(self, at: QPoint) -> None:
        """Hear of a move with the button down."""

    def release(self, at: QPoint) -> None:
        """Hear of the release."""


class FlowView(Looked, QLabel):
    """Blocks of text. Whoever owns it gives the widgets that stand in it and calls `arrange`.

    A label to screen readers: its accessible name is what the text says.

    With a `marker` the mouse marks text; without one a press belongs to what lies below. `struck`: it is struck
    through.
    """

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
        self.marker: Marker | None = None
        self._marking = NO_MARKING
        self._places: Places | None = None
        self._struck = False

    def show_blocks(self, body: Body, widgets: Sequence[QWidget | None], images: Images) -> None:
        """Take blocks, and the widget for each of their slots in reading order (None: it is painted)."""
        self._body, self._widgets, self._images = body, widgets, images
        self._document, self._slots = None, []
        self._places, self._marking, self._struck = None, NO_MARKING, False
        self.setAccessibleName(plain_text(body))
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
        self._places = None
        document = self._laid(width, shrink)
        self._shift = 0 if isinstance(next(iter(self._body), None), Table) else document.lead // 2
        self._height = round(document.size().height() + 0.4)
        self._document = document
        for slot, widget in zip(self._slots, self._widgets, strict=True):
            document.locate(slot, self._shift)
            if widget is not None:
                _place(slot, widget)
        self.update()
        return self._height

    def _laid(self, width: int, shrink: float) -> FlowDocument:
        """Give the document laid out: as it was before, where nothing stands in it that is not text."""
        key = (self._body, width, shrink, self.look)
        kept = None if any(self._widgets) else self._images.texts.get(key)
        if kept is not None:
            document, self._slots, self._ink = kept
            return document
        document = self._broken(width, shrink)
        if self._ink is not None and not any(self._widgets):
            self._images.keep_text(key, (document, self._slots, self._ink))
        return document

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
        if self._marking.highlights or self._marking.selected is not None:
            add_selections(context, self._document, self.places, self._marking, self.look.palette)
        self._document.documentLayout().draw(painter, context)
        if self._struck:
            self._strike(painter, self._document)
        if self._marking.caret is not None:
            painter.fillRect(self._caret_rect(self._marking.caret), QColor(self.look.palette.focus))
        painter.translate(0, self._shift)
        for slot, filled in zip(self._slots, self._widgets, strict=True):
            if filled is None:
                self._ink.paint(painter, slot, self.devicePixelRatioF())

    # Marks

    @property
    def places(self) -> Places:
        """The characters of the text that can be marked."""
        if self._places is None:
            self._places = Places(self._document or FlowDocument(self.look))
        return self._places

    def show_marking(self, marking: Marking) -> None:
        """Show other marks."""
        if marking != self._marking:
            self._marking = marking
            self.update()

    def set_struck(self, struck: bool) -> None:
        """Strike the text through, or no longer."""
        if struck is not self._struck:
            self._struck = struck
            self.update()

    def place_at(self, at: QPoint) -> int:
        """Give the place before which a caret put at this point stands."""
        if self._document is None:
            return 0
        point = QPointF(at) + QPointF(0, self._shift)
        return self.places.place(self._document.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit))

    def character_at(self, at: QPoint) -> int:
        """Give the place of the character at this point, -1 where there is none."""
        if self._document is None:
            return -1
        point = QPointF(at) + QPointF(0, self._shift)
        if self._document.documentLayout().hitTest(point, Qt.HitTestAccuracy.ExactHit) < 0:
            return -1
        place = self.place_at(at)
        return place - (place > 0 and self._caret_rect(place).left() > point.x())

    def place_beside(self, place: int, lines: int) -> int:
        """Give the place that stands so many lines below this one."""
        caret = self._caret_rect(place)
        pitch = self._document.pitch if self._document else 0
        at = caret.center() + QPointF(0, lines * pitch - self._shift)
        return self.place_at(at.toPoint())

    def _caret_rect(self, place: int) -> QRectF:
        """Give where a caret before this place stands, in the document's coordinates."""
        document = self._document
        if document is None:
            return QRectF()
        position = self.places.position(place)
        block = document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        if not line.isValid():
            return QRectF()
        origin = document.documentLayout().blockBoundingRect(block).topLeft()
        left = origin.x() + line_x(line, position - block.position())
        return QRectF(left - 1, origin.y() + line.y() + line.ascent() - document.em, 3, document.em * 1.25)

    def _strike(self, painter: QPainter, document: FlowDocument) -> None:
        painter.setPen(QPen(QColor(self.look.palette.ink_soft), max(1.0, document.em / 10)))
        block = document.begin()
        while block.isValid():
            origin = document.documentLayout().blockBoundingRect(block).topLeft()
            for index in range(block.layout().lineCount()):
                line = block.layout().lineAt(index)
                y = origin.y() + line.y() + line.ascent() - document.em * 0.36
                left = origin.x() + line.naturalTextRect().left()
                painter.drawLine(QPointF(left, y), QPointF(left + line.naturalTextWidth(), y))
            block = block.next()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to mark, where text can be marked."""
        if self.marker is None or event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            self.marker.press(self, event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on marking."""
        if self.marker is None:
            event.ignore()
        else:
            self.marker.drag(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End marking."""
        if self.marker is None or event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            self.marker.release(event.position().toPoint())

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
