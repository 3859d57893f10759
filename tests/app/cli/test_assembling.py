"""`examroom content assemble` at a terminal."""

import json
from pathlib import Path

import pytest

from app.resources import resource_folder
from tests.app.cli.terminal import Terminal

SAMPLE = resource_folder() / "sample-bank"
EXAMPLE = resource_folder() / "blueprint-example.toml"
GIVEN = ("content", "assemble", "--bank", SAMPLE, "--blueprint", EXAMPLE, "--seed", "s")


def test_a_form_is_told_in_words_and_written_once(tmp_path: Path) -> None:
    out = tmp_path / "form.json"
    told = Terminal().run(*GIVEN, "--out", out)
    assert told.code == 0
    assert "A form of 100 items, 100 marks" in told.output
    assert "1. True or false" in told.output
    assert json.loads(out.read_bytes())["form_sha256"] in told.output.replace("\n", "")
    again = Terminal("zh").run(*GIVEN, "--out", out)
    assert (again.code, "FILE_TAKEN" in again.errors) == (3, True)
    assert "判断题" in Terminal("zh").run(*GIVEN).output


def test_parallel_forms_are_a_blueprint_that_is_drawn_from_at_once(tmp_path: Path) -> None:
    out, measured = tmp_path / "parallel.json", tmp_path / "p.csv"
    measured.write_text("item,p\nfire-001,0.91\n", encoding="utf-8")
    told = Terminal().run(*GIVEN, "--parallel", 2, "--difficulty", measured, "--out", out, "--json")
    assert told.code == 0
    report = json.loads(told.output)
    assert (report["forms"], report["reuse"], len(report["expected"])) == (2, 1, 2)
    assert report["spread"] <= 0.05, "one odd value cannot be on both forms"
    drawn = Terminal().run(*GIVEN[:4], "--blueprint", out, "--seed", "s", "--json")
    form = json.loads(drawn.output)
    assert form["blueprint_sha256"] == report["blueprint_sha256"]
    names = {place["item"] for place in form["items"]}
    assert names in [{name for part in one for name in part} for one in json.loads(out.read_bytes())["forms"]]
    spoken = Terminal().run(*GIVEN, "--parallel", 2, "--out", tmp_path / "again.json")
    assert (spoken.code, "differs by 0 marks" in spoken.output) == (0, True)


@pytest.mark.parametrize(
    ("options", "code", "fault"),
    [
        (("--parallel", "2"), 2, "PARALLEL_OPTIONS"),
        (("--reuse", "2"), 2, "PARALLEL_OPTIONS"),
        (("--parallel", "3", "--out", "never.json"), 1, "PARALLEL_UNMET"),
        (("--blueprint", SAMPLE / "README.md"), 1, "BLUEPRINT_UNREADABLE"),
        (("--seed", ""), 1, "SEED_REFUSED"),
        (("--bank", SAMPLE / "nowhere"), 3, "BANK_UNREADABLE"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(options: tuple[object, ...], code: int, fault: str) -> None:
    told = Terminal().run(*GIVEN, *options)
    assert (told.code, told.output) == (code, "")
    assert f"[{fault}" in told.errors
