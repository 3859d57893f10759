"""Screens by two witnesses: what the desktop says, and what the kernel drives."""

from pathlib import Path

import pytest

from proctoring.checks.observation import Observation, observe
from proctoring.checks.screens import screens
from proctoring.checks.situation import ScreenFact, Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp

INSIDE = ScreenFact("eDP-1", 0, 0, 1920, 1080)


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def seen(pc: MadeUp, *shown: ScreenFact) -> Observation:
    (one,) = observe({"screens": screens}, pc.machine, Situation(screens=shown or None))
    return one


def connector(pc: MadeUp, name: str, status: str = "connected", enabled: str = "enabled") -> None:
    pc.known_as("drm", pc.device(f"devices/drm/{name}", status=status, enabled=enabled))


def test_one_screen_is_clear_with_either_witness_or_both(pc: MadeUp) -> None:
    assert seen(pc, INSIDE).verdict is Verdict.CLEAR
    connector(pc, "card0-eDP-1")
    connector(pc, "card0-HDMI-A-1", "disconnected", "disabled")
    pc.known_as("drm", pc.device("devices/drm/card0"))
    assert seen(pc, INSIDE).verdict is Verdict.CLEAR
    assert seen(pc).verdict is Verdict.CLEAR


def test_nobody_who_names_a_screen_leaves_it_open(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_a_second_screen_beside_the_first_is_found(pc: MadeUp) -> None:
    beside = ScreenFact("HDMI-1", 1920, 0, 1024, 768)
    assert seen(pc, INSIDE, beside).verdict is Verdict.FOUND
    assert seen(pc, INSIDE, beside).facts == {"screens": 2, "mirrored": 0}


@pytest.mark.parametrize(
    "other", [INSIDE, ScreenFact("HDMI-1", 0, 0, 1024, 768), ScreenFact("x", 1900, 1000, 640, 480)]
)
def test_screens_that_overlap_show_the_same(pc: MadeUp, other: ScreenFact) -> None:
    assert seen(pc, INSIDE, other).facts == {"screens": 2, "mirrored": 1}


def test_a_screen_that_only_the_kernel_knows_of_shows_the_same_as_another(pc: MadeUp) -> None:
    connector(pc, "card0-eDP-1")
    connector(pc, "card0-HDMI-A-1")
    assert seen(pc, INSIDE).verdict is Verdict.FOUND
    assert seen(pc, INSIDE).facts == {"screens": 2, "mirrored": 1}
    assert seen(pc).facts == {"screens": 2, "mirrored": 0}


def test_a_screen_that_is_plugged_in_and_dark_shows_nothing(pc: MadeUp) -> None:
    connector(pc, "card0-eDP-1")
    connector(pc, "card0-HDMI-A-1", "connected", "disabled")
    assert seen(pc, INSIDE).verdict is Verdict.CLEAR


def test_what_cannot_be_read_is_not_clear(pc: MadeUp) -> None:
    pc.shut("sys/class/drm")
    assert seen(pc, INSIDE).verdict is Verdict.UNKNOWN
