"""How county offices write their sheets: headings, marks, sums, blanks, options in one cell, letters struck out."""

import io
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter  # type: ignore[import-untyped]

from app.content.checks.check import check_bank
from app.content.checks.finding import Code
from app.content.formats.sheet_template import template
from app.content.formats.warning import SourceWarning, WarningKind
from app.content.importing import import_file
from app.content.qti.reading import read_bank
from app.exam.interactions import Choice
from app.exam.prose import Paragraph, Place, Run, Style, plain_text
from sync.wire.plan import Difficulty
from tests.app.content.formats.giving import only, score, stem
from tests.app.content.formats.workbooks import HEADS, TRUE, read, workbook

SHORT = ["题型", "题干", "选项A", "选项B", "答案"]


def blanks(text: str, answer: str) -> list[object]:
    """Write a row of blanks."""
    return ["b-1", "填空", "", "", text, "", "", "", "", answer]


@pytest.mark.parametrize("heading", ["所属科目", "专业", "工种", "准操项目", "所属章节"])
def test_other_headings_of_the_subject(heading: str) -> None:
    row = ["判断", "题干", "", "", "对", "电工"]
    assert only(read(workbook(row, heads=[*SHORT, heading]))).item.subject == "电工"


@pytest.mark.parametrize(
    ("heading", "cell", "level"),
    [
        ("难易程度", "较难", Difficulty.HARD),
        ("难度系数", 0.85, Difficulty.EASY),
        ("难度系数", 0.7, Difficulty.EASY),
        ("难度系数", "0.69", Difficulty.MEDIUM),
        ("难度系数", 0.4, Difficulty.MEDIUM),
        ("难度系数", 0.39, Difficulty.HARD),
        ("难度系数", 1, Difficulty.EASY),
        ("难度系数", "", Difficulty.MEDIUM),
        ("难度", 0.2, Difficulty.HARD),
    ],
)
def test_difficulty_in_words_or_as_the_share_that_answers_rightly(
    heading: str, cell: object, level: Difficulty
) -> None:
    row = ["判断", "题干", "", "", "对", cell]
    assert only(read(workbook(row, heads=[*SHORT, heading]))).item.difficulty is level


@pytest.mark.parametrize(("heading", "cell"), [("难度", 1), ("难度", 3), ("难度系数", 1.5), ("难度系数", "-0.5")])
def test_a_number_that_may_be_a_grade_is_no_difficulty(heading: str, cell: object) -> None:
    (refused,) = read(workbook(["判断", "题干", "", "", "对", cell], heads=[*SHORT, heading])).rejected
    assert "难度" in refused.reason


def test_of_two_columns_that_mean_the_same_the_better_name_counts_and_the_other_is_said() -> None:
    row = [7, "判断", "题干", "", "", "对", "t-7", "第三章", "电工"]
    reading = read(workbook(row, heads=["序号", *SHORT, "试题编号", "章节", "科目"]))
    assert (only(reading).item.id, only(reading).item.subject) == ("t-7", "电工")
    assert reading.warnings == (SourceWarning(WarningKind.COLUMNS_NOT_READ, "bank.xlsx:1", {"columns": "序号, 章节"}),)


@pytest.mark.parametrize(
    ("answer", "right"),
    [*((one, "true") for one in ("V", "ｖ", "☑", "✔\ufe0f", "是")), *((one, "false") for one in "╳✗✘☒X否")],
)
def test_ticks_and_crosses_of_every_input_method(answer: str, right: str) -> None:
    assert score(only(read(workbook([*TRUE[:9], answer]))), right) == 1


@pytest.mark.parametrize("options", [("正确", "错误"), ("对", "错"), ("A.正确", "B.错误"), ("√", "×")])
def test_a_and_b_are_true_and_false_where_options_say_so(options: tuple[str, str]) -> None:
    found = only(read(workbook(["判断", "题干", *options, "B"], heads=SHORT)))
    assert score(found, "false") == 1
    (refused,) = read(workbook(["判断", "题干", "", "", "B"], heads=SHORT)).rejected
    assert "neither true nor false" in refused.reason


def test_rows_that_nobody_meant_as_items_are_passed_over_with_one_warning() -> None:
    rows: list[list[object]] = [
        ["一、判断题（每题 1 分，共 20 分）"],
        [*TRUE],
        ["", "", "", "", "二、单选题：共 3 题"],
        ["", "", "", "", "案例一：某厂清淤"],
        [12],
        ["合计", "", "", "", "", "", "", "", "", "", 100],
        ["备注：以上试题不得外传"],
    ]
    reading = read(workbook(*rows, heads=[*HEADS, "分值"]))
    assert only(reading).item.id == "elec-1"
    assert reading.warnings == (
        SourceWarning(WarningKind.ROWS_PASSED_OVER, "bank.xlsx:2", {"rows": "2, 4, 5, 6, 7, 8"}),
    )


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "", "", "", "", "", "", "对"],
        ["", "", "", "", "", "", "", "", "", "A"],
        ["", "", "", "", "触电者脱离电源后应当怎样做？"],
        ["", "", "", "", "一、下列哪项正确？"],
        ["总计", "判断", "", "", "总计电量等于各表之和。"],
    ],
)
def test_a_row_that_may_be_an_item_is_refused_and_not_passed_over(row: list[object]) -> None:
    reading = read(workbook(row))
    assert (len(reading.rejected), reading.warnings) == (1, ())


@pytest.mark.parametrize("blank", ["（  ）", "( )", "（）", "（\u3000\u3000）", "____", "＿＿", "（____）", "【 】"])
def test_a_blank_goes_where_brackets_or_underscores_are_and_stays_in_its_line(blank: str) -> None:
    found = only(read(workbook(blanks(f"火警电话是{blank}，先报警。", "119"))))
    (paragraph,) = found.item.stem.zh
    assert paragraph == Paragraph((Run("火警电话是"), Place("RESPONSE"), Run("，先报警。")))
    assert score(found, "119") == 1


@pytest.mark.parametrize("answer", ["先通风；后作业", "先通风;后作业", "先通风|后作业"])
def test_several_blanks_take_their_answers_in_order(answer: str) -> None:
    found = only(read(workbook(blanks("应（  ）\n再（  ）。", answer))))
    assert stem(found) == "应____\n再____。"
    assert score(found, {"RESPONSE1": "先通风", "RESPONSE2": "后作业"}) == 1


def test_brackets_that_say_something_and_names_of_functions_are_no_blanks() -> None:
    found = only(read(workbook(blanks("main() 的（第二个）参数是____。", "argv"))))
    assert stem(found) == "main() 的（第二个）参数是____。"


def rich(kind: str, column: int, pieces: list[object], row: list[object]) -> bytes:
    """Write a row of which one cell has letters of several looks; `kind` is the look of the pieces behind a None."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = book.add_worksheet("题库")
        made.write_row(0, 0, HEADS)
        made.write_row(1, 0, TRUE)
        made.write_row(2, 0, row)
        looks = {"raised": {"font_script": 1}, "line": {"underline": 1}, "struck": {"font_strikeout": True}}
        look = book.add_format(looks[kind])
        made.write_rich_string(2, column, *(look if piece is None else piece for piece in pieces))
    return file.getvalue()


def test_looks_of_letters_stay_beside_a_blank_and_underlined_spaces_are_one() -> None:
    data = rich("raised", 4, ["面积为____m", None, "2", "。"], blanks("", "12"))
    assert read(data).items[1].item.stem.zh == (
        Paragraph((Run("面积为"), Place("RESPONSE"), Run("m"), Run("2", frozenset({Style.SUPER})), Run("。"))),
    )
    lined = read(rich("line", 4, ["电话是", None, "      ", "。"], blanks("", "119"))).items[1]
    assert stem(lined) == "电话是____。"


def test_looks_are_kept_where_the_cell_ends_in_a_line_break() -> None:
    found = read(rich("raised", 4, ["面积 1 m", None, "2", "\n"], ["r-1", *TRUE[1:]])).items[1]
    assert found.item.stem.zh[0] == Paragraph((Run("面积 1 m"), Run("2", frozenset({Style.SUPER}))))


def test_what_would_lose_its_meaning_without_its_look_is_refused_by_name() -> None:
    raised = read(rich("raised", 9, ["10", None, "6", " "], blanks("阻值是____。", "")))
    struck = read(rich("struck", 4, ["先验电", None, "后停电", "。"], ["s-1", *TRUE[1:]]))
    assert [one.reason.split("(")[1][:5] for reading in (raised, struck) for one in reading.rejected] == [
        "上标、下标",
        "删除线):",
    ]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = book.add_worksheet("题库")
        made.write_row(0, 0, HEADS)
        made.write_row(1, 0, TRUE)
        made.write_row(2, 0, ["s-2", *TRUE[1:]], book.add_format({"font_strikeout": True}))
    reading = read(file.getvalue())
    assert [one.item.id for one in reading.items] == ["elec-1"]
    assert [(one.item, "删除线" in one.reason) for one in reading.rejected] == [("s-2", True)]


@pytest.mark.parametrize("cell", ["A.甲 B.乙 C.丙", "A.甲B.乙C.丙", "A、甲\nB、乙\nC、丙", "A. 甲；B. 乙；C. 丙"])
def test_all_options_in_the_cell_of_the_first_are_divided(cell: str) -> None:
    found = only(read(workbook(["单选", "题干", cell, "", "C"], heads=SHORT)))
    (choice,) = found.item.interactions
    assert isinstance(choice, Choice)
    assert [plain_text(option.wording.zh) for option in choice.options] == ["甲", "乙", "丙"]
    assert score(found, "C") == 1


@pytest.mark.parametrize("cell", ["A.甲 C.丙", "甲 乙 丙", "A.甲 B.见 A. 项 C.丙"])
def test_options_in_one_cell_that_cannot_be_told_apart_say_so(cell: str) -> None:
    (refused,) = read(workbook(["单选", "题干", cell, "A"], heads=["题型", "题干", "选项", "答案"])).rejected
    assert "选项写在一格" in refused.reason


def test_the_help_of_the_template_goes_through_the_columns_in_their_order() -> None:
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(template())) as book:
        items, told = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    named = [str(row[0]) for row in told[1:]]
    order = [items[0].index(name) for name in named if name in items[0]]
    assert order == sorted(order)
    assert len(order) >= 16
    text = "\n".join(str(cell) for row in told for cell in row)
    for words in ("粘贴", "重新导入", "2±0", "Paste", "import again"):
        assert words in text


def test_the_examples_of_the_template_give_nothing_to_find_but_the_one_a_person_marks(tmp_path: Path) -> None:
    (tmp_path / "bank.xlsx").write_bytes(template())
    import_file(tmp_path / "bank.xlsx", tmp_path / "bank")
    bank, rejected = read_bank(tmp_path / "bank")
    assert [(one.code, one.items) for one in check_bank(bank, rejected).findings] == [(Code.BY_PERSON, ("space-002",))]
