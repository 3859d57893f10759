"""Whatever the bytes: a reading or a refusal, and nothing else."""

import contextlib
import functools
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.content.bank import BankRefused
from app.content.formats.aiken import read_aiken
from app.content.formats.found import FormatReading
from app.content.formats.gift import read_gift
from app.content.formats.html import body_of_html
from app.content.formats.moodle import read_moodle
from app.content.formats.sheet_template import template
from app.exam.processing.check import check_marking
from sync.faults import Fault
from tests.app.content.formats.giving import answer, question
from tests.app.content.formats.workbooks import HEADS, read, workbook

GIFT = st.lists(
    st.sampled_from(
        [
            "::",
            "{",
            "}",
            "=",
            "~",
            "#",
            "->",
            "%50%",
            "%",
            "\\",
            "\n\n",
            "\n",
            "T",
            "$CATEGORY: a/b",
            "//",
            "[html]",
            "<p>",
            "####",
            "..",
            ":",
            "1",
            "-5",
            "a",
            "安全",
            " ",
            "&lt;",
            "[id:x]",
            "\\n",
            "\\{",
            "[markdown]",
            "$$",
            "\ue000",
        ]
    ),
    max_size=40,
).map("".join)
AIKEN = st.lists(
    st.sampled_from(["A. ", "B) ", "C、", "ANSWER: ", "答案：", "A", "B", "\n", "\n\n", "stem", "安全", "Z. ", ","]),
    max_size=30,
).map("".join)
HTML = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b",
            ">",
            "<",
            "&",
            "&lt;",
            "&#0;",
            "&#x110000;",
            "<!--",
            "-->",
            "<table>",
            "<td>",
            "<tr>",
            "<ul>",
            "<li>",
            "x",
            " ",
            "\0",
            "<math>",
            "<mn>",
            "</math>",
            "<img src='a' alt='b'>",
            "<a:b>",
            "<p x:y='1'>",
            "<![CDATA[",
            "]]>",
            "<svg>",
            "<br/>",
            "'",
            '"',
            "=",
            "<span lang=zh class=multilang>",
            "<span lang=en class=multilang>",
            "</span>",
        ]
    ),
    max_size=30,
).map("".join)
CLOZE = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            ":",
            "1",
            "MC",
            "SA",
            "NM",
            "MULTIRESPONSE",
            "=",
            "~",
            "%50%",
            "#",
            "a",
            "*",
            "\\",
            "<b>",
            "[[1]]",
            "5",
        ]
    ),
    max_size=25,
).map("".join)


def survives(read_it: Callable[[], FormatReading]) -> None:
    """Read; every item that came in has rules that can be followed."""
    try:
        reading = read_it()
    except BankRefused:
        return
    for found in reading.items:
        check_marking(found.marking)
    assert all(one.reason for one in reading.rejected)


@given(GIFT)
@example("::a::\\{{T}")
@example("{#..}")
def test_gift(text: str) -> None:
    survives(lambda: read_gift(text.encode(), "x"))


@given(AIKEN)
def test_aiken(text: str) -> None:
    survives(lambda: read_aiken(text.encode(), "x"))


@given(st.binary(max_size=300))
def test_any_bytes_as_text(data: bytes) -> None:
    survives(lambda: read_gift(data, "x"))
    survives(lambda: read_aiken(data, "x"))
    survives(lambda: read_moodle(data, "x"))
    survives(lambda: read(data))


@given(HTML)
def test_html(text: str) -> None:
    with contextlib.suppress(BankRefused):
        assert body_of_html(text, ("x", 1))


@given(
    st.sampled_from(["multichoice", "shortanswer", "numerical", "essay", "truefalse"]), HTML, CLOZE, st.text(max_size=6)
)
def test_moodle_texts(kind: str, text: str, reply: str, fraction: str) -> None:
    text, reply, fraction = (
        "".join(char for char in one if char.isprintable()).replace("]]>", "") for one in (text, reply, fraction)
    )
    attribute = "".join(char for char in fraction if char not in "<>&\"'") or "100"
    raw = f"<quiz>{question(kind, text, answer(attribute, reply) + answer('100', 'b'))}</quiz>"
    survives(lambda: read_moodle(raw.encode("utf-8", "replace"), "x"))


@given(st.sampled_from(["cloze", "gapselect", "ddwtos"]), CLOZE)
def test_texts_with_places(kind: str, text: str) -> None:
    boxes = "<selectoption><text>a</text></selectoption><selectoption><text>b</text></selectoption>"
    raw = f"<quiz>{question(kind, text, boxes + boxes.replace('selectoption', 'dragbox'))}</quiz>"
    survives(lambda: read_moodle(raw.encode(), "x"))


MOODLE = (
    "<quiz>"
    + question("multichoice", "<p>a <b>b</b></p>", answer("100", "a") + answer("0", "b"))
    + question("cloze", "<p>{1:SA:=a}</p>", "")
    + "</quiz>"
).encode()


@functools.cache
def sheet_bytes() -> bytes:
    """Give a workbook of every type."""
    return template()


@pytest.mark.parametrize("of", ["moodle", "sheet"])
@settings(max_examples=60)
@given(data=st.data())
def test_mutated_files(of: str, data: st.DataObject) -> None:
    raw = bytearray(MOODLE if of == "moodle" else sheet_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["set", "cut", "double"])):
            case "set":
                raw[at] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 50))]
            case _:
                raw[at:at] = raw[at : at + 20]
        if not raw:
            break
    try:
        survives(lambda: read_moodle(bytes(raw), "x") if of == "moodle" else read(bytes(raw)))
    except Fault as fault:
        raise AssertionError(f"{type(fault).__name__} is no refusal of a bank") from fault


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
CELLS = st.one_of(
    st.sampled_from(
        [
            "判断",
            "单选",
            "多选",
            "填空",
            "简答",
            "排序",
            "匹配",
            "材料",
            "A",
            "AB",
            "对",
            "甲 -> 乙",
            "____",
            "2±1",
            "|;",
            "难",
        ]
    ),
    st.text(PRINTABLE, max_size=8).filter(
        lambda text: not text.startswith(("=", "{", "http", "ftp", "mail", "int", "ext"))
    ),
    st.integers(-(10**12), 10**12),
    st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS, min_size=10, max_size=12), max_size=4))
def test_any_cells(rows: list[list[object]]) -> None:
    data = workbook(*rows, heads=[*HEADS, "材料编号", "材料"])
    survives(lambda: read(data))
