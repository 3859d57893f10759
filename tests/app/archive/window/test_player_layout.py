"""Nothing of the player is cut off, squeezed or over something else, in any look; found as on the kiosk's screens."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.ui.style import prepare_application
from app.words import Words
from tests.app.archive.window.player_shots import SHOTS
from tests.app.seat.screens.gallery import Shot
from tests.app.seat.screens.hands import settle
from tests.app.seat.screens.layout import faults
from tests.app.seat.screens.test_layout import looks, strange


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
