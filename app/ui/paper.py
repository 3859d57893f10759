"""Paper: A4 as a PDF, in the type of the screens. Whoever prints writes plain text into a document, no markup."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)

from app.ui import tokens

DPI: Final = 300
TITLE_PT: Final = 17.0
HEAD_PT: Final = 11.0
BODY_PT: Final = 9.0
SMALL_PT: Final = 7.5
INK: Final = "#000000"
SOFT: Final = "#444444"
_LINE: Final = "#999999"
_GROUND: Final = "#EEEEEE"
_MM: Final = 25.4
_MARGINS_MM: Final = (16.0, 14.0, 16.0, 12.0)  # left, top, right, bottom
_FOOT_MM: Final = 9.0
_FOOT_PT: Final = 7.5
_LOCAL_FORMS: Final = QFont.Tag.fromString("locl")
"""Noto Sans CJK has other glyphs for digits among Latin letters. They look the same, but no character leads to them, so
that the PDF cannot say what they are, and nobody could copy or search a figure."""

_LIGATURES: Final = QFont.Tag.fromString("liga")
"""An "ff" in an id would be one glyph, which is copied out of the PDF as one character that no id has."""

Fill = Callable[[QTextDocument], None]
Foot = Callable[[int, int], str]
"""Gives the foot of a page, by its number and how many there are."""


@dataclass(frozen=True)
class Printed:
    """A PDF file's bytes and how many pages it has."""

    pdf: bytes
    pages: int


def print_paper(title: str, creator: str, fill: Fill, foot: Foot) -> Printed:
    """Lay out on A4 what `fill` writes into an empty document, and a foot on every page. Wants a `QGuiApplication`."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setTitle(title)
    writer.setCreator(creator)
    margins = QMarginsF(*_MARGINS_MM)
    layout = QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins)
    writer.setPageLayout(QPageLayout(layout.pageSize(), layout.orientation(), margins, QPageLayout.Unit.Millimeter))
    pages = _paint(writer, fill, foot)
    buffer.close()
    return Printed(bytes(data.data()), pages)


def _paint(writer: QPagedPaintDevice, fill: Fill, foot_of: Foot) -> int:
    painter = QPainter(writer)
    width, height = float(writer.width()), float(writer.height())
    foot = _FOOT_MM / _MM * DPI
    document = _document(writer, QSizeF(width, height - foot))
    fill(document)
    document.setPageSize(QSizeF(width, height - foot))
    pages = document.pageCount()
    for page in range(pages):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, -page * (height - foot))
        document.drawContents(painter, QRectF(0, page * (height - foot), width, height - foot))
        painter.restore()
        _paint_foot(painter, QRectF(0, height - foot, width, foot), foot_of(page + 1, pages))
    painter.end()
    return pages


def begin(document: QTextDocument, title: str, beside: str) -> QTextCursor:
    """Write a paper's title, and beside it, smaller, the same in the other language; give where to write on."""
    cursor = QTextCursor(document)
    cursor.setBlockFormat(spaced(after=4))
    cursor.insertText(title, text_format(TITLE_PT, bold=True))
    cursor.insertText(f"  {beside}", text_format(HEAD_PT, colour=SOFT))
    return cursor


def heading(cursor: QTextCursor, text: str) -> None:
    """Write a heading at the end."""
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertBlock(spaced(before=10, after=3))
    cursor.insertText(text, text_format(HEAD_PT, bold=True))


def line(cursor: QTextCursor, text: str, *, bold: bool = False, small: bool = False) -> None:
    """Write a paragraph at the end."""
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertBlock(spaced(after=2))
    cursor.insertText(text, text_format(SMALL_PT if small else BODY_PT, bold=bold))


def table(
    cursor: QTextCursor,
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
    *,
    heads: int = 1,
    small: Iterable[int] = (),
) -> None:
    """Write a table; its first `heads` rows stand on every page it reaches."""
    cursor.movePosition(QTextCursor.MoveOperation.End)
    form = QTextTableFormat()
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, width) for width in widths])
    form.setCellPadding(2.5)
    form.setCellSpacing(0)
    form.setBorder(1)
    form.setBorderCollapse(True)
    form.setBorderBrush(QBrush(QColor(_LINE)))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setHeaderRowCount(heads)
    table = cursor.insertTable(len(rows), len(widths), form)
    fine = frozenset(small)
    for line, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cellAt(line, column)
            named = line < heads or (not heads and column == 0)
            if named:
                ground = cell.format()
                ground.setBackground(QBrush(QColor(_GROUND)))
                cell.setFormat(ground)
            points = SMALL_PT if named or column in fine else BODY_PT
            cell.firstCursorPosition().insertText(text, text_format(points, bold=named))
    cursor.movePosition(QTextCursor.MoveOperation.End)


def text_format(points: float, *, bold: bool = False, colour: str = INK) -> QTextCharFormat:
    """Give the format of a run of text."""
    form = QTextCharFormat()
    form.setFontFamilies(list(tokens.FAMILIES))
    form.setFontPointSize(points)
    form.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    form.setForeground(QBrush(QColor(colour)))
    return form


def spaced(before: float = 0, after: float = 0) -> QTextBlockFormat:
    """Give the format of a paragraph with room around it, points."""
    form = QTextBlockFormat()
    form.setTopMargin(before)
    form.setBottomMargin(after)
    return form


def _document(device: QPagedPaintDevice, size: QSizeF) -> QTextDocument:
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(_font(BODY_PT))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # a long name has no spaces
    document.setDefaultTextOption(option)
    document.setPageSize(size)
    return document


def _paint_foot(painter: QPainter, box: QRectF, text: str) -> None:
    painter.setFont(_font(_FOOT_PT))
    painter.drawLine(box.topLeft(), box.topRight())
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def _font(points: float) -> QFont:
    font = QFont(list(tokens.FAMILIES))
    font.setPointSizeF(points)
    font.setFeature(_LOCAL_FORMS, 0)
    font.setFeature(_LIGATURES, 0)
    return font
