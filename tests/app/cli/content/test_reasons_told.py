"""What a person reads when content is refused: the item, its place and the reason, in the person's language."""

import json
import re
from pathlib import Path

import pytest

from tests.app.cli.terminal import Terminal

GIFT = "::Q1:: Two and two? {=4 ~4 ~5}\n\n::Q2:: Three? {=3 ~4}\n\n::Q3:: Open {=a ~b\n"
ITEM = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="t"
 adaptive="false" time-dependent="false">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"/>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
<qti-simple-choice identifier="A">a</qti-simple-choice><qti-simple-choice identifier="B">b</qti-simple-choice>
</qti-choice-interaction></qti-item-body>
<qti-response-processing>
<qti-set-outcome-value identifier="SCORE"><qti-variable identifier="X"/></qti-set-outcome-value>
</qti-response-processing></qti-assessment-item>"""
ENGLISH = re.compile(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+")


@pytest.fixture
def gift(tmp_path: Path) -> Path:
    file = tmp_path / "q.gift"
    file.write_text(GIFT, encoding="utf-8")
    return file


@pytest.fixture
def item(tmp_path: Path) -> Path:
    file = tmp_path / "item.xml"
    file.write_text(ITEM, encoding="utf-8")
    return file


def test_a_chinese_administrator_reads_why_an_item_was_put_aside(tmp_path: Path, gift: Path) -> None:
    told = Terminal("zh").run("content", "import", gift, "--bank", tmp_path / "bank")
    assert told.code == 1
    assert "Q1（q.gift:1）：有两个选项内容相同" in told.output
    assert "Q3（q.gift:5）：花括号没有配对：缺少右括号" in told.output
    assert ENGLISH.search(told.output) is None


def test_in_english_the_same_is_said_and_programs_read_english_in_any_language(tmp_path: Path, gift: Path) -> None:
    told = Terminal("en").run("content", "import", gift, "--bank", tmp_path / "bank")
    assert "Q1 (q.gift:1): two options say the same" in told.output
    told = Terminal("zh").run("content", "import", gift, "--bank", tmp_path / "other", "--json")
    assert [one["reason"] for one in json.loads(told.output)["rejected"]] == [
        "q.gift:1: two options say the same",
        "q.gift:5: a brace is not closed",
    ]


@pytest.mark.parametrize("command", ["score", "preview"])
def test_a_fault_says_what_happened_why_and_what_to_do_and_its_code(command: str, tmp_path: Path, item: Path) -> None:
    more = ("--png", tmp_path / "out.png") if command == "preview" else ()
    told = Terminal("zh").run("content", command, item, *more, typed="{}")
    assert told.code == 1
    what, why, safe, do, code = told.errors.splitlines()
    assert "变量或评分规则" in what
    assert why == "原因：variable：变量“X”没有声明"
    assert "没有采用" in safe
    assert "改正" in do
    assert code == "[BANK_RULES]"


def test_a_check_says_why_an_item_is_not_in_the_bank(item: Path) -> None:
    told = Terminal("zh").run("content", "check", item)
    assert told.code == 1
    assert "item.xml:9（variable：变量“X”没有声明）" in told.output
    told = Terminal("zh").run("content", "check", item, "--json")
    assert "variable: the variable 'X' is not declared" in json.loads(told.output)["findings"][0]["detail"]
