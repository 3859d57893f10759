"""A page of the handbook as a document: its blocks in a look, for the screen or for paper. Opens nothing by itself."""

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextListFormat,
    QTextTable,
    QTextTableCell,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.handbook.book import Page, as_shown, folded, handbook_folder
from app.handbook.markdown import (
    Block,
    Commands,
    Figure,
    Heading,
    Items,
    Kind,
    Note,
    Paragraph,
    Run,
    Runs,
    Table,
    Tone,
)
from app.ui import tokens
from app.ui.look import Look, soft_colour, tone_colour
from app.ui.tokens import Space, Type
from app.ui.tokens import Tone as Ink
from app.words import Words

PICTURE: Final = "picture:"
"""Before a picture's address, in the link that opens it."""

_HEADINGS: Final = {1: Type.TITLE, 2: Type.SECTION, 3: Type.STRONG}
_TONES: Final = {Tone.SAFE: Ink.DONE, Tone.INFO: Ink.ACCENT, Tone.CARE: Ink.ATTENTION}
_APART: Final = "\u2002"
_FIXED_LINE: Final = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_NARROW_HEADS: Final = 0.26
"""The share of the width of a table's first column, where it has two or three: what one looks something up by."""


@dataclass(frozen=True)
class Manner:
    """How large everything is written, where, and whether what was looked for is marked.

    `width`: of the text in pixels. `points`: on paper, how many points a pixel of a font is; lengths stay pixels.
    """

    look: Look
    width: int
    points: float = 0.0
    wanted: tuple[str, ...] = ()

    def font(self, kind: Type, *, fixed: bool = False) -> QFont:
        """Give the font of a type size."""
        font = self.look.font(kind)
        if fixed:
            font.setFamilies(list(tokens.FIXED_FAMILIES))
        if self.points:
            font.setPointSizeF(self.look.px(kind) * self.points)
        return font

    def pitch(self, kind: Type) -> float:
        """Give the distance of lines."""
        pixels = self.look.px(kind) * (self.points * 96 / 72 if self.points else 1.0)
        return pixels * (self.look.line_height if kind is Type.EXAM else 1.4)

    def gap(self, pixels: int) -> float:
        """Give the space between things."""
        return pixels * (0.6 if self.points else min(self.look.scale, 1.5))


@dataclass
class Sheet:
    """What was written: where each heading begins (characters), and the pictures by their address."""

    headings: list[int] = field(default_factory=list)
    pictures: dict[str, QImage] = field(default_factory=dict)


def write(document: QTextDocument, page: Page, manner: Manner, words: Words) -> Sheet:
    """Write a page into a document, after what stands there already."""
    return _Writer(document, page, manner, words).write()


class _Writer:
    def __init__(self, document: QTextDocument, page: Page, manner: Manner, words: Words) -> None:
        self._document, self._page, self._manner, self._words = document, page, manner, words
        self._cursor = QTextCursor(document)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._sheet = Sheet()
        self._fresh = document.isEmpty()
        self._below_table = False

    def write(self) -> Sheet:
        self._cursor.beginEditBlock()
        for block in self._page.blocks:
            self._write(block)
        self._cursor.endEditBlock()
        return self._sheet

    def _write(self, block: Block) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph(runs=runs):
                self._begin(after=Space.M)
                self._runs(runs)
            case Items():
                self._items(block)
            case Note():
                self._note(block)
            case Table(rows=rows):
                self._table(rows)
            case Figure():
                self._figure(block)
            case Commands(lines=lines):
                self._commands(lines)

    def _heading(self, heading: Heading) -> None:
        kind = _HEADINGS[heading.level]
        before = {1: 0, 2: Space.XXL, 3: Space.L}[heading.level]
        self._begin(before=before, after=Space.M if heading.level == 1 else Space.S, kind=kind)
        form = self._cursor.blockFormat()
        form.setHeadingLevel(heading.level)
        if heading.level == 1 and self._manner.points and not self._fresh:
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        self._cursor.setBlockFormat(form)
        self._sheet.headings.append(self._cursor.position())
        self._text(heading.text, self._form(kind))
        self._fresh = False

    def _items(self, block: Items) -> None:
        form = QTextListFormat()
        numbered = QTextListFormat.Style.ListDecimal
        form.setStyle(numbered if block.numbered else QTextListFormat.Style.ListDisc)
        form.setIndent(1)
        made = None
        for number, item in enumerate(block.items):
            last = number == len(block.items) - 1
            self._begin(after=Space.M if last else Space.XS)
            marker = self._form(Type.EXAM, Ink.ACCENT)
            marker.setFontWeight(QFont.Weight.Bold)
            self._cursor.setBlockCharFormat(marker)
            made = made or self._cursor.createList(form)
            made.add(self._cursor.block())
            self._runs(item)

    def _note(self, note: Note) -> None:
        tone, look = _TONES[note.tone], self._manner.look
        table = self._frame(1, 2, border=False)
        edge, room = table.cellAt(0, 0), table.cellAt(0, 1)
        inside = room.firstCursorPosition()
        for number, runs in enumerate(note.paragraphs):
            outside, self._cursor = self._cursor, inside
            if number:
                inside.insertBlock()
            self._set(inside, after=0)
            if not number:
                named = self._form(Type.EXAM, tone)
                named.setFontWeight(QFont.Weight.Bold)
                self._text(self._words(f"screen.handbook.note_{note.tone.name.lower()}") + _APART, named)
            self._runs(runs)
            self._cursor = outside
        _paint(edge, tone_colour(look.palette, tone), 0, 0)
        _paint(room, soft_colour(look.palette, tone), self._manner.gap(Space.L), self._manner.gap(Space.M))
        form = table.format()
        narrow = QTextLength(QTextLength.Type.FixedLength, Space.XS)
        form.setColumnWidthConstraints([narrow, QTextLength(QTextLength.Type.VariableLength, 0)])
        table.setFormat(form)
        self._below_table = True

    def _table(self, rows: tuple[tuple[Runs, ...], ...]) -> None:
        columns = len(rows[0])
        table = self._frame(len(rows), columns, border=True)
        form = table.format()
        form.setHeaderRowCount(1)
        rest = (1 - _NARROW_HEADS) / (columns - 1) if columns > 1 else 1.0
        shares = [_NARROW_HEADS if at == 0 else rest for at in range(columns)] if columns in (2, 3) else []
        percent = QTextLength.Type.PercentageLength
        form.setColumnWidthConstraints([QTextLength(percent, share * 100) for share in shares])
        table.setFormat(form)
        palette, outside = self._manner.look.palette, self._cursor
        for line, row in enumerate(rows):
            for column, runs in enumerate(row):
                cell = table.cellAt(line, column)
                self._cursor = cell.firstCursorPosition()
                self._set(self._cursor, after=0)
                self._runs(runs, strong=line == 0)
                ground = palette.sunken if line == 0 else palette.surface
                _paint(cell, ground, self._manner.gap(Space.M), self._manner.gap(Space.S))
        self._cursor = outside
        self._below_table = True

    def _commands(self, lines: tuple[str, ...]) -> None:
        table = self._frame(1, 1, border=False)
        cell = table.cellAt(0, 0)
        outside, self._cursor = self._cursor, cell.firstCursorPosition()
        for number, line in enumerate(lines):
            if number:
                self._cursor.insertBlock()
            self._set(self._cursor, after=0, kind=Type.BODY)
            self._text(line, self._form(Type.BODY, fixed=True))
        _paint(cell, self._manner.look.palette.sunken, self._manner.gap(Space.L), self._manner.gap(Space.M))
        self._cursor = outside
        self._below_table = True

    def _figure(self, figure: Figure) -> None:
        image = _picture(self._page, figure.source)
        address = PICTURE + figure.source
        self._sheet.pictures[figure.source] = image
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(address), image)
        shown = QTextImageFormat()
        shown.setName(address)
        shown.setWidth(min(self._manner.width, image.width()))
        shown.setToolTip(figure.caption)
        shown.setAnchor(True)
        shown.setAnchorHref(address)
        self._begin(before=Space.S, after=Space.XS, pitch=False)
        self._cursor.insertImage(shown)
        self._begin(after=Space.L, kind=Type.CAPTION)
        self._text(figure.caption, self._form(Type.CAPTION, Ink.SOFT))

    # what blocks are made of

    def _begin(self, before: int = 0, after: int = 0, kind: Type = Type.EXAM, *, pitch: bool = True) -> None:
        """Begin a paragraph; below a table one stands already."""
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._below_table and (self._sheet.headings or not self._document.isEmpty()):
            self._cursor.insertBlock(QTextBlockFormat(), self._form(kind))
        self._below_table = False
        self._set(self._cursor, before, after, kind, pitch=pitch)

    def _set(
        self, cursor: QTextCursor, before: int = 0, after: int = 0, kind: Type = Type.EXAM, *, pitch: bool = True
    ) -> None:
        form = QTextBlockFormat()
        form.setTopMargin(self._manner.gap(before))
        form.setBottomMargin(self._manner.gap(after))
        if pitch:
            form.setLineHeight(self._manner.pitch(kind), _FIXED_LINE)
        cursor.setBlockFormat(form)
        cursor.setBlockCharFormat(self._form(kind))

    def _frame(self, rows: int, columns: int, *, border: bool) -> QTextTable:
        self._begin(pitch=False)
        form = QTextTableFormat()
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setBottomMargin(self._manner.gap(Space.L))
        form.setCellSpacing(0)
        form.setCellPadding(0)
        form.setBorderCollapse(True)
        form.setBorder(tokens.BORDER if border else 0)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QBrush(QColor(self._manner.look.palette.line)))
        return self._cursor.insertTable(rows, columns, form)

    def _runs(self, runs: Runs, *, strong: bool = False) -> None:
        for run in runs:
            form = self._run_form(run)
            if strong:
                form.setFontWeight(QFont.Weight.Bold)
            self._text(run.text, form)

    def _run_form(self, run: Run) -> QTextCharFormat:
        match run.kind:
            case Kind.STRONG | Kind.SCREEN:
                form = self._form(Type.EXAM)
                form.setFontWeight(QFont.Weight.Bold)
            case Kind.COMMAND:
                form = self._form(Type.EXAM if self._manner.points else Type.BODY, fixed=True)
                form.setBackground(QBrush(QColor(self._manner.look.palette.sunken)))
            case Kind.LINK:
                form = self._form(Type.EXAM, Ink.ACCENT)
                form.setFontUnderline(True)
                form.setAnchor(True)
                form.setAnchorHref(run.target)
            case _:
                form = self._form(Type.EXAM)
        return form

    def _form(self, kind: Type, ink: Ink = Ink.INK, *, fixed: bool = False) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._manner.font(kind, fixed=fixed))
        form.setForeground(QBrush(QColor(tone_colour(self._manner.look.palette, ink))))
        return form

    def _text(self, text: str, form: QTextCharFormat) -> None:
        """Write a text, with what was looked for marked."""
        text = as_shown(text, self._words.language)
        at = 0
        for start, end in _marked(text, self._manner.wanted):
            self._cursor.insertText(text[at:start], form)
            found = QTextCharFormat(form)
            found.setBackground(QBrush(QColor(self._manner.look.palette.attention_fill)))
            found.setForeground(QBrush(QColor(self._manner.look.palette.on_attention)))
            self._cursor.insertText(text[start:end], found)
            at = end
        self._cursor.insertText(text[at:], form)


def _marked(text: str, wanted: tuple[str, ...]) -> list[tuple[int, int]]:
    """Give where the words that were looked for stand, none over another."""
    within = folded(text)
    if len(within) != len(text):  # folding changed a length: positions would not fit
        return []
    found = []
    for word in wanted:
        at = within.find(word)
        while word and at >= 0:
            found.append((at, at + len(word)))
            at = within.find(word, at + len(word))
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _paint(cell: QTextTableCell, ground: str, sides: float, ends: float) -> None:
    """Give a cell its ground and room; once it is written: a paragraph's format would take them from it."""
    form = QTextTableCellFormat()
    form.setBackground(QBrush(QColor(ground)))
    form.setLeftPadding(sides)
    form.setRightPadding(sides)
    form.setTopPadding(ends)
    form.setBottomPadding(ends)
    cell.setFormat(form)


def _picture(page: Page, source: str) -> QImage:
    """Read a picture of the handbook.

    Raises:
        OSError: it is not there, lies outside the handbook, or is no picture (a defect of the installation).
    """
    file = (page.file.parent / source).resolve()
    image = QImage(str(file)) if file.is_relative_to(handbook_folder().resolve()) else QImage()
    if image.isNull():
        raise OSError(f"no picture of the handbook: {source}")
    return image
