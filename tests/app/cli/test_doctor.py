"""`examroom doctor` as it is typed: words in one language, a verdict in the exit code, JSON, and one page of paper."""

import json
from pathlib import Path

import pytest

from tests.app.cli.conftest import Place
from tests.app.cli.terminal import Terminal
from tests.app.cli.test_endings import HAN

LINE = {"part", "check", "standing", "name", "seen", "meaning", "remedy", "evidence"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_seat_is_looked_at_in_the_persons_language(place: Place, language: str) -> None:
    told = Terminal(language).run("doctor", "--home", place.seat)
    assert told.code == 1  # this machine is not locked down, and the session demands it
    verdict = told.output.splitlines()[-1]
    assert bool(HAN.search(verdict)) is (language == "zh")


def test_a_program_gets_one_object_with_every_line(terminal: Terminal, place: Place) -> None:
    told = terminal.run("doctor", "--home", place.seat, "--json")
    found = json.loads(told.output)
    assert found.keys() == {"ready", "seat", "made_ms", "took_ms", "software", "checks"}
    assert (found["ready"], told.code) == (False, 1)
    assert all(line.keys() == LINE for line in found["checks"])
    standings = {line["check"]: line["standing"] for line in found["checks"]}
    assert (standings["enrolled"], standings["lockdown"]) == ("good", "blocked")
    assert len(standings) == len(found["checks"]), "one line for each check"


@pytest.mark.usefixtures("qapp")  # else the page would make an application that later tests find in their way
def test_the_page_is_written_beside_the_words(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run("doctor", "--report", str(tmp_path / "page.pdf"))
    assert told.code == 1
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert str(tmp_path / "page.pdf") in told.output


@pytest.mark.usefixtures("qapp")
def test_a_page_that_cannot_be_written_is_said_plainly(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run("doctor", "--report", str(tmp_path / "no" / "page.pdf"))
    assert told.code == 3
    assert "FOLDER_MISSING" in told.errors


def test_a_folder_that_is_no_seat_is_not_ready_and_stays_as_it_is(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("doctor", "--home", str(tmp_path / "nothing")).code == 1
    assert not (tmp_path / "nothing").exists()


def test_without_a_folder_the_seat_that_is_installed_is_looked_at(
    terminal: Terminal, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.doctor.DEFAULT_HOME", place.seat)
    standings = {
        line["check"]: line["standing"] for line in json.loads(terminal.run("doctor", "--json").output)["checks"]
    }
    assert standings["enrolled"] == "good"
