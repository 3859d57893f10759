"""The attack list: a choice of it always, all of it and everywhere if asked, held to what ARCHITECTURE.md says."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.app.seat.guard.attacks.attack import Outcome, scene_on
from tests.app.seat.guard.attacks.stage import Setup, stage, until
from tests.app.seat.guard.attacks.table import ATTACKS, markdown, named, titled, tried

GOOD: Final = {Outcome.STOPPED.value: "good", Outcome.UNDONE.value: "good"}
"""Whether harm was seen for some hundredths of a second is chance: both are good."""
CHOSEN: Final = (
    "F11, Print, Ctrl+P, Ctrl+O, Ctrl+S in the program",
    "context menu by right click",
    "Ctrl+V of foreign text",
    "middle click pastes a foreign selection",
    "text dropped in (XDND)",
    "Ctrl+C copies out",
    "close by message (WM_DELETE_WINDOW)",
    "unmapped by another client",
    "an override-redirect window in front",
    "keys by XSendEvent",
    "second screen plugged in",
)
"""One of each kind. All of them succeed where nothing guards the window."""
COLUMNS: Final = tuple((setup, guarded) for setup in Setup for guarded in (False, True))
DOCUMENT: Final = Path(__file__).parents[5] / "ARCHITECTURE.md"


def test_a_choice_of_attacks_comes_to_nothing_with_real_keys_on_a_display_like_the_session() -> None:
    results = tried((Setup.NESTED, True), [attack for attack in ATTACKS if attack.name in CHOSEN])
    assert set(results) == set(CHOSEN)
    assert {name: str(result) for name, result in results.items() if result.outcome.value not in GOOD} == {}


@pytest.mark.long  # what it shows changes with Qt and the X server only
def test_the_same_attacks_succeed_where_nothing_guards_the_window() -> None:
    chosen = [attack for attack in ATTACKS if attack.name in CHOSEN[1:5]]
    results = tried((Setup.NESTED, False), chosen)
    assert [result.outcome for result in results.values()] == [Outcome.SUCCEEDED] * 4


def test_the_keys_of_a_hand_are_written_and_not_taken_for_injected(tmp_path: Path) -> None:
    with stage(Setup.NESTED, tmp_path, guarded=True) as made, scene_on(made) as scene:
        scene.reset()
        scene.xdotool("key", "a", "b")
        assert until(lambda: scene.text() == "ab")
        scene.foe.pump_for(0.5)
        assert "injected_input" not in scene.state()["events"]


def test_every_attack_has_a_name_of_its_own_and_a_row_in_the_document() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
    assert set(written()) == set(names)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("column", COLUMNS, ids=titled)
def test_the_table_in_the_document_says_how_each_attack_ends(column: tuple[Setup, bool]) -> None:
    results = tried(column)
    said = {name: cells[titled(column)] for name, cells in written().items()}
    assert {name: kind(str(result)) for name, result in results.items()} == {
        name: kind(cell) for name, cell in said.items()
    }, markdown({column: results})


def kind(cell: str) -> str:
    """The outcome that a cell names, without how long it took and whether it was logged."""
    outcome = next(one.value for one in Outcome if cell.startswith(one.value))
    return GOOD.get(outcome, outcome)


def written() -> dict[str, dict[str, str]]:
    """The table in the document: attack → column → cell."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.split(r"^#+ ", text, flags=re.MULTILINE)[_section(text)].splitlines()
        if line.startswith("|")
    ]
    head, _, *body = rows
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in body}


def _section(text: str) -> int:
    sections = re.split(r"^#+ ", text, flags=re.MULTILINE)
    return next(at for at, section in enumerate(sections) if section.startswith("Lock-down: what was tried"))


def test_attacks_are_found_by_words_in_their_names() -> None:
    assert [attack.name for attack in named("DROPPED IN")] == ["text dropped in (XDND)"]
