"""Runs of text into a document: their styles, and nothing in them that a document would take for its own marks."""

import re
from typing import Final

from PySide6.QtGui import QFont, QTextCharFormat

from app.exam.prose import Style
from app.ui import tokens

BOLD: Final = QFont.Weight.Bold
NEW_LINE: Final = "\N{LINE SEPARATOR}"
OBJECT: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
_SMALL: Final = 0.85
_HAN: Final = re.compile(r"[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")  # with kana and full-width forms
_MARKS: Final = str.maketrans(
    # new paragraphs, objects, and the two by which a QTextDocument knows its frames
    dict.fromkeys(("\n", "\r", "\t", "\0", "\N{PARAGRAPH SEPARATOR}"), " ")
    | dict.fromkeys((OBJECT, "\ufdd0", "\ufdd1"), "\N{REPLACEMENT CHARACTER}")
)
_KEPT: Final = str.maketrans({"\t": "    "})


def said(text: str) -> str:
    """Give a run's text without what a document takes for a mark of its own."""
    return text.translate(_MARKS)


def said_as_it_is(text: str) -> str:
    """Give a text whose lines and spaces stay, without what a document takes for a mark of its own."""
    lines = text.translate(_KEPT).replace("\r\n", "\n").split("\n")
    return NEW_LINE.join(said(line).replace(" ", "\N{NO-BREAK SPACE}") for line in lines)


def plain_format(font: QFont) -> QTextCharFormat:
    """Give the format of text in a font."""
    form = QTextCharFormat()
    form.setFont(font)
    return form


def styled(plain: QTextCharFormat, styles: frozenset[Style], text: str) -> QTextCharFormat:
    """Give a format that has these styles too; emphasis slants Latin letters and underlines Chinese ones."""
    if not styles:
        return plain
    form = QTextCharFormat(plain)
    font = QFont(form.font())
    if Style.STRONG in styles:
        font.setWeight(BOLD)
    if Style.CODE in styles:
        font.setFamilies(list(tokens.FIXED_FAMILIES))
    if Style.SMALL in styles:
        font.setPixelSize(max(1, round(font.pixelSize() * _SMALL)))
    font.setStrikeOut(Style.STRUCK in styles)
    slanted = Style.EMPHASIS in styles and not _HAN.search(text)
    font.setItalic(slanted)
    form.setFont(font)
    form.setFontUnderline(Style.UNDERLINE in styles or (Style.EMPHASIS in styles and not slanted))
    if Style.SUB in styles:
        form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSubScript)
    if Style.SUPER in styles:
        form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
    return form
