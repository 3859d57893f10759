"""Nothing of the player is cut off, squeezed or over something else, in any look; found as on the kiosk's screens."""

from pathlib import Path
from typing import Final

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.archive.window.player import PlayerPanel
from app.archive.window.recording_page import RecordingPage
from app.exam.prose import Language
from app.ui.page import Scroll
from app.ui.style import prepare_application
from app.words import Words
from tests.app.archive.window import samples
from tests.app.archive.window.player_samples import shown
from tests.app.archive.window.player_shots import SHOTS
from tests.app.seat.screens.gallery import Shot
from tests.app.seat.screens.hands import settle
from tests.app.seat.screens.layout import faults
from tests.app.seat.screens.test_layout import looks, strange

TITLE_BAR: Final = 40


@pytest.mark.parametrize("language", [Language.ZH, pytest.param(Language.EN, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "shot",
    [*SHOTS[:2], *(pytest.param(shot, marks=pytest.mark.long) for shot in SHOTS[2:])],
    ids=lambda shot: shot.name,
)
def test_nothing_of_the_player_is_cut_off_or_over_something_else(
    shot: Shot, language: Language, qtbot: QtBot, qapp: QApplication
) -> None:
    prepare_application(qapp)
    screen = shot.make(Words(language))
    qtbot.addWidget(screen)
    screen.show()
    found = []
    for size, appearance in looks(language):
        screen.resize(*size)
        screen.set_appearance(appearance)
        settle()
        found += [f"{size} {appearance.text_percent} %: {fault}" for fault in faults(screen)]
        found += [f"{appearance.theme}: {colour} of the light theme" for colour in strange(screen, appearance.theme)]
    assert found == []


@pytest.mark.parametrize("language", Language)
def test_the_player_needs_no_scroll_bar_in_a_small_window_whatever_it_has_to_say(
    language: Language, qtbot: QtBot, qapp: QApplication
) -> None:
    prepare_application(qapp)
    page = RecordingPage(Words(language))
    qtbot.addWidget(page)
    page.set_person(samples.PEOPLE[0].name)
    page.show_dossier(samples.dossier(), samples.NOW)
    page.resize(1366, 768 - TITLE_BAR)
    page.show()
    panel = PlayerPanel(shown(), page.words, snapshots=Path("snapshots"))
    page.put_player(panel)
    try:
        panel.engine.set_speed(4.0)
        settle()
        assert panel.status().endswith(page.words("player.sound.too_fast"))
        bar = panel.findChildren(Scroll)[0].verticalScrollBar()
        assert bar.maximum() == 0
    finally:
        panel.stop()
