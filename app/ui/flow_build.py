"""Our own tree, block by block, into a document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.exam.prose import (
    Align,
    Block,
    BlockIf,
    Body,
    Break,
    Cell,
    Divider,
    Hot,
    Inline,
    InlineIf,
    Listing,
    Numbering,
    Paragraph,
    Printed,
    Quote,
    Run,
    Table,
    Verbatim,
)
from app.ui import tokens
from app.ui.flow_cells import cell_places
from app.ui.flow_document import NEVER_LAST, FlowDocument
from app.ui.flow_inlines import BOLD, NEW_LINE, plain_format, said, said_as_it_is, styled
from app.ui.flow_slots import LineBox, Slot, SlotPiece
from app.ui.tokens import Palette, Space

QUOTED: Final = QTextFormat.Property.UserProperty.value + 10
"""Of a block: by so many steps its text is set in because it is quoted."""
VERBATIM: Final = QUOTED + 1
"""Of a block: it has a ground of its own."""
_HEADINGS: Final = (1.0, 1.35, 1.25, 1.15, 1.0, 1.0, 1.0)  # times the text size, by level
_ALIGNMENTS: Final = {
    Align.START: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.END: Qt.AlignmentFlag.AlignRight,
}
_NUMBERINGS: Final = {
    Numbering.DECIMAL: QTextListFormat.Style.ListDecimal,
    Numbering.LOWER_ALPHA: QTextListFormat.Style.ListLowerAlpha,
    Numbering.UPPER_ALPHA: QTextListFormat.Style.ListUpperAlpha,
    Numbering.LOWER_ROMAN: QTextListFormat.Style.ListLowerRoman,
    Numbering.UPPER_ROMAN: QTextListFormat.Style.ListUpperRoman,
}
TABLE_EXTRA: Final = 2 * (Space.S + tokens.BORDER)
"""What a column of a table takes besides its text, pixels."""
_NOTHING: Final = Paragraph(())
Measure = Callable[[int, SlotPiece, int, bool], LineBox]
"""Gives the room of the n-th slot, for what is in it, in so many pixels; the flag says it is a block of its own."""


@dataclass(frozen=True)
class _Setting:
    """Where blocks are being written: in what width, how far set in, in what font."""

    room: int
    font: QFont
    indent: int = 0
    quoted: int = 0
    listed: int = 0


class FlowBuilder:
    """Writes bodies into a document. `slots` come in reading order; before those numbered in `breaks` a line begins."""

    def __init__(
        self,
        document: FlowDocument,
        palette: Palette,
        width: int,
        measure: Measure,
        breaks: frozenset[int] = frozenset(),
    ) -> None:
        self.slots: list[Slot] = []
        self._document, self._palette, self._measure, self._breaks = document, palette, measure, breaks
        self._cursor = QTextCursor(document)
        self._in = _Setting(width, document.defaultFont())
        self._fresh = True  # the cursor stands in an empty block that is to be used
        self._gap = document.pitch // 3  # between blocks

    def build(self, body: Body) -> None:
        """Write a whole body."""
        self._body(body)

    def _body(self, body: Body, *, last: bool = True) -> None:
        for index, block in enumerate(body):
            self._write(block, last=last and index == len(body) - 1)
        if self._fresh:  # what Qt leaves behind a table
            self._collapse()

    def _write(self, block: Block, *, last: bool) -> None:
        match block:
            case Paragraph():
                self._paragraph(block, last=last)
            case Listing():
                self._listing(block, last=last)
            case Table():
                self._table(block)
            case Quote():
                outer = self._in
                self._in = replace(outer, indent=outer.indent + 1, quoted=outer.quoted + 1, room=self._set_in())
                self._body(block.body, last=last)
                self._in = outer
            case Verbatim():
                self._verbatim(block, last=last)
            case Divider():
                self._divider()
            case BlockIf():
                self._body(block.body, last=last)
            case _:
                self._begin(self._block_format(last=last))
                self._slot(block, alone=True)

    # Blocks

    def _set_in(self) -> int:
        return max(self._document.em, self._in.room - 2 * self._document.em)

    def _block_format(self, *, last: bool, size: float = 1.0, align: Align = Align.START) -> QTextBlockFormat:
        form = QTextBlockFormat()
        form.setLineHeight(round(self._document.pitch * size), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        form.setBottomMargin(0 if last else self._gap)
        form.setAlignment(_ALIGNMENTS[align])
        form.setIndent(self._in.indent)
        if self._in.quoted:
            form.setProperty(QUOTED, self._in.quoted)
        return form

    def _begin(self, form: QTextBlockFormat, style: QTextCharFormat | None = None) -> None:
        style = style or plain_format(self._in.font)
        if not self._fresh:
            self._cursor.insertBlock(form, style)
            return
        self._cursor.setBlockFormat(form)
        self._cursor.mergeBlockCharFormat(style)  # of a cell's first block it is the cell's own format too
        self._cursor.setCharFormat(style)
        self._fresh = False

    def _collapse(self) -> None:
        form = QTextBlockFormat()
        form.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        font = QFont(self._in.font)
        font.setPixelSize(1)
        self._cursor.setBlockFormat(form)
        self._cursor.mergeBlockCharFormat(plain_format(font))

    def _paragraph(self, paragraph: Paragraph, *, last: bool) -> None:
        size = _HEADINGS[min(paragraph.level, 6)]
        font = QFont(self._in.font)
        if paragraph.level:
            font.setPixelSize(round(font.pixelSize() * size))
            font.setWeight(BOLD)
        style = plain_format(font)
        self._begin(self._block_format(last=last, size=size, align=paragraph.align), style)
        self._inlines(paragraph.inlines, style)

    def _verbatim(self, block: Verbatim, *, last: bool) -> None:
        font = QFont(self._in.font)
        font.setFamilies(list(tokens.FIXED_FAMILIES))
        form = self._block_format(last=last)
        form.setProperty(VERBATIM, True)
        form.setLeftMargin(Space.M)
        form.setRightMargin(Space.M)
        self._begin(form, plain_format(font))
        self._cursor.insertText(said_as_it_is(block.text))

    def _divider(self) -> None:
        self._begin(self._block_format(last=False))
        form = self._cursor.blockFormat()
        whole = QTextLength(QTextLength.Type.PercentageLength, 100)
        form.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth, whole)
        form.setBackground(QBrush(QColor(self._palette.line_strong)))
        self._cursor.setBlockFormat(form)

    def _listing(self, listing: Listing, *, last: bool) -> None:
        outer = self._in
        within = replace(outer, room=self._set_in(), indent=outer.indent + 1, listed=outer.listed + 1)
        form = QTextListFormat()
        disc = QTextListFormat.Style.ListDisc if within.listed == 1 else QTextListFormat.Style.ListCircle
        form.setStyle(_NUMBERINGS[listing.numbering] if listing.ordered else disc)
        form.setIndent(1)
        form.setStart(listing.start)
        made: QTextList | None = None
        for number, entry in enumerate(listing.entries):
            ends = last and number == len(listing.entries) - 1
            head, rest = (entry[0], entry[1:]) if entry and isinstance(entry[0], Paragraph) else (_NOTHING, entry)
            self._in = replace(within, indent=outer.indent)  # the list itself sets it in once more
            self._paragraph(head, last=ends and not rest)
            if made is None:
                made = self._cursor.createList(form)
            else:
                made.add(self._cursor.block())
            self._in = within
            if rest:
                self._body(rest, last=ends)
        self._in = outer

    # Tables

    def _table(self, table: Table) -> None:
        placed, columns = cell_places(table)
        if not placed:
            return
        if table.caption:
            self._paragraph(Paragraph(table.caption), last=False)
        form = QTextTableFormat()
        form.setBorder(tokens.BORDER)
        form.setBorderCollapse(True)
        form.setBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QColor(self._palette.line_strong))
        form.setCellPadding(Space.S)
        form.setCellSpacing(0)
        form.setLeftMargin(self._in.indent * self._document.indentWidth())
        if self._fresh:
            self._collapse()
        made = self._cursor.insertTable(len(table.rows), columns, form)
        outer = self._in
        for row, column, cell in placed:
            self._cell(made, row, column, cell, outer.room // columns)
        self._in = outer
        self._cursor = QTextCursor(self._document)
        self._cursor.setPosition(made.lastPosition() + 1)
        self._fresh = True

    def _cell(self, table: QTextTable, row: int, column: int, cell: Cell, room: int) -> None:
        if cell.rows > 1 or cell.columns > 1:
            table.mergeCells(row, column, cell.rows, cell.columns)
        there = table.cellAt(row, column)
        font = QFont(self._document.defaultFont())
        form = QTextTableCellFormat(there.format().toTableCellFormat())
        form.setTopPadding(Space.S - self._document.lead // 2)
        form.setBottomPadding(Space.S + self._document.lead // 2)
        if cell.heading:
            font.setWeight(BOLD)
            form.setBackground(QColor(self._palette.sunken))
        there.setFormat(form)
        self._in = _Setting(max(self._document.em, room * cell.columns - TABLE_EXTRA), font)
        self._cursor = there.firstCursorPosition()
        self._fresh = True
        self._body(cell.body)

    # What stands in lines

    def _inlines(self, inlines: tuple[Inline, ...], style: QTextCharFormat) -> None:
        for inline in inlines:
            match inline:
                case Run():
                    self._cursor.insertText(said(inline.text), styled(style, inline.styles, inline.text))
                case Break():
                    self._cursor.insertText(NEW_LINE, style)
                case Printed():
                    self._cursor.insertText(f"{{{inline.variable}}}", style)
                case InlineIf():
                    self._inlines(inline.inlines, style)
                case Hot():
                    slot = self._slot(inline, alone=False)
                    self._inlines(inline.text, style)
                    slot.end = self._cursor.position()
                case _:
                    self._slot(inline, alone=False)

    def _slot(self, piece: SlotPiece, *, alone: bool) -> Slot:
        index = len(self.slots)
        if index in self._breaks:
            self._break()
        slot = Slot(piece, self._measure(index, piece, self._in.room, alone), self._cursor.position())
        self.slots.append(slot)
        slot.length = self._document.insert_slot(self._cursor, slot.box)
        return slot

    def _break(self) -> None:
        """Begin a line here, or before the character here that never ends one."""
        at = QTextCursor(self._cursor)
        if at.positionInBlock() > 0 and self._document.characterAt(at.position() - 1) in NEVER_LAST:
            at.movePosition(QTextCursor.MoveOperation.Left)
        at.insertText(NEW_LINE)
