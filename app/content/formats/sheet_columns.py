"""The columns of the spreadsheet that banks are kept in, and what may stand in them; for reader and template."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.wire.plan import Difficulty

OPTION_LETTERS: Final = "ABCDEFGHIJKL"
TEMPLATE_LETTERS: Final = OPTION_LETTERS[:8]


class Column(StrEnum):
    """What a column holds; the value is its English heading."""

    NUMBER = "number"
    TYPE = "type"
    SUBJECT = "subject"
    DIFFICULTY = "difficulty"
    STEM = "stem"
    ANSWER = "answer"
    OPTIONS = "options"
    MARKS = "marks"
    SCORING = "multiple choice scoring"
    PICTURE = "picture"
    PICTURE_TEXT = "picture description"
    ENEMIES = "enemies"
    MATERIAL = "material number"
    MATERIAL_TEXT = "material"
    EXPLANATION = "explanation"
    FACILITY = "facility"
    STEM_EN = "stem_en"
    MATERIAL_TEXT_EN = "material_en"


Key = Column | tuple[str, bool]
"""What a column of a sheet holds: an option by its letter, and whether it is the English one."""


class SheetType(StrEnum):
    """The kinds of rows; the value is the word for it in the column 题型."""

    TRUE_FALSE = "判断"
    SINGLE = "单选"
    MULTIPLE = "多选"
    BLANKS = "填空"
    ESSAY = "简答"
    ORDER = "排序"
    MATCH = "匹配"
    MATERIAL = "材料"


@dataclass(frozen=True)
class Heading:
    """A column's Chinese heading, other words for it, and what to write there in both languages."""

    column: Column
    zh: str
    others: tuple[str, ...]
    about_zh: str
    about_en: str


HEADINGS: Final = (
    Heading(
        Column.NUMBER,
        "题号",
        ("编号", "序号", "试题编号", "id", "no"),
        "试题编号。以英文字母开头的编号（如 elec-001）就是试题标识；其他编号只供人看。",
        "The item's number. One that begins with a letter (elec-001) becomes the item's identifier.",
    ),
    Heading(
        Column.TYPE,
        "题型",
        ("试题类型", "题目类型", "试题题型", "题目题型", "类型", "kind"),
        "判断、单选、多选、填空、简答、排序、匹配（连线），或“材料”（只写案例材料的一行）。",
        "true/false, single, multiple, blanks, essay, order, match; or “material”: a row with a case text only.",
    ),
    Heading(
        Column.SUBJECT,
        "科目",
        (
            "所属科目",
            "专业",
            "所属专业",
            "工种",
            "所属工种",
            "作业类别",
            "操作项目",
            "准操项目",
            "课程",
            "试题科目",
            "考试科目",
            "章节",
            "所属章节",
            "知识点",
            "模块",
            "分类",
            "试题分类",
            "题目分类",
        ),
        "所属科目，不写为“-”。",
        "The subject; left empty: “-”.",
    ),
    Heading(
        Column.DIFFICULTY,
        "难度",
        ("难易度", "难易程度", "难度等级", "难度级别", "试题难度", "题目难度"),
        "易、中、难；不写为中。也可用“难度系数”列写答对率：0.7 及以上为易，不到 0.4 为难。",
        "easy, medium, hard; left empty: medium. Or a column “facility”, the share that answers rightly: from 0.7 on "
        "easy, below 0.4 hard.",
    ),
    Heading(
        Column.STEM,
        "题干",
        ("题目", "试题", "试题内容", "题目内容", "试题题干", "题目描述", "题目名称", "问题", "question"),
        "试题内容。填空题用四条下划线 ____ 或空括号（  ）表示一个空。单元格内换行就是分段。",
        "What is asked. In blanks, four underscores ____ or empty brackets ( ) are one; a line break a paragraph.",
    ),
    Heading(
        Column.ANSWER,
        "答案",
        ("正确答案", "标准答案", "参考答案", "正确选项", "试题答案", "key"),
        "判断：对/错（√/×、T/F、正确/错误均可）；单选：B；多选：ABD；填空：各空用；隔开，同一空的多种写法用 | 隔开，"
        "36±1 表示 35 到 37 之间的数；排序：正确顺序，如 CABD；匹配：不写；简答：参考答案。",
        "true/false: T/F; single: B; multiple: ABD; blanks: blanks divided by ; and accepted texts by |, 36±1 is a "
        "number from 35 to 37; order: the right order, as CABD; match: empty; essay: a model answer.",
    ),
    Heading(
        Column.MARKS,
        "分值",
        ("分数", "score", "points"),
        "只供参考：每题分值由组卷规则决定。",
        "For information: the blueprint says what an item is worth.",
    ),
    Heading(
        Column.SCORING,
        "多选计分",
        ("scoring",),
        "“全对”（不写即全对）：全部选对才得分；“按项”：选对几项得几项的分，选错一项不得分。",
        "“whole” (or empty): exactly the right options earn; “parts”: each right one earns its part, a wrong one takes "
        "all away.",
    ),
    Heading(
        Column.PICTURE,
        "图片",
        ("图片文件", "image"),
        "图片文件名，文件与表格放在同一文件夹；也可把图片直接粘贴在本行。",
        "The name of a picture file that lies beside the sheet; or paste the picture over the row.",
    ),
    Heading(
        Column.PICTURE_TEXT,
        "图片说明",
        ("image description",),
        "用文字说明图片内容。",
        "What the picture shows, in words.",
    ),
    Heading(
        Column.ENEMIES,
        "互斥组",
        ("互斥", "enemy"),
        "组名；同组的试题不会出现在同一份试卷。多个组用、隔开。",
        "Names of groups of which a form holds one item only; divided by commas.",
    ),
    Heading(
        Column.MATERIAL,
        "材料编号",
        ("案例编号", "material id"),
        "写同一编号的各行共用一份案例材料。",
        "Rows with the same number share a case text.",
    ),
    Heading(
        Column.MATERIAL_TEXT,
        "材料",
        ("案例", "案例材料", "shared stimulus"),
        "案例材料，写一次即可。",
        "The case text; once is enough.",
    ),
    Heading(
        Column.EXPLANATION,
        "解析",
        ("答案解析", "试题解析", "题目解析", "解析说明"),
        "考试中不显示，不导入。",
        "Never shown in an exam; not imported.",
    ),
    Heading(Column.STEM_EN, "英文题干", ("stem (en)",), "英文题干。", "The stem in English."),
    Heading(Column.MATERIAL_TEXT_EN, "英文材料", ("英文案例",), "英文案例材料。", "The case text in English."),
)

TYPES: Final = {
    **{kind.value: kind for kind in SheetType},
    **{f"{kind.value}题": kind for kind in SheetType},
    "是非题": SheetType.TRUE_FALSE,
    "是非": SheetType.TRUE_FALSE,
    "对错题": SheetType.TRUE_FALSE,
    "正误题": SheetType.TRUE_FALSE,
    "判断正误题": SheetType.TRUE_FALSE,
    "单选择题": SheetType.SINGLE,
    "多选择题": SheetType.MULTIPLE,
    "问答": SheetType.ESSAY,
    "单项选择": SheetType.SINGLE,
    "单项选择题": SheetType.SINGLE,
    "多项选择": SheetType.MULTIPLE,
    "多项选择题": SheetType.MULTIPLE,
    "问答题": SheetType.ESSAY,
    "不定项": SheetType.MULTIPLE,
    "不定项选择": SheetType.MULTIPLE,
    "不定项选择题": SheetType.MULTIPLE,
    "论述题": SheetType.ESSAY,
    "连线": SheetType.MATCH,
    "连线题": SheetType.MATCH,
    "案例": SheetType.MATERIAL,
    "true/false": SheetType.TRUE_FALSE,
    "single": SheetType.SINGLE,
    "multiple": SheetType.MULTIPLE,
    "blanks": SheetType.BLANKS,
    "essay": SheetType.ESSAY,
    "order": SheetType.ORDER,
    "match": SheetType.MATCH,
    "material": SheetType.MATERIAL,
}
DIFFICULTIES: Final = {
    "": Difficulty.MEDIUM,
    **dict.fromkeys(("易", "容易", "较易", "较容易", "偏易", "简单", "低", "easy"), Difficulty.EASY),
    **dict.fromkeys(("中", "中等", "适中", "一般", "medium"), Difficulty.MEDIUM),
    **dict.fromkeys(("难", "困难", "较难", "偏难", "很难", "高", "hard"), Difficulty.HARD),
}
TRUTHS: Final = {
    **dict.fromkeys(("对", "正确", "是", "√", "✓", "✔", "☑", "✅", "v", "t", "true", "y", "yes", "1"), True),
    **dict.fromkeys(
        ("错", "错误", "否", "×", "╳", "✕", "✖", "✗", "✘", "❌", "☒", "x", "f", "false", "n", "no", "0"), False
    ),
}
SCORINGS: Final = {"": True, "全对": True, "whole": True, "按项": False, "parts": False}

_NAMES: Final = (
    {
        re.sub(r"\s", "", name.lower()): heading.column
        for heading in HEADINGS
        for name in (heading.zh, heading.column.value, *heading.others)
    }
    | dict.fromkeys(("难度系数", "易度", "答对率", "facility"), Column.FACILITY)
    | dict.fromkeys(("选项", "选项内容", "备选项", "备选答案", "options"), Column.OPTIONS)
)
_RANKS: Final = {
    re.sub(r"\s", "", name.lower()): rank
    for heading in HEADINGS
    for rank, name in enumerate((heading.zh, *heading.others))
} | {"序号": len(HEADINGS)}
_EITHER: Final = (Column.NUMBER, Column.SUBJECT, Column.DIFFICULTY, Column.MARKS, Column.EXPLANATION)
_SHARE: Final = re.compile(r"0?\.[0-9]{1,6}|[01](\.0{0,6})?")
_LEVELS: Final = ((0.7, Difficulty.EASY), (0.4, Difficulty.MEDIUM))
_OPTION: Final = re.compile(r"(?:选项|option|备选答案|备选项|答案)?([a-l])(?:选项|项)?|选项([1-9一二三四五六七八九])")
_OPTION_EN: Final = re.compile(r"(?:英文选项|选项|option)([a-l])(?:_en|英文|\(en\))?")
_DIGITS: Final = "123456789一二三四五六七八九"
_AROUND: Final = re.compile(r"^[0-9一二三四五六七八九十]+[、.．]|[(\[].*[)\]]$|[0-9]+道?$")


def narrow(text: str) -> str:
    """Give full-width letters and digits as ordinary ones, without white space, in small letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def column_of(heading: str) -> Column | tuple[str, bool] | None:
    """Tell what a heading means: a column, or an option's letter and whether it is the English one."""
    name = narrow(heading)
    if name in _NAMES:
        return _NAMES[name]
    if option := _OPTION.fullmatch(name):
        return option[1].upper() if option[1] else OPTION_LETTERS[_DIGITS.index(option[2]) % 9], False
    if option := _OPTION_EN.fullmatch(name):
        return option[1].upper(), True
    return None


def type_of_sheet(name: str) -> SheetType | None:
    """Tell the one type of a sheet's rows by the sheet's name: "一、单选题（100道）"."""
    return TYPES.get(_AROUND.sub("", _AROUND.sub("", narrow(name))))


def truth_of(text: str) -> bool | None:
    """Read true or false, however it is written; None if it is neither."""
    return TRUTHS.get(narrow(text).replace("\ufe0f", ""))  # the sign that asks for a coloured picture of a tick


def difficulty_of(told: str, facility: str) -> Difficulty | None:
    """Read a difficulty in words, or as the share of candidates that answers rightly; None if it is neither.

    A whole number counts as a share only under its own heading: elsewhere 1 may be a grade.
    """
    if told in DIFFICULTIES and (told or not facility):
        return DIFFICULTIES[told]
    share = told or facility
    if not _SHARE.fullmatch(share) or ("." not in share and share != facility):
        return None
    return next((level for least, level in _LEVELS if float(share) >= least), Difficulty.HARD)


def best_headings(columns: Mapping[int, Key], names: Sequence[str]) -> dict[int, Key]:
    """Leave out a column that means the same as another of a better name, where either will do."""
    kept = dict(columns)
    for wanted in _EITHER:
        same = [at for at, key in columns.items() if key is wanted]
        ranks = {at: _RANKS.get(narrow(names[at]), 0) for at in same}
        best = [at for at in same if ranks[at] == min(ranks.values())]
        if len(best) == 1:
            kept = {at: key for at, key in kept.items() if key is not wanted or at == best[0]}
    return kept
