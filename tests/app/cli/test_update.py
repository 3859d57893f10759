"""`examroom update`: what a person is told of a change of programs."""

import json
import os
from pathlib import Path

import pytest

from tests.app.cli.conftest import Place
from tests.app.cli.terminal import Terminal

LANGUAGES = ("zh", "en")


def update_of(state: Path, **files: str) -> Path:
    (state / "update").mkdir(parents=True)
    for name, text in files.items():
        (state / "update" / name).write_text(text)
    return state


@pytest.mark.parametrize("language", LANGUAGES)
def test_status_says_what_is_in_and_what_the_last_change_came_to(place: Place, tmp_path: Path, language: str) -> None:
    state = update_of(tmp_path, outcome="gone_back 0.1.0 0.2.0 check\n", phase="back check\n")
    where = ("--home", place.seat, "--state", state)
    told = Terminal(language).run("update", "status", *where)
    assert (told.code, told.errors) == (0, "")
    assert "0.2.0" in told.output
    told = Terminal(language).run("update", "status", *where, "--json")
    found = json.loads(told.output)
    assert (found["under_way"], found["ready"], found["fault"]) == ("back", None, "UPDATE_NOTHING_KNOWN")
    assert found["last"] == {"end": "gone_back", "old": "0.1.0", "new": "0.2.0", "why": "check"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_read_is_said_in_words(terminal: Terminal, place: Place, tmp_path: Path, language: str) -> None:
    state = update_of(tmp_path, phase="nonsense\n")
    told = Terminal(language).run("update", "status", "--home", place.seat, "--state", state)
    assert told.code == 3
    assert "UPDATE_STATE_DAMAGED" in told.errors
    nothing = terminal.run("update", "status", "--home", tmp_path / "none", "--state", tmp_path / "none")
    assert (nothing.code, nothing.errors) == (0, "")
    assert "[NOT_ENROLLED]" in nothing.output


def test_without_a_list_of_programs_nothing_is_put_in(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    told = terminal.run("update", "apply", "--home", place.seat, "--state", tmp_path, "--yes")
    assert (told.code, told.output) == (3, "")
    assert ("[UPDATE_NOTHING_KNOWN" if os.geteuid() == 0 else "[NOT_ADMINISTRATOR]") in told.errors
    assert list(tmp_path.iterdir()) == []
