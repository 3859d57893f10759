"""Spreadsheets: the template's types, the ways people write answers, and what is refused with its row."""

import io
import struct
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from app.content.bank import BankRefused
from app.content.formats.found import Found
from app.content.formats.sheet_template import template
from app.content.formats.warning import SourceWarning, WarningKind
from app.exam.interactions import Choice
from app.exam.prose import Paragraph, Picture, Run, Style, plain_text
from sync.wire.plan import Difficulty, ItemKind
from tests.app.content.formats.giving import PNG, most, only, score, stem
from tests.app.content.formats.workbooks import HEADS, TRUE, read, workbook


def choice(kind: str, answer: object, *options: object, number: object = "q-1") -> list[object]:
    """Write a row with options."""
    return [number, kind, "", "", "题干", *options, *[""] * (4 - len(options)), answer]


def test_the_template_itself_comes_in_whole() -> None:
    reading = read(template())
    assert reading.rejected == ()
    assert {one.item.kind for one in reading.items} == {
        ItemKind.TRUE_FALSE,
        ItemKind.SINGLE_CHOICE,
        ItemKind.MULTIPLE_CHOICE,
        ItemKind.TEXT_ENTRY,
        ItemKind.ORDER,
        ItemKind.MATCH,
        ItemKind.EXTENDED_TEXT,
    }
    assert reading.warnings == ()
    assert template() == template()
    cases = [one.item for one in reading.items if one.item.stimulus]
    assert [item.id for item in cases] == ["space-001", "space-002"]
    assert cases[0].stimulus == cases[1].stimulus
    assert "sewage" in plain_text(cases[0].stimulus.wording.en)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("对", "true"),
        ("√", "true"),
        ("Ｔ", "true"),
        (True, "true"),
        ("正确 ", "true"),
        ("错", "false"),
        ("×", "false"),
        (False, "false"),
    ],
)
def test_true_and_false_however_it_is_written(answer: object, right: str) -> None:
    found = only(read(workbook(["1", "判断题", "电工", "难", "题干", "", "", "", "", answer])))
    assert (found.item.kind, found.item.difficulty, found.item.subject) == (
        ItemKind.TRUE_FALSE,
        Difficulty.HARD,
        "电工",
    )
    assert score(found, right) == 1


def test_true_and_false_with_letters_for_its_options() -> None:
    assert score(only(read(workbook(choice("判断", "A", "错误", "正确")))), "false") == 1


@pytest.mark.parametrize("answer", ["ABD", "A,B,D", "A、B、D", "ａｂｄ", "A；B；D", "A B D"])
def test_several_letters_however_they_are_written(answer: str) -> None:
    found = only(read(workbook(choice("多选", answer, "甲", "乙", "丙", "丁"))))
    assert (score(found, ["A", "B", "D"]), score(found, ["A", "B"]), most(found)) == (1, 0, 1)


def test_a_multiple_choice_can_be_marked_by_parts() -> None:
    row = [*choice("多选", "AB", "甲", "乙", "丙"), "按项"]
    found = only(read(workbook(row, heads=[*HEADS, "多选计分"])))
    assert [score(found, one) for one in (["A", "B"], ["A"], ["A", "B", "C"])] == [1, 0.5, 0]


def test_numbers_in_cells_read_as_a_person_sees_them() -> None:
    found = only(read(workbook(choice("单选", "B", 24, 36.0, 0.5, 1e6))))
    assert [plain_text(option.wording.zh) for option in found.item.interactions[0].options] == [  # type: ignore[union-attr]
        "24",
        "36",
        "0.5",
        "1000000",
    ]


def test_blanks_are_places_in_the_text() -> None:
    row = ["b-1", "填空", "", "", "高于 ____ m 的作业称为____。", "", "", "", "", "2±0.01；高处作业|高空作业"]
    found = only(read(workbook(row)))
    assert stem(found) == "高于 ____ m 的作业称为____。"
    assert score(found, {"RESPONSE1": "2.0", "RESPONSE2": "高空作业"}) == 1
    assert score(found, {"RESPONSE1": "3", "RESPONSE2": "高处作业"}) == 0.5
    single = only(read(workbook(["b-2", "填空", "", "", "火警电话是____。", "", "", "", "", 119])))
    assert (single.item.kind, score(single, "119")) == (ItemKind.TEXT_ENTRY, 1)


def test_an_order_and_pairs() -> None:
    order = only(read(workbook(choice("排序", "CAB", "戴好", "挂好", "检查"))))
    assert (score(order, ["C", "A", "B"]), score(order, ["A", "B", "C"])) == (1, 0)
    pairs = only(read(workbook(choice("连线", "", "甲 -> 一", "乙→二", "-> 三"))))
    assert (pairs.item.kind, score(pairs, ["R1 C1", "R2 C2"])) == (ItemKind.MATCH, 1)


def test_headings_in_english_in_any_order_below_a_title() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:D1", "Bank of 2026")
        sheet.write_row(2, 0, ["Answer", "option B", "Option A", "STEM", "Type", "remarks"])
        sheet.write_row(3, 0, ["B", "right", "wrong", "Which?", "single", "x"])
        book.add_worksheet("notes").write(0, 0, "nothing here")
    reading = read(file.getvalue())
    assert score(only(reading), "B") == 1
    assert reading.warnings == (
        SourceWarning(WarningKind.COLUMNS_NOT_READ, "bank.xlsx:3", {"columns": "remarks"}),
        SourceWarning(WarningKind.SHEET_NOT_READ, "bank.xlsx", {"sheet": "notes"}),
    )


def test_both_languages_enemies_and_a_picture() -> None:
    heads = [*HEADS, "英文题干", "选项A_en", "选项B_en", "互斥组", "图片", "图片说明"]
    row = [
        *choice("单选", "A", "禁止", "警告"),
        "Which?",
        "Prohibition",
        "Warning",
        "signs、elec-a",
        "sign.png",
        "红圈斜杠",
    ]
    found = only(read(workbook(row, heads=heads), sign__png=PNG))
    assert found.item.stem.en[0] == Paragraph((Run("Which?"),))
    assert found.item.stem.zh[1] == Picture("1.png", "红圈斜杠")
    assert (found.item.enemies, list(found.media)) == (("elec-a", "signs"), ["1.png"])


@pytest.mark.parametrize("name", ["../sign.png", "/etc/passwd", "a/b.png", "missing.png"])
def test_a_picture_lies_beside_the_sheet_or_the_row_is_refused(name: str) -> None:
    (rejected,) = read(workbook([*TRUE, name], heads=[*HEADS, "图片"])).rejected
    assert rejected.fault.facts["name"] == name


def test_raised_and_lowered_letters_are_kept() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, TRUE)
        raised = book.add_format({"font_script": 1})
        sheet.write_rich_string(1, 4, "面积为 10", " m", raised, "2", "。")
    paragraph, _ = only(read(file.getvalue())).item.stem.zh
    assert paragraph == Paragraph((Run("面积为 10 m"), Run("2", frozenset({Style.SUPER})), Run("。")))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["q", "论述", "", "", "题干", "", "", "", "", "对"], "题型"),
        (["q", "判断", "", "", "题干", "", "", "", "", "也许"], "neither true nor false"),
        (["q", "判断", "", "", "", "", "", "", "", "对"], "nothing to read"),
        (["q", "判断", "", "极难", "题干", "", "", "", "", "对"], "难度"),
        (choice("单选", "E", "甲", "乙"), "no option"),
        (choice("单选", "AB", "甲", "乙"), "2 answers"),
        (choice("单选", "", "甲", "乙"), "does not name"),
        (choice("单选", "A", "甲", "", "丙"), "left out"),
        (choice("单选", "A", "甲", "甲"), "the same"),
        (choice("单选", "A", "甲"), "1 options"),
        (choice("多选", "AA", "甲", "乙"), "twice"),
        (choice("排序", "AB", "甲", "乙", "丙"), "every option once"),
        (choice("匹配", "", "甲", "乙"), "not a pair"),
        (["q", "填空", "", "", "____和____", "", "", "", "", "一"], "2 blanks and 1 answers"),
        (["q", "单选", "", "", "题干", date(2026, 1, 2), "乙", "", "", "A"], "a date"),
        (["q", "判断", "", "", "题干 \u202e", "", "", "", "", "对"], "unseen"),
    ],
)
def test_a_row_that_cannot_be_used_is_put_aside_with_its_number(row: list[object], words: str) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "m-d"}) as book:
        sheet = book.add_worksheet()
        lines: list[list[object]] = [[*HEADS], [*TRUE], row]
        for at, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell)
                else:
                    sheet.write(at, column, cell)
    reading = read(file.getvalue())
    assert [one.item.id for one in reading.items] == ["elec-1"]
    (rejected,) = reading.rejected
    assert rejected.fault.line == 3
    assert words in rejected.reason


def test_a_formula_is_refused_with_its_cell_and_merged_cells_with_their_rows() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate([HEADS, TRUE, ["f-1", *TRUE[1:]], ["m-1", *TRUE[1:]], ["m-2", *TRUE[1:]]]):
            sheet.write_row(at, 0, cells)
        sheet.write_formula("J3", '=IF(1,"对","错")', value="对")
        sheet.merge_range("E4:E5", "合并的题干")
    reading = read(file.getvalue())
    assert [one.item.id for one in reading.items] == ["elec-1"]
    assert [(one.item, one.reason.partition(": ")[2]) for one in reading.rejected] == [
        ("f-1", "a formula in J3: put its value there"),
        ("m-1", "merged cells: which row they belong to is not plain"),
        ("m-2", "merged cells: which row they belong to is not plain"),
    ]


def test_cells_merged_over_rows_of_one_subject_or_case_hold_for_all_of_them() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate(
            [[*HEADS, "材料编号", "材料"], [*TRUE, "c", "案例。"], ["elec-2", *TRUE[1:], "c", ""]]
        ):
            sheet.write_row(at, 0, cells)
        sheet.merge_range("C2:C3", "焊接")
    reading = read(file.getvalue())
    assert [one.item.subject for one in reading.items] == ["焊接", "焊接"]
    assert {one.item.stimulus.id for one in reading.items if one.item.stimulus} == {"c"}


def test_a_case_with_two_texts_or_none_is_refused() -> None:
    heads = [*HEADS, "材料编号", "材料"]
    rows = [
        [*TRUE, "c", "一"],
        ["elec-2", *TRUE[1:], "c", "二"],
        ["elec-3", *TRUE[1:], "d", ""],
        ["elec-4", *TRUE[1:], "", "三"],
    ]
    reading = read(workbook(*rows, heads=heads))
    assert [one.item.id for one in reading.items] == ["elec-1"]
    assert [one.fault.line for one in reading.rejected] == [3, 4, 5]


def bomb() -> bytes:
    """Make a workbook of which one part unpacks to more than any bank."""
    file = io.BytesIO(workbook(TRUE))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as part:
        for _ in range(210):
            part.write(b"\0" * 1_000_000)
    return file.getvalue()


def lying(data: bytes) -> bytes:
    """Make a zip's directory say that its largest part is small."""
    at = data.rfind(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]


def repeated() -> bytes:
    """Make a small workbook in which one long text stands in very many cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        for row in range(1, 2_500):
            sheet.write(row, 4, "安" * 32_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "BANK_MARKUP"),
        (workbook(TRUE)[:-40], "BANK_REFUSED"),
        (workbook(TRUE)[:300], "BANK_REFUSED"),
        (workbook(TRUE, heads=["a", "b"]), "BANK_REFUSED"),
        (workbook(TRUE, heads=[*HEADS[:-1], "题干"]), "BANK_REFUSED"),
        (bomb(), "BANK_TOO_LARGE"),
        (lying(bomb()), "BANK_REFUSED"),
        (repeated(), "BANK_TOO_LARGE"),
    ],
    ids=["xls", "no end", "cut off", "no headings", "no answer", "bomb", "lying bomb", "repeated text"],
)
def test_a_file_that_is_no_bank_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(BankRefused) as refused:
        read(data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("part", "name"), [("xl/vbaProject.bin", "macros"), ("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")]
)
def test_other_kinds_of_workbooks_are_refused_by_name(part: str, name: str) -> None:
    file = io.BytesIO(workbook(TRUE))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(part, b"x")
    with pytest.raises(BankRefused) as refused:
        read(file.getvalue())
    assert refused.value.facts["name"] == name


def several(*sheets: tuple[str, list[list[object]]]) -> io.BytesIO:
    """Write sheets of rows by name."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return file


def options_of(found: Found) -> list[str]:
    (choice,) = found.item.interactions
    assert isinstance(choice, Choice)
    return [plain_text(option.wording.zh) for option in choice.options]


def test_letters_written_before_the_options_are_taken_off_since_options_are_shuffled() -> None:
    assert options_of(only(read(workbook(choice("单选", "B", "A.甲", "B、乙", "Ｃ．丙"))))) == ["甲", "乙", "丙"]
    assert options_of(only(read(workbook(choice("单选", "B", "A.甲", "乙", "C.elegans"))))) == [
        "A.甲",
        "乙",
        "C.elegans",
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "A.甲\nB.乙\nC.丙",
        "A、甲 B、乙  C、丙",
        "A. 甲；\r\nB. 乙；\r\nC. 丙；",
        "Ａ．甲\nＢ．乙\nＣ．丙 ",
        "A:甲;B:乙;C:丙",
    ],
)
def test_options_may_stand_in_one_cell(cell: str) -> None:
    rows = several(("题库", [["题型", "题干", "选项", "答案"], ["单选题", "题干", cell, "B"]]))
    found = only(read(rows.getvalue()))
    assert (options_of(found), score(found, "B")) == (["甲", "乙", "丙"], 1)


@pytest.mark.parametrize("cell", ["甲\n乙", "A.甲\nC.丙", "A.见 B. 项\nB.乙", "题 A.甲 B.乙"])
def test_options_in_one_cell_that_cannot_be_told_apart_are_refused(cell: str) -> None:
    rows = several(("题库", [["题型", "题干", "选项", "答案"], ["单选题", "题干", cell, "A"]]))
    (rejected,) = read(rows.getvalue()).rejected
    assert "one cell" in rejected.reason


@pytest.mark.parametrize("heads", [["A选项", "B选项"], ["选项1", "选项2"], ["选项一", "选项二"], ["答案A", "答案B"]])
def test_headings_of_options_however_they_are_written(heads: list[object]) -> None:
    rows = several(("题库", [["题目类型", "题目", *heads, "参考答案"], ["单选题", "题干", "甲", "乙", "Ｂ "]]))
    assert score(only(read(rows.getvalue())), "B") == 1


def test_the_sheets_name_gives_the_type_and_a_sheet_that_is_not_read_is_named() -> None:
    heads: list[object] = ["题干", "A", "B", "答案"]
    rows = several(
        ("一、单选题（100道）", [heads, ["甲", "a", "b", "B"]]),
        ("判断题", [heads, ["乙", "", "", "√"]]),
        ("其他", [heads, ["丙", "a", "b", "B"]]),
    )
    reading = read(rows.getvalue())
    assert [one.item.kind for one in reading.items] == [ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE]
    assert reading.warnings == (SourceWarning(WarningKind.SHEET_NOT_READ, "bank.xlsx", {"sheet": "其他"}),)


def test_numbers_read_as_they_are_shown_or_are_refused() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题库")
        sheet.write_row(0, 0, HEADS)
        told = [
            (0.5, "0%", "50%"),
            (0.125, "0.00%", "12.50%"),
            (0.125, "0%", None),  # shown as 13 %
            (0.5, "# ?/?", None),
            (36, '0"V"', None),
            (7, "000", None),
            (36.5, "0.00_ ;[Red]\\-0.00\\ ", "36.5"),
            (1234, "#,##0", "1234"),
            (0.1 + 0.2, "General", "0.3"),
        ]
        for at, (number, code, _) in enumerate(told, start=1):
            sheet.write_row(at, 0, choice("单选", "A", "x", "乙", number=f"n-{at}"))
            sheet.write_number(at, 5, number, book.add_format({"num_format": code}))
    reading = read(file.getvalue())
    by_id = {one.item.id: options_of(one)[0] for one in reading.items}
    assert by_id == {f"n-{at}": text for at, (_, _, text) in enumerate(told, start=1) if text}
    assert all("shown in another way" in one.reason for one in reading.rejected)


def test_what_is_wrong_with_a_cell_that_is_not_read_does_not_matter() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题库")
        sheet.write_row(0, 0, [*HEADS, "出题日期"])
        sheet.write_row(1, 0, TRUE)
        sheet.write_formula(1, 0, "=ROW()-1", None, 1)
        sheet.write_datetime(1, len(HEADS), datetime(2024, 3, 1, tzinfo=UTC).replace(tzinfo=None))
    assert only(read(file.getvalue())).item.kind is ItemKind.TRUE_FALSE


def test_hidden_rows_and_sheets_are_named() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题库")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, TRUE)
        sheet.set_row(1, None, None, {"hidden": True})
        book.add_worksheet("旧题").hide()
    assert read(file.getvalue()).warnings == (
        SourceWarning(WarningKind.HIDDEN_SHEET, "bank.xlsx", {"sheet": "旧题"}),
        SourceWarning(WarningKind.HIDDEN_ROW, "bank.xlsx:2"),
    )
