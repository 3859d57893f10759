"""The guard on a real display: what it holds, how soon it is back, and that nothing is left of it afterwards."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from app.demo.display import virtual_display


@pytest.fixture(scope="module")
def came() -> dict[str, Any]:
    """What came of each thing that `held` tries."""
    with virtual_display() as display:
        environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        environment.pop("WAYLAND_DISPLAY", None)
        done = subprocess.run(
            [sys.executable, "-m", "tests.app.seat.guard.held"], env=environment, capture_output=True, check=False
        )
    assert done.returncode == 0, done.stderr.decode()
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def test_the_window_fills_the_screen_and_has_the_keyboard_and_nobody_is_accused(came: dict[str, Any]) -> None:
    assert came["fills_the_screen"]
    assert not came["foe_gets_keyboard"]
    assert came["level"] == "desktop"
    assert came["told_at_first"] == []


def test_a_window_that_another_client_hid_is_back_with_keyboard_and_focus(came: dict[str, Any]) -> None:
    assert came["back_after_s"] < 5  # 0.2 where the machine has nothing else to do; 0.7 is wanted
    assert came["focus_back"]


def test_a_key_sent_as_a_message_writes_nothing(came: dict[str, Any]) -> None:
    assert came["written_by_message"] == ""


def test_another_clients_clipboard_is_told_and_what_is_selected_is_not_given_away(came: dict[str, Any]) -> None:
    assert came["clipboard_told"]
    assert came["selected_is_given_away"] == ""


def test_a_screen_that_is_plugged_in_is_dark_at_once_and_the_exam_keeps_its_own(came: dict[str, Any]) -> None:
    assert came["exam_beside_cover"] == [0, 0, 683, 768]
    assert came["covers"] == [[683, 0, 683, 768]]
    assert came["covered_after_ms"] < 1000  # 6 where the machine has nothing else to do; 15 is wanted


def test_a_screen_that_shows_the_same_is_not_covered_because_that_would_hide_the_exam(came: dict[str, Any]) -> None:
    assert came["covers_of_a_mirror"] == 0


def test_when_the_guard_lets_go_everybody_has_everything_back(came: dict[str, Any]) -> None:
    assert came["foe_gets_keyboard_after"]
    assert came["selections_after"] == [0, 0]
    assert came["covers_after"] == 0
    assert came["window_as_before"]
