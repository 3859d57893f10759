"""A spreadsheet of items: one row each, under headings in Chinese or English in any order (`sheet_columns`).

A sheet without the headings for type, stem and answer is not read. A row that cannot be used is put aside with its
number; rows are counted as the spreadsheet program shows them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused
from app.content.formats.building import Sorting, finish, subject_of
from app.content.formats.found import MAX_SOURCE_ITEMS, Collector, FormatReading, Found
from app.content.formats.html import looks_like_html
from app.content.formats.sheet_columns import (
    TYPES,
    Column,
    Key,
    SheetType,
    best_headings,
    column_of,
    difficulty_of,
    narrow,
    type_of_sheet,
)
from app.content.formats.sheet_kinds import draft_of
from app.content.formats.sheet_passed import is_no_item
from app.content.formats.sheet_pictures import Album, shown_by
from app.content.formats.sheet_row import Row
from app.content.formats.sheet_template import HELP
from app.content.formats.warning import WarningKind
from app.content.formats.workbook import Sheet, Workbook, open_workbook
from app.exam.item import Stimulus
from app.exam.prose import Wording
from sync.wire.plan import Difficulty

_NEEDED: Final = (Column.TYPE, Column.STEM, Column.ANSWER)
_UNUSED: Final = (Column.NUMBER, Column.MARKS, Column.EXPLANATION)  # what stands there changes no item
_NAMED: Final = 30  # so many rows are named in a warning about many
_HEADING_ROWS: Final = 20  # a title and notes may stand above
_FILLED: Final = (Column.SUBJECT, Column.DIFFICULTY, Column.TYPE, Column.MATERIAL, Column.MATERIAL_TEXT, Column.ENEMIES)


@dataclass
class _Reading:
    """What a sheet's rows share."""

    found: Collector
    album: Album
    materials: dict[str, Wording] = field(default_factory=dict)


def read_sheet(data: bytes, source: str, fetch: Callable[[str], bytes]) -> FormatReading:
    """Read an .xlsx; `fetch` gives the bytes of a picture that lies beside it.

    Raises:
        BankRefused: one of its kinds: no .xlsx, damaged, beyond a bound, or no sheet with the headings.
    """
    book = open_workbook(data, source)
    found = Collector(source)
    read = 0
    for name in book.hidden:
        found.warn(0, WarningKind.HIDDEN_SHEET, sheet=name[:40])
    for sheet in book.sheets:
        headings = _headings(sheet)
        if headings is None:
            if sheet.name != HELP and any(any(cells) for cells in sheet.rows):
                found.warn(0, WarningKind.SHEET_NOT_READ, sheet=sheet.name[:40])
            continue
        read += 1
        _read_sheet(sheet, headings, book, _Reading(found, _album(sheet, headings[1], book, fetch)))
    if not read:
        raise BankRefused(source, 0, "no sheet with the headings 题型 (type), 题干 (stem) and 答案 (answer)")
    return found.reading()


def _headings(sheet: Sheet) -> tuple[int, dict[int, Key]] | None:
    """Find the row of headings; give its number, and what each column holds. The sheet's name may give the type."""
    needed = [column for column in _NEEDED if column is not Column.TYPE or type_of_sheet(sheet.name) is None]
    for number, cells in enumerate(sheet.rows[:_HEADING_ROWS], start=1):
        known = {at: key for at, cell in enumerate(cells) if (key := column_of(cell)) is not None}
        if all(column in known.values() for column in needed):
            return number, best_headings(known, cells)
    return None


def _album(sheet: Sheet, columns: dict[int, Key], book: Workbook, fetch: Callable[[str], bytes]) -> Album:
    pictures = sheet.drawings.pictures
    pasted = {row: [one for one in pictures if one.row == row] for row in {one.row for one in pictures}}
    return Album(pasted, columns, book.media, fetch)


def _read_sheet(sheet: Sheet, headings: tuple[int, dict[int, Key]], book: Workbook, reading: _Reading) -> None:
    heading_row, columns = headings
    found = reading.found
    if 0 in reading.album.pasted:
        found.refuse(sheet.name[:80], _unplaced(sheet.name[:40], reading.album.pasted[0][0].wrong, found.source))
        return
    if twice := [at for at, key in columns.items() if list(columns.values()).count(key) > 1]:
        names = ", ".join(sheet.rows[heading_row - 1][at][:40] for at in twice)
        raise BankRefused(found.source, heading_row, f"columns that mean the same: {names}")
    unknown = [cell for at, cell in enumerate(sheet.rows[heading_row - 1]) if cell and at not in columns]
    if unknown:
        found.warn(heading_row, WarningKind.COLUMNS_NOT_READ, columns=", ".join(one[:40] for one in unknown[:20]))
    filled, torn = _merged(sheet, heading_row, columns)
    passed = {
        number
        for number, cells in enumerate(sheet.rows[heading_row:], start=heading_row + 1)
        if is_no_item(cells, columns)
    }
    if passed:
        found.warn(min(passed), WarningKind.ROWS_PASSED_OVER, rows=_listed(passed))
    rows = [
        Row(number, named, book.rich, (found.source, number))
        for number, named in _cells(sheet, headings, filled)
        if number not in passed
    ]
    _say_unread(sheet, {row.number for row in rows}, found)
    _say_odd(sheet, rows, found)
    if any(row.cells.get(Column.EXPLANATION) for row in rows):
        found.warn(heading_row, WarningKind.EXPLANATIONS)
    if any(row.cells.get(Column.MARKS) for row in rows):
        found.warn(heading_row, WarningKind.MARKS)
    bad = {row: reason for (row, at), reason in sheet.bad.items() if columns.get(at, Column.MARKS) not in _UNUSED}
    broken: Mapping[int, str] = {**torn, **bad}
    _materials(rows, broken, reading)
    for row in rows:
        if found.full:
            raise BankTooLarge(found.source, row.number, "too many items", limit=MAX_SOURCE_ITEMS)
        _read_row(row, broken.get(row.number, ""), reading)


def _unplaced(sheet: str, wrong: str, source: str) -> BankRefused:
    """Say why a sheet with something that lies over no row is not read: any row may need it."""
    if wrong:
        reason = wrong
        return MarkupRefused(source, 0, reason, name=sheet)
    return MarkupRefused(
        source,
        0,
        f"the sheet {sheet!r} has a picture that is fixed to no cell (绝对定位): paste it over its row",
        name=sheet,
    )


def _say_odd(sheet: Sheet, rows: list[Row], found: Collector) -> None:
    for row in rows:
        if row.number in sheet.hidden_rows:
            found.warn(row.number, WarningKind.HIDDEN_ROW)
        if any(looks_like_html(cell) for cell in row.cells.values()):
            found.warn(row.number, WarningKind.LOOKS_LIKE_HTML)


def _say_unread(sheet: Sheet, items: set[int], found: Collector) -> None:
    """Warn of what lies over the cells and becomes part of no item."""
    for one in sheet.drawings.unread:
        name = {"sheet": sheet.name[:40]} if one.kind is WarningKind.COMMENTS_NOT_READ else {}
        found.warn(one.row, one.kind, **one.facts, **name)
    if lost := {one.row for one in sheet.drawings.pictures} - items:
        found.warn(min(lost), WarningKind.PICTURE_OF_NO_ITEM, rows=_listed(lost))


def _listed(rows: set[int]) -> str:
    told = ", ".join(str(row) for row in sorted(rows)[:_NAMED])
    return f"{told} …" if len(rows) > _NAMED else told


def _cells(
    sheet: Sheet, headings: tuple[int, dict[int, Key]], filled: Mapping[tuple[int, int], str]
) -> Iterator[tuple[int, dict[Key, str]]]:
    """Give the rows that are not empty, by number, with the type that the sheet's name gives to all of them."""
    heading_row, columns = headings
    kind = None if Column.TYPE in columns.values() else type_of_sheet(sheet.name)
    for number, cells in enumerate(sheet.rows[heading_row:], start=heading_row + 1):
        named = {key: filled.get((number, at), cells[at] if at < len(cells) else "") for at, key in columns.items()}
        if any(named.values()):
            yield number, named if kind is None else {**named, Column.TYPE: kind.value}


def _merged(
    sheet: Sheet, heading_row: int, columns: Mapping[int, Key]
) -> tuple[dict[tuple[int, int], str], dict[int, str]]:
    """Give what merged cells say of each row below, where that is plain, and the rows where it is not."""
    filled: dict[tuple[int, int], str] = {}
    torn: dict[int, str] = {}
    for top, left, bottom, right in sheet.merged:
        if bottom <= heading_row:
            continue
        plain = left == right and columns.get(left) in _FILLED and top > heading_row
        for row in range(max(top, heading_row + 1), min(bottom, len(sheet.rows)) + 1):
            if plain:
                cells = sheet.rows[top - 1]
                filled[row, left] = cells[left] if left < len(cells) else ""
            else:
                torn[row] = "merged cells: which row they belong to is not plain"
    return filled, torn


def _materials(rows: list[Row], broken: Mapping[int, str], reading: _Reading) -> None:
    """Gather the case texts; a number that has two different ones is refused with its rows."""
    for row in rows:
        name = row.text(Column.MATERIAL)
        if not name or not row.text(Column.MATERIAL_TEXT) or row.number in broken:
            continue
        try:
            wording = row.wording(Column.MATERIAL_TEXT, Column.MATERIAL_TEXT_EN)
        except BankRefused:
            continue  # the row itself says so
        reading.materials.setdefault(name, wording)


def _read_row(row: Row, broken: str, reading: _Reading) -> None:
    found = reading.found
    try:
        one = _item(row, broken, reading)
    except BankRefused as fault:
        found.refuse(row.cells.get(Column.NUMBER, "")[:80] or f"row {row.number}", fault)
        return
    if one is None:
        return  # a row that only brings a case text
    found.items.append(one)


def _item(row: Row, broken: str, reading: _Reading) -> Found | None:
    if broken:
        raise BankRefused(*row.place, broken)
    kind = TYPES.get(narrow(row.text(Column.TYPE)))
    if kind is None:
        shown = f"题型 {row.text(Column.TYPE)[:40]!r}"
        raise MarkupRefused(*row.place, f"{shown} is not one of the template's", name=shown)
    stimulus = _stimulus(row, reading)
    if kind is SheetType.MATERIAL:
        if row.text(Column.STEM) or stimulus is None:
            raise BankRefused(*row.place, "a row of material with a stem, or without a number and a text")
        if row.number in reading.album.pasted:
            raise BankRefused(*row.place, "a picture over the case text: paste it over the stems that need it")
        return None
    subject = subject_of([row.text(Column.SUBJECT)])
    sorting = Sorting(subject, _difficulty(row), tuple(_enemies(row)), stimulus)
    pictures = shown_by(row, kind, reading.album, reading.found)
    name = row.text(Column.NUMBER)
    draft = draft_of(kind, pictures.row, pictures.stem)
    return finish(draft, name, sorting, pictures.media, f"{row.place[0]}:{row.number}")


def _stimulus(row: Row, reading: _Reading) -> Stimulus | None:
    name = row.text(Column.MATERIAL)
    if not name:
        if row.text(Column.MATERIAL_TEXT):
            raise BankRefused(*row.place, "material without a material number")
        return None
    wording = reading.materials.get(name)
    if wording is None:
        raise BankRefused(*row.place, f"no row gives the text of material {name[:40]!r}")
    if row.text(Column.MATERIAL_TEXT) and row.wording(Column.MATERIAL_TEXT, Column.MATERIAL_TEXT_EN) != wording:
        raise BankRefused(*row.place, f"material {name[:40]!r} has another text in another row")
    return Stimulus(row.stimulus_name(name, wording), wording)


def _difficulty(row: Row) -> Difficulty:
    told, facility = narrow(row.text(Column.DIFFICULTY)), narrow(row.text(Column.FACILITY))
    difficulty = difficulty_of(told, facility)
    if difficulty is None:
        raise BankRefused(
            *row.place, f"难度 {(told or facility)[:20]!r} is none of 易, 中, 难, and no share from 0 to 1"
        )
    return difficulty


def _enemies(row: Row) -> list[str]:
    names = row.listed(Column.ENEMIES)
    return sorted({row.group_name(name) for name in names})
