"""The room record on paper's size: an A4 PDF in Chinese and English, made from the signed record and nothing else."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)

from app.exam.prose import Language
from app.seat.room_paper_parts import Paper, fill
from app.ui import tokens
from app.words import Words
from sync.wire.room import RoomRecord

DPI: Final = 300
_MM: Final = 25.4
_MARGINS_MM: Final = (16.0, 14.0, 16.0, 12.0)  # left, top, right, bottom
_FOOT_MM: Final = 9.0
_BODY_PT: Final = 9.0
_FOOT_PT: Final = 7.5


@dataclass(frozen=True)
class Printed:
    """A PDF file's bytes and how many pages it has."""

    pdf: bytes
    pages: int


def print_record(record: RoomRecord, envelope_sha256: str) -> Printed:
    """Lay the record out on A4. `envelope_sha256` names the signed bytes it was read from."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setTitle(f"{record.exam_title.zh} {record.session}")
    writer.setCreator(record.software)
    margins = QMarginsF(*_MARGINS_MM)
    layout = QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins)
    writer.setPageLayout(QPageLayout(layout.pageSize(), layout.orientation(), margins, QPageLayout.Unit.Millimeter))
    pages = _paint(writer, record, envelope_sha256)
    buffer.close()
    return Printed(bytes(data.data()), pages)


def _paint(writer: QPagedPaintDevice, record: RoomRecord, envelope_sha256: str) -> int:
    zh, en = Words(Language.ZH), Words(Language.EN)
    painter = QPainter(writer)
    width, height = float(writer.width()), float(writer.height())
    foot = _FOOT_MM / _MM * DPI
    document = _document(writer, QSizeF(width, height - foot))
    fill(document, Paper(record, envelope_sha256, zh, en))
    document.setPageSize(QSizeF(width, height - foot))
    pages = document.pageCount()
    for page in range(pages):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, -page * (height - foot))
        document.drawContents(painter, QRectF(0, page * (height - foot), width, height - foot))
        painter.restore()
        named = zh("room.paper.foot", session=record.session, digest=envelope_sha256[:16])
        counted = (words("room.paper.page", page=page + 1, pages=pages) for words in (zh, en))
        said = " · ".join((named, *counted))
        _paint_foot(painter, QRectF(0, height - foot, width, foot), said)
    painter.end()
    return pages


def _document(device: QPagedPaintDevice, size: QSizeF) -> QTextDocument:
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(_font(_BODY_PT))
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
    return font
