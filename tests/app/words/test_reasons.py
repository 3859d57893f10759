"""Why content is refused, in Chinese: every reason of the source code has its sentence, and none is left over."""

import re
import string
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.bank import KeyRefused
from app.content.media.medium import FormulaRefused
from app.exam.prose import Language
from app.resources import resource_folder
from app.words import Words
from app.words.reasons import MAX_REASON, reason_in
from tests.app.words.reasons_said import reasons

ZH, EN = Language.ZH, Language.EN
FILES = sorted((resource_folder() / "words" / "zh" / "reasons").glob("*.toml"))
SENTENCES = {
    reason: str(sentence)
    for file in FILES
    for reason, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items()
}


def holes(sentence: str) -> list[str]:
    """Give the numbers of a sentence's holes, counted where they have none."""
    names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
    return [name or str(number) for number, name in enumerate(names)]


def test_every_reason_of_the_source_code_has_a_chinese_sentence_and_none_is_left_over() -> None:
    said = reasons()
    assert len(said) > 400
    assert {reason: where for reason, where in said.items() if reason not in SENTENCES} == {}
    assert SENTENCES.keys() - said.keys() == set()


def test_no_reason_stands_in_two_files() -> None:
    assert len(SENTENCES) == sum(len(tomllib.loads(file.read_text(encoding="utf-8"))) for file in FILES)


def test_a_sentence_has_the_holes_of_its_reason() -> None:
    wrong = {
        reason: sentence
        for reason, sentence in SENTENCES.items()
        if sorted(holes(sentence)) != [str(number) for number in range(reason.count("{}"))]
    }
    assert wrong == {}


def test_chinese_sentences_are_tidy_and_chinese() -> None:
    assert [reason for reason, text in SENTENCES.items() if not re.search("[\u4e00-\u9fff]", text)] == ["{}: {}"]
    assert [text for text in SENTENCES.values() if re.search(r"[\u4e00-\u9fff][,;:?!]|  |。$", text)] == []


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_every_reason_finds_its_own_sentence(reason: str) -> None:
    parts = [f"x{number}y" for number in range(reason.count("{}"))]
    said = reason
    for part in parts:
        said = said.replace("{}", part, 1)
    assert reason_in(ZH, said) == SENTENCES[reason].format(*parts)


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        ("two options say the same", "有两个选项内容相同"),
        ("the answer 'X' is neither true nor false", "答案“X”既不是“对”，也不是“错”"),
        ("match: the variable 'a: b' is not declared", "match：变量“a: b”没有声明"),
        ("no picture that is supported; save it as PNG or JPEG", "不是支持的图片；请另存为 PNG 或 JPEG"),
        ("the picture 'a.png': a PNG that is cut short", "图片“a.png”：PNG 图片不完整"),
        (
            "pattern-match: not a pattern of XML Schema: a { without its } (character 3)",
            "pattern-match：不是 XML Schema 的模式：有 { 而没有 }（第 3 个字符处）",
        ),
        ("a value of type string for 'S' (float)", "给“S”（float）赋了类型为 string 的值"),
        ("RESPONSE: not an integer: 'two options say the same'", "RESPONSE：不是整数：“two options say the same”"),
        ("not {}: {}", "不是 {}：{}"),
    ],
)
def test_what_a_reason_fills_in_stands_in_the_sentence(reason: str, chinese: str) -> None:
    assert reason_in(ZH, reason) == chinese


@pytest.mark.parametrize("reason", ["", "something quite new", "x" * (MAX_REASON + 1)])
def test_a_reason_that_is_not_known_stays_as_it_is(reason: str) -> None:
    assert reason_in(ZH, reason) == reason


@given(st.text(max_size=MAX_REASON))
def test_in_english_a_reason_is_itself_and_in_chinese_no_text_is_too_much(text: str) -> None:
    assert reason_in(EN, text) == text
    assert isinstance(reason_in(ZH, text), str)


@pytest.mark.parametrize("piece", ["is ", "a ", "' ", ": ", " needs ", '="', " x ", "section ", " items", " for "])
def test_a_reason_made_to_be_hard_is_looked_up_soon(piece: str) -> None:
    begun = time.process_time()
    reason_in(ZH, (piece * MAX_REASON)[:MAX_REASON])
    assert time.process_time() - begun < 2


def test_a_fault_brings_its_reason_in_the_persons_language() -> None:
    fault = KeyRefused("bank.gift", 12, "two options say the same")
    assert Words(ZH).fault(fault).reason == "有两个选项内容相同"
    assert Words(EN).fault(fault).reason == "two options say the same"
    assert fault.detail == "bank.gift:12: two options say the same"
    assert Words(ZH).fault(FormulaRefused("i.xml", 1, "no base type", name="m")).reason == "没有基本类型"
