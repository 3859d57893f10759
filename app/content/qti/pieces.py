"""The larger pieces of a body: lists, tables, ruby, and what an `object` is."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lxml import etree

from app.content.bank import BankTooLarge, MarkupRefused
from app.content.qti.flow import Flow, Inside
from app.content.xml import check_no_text, line_of, name_of, refuse_attribute, refuse_element
from app.exam.prose import Body, Cell, Inline, Listing, Numbering, Paragraph, Quote, Style, Table

if TYPE_CHECKING:
    from app.content.qti.body import BodyReader

MAX_CELLS: Final = 2_000
MAX_SPAN: Final = 100
MAX_START: Final = 10_000
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp")
_CLIPS: Final = (".ogg", ".oga", ".opus", ".wav", ".flac", ".webm", ".weba", ".ogv", ".mp3", ".mp4", ".m4a", ".mkv")
_SHOWN: Final = frozenset(
    {f"image/{name}" for name in ("png", "x-png", "jpeg", "jpg", "pjpeg", "gif", "webp", "svg+xml", "bmp")}
    | {f"{what}/{name}" for what in ("audio", "video") for name in ("ogg", "opus", "wav", "x-wav", "flac", "webm")}
)
_TABLE_GROUPS: Final = {"thead": 0, "tbody": 1, "tr": 1, "tfoot": 2}


class Piece(StrEnum):
    """What an `object` shows."""

    PICTURE = "picture"
    CLIP = "clip"
    OTHER = "other"


def kind_of_object(element: etree._Element) -> Piece:
    """Tell what an `object` shows by its type, or else by its name's ending."""
    kind, name = element.get("type", "").lower(), element.get("data", "").lower()
    if kind.startswith("image/") or (not kind and name.endswith(_PICTURES)):
        return Piece.PICTURE
    if kind.startswith(("audio/", "video/")) or (not kind and name.endswith(_CLIPS)):
        return Piece.CLIP
    return Piece.OTHER


def instead_of_object(element: etree._Element) -> etree._Element | None:
    """Give the picture that HTML shows in the place of an `object` of a type nobody here can show, if it holds one."""
    kind = element.get("type", "").lower()
    if kind in _SHOWN or (not kind and kind_of_object(element) is not Piece.OTHER):
        return None
    return next((child for child in element if name_of(child) in {"object", "img"}), None)


_NUMBERINGS: Final = frozenset(numbering.value for numbering in Numbering)
_DOTS: Final = frozenset({"1", "disc", "circle", "square"})


def read_listing(reader: "BodyReader", element: etree._Element, inside: Inside) -> Listing | Quote:
    """Read a list, or a list of terms and what they mean."""
    reader.look(element)
    check_no_text(element, reader.file)
    name = name_of(element)
    if name == "dl":
        return Quote(_terms(reader, element, inside))
    kind = element.get("type", "1" if name == "ol" else "disc")
    if kind not in (_NUMBERINGS if name == "ol" else _DOTS):
        raise refuse_attribute(element, reader.file, f"type={kind[:10]}")
    start = element.get("start", "1")
    if not start.isdecimal() or int(start[:9]) > MAX_START:
        raise refuse_attribute(element, reader.file, "start")
    entries = []
    for child in reader.shown(element):
        if name_of(child) != "li":
            raise refuse_element(child, reader.file)
        reader.look(child)
        entries.append(reader.body(child, inside))
    if name == "ul":
        return Listing(tuple(entries), start=int(start))
    return Listing(tuple(entries), ordered=True, start=int(start), numbering=Numbering(kind))


def _terms(reader: "BodyReader", element: etree._Element, inside: Inside) -> Body:
    blocks: Body = ()
    for child in reader.shown(element):
        reader.look(child)
        if name_of(child) == "dt":
            line = reader.line(child, Flow(inside), frozenset({Style.STRONG}), ends=True)
            blocks += (Paragraph(line),) if line else ()
        elif name_of(child) == "dd":
            blocks += (Quote(reader.body(child, inside)),)
        else:
            raise refuse_element(child, reader.file)
    return blocks


def read_table(reader: "BodyReader", element: etree._Element, flow: Flow) -> Table:
    """Read a table: rows of head, body and foot in this order, wherever the foot was written."""
    reader.look(element)
    check_no_text(element, reader.file)
    caption: tuple[Inline, ...] = ()
    groups: list[tuple[int, etree._Element]] = []
    for child in reader.shown(element):
        name = name_of(child)
        if name not in {*_TABLE_GROUPS, "caption", "col", "colgroup"}:
            raise refuse_element(child, reader.file)
        reader.look(child)
        if name == "caption":
            caption = reader.line(child, flow, frozenset(), ends=True)
        elif name in _TABLE_GROUPS:
            groups.append((_TABLE_GROUPS[name], child))
    rows: list[tuple[Cell, ...]] = []
    for _, group in sorted(groups, key=lambda pair: pair[0]):
        rows += [_row(reader, row, flow) for row in ([group] if name_of(group) == "tr" else reader.shown(group))]
    if sum(map(len, rows)) > MAX_CELLS:
        raise BankTooLarge(reader.file, line_of(element), "too large a table", limit=MAX_CELLS)
    if not rows:
        raise MarkupRefused(reader.file, line_of(element), "a table without rows", name="<table>")
    return Table(tuple(rows), caption)


def _row(reader: "BodyReader", row: etree._Element, flow: Flow) -> tuple[Cell, ...]:
    if name_of(row) != "tr":
        raise refuse_element(row, reader.file)
    reader.look(row)
    check_no_text(row, reader.file)
    cells = []
    for cell in row:
        if name_of(cell) not in {"td", "th"}:
            raise refuse_element(cell, reader.file)
        look = reader.look(cell)
        body = reader.body(cell, flow.inside, align=look.align)
        cells.append(Cell(body, name_of(cell) == "th", _span(reader, cell, "colspan"), _span(reader, cell, "rowspan")))
    return tuple(cells)


def _span(reader: "BodyReader", cell: etree._Element, name: str) -> int:
    found = cell.get(name, "1")
    if not found.isdecimal() or not 1 <= int(found[:9]) <= MAX_SPAN:
        raise refuse_attribute(cell, reader.file, f"{name}={found[:10]}")
    return int(found)


def read_ruby(reader: "BodyReader", element: etree._Element) -> str:
    """Read ruby as text: 字（zì）."""
    reader.look(element)
    base, told = element.text or "", ""
    text = ""
    for child in element:
        name = name_of(child)
        if len(child) or name not in {"rb", "rt", "rp"}:
            raise refuse_element(child[0] if len(child) else child, reader.file)
        reader.look(child)
        if name == "rb":
            base += child.text or ""
        if name == "rt":
            told = (child.text or "").strip()
            text += base.strip() + (f"（{told}）" if told else "")
            base = ""
        base += child.tail or ""
    return text + base.strip()
