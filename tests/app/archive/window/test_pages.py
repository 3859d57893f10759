"""Nothing of the archive's pages is cut off, squeezed or over something else; found as on the kiosk's screens."""

from collections.abc import Iterable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.archive.window.log_page import LogPage
from app.archive.window.recording_page import RecordingPage
from app.archive.window.stack import Stack
from app.archive.window.work_page import WorkPage
from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.ui.key_ring import KeyRing
from app.ui.look import Look
from app.words import Words
from sync.wire.plan import Theme
from tests.app.archive.window import samples
from tests.app.archive.window.gallery import SHOTS
from tests.app.seat.screens.gallery import SIZES, Shot
from tests.app.seat.screens.hands import settle
from tests.app.seat.screens.layout import faults
from tests.app.seat.screens.test_layout import looks, strange

Looks = Iterable[tuple[tuple[int, int], Appearance]]
TAB = Qt.FocusPolicy.TabFocus
CROWDED = {
    "30-archive-sign-in",
    "31-archive-find-notices",
    "31-archive-find-more",
    "32-archive-recording-playing",
    "32-archive-recording-enlarged",
    "32-archive-recording-long",
    "33-archive-propose",
    "34-archive-decide-refused",
    "35-archive-export",
    "37-archive-media",
    "38-archive-calendar-frozen",
}
"""The pages that have the least room; all of them in every look take minutes."""
every_shot = pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)


def wrong(shot: Shot, language: Language, wanted: Looks, bot: QtBot) -> list[str]:
    screen = shot.make(Words(language))
    bot.addWidget(screen)
    screen.show()
    found = []
    for size, appearance in wanted:
        screen.resize(*size)
        screen.set_appearance(appearance)
        settle()
        found += [f"{size} {appearance.text_percent} %: {fault}" for fault in faults(screen)]
        found += [f"{appearance.theme}: {colour} of the light theme" for colour in strange(screen, appearance.theme)]
    return found


@pytest.mark.parametrize("shot", [shot for shot in SHOTS if shot.name in CROWDED], ids=lambda shot: shot.name)
def test_nothing_is_cut_off_where_room_is_shortest(shot: Shot, qtbot: QtBot) -> None:
    shortest = (SIZES[0], Appearance(Language.EN, 200, Theme.CONTRAST))
    assert wrong(shot, Language.EN, (shortest,), qtbot) == []


@pytest.mark.long
@every_shot
def test_a_screen_reader_has_a_name_for_all_that_the_keyboard_comes_to(shot: Shot, qtbot: QtBot) -> None:
    screen = shot.make(Words(Language.ZH))
    qtbot.addWidget(screen)
    screen.show()
    settle()
    stops = [
        one
        for one in screen.findChildren(QWidget)
        if one.isVisible() and one.focusPolicy() & TAB and not one.focusProxy()
    ]
    told = {one: QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name) for one in stops}
    assert stops
    assert [(type(one).__name__, one.objectName()) for one, name in told.items() if not name.strip()] == []


@pytest.mark.long
@pytest.mark.parametrize("language", Language)
@every_shot
def test_nothing_is_cut_off_in_any_look(shot: Shot, language: Language, qtbot: QtBot) -> None:
    assert wrong(shot, language, looks(language), qtbot) == []


def test_a_page_that_grew_while_nobody_saw_it_is_laid_out_when_it_comes(qtbot: QtBot) -> None:
    words, stack = Words(Language.ZH), Stack(Language.ZH)
    qtbot.addWidget(stack)
    stack.take(WorkPage(words))
    page = stack.take(RecordingPage(words))
    stack.resize(1366, 768)
    stack.show()
    settle()
    stack.set_appearance(Appearance(Language.ZH, 200))
    settle()
    page.show_dossier(samples.dossier())
    stack.bring(page)
    settle()
    assert faults(page) == []


def ring_seen(button: QWidget, look: Look) -> bool:
    """Tell whether the ring is painted: its colour stands on the button's edge."""
    image = button.grab().toImage()
    return image.pixelColor(image.width() // 2, 1) == QColor(look.palette.focus)


def test_the_focus_ring_is_for_the_keyboard(qtbot: QtBot) -> None:
    words, window = Words(Language.ZH), QWidget()
    qtbot.addWidget(window)
    page = LogPage(words, window)
    page.set_person(samples.PEOPLE[0].name)
    KeyRing(window)
    window.resize(1366, 768)
    page.resize(1366, 768)
    window.show()
    window.activateWindow()
    settle()
    way = page.findChild(QWidget, "go_media")
    assert way is not None
    way.setFocus()
    assert ring_seen(way, page.look)
    QTest.mouseClick(way, Qt.MouseButton.LeftButton)
    assert way.hasFocus()
    assert not ring_seen(way, page.look)
    QTest.keyClick(way, Qt.Key.Key_Tab)
    focus = window.focusWidget()
    assert focus is not way
    assert ring_seen(focus, page.look)
