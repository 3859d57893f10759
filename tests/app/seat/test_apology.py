"""What stands on the screen while the kiosk cannot come up: plain words in both languages, and nothing of the seat."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat import apology
from app.ui.message import MessagePanel
from app.words import Words, all_keys
from tests.proctoring.lockdown.session.supervised import Supervised


def said(language: Language, code: str, seconds: int = 30) -> str:
    return apology.panel(Words(language), code, seconds).text()


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ["KIOSK_ENDED -11", "DISK_FULL", "KEYSTORE_DAMAGED", "NO_SUCH_CODE"])
def test_it_says_what_happened_what_is_safe_what_to_do_the_code_and_when_it_tries_again(
    language: Language, code: str
) -> None:
    text, words = said(language, code), Words(language)
    assert words("apology.safe") in text
    assert words("apology.do") in text
    assert code in text
    assert words("apology.again_in", seconds=30) in text
    assert words("apology.again") in said(language, code, 0)
    assert "{" not in text


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("language", Language)
def test_a_fault_is_named_in_its_own_words_if_they_are_whole(language: Language) -> None:
    words = Words(language)
    assert words("apology.disk_full") in said(language, "DISK_FULL")
    whole, broken = "PROGRAM_DEFECT", "LOCKDOWN_PATH_TAKEN"
    assert "{" in all_keys(language)[f"fault.{broken}.what"]
    assert words(f"fault.{whole}.what") in said(language, whole)
    assert words("apology.what") in said(language, broken)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768), (800, 600)])
def test_on_every_screen_all_of_it_is_seen(qtbot: QtBot, width: int, height: int) -> None:
    page = apology.page("KIOSK_ENDED -11", 30, width, height)
    qtbot.addWidget(page)
    page.grab()
    for panel in page.findChildren(MessagePanel):
        assert panel.height() >= panel.minimumSizeHint().height()
        for part in panel.findChildren(QWidget):
            if part.isVisibleTo(page) and part.hasHeightForWidth():
                assert part.height() >= part.heightForWidth(part.width())
    drawn = apology.picture("KIOSK_ENDED -11", 30, width, height)
    assert (drawn.width(), drawn.height()) == (width, height)


@pytest.mark.long  # a program of its own with Qt in it
def test_as_a_program_it_leaves_the_words_on_the_display_and_needs_no_seat(tmp_path: Path) -> None:
    with Supervised(tmp_path, "mute") as session:
        display = session.await_news("display_up")["display"]
        reach = os.environ | {"DISPLAY": display, "XAUTHORITY": str(session.runtime / "cookie"), "HOME": "/nonexistent"}
        program = [sys.executable, "-P", "-m", "app.seat.apology", "$(reboot)", "-1"]
        subprocess.run(program, env=reach, check=True, timeout=60)
        shot = subprocess.run(["import", "-window", "root", "rgb:-"], env=reach, capture_output=True, check=True)
        assert len(set(shot.stdout)) > 50
        assert session.end() == 0
