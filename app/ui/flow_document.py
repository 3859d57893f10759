"""A QTextDocument that opens nothing and keeps exact room in its lines for what is not text."""

from collections.abc import Iterator
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, QUrl
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QPyTextObject,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLine,
    QTextOption,
)

from app.ui.flow_inlines import OBJECT
from app.ui.flow_slots import LineBox, Slot
from app.ui.look import Look
from app.ui.tokens import Type

_SLOT: Final = QTextFormat.ObjectTypes.UserObject.value + 1
_WIDTH: Final = QTextFormat.Property.UserProperty.value + 1
_HEIGHT: Final = _WIDTH + 1
NEVER_LAST: Final = frozenset("（《「『【〈〔“‘([{$￥¥")
_NEVER_FIRST: Final = frozenset("，。、；：？！）》」』】〉〕…—”’％‰℃,.;:?!)]}%°")
_APART: Final = 2  # pixels between what stands above each other in two lines
_HANGS: Final = 0.3  # em below the baseline that every line has room for


class _Rooms(QPyTextObject):
    """Tells the layout how large each slot is. What stands there is painted and moved by the view."""

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:  # noqa: A002, ARG002, N803
        """Give the room of a slot."""
        return QSizeF(format.doubleProperty(_WIDTH), format.doubleProperty(_HEIGHT))

    def drawObject(self, *_where: object) -> None:
        """Leave the room empty."""


class ClosedDocument(QTextDocument):
    """A document that opens no file and no address, whatever stands in it (Qt's own opens files)."""

    def loadResource(self, type: int, name: QUrl | str) -> None:  # noqa: A002 - Qt's signature
        """Load nothing: our text names no file, and its pictures are painted by the view."""


class FlowDocument(ClosedDocument):
    """An empty document in a look.

    In pixels: `em` is the size of its text, `pitch` the distance of its lines, `lead` the part of it that
    lies above the characters of a line (above the first one too: the view takes half of it away).
    """

    def __init__(self, look: Look, shrink: float = 1.0) -> None:
        super().__init__()
        self.em = round(look.px(Type.EXAM) * shrink)
        self.pitch = round(self.em * look.line_height)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setIndentWidth(2 * self.em)
        font = look.font(Type.EXAM)
        font.setPixelSize(self.em)
        self.setDefaultFont(font)
        self.lead = max(0, self.pitch - QFontMetrics(font).height())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setDefaultTextOption(option)
        self._rooms: _Rooms | None = None

    def insert_slot(self, cursor: QTextCursor, box: LineBox) -> int:
        """Write what keeps room for `box`, on the baseline; give how many characters it is.

        Qt's objects have nothing below the baseline, or as much above it as below. So what a box has there is kept
        by a second one, of no width, around the baseline.
        """
        if self._rooms is None:
            self._rooms = _Rooms(self)
            self.documentLayout().registerHandler(_SLOT, self._rooms)
        cursor.insertText(OBJECT, _room(box.width, box.ascent + self.lead // 2 + _APART))
        if box.descent <= self.em * _HANGS:
            return 1
        strut = _room(0, 2 * box.descent)
        font = QFont(self.defaultFont())
        font.setPixelSize(1)  # Qt puts its middle a quarter of this font's height too high
        strut.setFont(font)
        strut.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        cursor.insertText(OBJECT, strut)
        return 2

    def locate(self, slot: Slot, shift: int) -> None:
        """Write down where a slot came to stand in a view that paints the document `shift` pixels higher."""
        block = self.findBlock(slot.position)
        origin = self.documentLayout().blockBoundingRect(block).topLeft() - QPointF(0, shift)
        line = block.layout().lineForTextPosition(slot.position - block.position())
        slot.at = origin + QPointF(line_x(line, slot.position - block.position()), line.y() + line.ascent())
        slot.lines = list(_stretches(block, origin, slot.position + 1, slot.end)) if slot.end else []


def is_torn(document: QTextDocument, slot: Slot) -> bool:
    """Tell whether a line ends beside a slot where it must not: Qt breaks lines before and after every object.

    That is before a character that never begins a line, after one that never ends one, and between a box and the
    text it belongs to.
    """
    block = document.findBlock(slot.position)
    text, at = block.text(), slot.position - block.position()
    line = block.layout().lineForTextPosition(at)
    after = at + slot.length
    if line.textStart() + line.textLength() <= after < len(text):
        return bool(slot.end) or text[after] in _NEVER_FIRST
    return 0 < at == line.textStart() and text[at - 1] in NEVER_LAST


def _room(width: int, height: int) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setObjectType(_SLOT)
    form.setProperty(_WIDTH, float(width))
    form.setProperty(_HEIGHT, float(height))
    return form


def _stretches(block: QTextBlock, origin: QPointF, start: int, end: int) -> Iterator[QRectF]:
    """Give the parts of the lines that the characters from `start` to before `end` take."""
    start, end = start - block.position(), end - block.position()
    layout = block.layout()
    for index in range(layout.lineCount()):
        line = layout.lineAt(index)
        first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
        if first < last:
            left, right = line_x(line, first), line_x(line, last)
            yield QRectF(origin.x() + left, origin.y() + line.y(), right - left, line.height())


def line_x(line: QTextLine, position: int) -> float:
    """Give how far right in its line a character begins; PySide answers with the position beside it."""
    found: Any = line.cursorToX(position)
    return float(found[0])
