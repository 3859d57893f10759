"""Opening an .xlsx from outside: bounded before anything is unpacked, read by calamine, rows as plain texts.

Source: ECMA-376 (Office Open XML). calamine gives values only; what it does not tell (formulas, raised and struck-out
letters, pictures) is looked up in the parts themselves.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

import python_calamine
from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, MarkupRefused
from app.content.formats.number_formats import read_formats, shown
from app.content.formats.shared_strings import elements, is_struck, read_looks, runs_of, text_of
from app.content.formats.sheet_drawings import (
    MAX_PICTURES,
    NO_DRAWINGS,
    Drawings,
    Pasted,
    read_cell_images,
    read_drawings,
)
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
    "xl/drawings/",
    "xl/cellimages.xml",
)
_PICTURES: Final = "xl/media/"
_MAX_NODES: Final = 8_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError)
_PLAIN: Final[frozenset[Style]] = frozenset()
_Told = TypeVar("_Told")
_IN_CELL: Final = re.compile(r'=?(?:_xlfn\.)?DISPIMG\(\s*"([0-9A-Za-z_]{1,80})"\s*,\s*\d\s*\)')


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
    drawings: Drawings = NO_DRAWINGS


@dataclass(frozen=True)
class Workbook:
    """A workbook; `rich` gives the runs of a text of which parts are raised, lowered or otherwise stand out.

    `hidden` are the names of the sheets that cannot be seen; `media` the pictures of those that can, by part.
    """

    sheets: tuple[Sheet, ...]
    rich: Mapping[str, tuple[Run, ...]]
    hidden: tuple[str, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)


def open_workbook(data: bytes, source: str) -> Workbook:
    """Read all worksheets that can be seen.

    Raises:
        MarkupRefused: another format (xls, xlsb, ods) or a workbook with macros.
        BankTooLarge: beyond a bound.
        BankUnsafe: a password, or a zip that contradicts itself.
        BankRefused: damaged.
    """
    parts = _parts(data, source)
    styles = parts.get("xl/styles.xml")
    known = _Known(_strings(parts, source), read_formats(styles, source), read_looks(styles, source))
    paths = _paths(parts, source)
    looks = {name: _look(parts[path], known, source) for name, path in paths.items()}
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
    every = [*known.strings, *(runs for look in looks.values() for runs in look.rich)]
    rich = {text_of(runs): runs for runs in every if any(run.styles for run in runs)}
    seen = {sheet.name for sheet in sheets}
    hidden = tuple(name for name in looks if name not in seen)
    sheets = _with_drawings(sheets, parts, paths, looks, source)
    media = {one.part: parts[one.part] for sheet in sheets for one in sheet.drawings.pictures if one.part in parts}
    return Workbook(sheets, rich, hidden, media)


@dataclass(frozen=True)
class _Known:
    """What cells refer to by number: shared strings, and of each cell style its number format and its letters' look."""

    strings: list[tuple[Run, ...]]
    formats: list[str]
    looks: list[frozenset[Style]]


@dataclass(frozen=True)
class _Look:
    formats: Mapping[tuple[int, int], str]
    hidden: frozenset[int]
    characters: int
    area: int
    bad: dict[tuple[int, int], str]
    rich: list[tuple[Run, ...]]
    in_cell: Mapping[tuple[int, int], str]


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
            looked = member.filename.startswith(_LOOKED_INTO) and member.filename.endswith((".xml", ".rels"))
            if looked or member.filename.startswith(_PICTURES):
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
    for element in elements(raw, "si", source):
        found.append(runs_of(element))
        if len(found) > MAX_STRINGS:
            raise BankTooLarge(source, 0, "too many texts", limit=MAX_STRINGS)
    return found


def _with_drawings(
    sheets: tuple[Sheet, ...],
    parts: Mapping[str, bytes],
    paths: Mapping[str, str],
    looks: Mapping[str, _Look],
    source: str,
) -> tuple[Sheet, ...]:
    """Give the sheets with what lies over their cells, and with the pictures within them."""
    images = read_cell_images(parts, source)
    lost = Pasted(0, 0, wrong="a picture within the cell that is not in the file: paste it over the cells")
    given = []
    for sheet in sheets:
        over = read_drawings(parts, paths[sheet.name], source)
        within = [
            replace(images.get(name, lost), row=row, column=column)
            for (row, column), name in looks[sheet.name].in_cell.items()
        ]
        pictures = tuple(sorted((*over.pictures, *within), key=lambda one: (one.row, one.column)))
        given.append(replace(sheet, drawings=replace(over, pictures=pictures)))
    if sum(len(sheet.drawings.pictures) for sheet in given) > MAX_PICTURES:
        raise BankTooLarge(source, 0, "too many pictures in the sheets", limit=MAX_PICTURES)
    return tuple(given)


def _look(raw: bytes, known: _Known, source: str) -> _Look:
    """Look at what calamine does not tell of the cells, and count the text that they come to."""
    coded: dict[tuple[int, int], str] = {}
    bad: dict[tuple[int, int], str] = {}
    in_cell: dict[tuple[int, int], str] = {}
    rich: list[tuple[Run, ...]] = []
    hidden: set[int] = set()
    characters = 0
    last = (0, 0)
    for cells, cell in enumerate(elements(raw, "c", source)):
        place, value = cell.get("r", ""), cell.findtext("{*}v") or ""
        row, column = _place(place)
        if not row:
            raise BankRefused(source, 0, "a cell that does not say where it stands; save the workbook again")
        runs = _runs(cell, value, known)
        characters += len(value) + sum(len(run.text) for run in runs)
        if picture := _picture_within(cell, value, runs):
            in_cell[row, column] = picture
        elif cell.find("{*}f") is not None:
            bad.setdefault((row, column), f"a formula in {place[:10]}: put its value there")
        if code := _of_style(cell, known.formats, "") if cell.get("t", "n") == "n" else "":
            coded[row, column] = code
        _refuse_look(cell, runs, _of_style(cell, known.looks, _PLAIN), (row, column), bad)
        if cell.get("t") == "inlineStr" and any(run.styles for run in runs):
            rich.append(runs)
        line = cell.getparent()
        if line is not None and line.get("hidden") in ("1", "true"):
            hidden.add(row)
        if value or runs:
            last = max(last[0], row), max(last[1], column + 1)
        _check_bounds(characters, cells, last, source)
    return _Look(coded, frozenset(hidden), characters, last[0] * last[1], bad, rich, in_cell)


def _check_bounds(characters: int, cells: int, last: tuple[int, int], source: str) -> None:
    if characters > MAX_TEXT or cells > MAX_CELLS:
        raise BankTooLarge(source, last[0], "too much text", limit=MAX_TEXT)
    if last[0] > MAX_ROWS or last[1] > MAX_COLUMNS:
        raise BankTooLarge(source, last[0], "too many rows or columns", limit=MAX_ROWS)


def _runs(cell: etree._Element, value: str, known: _Known) -> tuple[Run, ...]:
    """Give the text of a cell that is no number as runs."""
    own = cell.find("{*}is")
    if own is not None:
        return runs_of(own)
    shared = cell.get("t") == "s" and value.isascii() and value.isdigit() and int(value[:9]) < len(known.strings)
    return known.strings[int(value[:9])] if shared else ()


def _picture_within(cell: etree._Element, value: str, runs: tuple[Run, ...]) -> str:
    """Give the id of the picture that WPS shows within a cell."""
    texts = (cell.findtext("{*}f") or "", value, text_of(runs))
    return next((found[1] for text in texts if (found := _IN_CELL.fullmatch(text.strip()))), "")


def _refuse_look(
    cell: etree._Element,
    runs: tuple[Run, ...],
    look: frozenset[Style],
    at: tuple[int, int],
    bad: dict[tuple[int, int], str],
) -> None:
    """Say what a cell's look means that its text would lose."""
    if cell.get("vm") is not None:
        bad.setdefault(at, "a picture placed in the cell (嵌入单元格): place it over the cells")
    if cell.findtext("{*}v") or runs:  # an empty cell has no look
        if is_struck(runs) or Style.STRUCK in look:
            bad.setdefault(at, "struck-out text (删除线): delete what no longer holds, or take the line off")
        if look & {Style.SUPER, Style.SUB}:
            bad.setdefault(at, "a cell raised or lowered as a whole (上标、下标): write it beside what it belongs to")


def _place(name: str) -> tuple[int, int]:
    """Give row (from 1) and column (from 0) of a cell's name."""
    letters = name.rstrip("0123456789")[:3]
    column = sum((ord(letter) - ord("A") + 1) * 26**at for at, letter in enumerate(reversed(letters))) - 1
    return int(name[len(letters) :][:7] or 0) if name[len(letters) :][:7].isdigit() else 0, column


def _of_style(cell: etree._Element, known: Sequence[_Told], plain: _Told) -> _Told:
    """Give what is known of a cell's style."""
    style = cell.get("s", "0")
    return known[int(style[:6])] if style.isascii() and style.isdigit() and int(style[:6]) < len(known) else plain


def _sheet(book: python_calamine.CalamineWorkbook, name: str, look: _Look, source: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise BankTooLarge(source, 0, f"the sheet {name[:40]!r} has too many rows or columns", limit=MAX_ROWS)
    bad = look.bad
    rows: list[tuple[str, ...]] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        texts = []
        for at, cell in enumerate(cells):
            if (number, at) in look.in_cell:
                texts.append("")
                continue
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
