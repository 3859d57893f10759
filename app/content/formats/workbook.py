"""Opening an .xlsx from outside: bounded before anything is unpacked, read by calamine, rows as plain texts.

Source: ECMA-376 (Office Open XML). calamine gives values only; what it does not tell (formulas, raised and lowered
letters) is looked up in the parts themselves.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import python_calamine
from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, MarkupRefused
from app.content.formats.number_formats import read_formats, shown
from app.content.xml import read_xml
from app.exam.prose import Run, Style

MAX_UNPACKED: Final = 200_000_000  # bytes of all parts
MAX_ROWS: Final = 60_000
MAX_COLUMNS: Final = 100
MAX_TEXT: Final = 60_000_000  # characters of all cells, as often as they stand there
MAX_CELLS: Final = 1_000_000  # written down in one sheet
MAX_AREA: Final = 2_000_000  # cells of all sheets' rectangles: calamine lays empty ones out too
MAX_STRINGS: Final = 600_000
MAX_KEPT: Final = 100_000_000  # bytes of the parts that are looked into
_MAX_PARTS: Final = 2_000
_LOOKED_INTO: Final = (
    "xl/workbook.xml",
    "xl/_rels/",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/",
    "xl/chartsheets/",
)
_MAX_NODES: Final = 8_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError)
_STYLES: Final = {"b": Style.STRONG, "i": Style.EMPHASIS, "u": Style.UNDERLINE, "strike": Style.STRUCK}
_RAISED: Final = {"superscript": Style.SUPER, "subscript": Style.SUB}


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its cells as texts, row by row from row 1; `bad` says what is wrong with a cell (row, column).

    `merged` are ranges of cells as (first row, first column, last row, last column). Rows are from 1, columns from 0.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    bad: Mapping[tuple[int, int], str]
    merged: tuple[tuple[int, int, int, int], ...]
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Workbook:
    """A workbook; `rich` gives the runs of a text of which parts are raised, lowered or otherwise stand out.

    `hidden` are the names of the sheets that cannot be seen.
    """

    sheets: tuple[Sheet, ...]
    rich: Mapping[str, tuple[Run, ...]]
    hidden: tuple[str, ...] = ()


def open_workbook(data: bytes, source: str) -> Workbook:
    """Read all worksheets that can be seen.

    Raises:
        MarkupRefused: another format (xls, xlsb, ods) or a workbook with macros.
        BankTooLarge: beyond a bound.
        BankUnsafe: a password, or a zip that contradicts itself.
        BankRefused: damaged.
    """
    parts = _parts(data, source)
    strings = _strings(parts, source)
    formats = read_formats(parts.get("xl/styles.xml"), source)
    looks = {name: _look(parts[path], strings, formats, source) for name, path in _paths(parts, source).items()}
    if sum(look.characters for look in looks.values()) > MAX_TEXT:
        raise BankTooLarge(source, 0, "too much text", limit=MAX_TEXT)
    if sum(look.area for look in looks.values()) > MAX_AREA:
        raise BankTooLarge(source, 0, "the cells lie too far apart", limit=MAX_AREA)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = tuple(
                _sheet(book, one.name, looks[one.name], source)
                for one in book.sheets_metadata
                if one.visible is python_calamine.SheetVisibleEnum.Visible and one.name in looks
            )
    except (python_calamine.CalamineError, *_DAMAGED):
        raise BankRefused(source, 0, "damaged: the workbook cannot be read") from None
    rich = {"".join(run.text for run in runs): runs for runs in strings if any(run.styles for run in runs)}
    seen = {sheet.name for sheet in sheets}
    return Workbook(sheets, rich, tuple(name for name in looks if name not in seen))


@dataclass(frozen=True)
class _Look:
    formulas: Mapping[tuple[int, int], str]
    formats: Mapping[tuple[int, int], str]
    hidden: frozenset[int]
    characters: int
    area: int


def _parts(data: bytes, source: str) -> dict[str, bytes]:
    """Unpack the parts that we look into ourselves, and prove that all parts are as large as the zip says."""
    if data.startswith(_OLE):
        raise MarkupRefused(source, 0, "an .xls or a workbook with a password; save it as .xlsx", name=".xls")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return _unpacked(file, source)
    except _DAMAGED:
        raise BankRefused(source, 0, "damaged: no .xlsx") from None


def _unpacked(file: zipfile.ZipFile, source: str) -> dict[str, bytes]:
    members = file.infolist()
    if len(members) > _MAX_PARTS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise BankTooLarge(source, 0, "a workbook that unpacks to more than any bank", limit=f"{MAX_UNPACKED} B")
    names = [member.filename for member in members]
    if len(set(names)) != len(names) or any(member.flag_bits & 1 for member in members):
        raise BankUnsafe(source, 0, "a part that stands twice, or is encrypted")
    for wrong, name in (("xl/vbaProject.bin", "macros"), ("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")):
        if wrong in names:
            raise MarkupRefused(source, 0, f"{name} is not supported; save it as .xlsx", name=name)
    found: dict[str, bytes] = {}
    kept = 0
    for member in members:
        with file.open(member) as part:
            if member.filename.startswith(_LOOKED_INTO) and member.filename.endswith((".xml", ".rels")):
                kept += member.file_size
                if kept > MAX_KEPT:
                    raise BankTooLarge(
                        source, 0, "a workbook that unpacks to more than any bank", limit=f"{MAX_KEPT} B"
                    )
                found[member.filename] = part.read()
            else:
                while part.read(1 << 20):  # to its end: a wrong size or checksum shows
                    pass
    return found


def _paths(parts: Mapping[str, bytes], source: str) -> dict[str, str]:
    """Give the part of every worksheet by the sheet's name."""
    for needed in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if needed not in parts:
            raise BankRefused(source, 0, "no .xlsx")
    relations = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", "")))[1:]
        for one in read_xml(parts["xl/_rels/workbook.xml.rels"], source)
    }
    sheets = read_xml(parts["xl/workbook.xml"], source).iter("{*}sheet")
    found = {one.get("name", ""): relations.get(one.get(_REL, ""), "") for one in sheets}
    for name, path in found.items():
        if path not in parts:
            raise BankRefused(source, 0, f"damaged: the sheet {name[:40]!r} is not where the workbook says")
    return found


def _strings(parts: Mapping[str, bytes], source: str) -> list[tuple[Run, ...]]:
    """Give the shared strings as runs."""
    raw = parts.get("xl/sharedStrings.xml")
    if raw is None:
        return []
    if raw.count(b"<si") > MAX_STRINGS:  # quicker than to come to so many
        raise BankTooLarge(source, 0, "too many texts", limit=MAX_STRINGS)
    found = []
    for element in _elements(raw, "si", source):
        runs = [Run(text.text or "") for text in element.findall("{*}t")]
        runs += [Run(run.findtext("{*}t") or "", _styles(run)) for run in element.findall("{*}r")]
        found.append(tuple(runs))
        if len(found) > MAX_STRINGS:
            raise BankTooLarge(source, 0, "too many texts", limit=MAX_STRINGS)
    return found


def _styles(run: etree._Element) -> frozenset[Style]:
    properties = run.find("{*}rPr")
    if properties is None:
        return frozenset()
    found = {
        style
        for name, style in _STYLES.items()
        for one in properties.findall(f"{{*}}{name}")
        if one.get("val", "1") not in ("0", "false", "none")
    }
    raised = properties.find("{*}vertAlign")
    if raised is not None and raised.get("val") in _RAISED:
        found.add(_RAISED[raised.get("val", "")])
    return frozenset(found)


def _look(raw: bytes, strings: list[tuple[Run, ...]], formats: list[str], source: str) -> _Look:
    """Look for formulas, for how numbers are shown, for hidden rows, and count the text that the cells come to."""
    lengths = [sum(len(run.text) for run in runs) for runs in strings]
    formulas: dict[tuple[int, int], str] = {}
    coded: dict[tuple[int, int], str] = {}
    hidden: set[int] = set()
    characters = 0
    last = (0, 0)
    for cells, cell in enumerate(_elements(raw, "c", source)):
        place, value = cell.get("r", ""), cell.findtext("{*}v") or ""
        row, column = _place(place)
        if not row:
            raise BankRefused(source, 0, "a cell that does not say where it stands; save the workbook again")
        if cell.find("{*}f") is not None:
            formulas[row, column] = place[:10]
        if code := _format(cell, formats):
            coded[row, column] = code
        line = cell.getparent()
        if line is not None and line.get("hidden") in ("1", "true"):
            hidden.add(row)
        if cell.get("t") == "s" and value.isascii() and value.isdigit() and int(value[:9]) < len(lengths):
            characters += lengths[int(value[:9])]
        characters += len(value) + sum(len(text.text or "") for text in cell.iter("{*}t"))
        if value or cell.find("{*}is") is not None:
            last = max(last[0], row), max(last[1], column + 1)
        if characters > MAX_TEXT or cells > MAX_CELLS:
            raise BankTooLarge(source, row, "too much text", limit=MAX_TEXT)
        if last[0] > MAX_ROWS or last[1] > MAX_COLUMNS:
            raise BankTooLarge(source, row, "too many rows or columns", limit=MAX_ROWS)
    return _Look(formulas, coded, frozenset(hidden), characters, last[0] * last[1])


def _place(name: str) -> tuple[int, int]:
    """Give row (from 1) and column (from 0) of a cell's name."""
    letters = name.rstrip("0123456789")[:3]
    column = sum((ord(letter) - ord("A") + 1) * 26**at for at, letter in enumerate(reversed(letters))) - 1
    return int(name[len(letters) :][:7] or 0) if name[len(letters) :][:7].isdigit() else 0, column


def _format(cell: etree._Element, formats: list[str]) -> str:
    """Give the format of a number that is not shown as it is."""
    style = cell.get("s", "0")
    if cell.get("t", "n") != "n" or not (style.isascii() and style.isdigit()) or int(style[:6]) >= len(formats):
        return ""
    return formats[int(style[:6])]


def _elements(raw: bytes, name: str, source: str) -> Iterator[etree._Element]:
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


def _sheet(book: python_calamine.CalamineWorkbook, name: str, look: _Look, source: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise BankTooLarge(source, 0, f"the sheet {name[:40]!r} has too many rows or columns", limit=MAX_ROWS)
    bad = {at: f"a formula in {place}: put its value there" for at, place in look.formulas.items()}
    rows: list[tuple[str, ...]] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        texts = []
        for at, cell in enumerate(cells):
            if isinstance(cell, datetime | date | time | timedelta):
                bad.setdefault((number, at), "a date where a text should be: format the cell as text")
            text = _text(cell, look.formats.get((number, at), ""))
            if text is None:
                bad.setdefault((number, at), f"{cell!r} is shown in another way: format the cell as text")
            elif text.startswith("#") and text.rstrip("!?") in _ERRORS:
                bad.setdefault((number, at), "a cell with an error")
            texts.append(text or "")
        rows.append(tuple(texts))
    ranges = sheet.merged_cell_ranges or ()
    merged = tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges)
    return Sheet(name, tuple(rows), bad, merged, look.hidden)


_ERRORS: Final = frozenset({"#N/A", "#REF", "#VALUE", "#DIV/0", "#NAME", "#NUM", "#NULL"})


def _text(cell: object, code: str) -> str | None:
    """Give a cell as it reads: a whole number without a decimal point; None for a number that is shown otherwise."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return shown(cell, code)
    return str(cell).replace("\r\n", "\n").replace("_x000D_", "").strip()
