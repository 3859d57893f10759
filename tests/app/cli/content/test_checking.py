"""`examroom content check`, as it is typed."""

import json
from pathlib import Path

import pytest

from app.resources import resource_folder
from tests.app.cli.terminal import Terminal
from tests.app.content.banks import Files, item, small_bank, write_folder, write_zip

SAMPLE = resource_folder() / "sample-bank"


SCORE = b"""<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>"""


def spoiled() -> Files:
    """A bank in which one item is the same as another and says the opposite, and one names no option as its key."""
    files = small_bank()
    single = files["items/single-1.xml"]
    files["items/multi-1.xml"] = single.replace(b'"single-1"', b'"multi-1"').replace(b"<qti-value>B", b"<qti-value>C")
    files["items/judge-1.xml"] = item("judge-1", options=("true", "false"), correct=("perhaps",))
    for name, data in files.items():
        if b"qti-outcome-declaration" not in data:
            files[name] = data.replace(b"<qti-item-body>", SCORE)
    return files


def test_the_sample_bank_has_no_errors_and_its_figures_are_those_of_its_readme() -> None:
    told = Terminal().run("content", "check", SAMPLE, "--json")
    assert told.code == 0
    (line,) = told.output.splitlines()
    report = json.loads(line)
    assert (report["errors"], report["warnings"]) == (0, 0)
    assert {finding["code"] for finding in report["findings"]} <= {"scrolls"}
    assert report["statistics"]["kinds"] == {"multiple_choice": 42, "single_choice": 98, "true_false": 191}
    assert report["statistics"]["difficulties"] == {"easy": 162, "hard": 34, "medium": 135}
    assert report["statistics"]["form"]["items"] == 100


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_a_bank_with_errors_ends_badly_whether_a_folder_or_a_zip(write: object, tmp_path: Path) -> None:
    assert callable(write)
    told = Terminal().run("content", "check", write(spoiled(), tmp_path / "bank"), "--json")
    assert (told.code, told.errors) == (1, "")
    report = json.loads(told.output)
    found = {(one["severity"], one["code"]): one["items"] for one in report["findings"]}
    assert found["error", "contradicting_keys"] == ["multi-1", "single-1"]
    assert found["error", "rejected"] == ["judge-1"]
    assert report["errors"] == 2


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["multi-1, single-1 · Two items ask the same", "One of the keys is wrong.", "There are errors"]),
        ("zh", ["multi-1, single-1 · 两道题的题干和选项相同", "其中必有一个答案错误。", "有错误：所列题目不得使用。"]),
    ],
)
def test_a_person_reads_what_was_found_and_what_to_do(
    language: str, sentences: tuple[str, ...], tmp_path: Path
) -> None:
    told = Terminal(language).run("content", "check", write_folder(spoiled(), tmp_path))
    assert told.code == 1
    for sentence in sentences:
        assert sentence in told.output


def test_a_bank_that_is_not_there_is_the_places_fault(tmp_path: Path) -> None:
    told = Terminal().run("content", "check", tmp_path / "nothing", "--json")
    assert (told.code, told.output) == (3, "")


def test_without_a_bank_the_command_explains_itself() -> None:
    assert Terminal().run("content", "check").code == 2
