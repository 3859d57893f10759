"""The template for banks in a spreadsheet: headings, a worked example of every type, and a sheet that explains."""

import io
from datetime import UTC, datetime
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.content.formats.sheet_columns import HEADINGS, TEMPLATE_LETTERS, Column, SheetType

_ITEMS: Final = "试题"
HELP: Final = "填写说明 Help"
_WIDE: Final = {Column.STEM: 48, Column.STEM_EN: 48, Column.MATERIAL_TEXT: 36, Column.MATERIAL_TEXT_EN: 36}
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed date, for the same bytes every time
_ROWS: Final = 5_000  # so far down the lists of words to choose from reach
_CASE_ZH: Final = (
    "某厂安排两名工人进入停用的污水池清淤。池内空气未经检测，也未通风，一名工人下池后晕倒，另一名工人准备立即下池施救。"
)
_CASE_EN: Final = (
    "Two workers are sent into a disused sewage pit to remove sludge. The air was neither tested nor ventilated. One "
    "worker collapses in the pit; the other is about to go down at once to help."
)
_EXAMPLES: Final[tuple[dict[str, str], ...]] = (
    {
        "题号": "elec-001",
        "题型": "判断",
        "科目": "电工",
        "难度": "易",
        "题干": "停电检修时，验明设备确无电压后，才可以装设接地线。",
        "答案": "对",
        "英文题干": "In work on dead equipment, the earthing lead is attached only after it is proved dead.",
    },
    {
        "题号": "elec-002",
        "题型": "单选",
        "科目": "电工",
        "难度": "中",
        "题干": "发现有人触电，首先应当怎样做？",
        "选项A": "用手把触电者拉开",
        "选项B": "使触电者脱离电源",
        "选项C": "给触电者喝水",
        "选项D": "等待领导到场",
        "答案": "B",
        "英文题干": "Somebody has received an electric shock. What is done first?",
        "选项A_en": "Pull the person away with bare hands",
        "选项B_en": "Separate the person from the source of electricity",
        "选项C_en": "Give the person water",
        "选项D_en": "Wait for a superior",
        "互斥组": "触电急救",
    },
    {
        "题号": "elec-003",
        "题型": "单选",
        "科目": "电工",
        "难度": "中",
        "题干": "低压触电者手中仍握着电线，救护人员可以用什么工具切断电线？",
        "选项A": "带绝缘柄的钢丝钳",
        "选项B": "没有绝缘柄的剪刀",
        "选项C": "潮湿的木柄斧头",
        "答案": "A",
        "英文题干": "A person still holds a live low-voltage wire. Which tool may the rescuer cut the wire with?",
        "选项A_en": "Pliers with insulated handles",
        "选项B_en": "Scissors without insulated handles",
        "选项C_en": "An axe with a wet wooden handle",
        "互斥组": "触电急救",
    },
    {
        "题号": "weld-001",
        "题型": "多选",
        "科目": "焊接与热切割",
        "难度": "中",
        "题干": "在易燃物附近动火作业前，应当做到哪些？",
        "选项A": "办理动火审批",
        "选项B": "清除或隔离可燃物",
        "选项C": "配备灭火器材",
        "选项D": "关闭照明",
        "答案": "ABC",
        "多选计分": "全对",
        "英文题干": "What must be done before hot work near flammable materials?",
        "选项A_en": "Obtain a hot work permit",
        "选项B_en": "Remove or shield what can burn",
        "选项C_en": "Provide fire extinguishers",
        "选项D_en": "Switch off the lights",
    },
    {
        "题号": "height-001",
        "题型": "填空",
        "科目": "高处作业",
        "难度": "易",
        "题干": "在坠落高度基准面 ____ m 及以上有可能坠落的高处进行的作业称为____。",
        "答案": "2±0；高处作业|高空作业",
        "英文题干": "Work ____ m or more above the level to which one could fall is called ____ in Chinese.",
    },
    {
        "题号": "height-002",
        "题型": "排序",
        "科目": "高处作业",
        "难度": "中",
        "题干": "按先后顺序排列使用安全带的步骤。",
        "选项A": "挂好安全绳",
        "选项B": "检查安全带各部件",
        "选项C": "穿戴并系紧",
        "答案": "BCA",
        "英文题干": "Put the steps of using a safety harness in order.",
        "选项A_en": "Attach the lanyard",
        "选项B_en": "Check every part of the harness",
        "选项C_en": "Put the harness on and fasten it",
    },
    {
        "题号": "fire-001",
        "题型": "匹配",
        "科目": "消防",
        "难度": "中",
        "题干": "把火灾类别与燃烧物对应起来。",
        "选项A": "A 类 -> 固体物质",
        "选项B": "B 类 -> 液体或可熔化的固体物质",
        "选项C": "C 类 -> 气体",
        "选项D": "-> 金属",
        "英文题干": "Match the classes of fire to what burns.",
        "选项A_en": "Class A -> solids",
        "选项B_en": "Class B -> liquids and solids that melt",
        "选项C_en": "Class C -> gases",
        "选项D_en": "-> metals",
    },
    {
        "题号": "space-001",
        "题型": "单选",
        "科目": "有限空间作业",
        "难度": "中",
        "题干": "另一名工人此时应当怎样做？",
        "选项A": "立即下池，把晕倒的工人拉上来",
        "选项B": "呼救报警，不下池，向池内通风",
        "选项C": "离开现场，回班组向班长汇报",
        "答案": "B",
        "材料编号": "case-1",
        "材料": _CASE_ZH,
        "英文材料": _CASE_EN,
        "英文题干": "What should the other worker do now?",
        "选项A_en": "Go down at once and pull the other worker out",
        "选项B_en": "Raise the alarm, stay out and ventilate the pit",
        "选项C_en": "Leave the place and report to the team leader",
    },
    {
        "题号": "space-002",
        "题型": "简答",
        "科目": "有限空间作业",
        "难度": "难",
        "题干": "写出进入有限空间前必须做到的三件事。",
        "答案": "先通风，再检测，后作业；有人监护；办理审批。",
        "英文题干": "Name three things that must be done before anybody enters a confined space.",
        "材料编号": "case-1",
    },
)

_OPTIONS: Final = [
    (
        "选项A … 选项H",
        "option A … option H",
        "选项内容，从 A 起依次填写。匹配题每格写“左 -> 右”；只写“-> 右”是多余的右项。",
        "The options, from A on. In a match, each is “left -> right”; “-> right” is a right side without a row.",
    )
]
_HABITS: Final = [
    (
        "选项A_en …",
        "option A_en …",
        "英文选项；不写则英文界面显示中文。",
        "The option in English; without it the Chinese is shown.",
    ),
    (
        "修改后重新导入",
        "Importing again",
        "改好没有导入的行，重新导入整个表格即可。改已导入的题：题号不变，加 --replace 导入。",
        "Correct refused rows and import again, all of it. To change one that is in: same number, with --replace.",
    ),
    (
        "插入图片",
        "Pictures",
        "粘贴在试题所在行（以左上角为准）：在选项列（单选、多选、排序）归该选项，其他列归题干；也可在“图片”列写文件名。",
        "Paste it with its corner over the item's row: over an option it joins that, else the stem. Or name a file.",
    ),
    (
        "填空题的 2 与 2±0",
        "Blanks: 2 and 2±0",
        "答案写 2：作答文字必须是“2”，写 2.0 不得分。写 2±0：按数值比较，2、2.0、2.00 都得分；2±0.1 表示 1.9 到 2.1。",
        "2 is a text: only “2” earns, 2.0 does not. 2±0 is a number: 2, 2.0 and 2.00 earn; 2±0.1 is from 1.9 to 2.1.",
    ),
]


def template() -> bytes:
    """Give the template as an .xlsx, the same bytes every time."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": "试题模板 Item template", "created": _EPOCH})
        head = book.add_format({"bold": True, "bg_color": "#DDE8F3", "text_wrap": True, "valign": "top", "border": 1})
        cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        _write_items(book.add_worksheet(_ITEMS), head, cell)
        _write_help(book.add_worksheet(HELP), head, cell)
    return file.getvalue()


def _write_items(sheet: Worksheet, head: Format, cell: Format) -> None:
    names = _names()
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, head)
        sheet.set_column(at, at, next((wide for column, wide in _WIDE.items() if _zh(column) == name), 14), cell)
    for row, example in enumerate(_EXAMPLES, start=1):
        for name, text in example.items():
            sheet.write_string(row, names.index(name), text, cell)
    for column, choices in ((Column.TYPE, [kind.value for kind in SheetType]), (Column.DIFFICULTY, ["易", "中", "难"])):
        at = names.index(_zh(column))
        sheet.data_validation(1, at, _ROWS, at, {"validate": "list", "source": choices})
    sheet.freeze_panes(1, 2)


def _write_help(sheet: Worksheet, head: Format, cell: Format) -> None:
    heads = (("列 Column", 18), ("Column in English", 24), ("说明", 60), ("Explanation", 60))
    for at, (text, wide) in enumerate(heads):
        sheet.write_string(0, at, text, head)
        sheet.set_column(at, at, wide, cell)
    lines = [(heading.zh, heading.column.value, heading.about_zh, heading.about_en) for heading in HEADINGS]
    answer = next(at for at, heading in enumerate(HEADINGS) if heading.column is Column.ANSWER)
    lines[answer:answer] = _OPTIONS
    lines += _HABITS
    for row, line in enumerate(lines, start=1):
        for at, text in enumerate(line):
            sheet.write_string(row, at, text, cell)


def _names() -> list[str]:
    first = [heading.zh for heading in HEADINGS if not heading.zh.startswith("英文")]
    at = first.index("答案")
    english = [heading.zh for heading in HEADINGS if heading.zh.startswith("英文")]
    options = [f"选项{letter}" for letter in TEMPLATE_LETTERS]
    return [*first[:at], *options, *first[at:], *english, *(f"{name}_en" for name in options)]


def _zh(column: Column) -> str:
    return next(heading.zh for heading in HEADINGS if heading.column is column)
