"""The texts of an .xlsx as runs: which letters are raised, lowered, bold, and which are struck out.

Source: ECMA-376 part 1, 18.4 (shared string table) and 18.8.22 (font).
"""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankUnsafe
from app.content.xml import read_xml
from app.exam.prose import Run, Style

_STYLES: Final = {"b": Style.STRONG, "i": Style.EMPHASIS, "u": Style.UNDERLINE, "strike": Style.STRUCK}
_RAISED: Final = {"superscript": Style.SUPER, "subscript": Style.SUB}
_NO: Final = ("0", "false", "none")


def runs_of(element: etree._Element) -> tuple[Run, ...]:
    """Give the runs of a string (`si`) or of a cell's own text (`is`)."""
    runs = [Run(_told(text.text)) for text in element.findall("{*}t")]
    runs += [Run(_told(run.findtext("{*}t")), _styles(run.find("{*}rPr"))) for run in element.findall("{*}r")]
    return tuple(runs)


def text_of(runs: Sequence[Run]) -> str:
    """Give what runs say, as a cell's text is read."""
    return "".join(run.text for run in runs).strip()


def is_struck(runs: Sequence[Run]) -> bool:
    """Tell whether something that can be read is struck out."""
    return any(Style.STRUCK in run.styles and run.text.strip() for run in runs)


def read_looks(raw: bytes | None, source: str) -> list[frozenset[Style]]:
    """Give how the letters of every cell style of `xl/styles.xml` look.

    Raises:
        BankRefused: what `read_xml` raises.
    """
    if raw is None:
        return []
    root = read_xml(raw, source)
    fonts = [_styles(font) for fonts in root.findall("{*}fonts") for font in fonts.findall("{*}font")]
    styles = [one for cells in root.iter("{*}cellXfs") for one in cells.findall("{*}xf")]
    return [_font(fonts, style.get("fontId", "0")) for style in styles]


def elements(raw: bytes, name: str, source: str) -> Iterator[etree._Element]:
    """Give the elements of a large part one by one; each is gone when the next is asked for.

    Raises:
        BankUnsafe: a document type.
        BankRefused: no XML.
    """
    if b"<!DOCTYPE" in raw or b"\0" in raw[:100]:
        raise BankUnsafe(source, 0, "a document type in a part of the workbook")
    steps = etree.iterparse(
        io.BytesIO(raw), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for _, element in steps:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:  # what is done with leaves the memory
                del parent[0]
    except etree.XMLSyntaxError:
        raise BankRefused(source, 0, "damaged: a part of the workbook is no XML") from None


def _font(fonts: list[frozenset[Style]], font: str) -> frozenset[Style]:
    known = font.isascii() and font.isdigit() and int(font[:6]) < len(fonts)
    return fonts[int(font[:6])] if known else frozenset()


def _told(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("_x000D_", "")


def _styles(properties: etree._Element | None) -> frozenset[Style]:
    if properties is None:
        return frozenset()
    found = {
        style
        for name, style in _STYLES.items()
        for one in properties.findall(f"{{*}}{name}")
        if one.get("val", "1") not in _NO
    }
    raised = properties.find("{*}vertAlign")
    if raised is not None and raised.get("val") in _RAISED:
        found.add(_RAISED[raised.get("val", "")])
    return frozenset(found)
