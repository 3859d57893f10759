"""Workbooks for the tests."""

import io
from collections.abc import Sequence

import xlsxwriter  # type: ignore[import-untyped]

from app.content.bank import FileMissing
from app.content.formats.found import FormatReading
from app.content.formats.sheet import read_sheet

HEADS = ["题号", "题型", "科目", "难度", "题干", "选项A", "选项B", "选项C", "选项D", "答案"]
TRUE = ["elec-1", "判断", "电工", "易", "验电后方可装设接地线。", "", "", "", "", "对"]


def workbook(*rows: Sequence[object], heads: Sequence[str] = HEADS) -> bytes:
    """Write one sheet of rows below headings."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题库")
        sheet.write_row(0, 0, heads)
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, row)
    return file.getvalue()


def read(data: bytes, **files: bytes) -> FormatReading:
    """Read a workbook; `files` lie beside it (a name's point is written as two underscores)."""

    def fetch(name: str) -> bytes:
        found = files.get(name.replace(".", "__"))
        if found is None:
            raise FileMissing("bank.xlsx", 0, f"there is no file {name}", name=name)
        return found

    return read_sheet(data, "bank.xlsx", fetch)
