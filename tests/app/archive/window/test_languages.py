"""Whoever changes the language has every word of the page in it, as if the page had been opened in that language."""

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget
from pytestqt.qtbot import QtBot

from app.archive.window.timeline import TimelinePlot
from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.ui.screen import Screen
from app.words import Words
from tests.app.archive.window import gallery, player_shots
from tests.app.seat.screens.gallery import Shot
from tests.app.seat.screens.hands import settle

ALWAYS = {"32-archive-recording-playing", "35-archive-export", "36-archive-work-ended"}
"""Where words were once left behind; all pages take seconds."""
SHOTS = [
    pytest.param(shot, id=shot.name, marks=() if shot.name in ALWAYS else pytest.mark.long)
    for shot in (*gallery.SHOTS, *player_shots.SHOTS)
]
ASKED = ("text", "title", "placeholderText", "accessibleName", "accessibleDescription", "toolTip", "status")


def texts(screen: Screen) -> list[str]:
    """Give every word that a page shows or tells a screen reader."""
    said = []
    for widget in screen.findChildren(QWidget):
        if widget.isVisibleTo(screen):
            said += [str(ask()) for name in ASKED if callable(ask := getattr(widget, name, None))]
        if isinstance(widget, QAbstractItemView) and isinstance(widget.model(), QAbstractItemModel):
            model = widget.model()
            columns = 1 if isinstance(widget, QListView) else model.columnCount(QModelIndex())
            cells = [model.index(row, at) for row in range(model.rowCount()) for at in range(columns)]
            said += [str(cell.data()) for cell in cells]
            said += [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in range(columns)]
        if isinstance(widget, TimelinePlot):
            said += [name for _, name in widget.getPlotItem().getAxis("left")._tickLevels[0]]
    return sorted(one for one in said if one)


def shown(shot: Shot, first: Language, then: Language, bot: QtBot) -> list[str]:
    screen = shot.make(Words(first))
    bot.addWidget(screen)
    screen.resize(1366, 768)
    screen.show()
    settle()
    screen.set_appearance(Appearance(then))
    settle()
    return texts(screen)


@pytest.mark.parametrize("shot", SHOTS)
def test_every_word_of_a_page_follows_the_language(shot: Shot, qtbot: QtBot) -> None:
    assert shown(shot, Language.ZH, Language.EN, qtbot) == shown(shot, Language.EN, Language.EN, qtbot)
