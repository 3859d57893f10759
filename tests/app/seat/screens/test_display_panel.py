"""The panel 显示: every choice is seen at once, by mouse and by keys, and the page keeps its place."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance, Spacing
from app.exam.prose import Language
from app.seat.deck import Deck
from app.seat.screens.admission.check_in import CheckInScreen
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.waiting import WaitingScreen
from app.ui import tokens
from app.ui.alarm_frame import AlarmFrame
from app.ui.buttons import Button, TickBox
from app.ui.clock import ClockFace
from app.ui.display_panel import TEXT_SIZES, DisplayPanel
from app.ui.labels import StatusMark
from app.ui.pictures import Photo
from app.ui.simulated import Simulated, SimulatedStrip
from app.ui.text import Sentence
from app.ui.tokens import PALETTES, Tone
from sync.wire.plan import Theme
from tests.app.seat.screens import samples
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.layout import faults

ALARM = Sentence("screen.item.not_saved")


@pytest.fixture
def deck(qtbot: QtBot) -> Deck:
    """The item screen, in a window."""
    deck = Deck(Language.ZH)
    qtbot.addWidget(deck)
    screen = deck.bring(ItemScreen)
    screen.show_header(samples.header())
    screen.show_cells(samples.cells())
    screen.show_item(samples.item())
    deck.resize(1366, 768)
    deck.show()
    with qtbot.waitActive(deck):
        deck.activateWindow()
    settle()
    return deck


def open_panel(deck: Deck) -> DisplayPanel:
    screen = deck.screen_of(ItemScreen)
    press(screen.tools.display)
    settle()
    return find(screen, DisplayPanel, "display_panel")


def choice(deck: Deck, name: str) -> Button:
    return find(deck.screen_of(ItemScreen), Button, f"display_{name}")


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


@pytest.mark.parametrize("text_percent", [100, 200])
def test_it_stands_below_the_head_and_nothing_moves_while_somebody_chooses(deck: Deck, text_percent: int) -> None:
    deck.set_appearance(replace(deck.appearance, text_percent=text_percent))
    settle()
    panel = open_panel(deck)
    tools = deck.screen_of(ItemScreen).tools
    assert faults(deck) == []
    below = tools.mapTo(deck, tools.rect().bottomLeft()).y()
    assert choice(deck, "language_zh").mapTo(deck, QPoint()).y() > below + 16
    for name in ("text_200", "theme_dark", "spacing_wider", "language_en", "text_100", "language_zh"):
        chosen = choice(deck, name)
        before = chosen.mapTo(deck, QPoint())
        press(chosen)
        settle()
        assert chosen.mapTo(deck, QPoint()) == before, name
    assert panel.isVisible()


def test_every_choice_is_applied_at_once_and_all_together(deck: Deck) -> None:
    panel = open_panel(deck)
    for name in ("language_en", "text_150", "theme_sepia", "spacing_wider"):
        press(choice(deck, name))
    press(find(panel, TickBox, "reduced_motion"))
    wanted = Appearance(Language.EN, 150, Theme.SEPIA, Spacing.WIDER, reduced_motion=True)
    assert deck.appearance == wanted
    screen = deck.screen_of(ItemScreen)
    assert screen.appearance == wanted
    assert screen.look.palette == PALETTES[Theme.SEPIA]
    assert (screen.look.percent, screen.look.spacing, screen.look.calm) == (150, Spacing.WIDER, True)
    assert screen.tools.display.text() == "Display"
    assert panel.isVisible()
    assert deck.screen_of(WaitingScreen).look == screen.look


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_what_stands_is_marked_and_nothing_is_cut_off(deck: Deck, percent: int, theme: Theme) -> None:
    open_panel(deck)
    deck.set_appearance(Appearance(Language.EN, percent, theme, Spacing.WIDE))
    settle()
    assert faults(deck) == []
    for name in ("language_en", f"text_{percent}", f"theme_{theme.value}", "spacing_wide"):
        assert choice(deck, name).isChecked(), name
    assert not choice(deck, "language_zh").isChecked()


def test_the_keyboard_alone_chooses_and_tab_stays_inside(deck: Deck) -> None:
    panel = open_panel(deck)
    assert focused() is choice(deck, "language_zh")
    stops = []
    for _stop in range(6):
        stops.append(focused().objectName())
        key(Qt.Key.Key_Tab)
    names = ["display_language_zh", "display_text_100", "display_theme_light", "display_spacing_normal"]
    assert stops == [*names, "reduced_motion", "close_display"]
    assert focused() is choice(deck, "language_zh")
    key(Qt.Key.Key_Backtab)
    assert focused().objectName() == "close_display"
    for _stop in range(3):
        key(Qt.Key.Key_Tab)
    key(Qt.Key.Key_Right)
    assert deck.appearance.theme is Theme.DARK
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Left)
    assert deck.appearance.theme is Theme.DARK
    assert focused() is choice(deck, "theme_dark")
    assert panel.isVisible()


def test_escape_closes_and_the_focus_goes_back_to_the_button(deck: Deck) -> None:
    panel = open_panel(deck)
    key(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert focused() is deck.screen_of(ItemScreen).tools.display
    key(Qt.Key.Key_Return)
    assert panel.isVisible()
    press(find(panel, Button, "close_display"))
    assert not panel.isVisible()
    assert focused() is deck.screen_of(ItemScreen).tools.display


def test_a_press_beside_the_panel_closes_it_and_nothing_else(deck: Deck, qtbot: QtBot) -> None:
    panel, screen = open_panel(deck), deck.screen_of(ItemScreen)
    with qtbot.assertNotEmitted(screen.responded, wait=20):
        QTest.mouseClick(deck.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(300, 255))
        settle()
    assert not panel.isVisible()


def test_keys_of_the_item_do_nothing_while_the_panel_is_open(deck: Deck, qtbot: QtBot) -> None:
    open_panel(deck)
    screen = deck.screen_of(ItemScreen)
    with qtbot.assertNotEmitted(screen.responded, wait=20), qtbot.assertNotEmitted(screen.went_to, wait=20):
        for name in (Qt.Key.Key_A, Qt.Key.Key_1, Qt.Key.Key_PageDown):
            key(name)


def test_the_panel_goes_away_with_its_page(deck: Deck) -> None:
    panel = open_panel(deck)
    deck.bring(CheckInScreen)
    settle()
    deck.bring(ItemScreen)
    settle()
    assert not panel.isVisible()


def test_the_caret_stands_still_where_less_motion_is_wanted(deck: Deck) -> None:
    usual = QApplication.cursorFlashTime()
    assert usual > 0
    deck.set_appearance(replace(deck.appearance, reduced_motion=True))
    assert QApplication.cursorFlashTime() == 0
    deck.set_appearance(replace(deck.appearance, reduced_motion=False))
    assert QApplication.cursorFlashTime() == usual


def test_a_change_is_told_once_and_the_same_again_is_not(deck: Deck, qtbot: QtBot) -> None:
    wanted = replace(deck.appearance, theme=Theme.DARK)
    with qtbot.waitSignal(deck.adjusted) as told:
        deck.set_appearance(wanted)
    assert told.args == [wanted]
    with qtbot.assertNotEmitted(deck.adjusted, wait=20):
        deck.set_appearance(wanted)


def test_the_proctors_button_is_on_every_screen_or_on_none(deck: Deck, qtbot: QtBot) -> None:
    screen = deck.screen_of(ItemScreen)
    assert not screen.tools.proctor_corner.isVisible()
    deck.set_proctor_corner(True)
    assert screen.tools.proctor_corner.isVisible()
    with qtbot.waitSignal(deck.proctor_requested):
        press(screen.tools.proctor_corner)
    later = deck.bring(CheckInScreen)
    assert later.tools.proctor_corner.isVisible()
    deck.set_proctor_corner(False)
    assert not later.tools.proctor_corner.isVisible()


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", Language)
def test_the_alarm_frames_the_page_says_why_moves_nothing_and_covers_nothing(
    deck: Deck, percent: int, language: Language
) -> None:
    deck.set_appearance(replace(deck.appearance, text_percent=percent, language=language))
    deck.set_simulated((Simulated.REHEARSAL, Simulated.CAMERA))
    settle()
    frame, screen = find(deck, AlarmFrame, "alarm"), deck.screen_of(ItemScreen)
    parts = [part for part in screen.findChildren(QWidget) if part.isVisible()]
    places = [part.mapTo(deck, QPoint()) for part in parts]
    deck.set_alarm(ALARM)
    settle()
    assert frame.isVisible()
    assert frame.text() == frame.accessibleName() == {"zh": "未保存", "en": "NOT SAVED"}[language.value]
    assert [part.mapTo(deck, QPoint()) for part in parts] == places
    deck.set_alarm(Sentence("sitting.alarm_environment"), Tone.ATTENTION)
    settle()
    label = frame.label()
    assert not label.isEmpty(), "the words have a place"
    needed = [part for part in parts if isinstance(part, QAbstractButton | ClockFace | StatusMark | Photo)]
    assert not any(QRect(part.mapTo(deck, QPoint()), part.size()).intersects(label) for part in needed)
    assert deck.childAt(label.center()) is not frame, "a press goes to the page"
    picture, light = deck.grab().toImage(), PALETTES[Theme.LIGHT]
    strip = find(screen, SimulatedStrip, "simulated_strip").height()
    assert picture.pixelColor(1, 400).name().upper() == light.attention_fill
    below = picture.pixelColor(300, strip + tokens.ALARM_EDGE - 1)
    assert below.name().upper() == light.ink, "a dark line tells it from the strip"
    deck.set_alarm(None)
    settle()
    assert not frame.isVisible()


def test_the_alarm_stays_over_a_change_of_screen_and_takes_no_focus(deck: Deck) -> None:
    screen = deck.screen_of(ItemScreen)
    screen.pane.setFocus()
    deck.set_alarm(ALARM)
    settle()
    assert screen.pane.hasFocus()
    other = deck.bring(WaitingScreen)
    settle()
    frame = find(deck, AlarmFrame, "alarm")
    assert frame.isVisible()
    assert not frame.label().isEmpty()
    assert other.geometry() == deck.rect()
