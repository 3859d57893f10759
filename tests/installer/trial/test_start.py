"""How fast the installed kiosk starts, beside the same program in a checkout, as `make demo` starts it."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.installer.trial.base import REPOSITORY
from tests.installer.trial.figures import Figures
from tests.installer.trial.pc import a_pc

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.package, pytest.mark.timeout(900)]
ROUNDS = 5
SCREEN = ("-m", "app.seat.changing.first_screen")
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


def test_the_installed_kiosk_starts_about_as_fast_as_a_checkout(
    tmp_path: Path, figures: Figures, installed: tuple[Path, ...]
) -> None:
    with a_pc("start", installed) as pc:
        pc.start()
        there = ("/opt/examroom/seat/bin/python", "-I", *SCREEN, "/root/nobody")
        here = (sys.executable, "-P", *SCREEN, str(tmp_path))

        def in_the_pc(argv: tuple[str, ...]) -> None:
            said = pc.run(*argv, environment=OFFSCREEN)
            assert said.code == 0, said.text

        def in_the_checkout() -> None:
            subprocess.run(here, env=os.environ | OFFSCREEN, cwd=REPOSITORY, check=True, capture_output=True)

        ways: dict[str, Callable[[], None]] = {
            "installed": lambda: in_the_pc(there),
            "checkout": in_the_checkout,
            "nothing": lambda: in_the_pc(("true",)),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS + 1):
            for name, way in ways.items():
                began = time.monotonic()
                way()
                taken[name].append(time.monotonic() - began)
    middle = {name: statistics.median(times[1:]) for name, times in taken.items()}
    figures.note("first_start_after_installation_s", taken["installed"][0] - middle["nothing"])
    figures.note("start_to_first_screen_installed_s", middle["installed"] - middle["nothing"])
    figures.note("start_to_first_screen_checkout_s", middle["checkout"])
    assert middle["installed"] - middle["nothing"] < 2 * middle["checkout"]
