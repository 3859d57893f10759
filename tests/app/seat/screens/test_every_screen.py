"""What holds for every screen, in every state the gallery knows."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat.screens.screen import Screen
from app.ui.display_panel import DisplayPanel
from app.ui.labels import Label, Line
from app.ui.options import StrikeButton
from app.ui.simulated import Simulated
from app.words import Words
from tests.app.seat.screens.gallery import SHOTS, Shot
from tests.app.seat.screens.hands import find, press, settle
from tests.app.seat.screens.samples import EN, ZH

Shown = Callable[[Screen], Screen]
ONE_OF_EACH = list({shot.name[:2]: shot for shot in SHOTS}.values())
one_of_each = pytest.mark.parametrize("shot", ONE_OF_EACH, ids=lambda shot: shot.name)
every_screen = pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
both_languages = pytest.mark.parametrize("words", [ZH, EN], ids=lambda words: words.language.value)


def place(widget: QWidget, screen: Screen) -> QRect:
    return QRect(widget.mapTo(screen, QPoint(0, 0)), widget.size())


def is_primary(button: QPushButton) -> bool:
    return button.isVisible() and button.property("kind") == "primary"


def uncovered(screen: Screen) -> list[QPushButton]:
    """Give the buttons of the page, or of the panel that lies over it."""
    panel = screen.findChild(DisplayPanel)
    return (panel if panel is not None and panel.isVisible() else screen).findChildren(QPushButton)


def reached_by_arrows(widget: QWidget) -> bool:
    """Tell whether this is one of a choice: Tab comes to the one that is chosen, the arrows go on from there."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and group.checkedButton() is not None


def texts(screen: Screen) -> list[str]:
    shown = [label.text() for label in screen.findChildren(QLabel)]
    shown += [line.text() for line in screen.findChildren(Line)]
    return shown + [button.text() for button in screen.findChildren(QPushButton)]


@every_screen
@both_languages
@pytest.mark.parametrize("percent", [100, 200])
def test_buttons_are_whole_apart_and_the_primary_is_in_sight_at_every_text_size(
    shot: Shot, words: Words, percent: int, show: Shown
) -> None:
    screen = shot.make(words)
    screen.set_appearance(replace(screen.appearance, text_percent=percent))
    show(screen)
    buttons = [b for b in uncovered(screen) if b.isVisible() and not b.visibleRegion().isEmpty()]
    for button in buttons:
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8, button.objectName()
        assert button.height() >= max(44, button.fontMetrics().height()), button.objectName()
    places = [place(button, screen) for button in buttons]
    assert all(0 <= spot.left() <= spot.right() < screen.width() for spot in places)
    assert not [1 for i, one in enumerate(places) for other in places[i + 1 :] if one.intersects(other)]
    primary = [button for button in screen.findChildren(QPushButton) if is_primary(button)]
    assert len(primary) <= 1
    assert all(screen.rect().contains(place(button, screen)) for button in primary)


@every_screen
def test_the_window_is_never_forced_larger(shot: Shot, show: Shown) -> None:
    screen = show(shot.make(EN))
    screen.set_appearance(replace(screen.appearance, text_percent=200))
    settle()
    assert (screen.width(), screen.height()) == (1366, 768)


@every_screen
def test_the_language_changes_in_place_and_back(shot: Shot, show: Shown, qtbot: QtBot) -> None:
    screen, made = show(shot.make(ZH)), shot.make(EN)
    qtbot.addWidget(made)
    before, focus = texts(screen), QApplication.focusWidget()
    screen.set_words(EN)
    assert texts(screen) == texts(made)
    assert texts(screen) != before
    screen.set_words(ZH)
    assert texts(screen) == before
    assert QApplication.focusWidget() is focus


@every_screen
def test_everything_that_can_be_used_has_a_name_and_can_be_reached_by_keys(shot: Shot, show: Shown) -> None:
    screen = show(shot.make(ZH))
    usable = [w for w in screen.findChildren(QWidget) if isinstance(w, QAbstractButton | QLineEdit) and w.isVisible()]
    for widget in usable:
        if widget.objectName().startswith("qt_"):
            continue
        assert widget.objectName(), widget
        said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        assert said, widget.objectName()
        if not isinstance(widget, StrikeButton):  # the keyboard has Delete on the option itself
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus or reached_by_arrows(widget), widget.objectName()
        assert not widget.acceptDrops()


@every_screen
def test_tab_comes_to_the_page_before_the_tools(shot: Shot, qtbot: QtBot) -> None:
    screen = shot.make(ZH)
    qtbot.addWidget(screen)
    tab, panel = Qt.FocusPolicy.TabFocus, screen.findChild(DisplayPanel)  # where Tab stays inside
    chain, widget = [], screen.nextInFocusChain()
    while widget is not None and widget is not screen:
        if widget.focusPolicy() & tab and not (panel is not None and panel.isAncestorOf(widget)):
            chain.append(widget.objectName())
        widget = widget.nextInFocusChain()
    assert chain[-5:] == ["proctor_corner", "handbook", "leave_program", "language", "display"]


@every_screen
def test_all_text_is_plain_and_there_is_no_dialog_and_no_link(shot: Shot, qtbot: QtBot) -> None:
    screen = shot.make(ZH)
    qtbot.addWidget(screen)
    labels = [label for label in screen.findChildren(QLabel) if QLabel.text(label)]  # the others paint their own
    assert all(isinstance(label, Label) and label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any(label.openExternalLinks() for label in labels)
    assert not screen.findChildren(QDialog)


@one_of_each
def test_the_strip_says_what_is_simulated_until_nothing_is(shot: Shot, show: Shown) -> None:
    screen = show(shot.make(ZH))
    screen.set_simulated((Simulated.CANDIDATE, Simulated.MICROPHONE))
    strip = find(screen, QWidget, "simulated_strip")
    assert strip.isVisible()
    assert "模拟" in strip.accessibleName()
    assert "考生" in strip.accessibleName()
    screen.set_words(EN)
    assert "Simulated" in strip.accessibleName()
    screen.set_simulated(())
    assert not strip.isVisible()


@one_of_each
def test_the_tools_ask_for_the_other_language_and_for_the_proctors(shot: Shot, show: Shown, qtbot: QtBot) -> None:
    screen = show(shot.make(ZH))
    with qtbot.waitSignal(screen.appearance_requested) as wanted:
        press(screen.tools.language)
    assert wanted.args == [replace(screen.appearance, language=Language.EN)]
    assert not screen.tools.proctor_corner.isVisible()
    screen.set_proctor_corner(True)
    with qtbot.waitSignal(screen.proctor_requested):
        press(screen.tools.proctor_corner)


@one_of_each
def test_nothing_is_left_of_a_screen_that_is_gone(shot: Shot) -> None:
    before = len(QApplication.allWidgets())
    screen = shot.make(ZH)
    gone = weakref.ref(screen)
    widgets = screen.findChildren(QWidget)
    screen.deleteLater()
    del screen
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert not any(shiboken6.isValid(widget) for widget in widgets)
    del widgets
    gc.collect()
    assert gone() is None
    assert len(QApplication.allWidgets()) <= before
