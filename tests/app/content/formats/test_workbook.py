"""A workbook is bounded before calamine lays it out: empty cells cost memory there, and a far one costs all of it."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from app.content.bank import BankRefused, BankTooLarge
from app.content.formats import workbook
from app.content.formats.workbook import open_workbook

SHEET = "xl/worksheets/sheet1.xml"


def book(*, more: str = "") -> bytes:
    """Write a small workbook; `more` is a cell of its own row at the end."""
    file = io.BytesIO()
    with Workbook(file) as made:
        sheet = made.add_worksheet("题库")
        sheet.write_row(0, 0, ["题型", "题干", "答案"])
        if more:
            sheet.write(more, "x")
    return file.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Give the workbook with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


@pytest.mark.parametrize("cell", ["XFD1", "DA3", "A60001", "XFD60000"])
def test_a_cell_far_away_is_refused_before_anything_is_laid_out(cell: str) -> None:
    with pytest.raises(BankTooLarge, match="rows or columns"):
        open_workbook(book(more=cell), "bank.xlsx")


def test_cells_that_lie_too_far_apart_are_refused() -> None:
    with pytest.raises(BankTooLarge, match="far apart"):
        open_workbook(book(more="CV60000"), "bank.xlsx")


def test_a_cell_that_does_not_say_where_it_stands_could_hide_a_formula() -> None:
    nameless = changed(book(), SHEET, lambda raw: raw.replace(b'r="C1" ', b""))
    assert nameless != book()
    with pytest.raises(BankRefused, match="where it stands"):
        open_workbook(nameless, "bank.xlsx")


def test_a_sheet_that_is_not_where_the_workbook_says_is_not_passed_over() -> None:
    lost = changed(book(), "xl/_rels/workbook.xml.rels", lambda raw: raw.replace(b"worksheets/", b"worksheets\\"))
    with pytest.raises(BankRefused, match="is not where the workbook says"):
        open_workbook(lost, "bank.xlsx")


@pytest.mark.parametrize(
    ("bound", "part", "old", "new"),
    [
        ("MAX_STRINGS", "xl/sharedStrings.xml", rb"</sst>", b"<si/>" * 20 + b"</sst>"),
        ("MAX_CELLS", SHEET, rb"</row>", b"".join(b'<c r="D1"/>' for _ in range(20)) + b"</row>"),
        ("MAX_KEPT", SHEET, rb"</row>", b"</row>" + b" " * 20_000),
    ],
)
def test_a_part_beyond_its_bound_is_refused(
    monkeypatch: pytest.MonkeyPatch, bound: str, part: str, old: bytes, new: bytes
) -> None:
    data = changed(book(), part, lambda raw: re.sub(old, new, raw, count=1))
    assert open_workbook(data, "bank.xlsx").sheets
    monkeypatch.setattr(workbook, bound, 15 if bound != "MAX_KEPT" else 20_000)
    with pytest.raises(BankTooLarge):
        open_workbook(data, "bank.xlsx")
