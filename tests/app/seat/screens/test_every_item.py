"""What holds for every kind of item, as the gallery has them, on the screen the candidate sits at."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTextEdit, QWidget

from app.cli.content.gallery import item_files, key_of
from app.content.qti.reading import read_item_file
from app.seat.screens.delivery.item import ItemScreen, ItemView
from app.ui.interactions.area_button import AreaButton
from app.ui.options import StrikeButton
from app.ui.pictures import PictureButton
from app.words import Words
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH

IN_A_LINE = 32
"""What stands in a line of text is as high as the line; everything else that is pressed is 44 pixels or more."""
ITEMS = {file.stem: read_item_file(file) for file in item_files()}
OTHER = {"16-slider": "01-true-false"}
every_item = pytest.mark.parametrize("name", ITEMS)


def seen(show: Show[ItemScreen], name: str, words: Words = ZH, *, answered: bool = False) -> ItemScreen:
    screen = show(ItemScreen(words))
    screen.show_header(samples.header())
    screen.show_cells(samples.cells())
    screen.show_item(view(name, answered=answered))
    settle()
    return screen


def view(name: str, *, answered: bool = False) -> ItemView:
    read = ITEMS[name]
    responses = key_of(read.item, read.marking) if answered else {}
    return ItemView(read.item, 23, 1000, responses, flagged=False, media=read.media)


def used(screen: ItemScreen) -> list[QWidget]:
    kinds = QAbstractButton | QLineEdit | QTextEdit
    found = [widget for widget in screen.pane.findChildren(QWidget) if isinstance(widget, kinds)]
    by_keys = [
        one for one in found if not isinstance(one, StrikeButton)
    ]  # the keyboard has Delete on the option itself
    return [one for one in by_keys if one.isVisible() and not one.objectName().startswith("qt_")]


@every_item
def test_everything_has_a_name_for_a_reader_and_can_be_reached_by_keys(show: Show[ItemScreen], name: str) -> None:
    for widget in used(seen(show, name, answered=True)):
        assert widget.objectName(), widget
        said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        assert said, widget.objectName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.objectName()


@every_item
@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_beyond_the_edge_or_too_small_to_hit(show: Show[ItemScreen], name: str, percent: int) -> None:
    screen = seen(show, name, EN, answered=True)
    screen.set_appearance(replace(screen.appearance, text_percent=percent))
    settle()
    assert (screen.width(), screen.height()) == (1366, 768)
    for widget in used(screen):
        left = widget.mapTo(screen.pane, QPoint(0, 0)).x()
        assert left >= 0, widget.objectName()
        assert left + widget.width() <= screen.pane.width(), widget.objectName()
        if isinstance(widget, QAbstractButton) and not isinstance(widget, AreaButton | PictureButton):
            least = IN_A_LINE if widget.objectName().startswith(("inline_choice", "gap_", "hot_")) else 44
            assert min(widget.width(), widget.height()) >= least, (widget.objectName(), widget.size().toTuple())


@every_item
def test_tab_goes_through_all_of_it_and_on_to_the_card(show: Show[ItemScreen], name: str) -> None:
    screen = seen(show, name)
    screen.pane.sheet.setFocus()
    met: set[QWidget] = set()
    for _stop in range(120):
        key(Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or widget in met:
            break
        met.add(widget)
    missed = [one.objectName() for one in used(screen) if one not in met]
    assert not missed


@every_item
def test_tab_coming_round_begins_with_the_first_of_the_item(show: Show[ItemScreen], name: str) -> None:
    screen = seen(show, name)
    screen.pane.sheet.setFocus()
    key(Qt.Key.Key_Tab)
    first = QApplication.focusWidget()
    find(screen, QAbstractButton, "display").setFocus()
    key(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first


@every_item
@pytest.mark.parametrize("answered", [False, True])
def test_another_item_takes_the_focus_from_every_control_and_tab_begins_anew(
    show: Show[ItemScreen], name: str, answered: bool
) -> None:
    screen, other = seen(show, name, answered=True), OTHER.get(name, "16-slider")
    controls = used(screen)
    for control in controls[:: max(1, len(controls) // 3)]:
        control.setFocus()
        screen.show_item(view(other))
        assert screen.pane.hasFocus(), control.objectName()
        screen.show_item(view(name, answered=answered))
        settle()
        assert screen.pane.hasFocus()
        key(Qt.Key.Key_Tab)
        first = QApplication.focusWidget()
        assert first is not None
        assert screen.pane.sheet.isAncestorOf(first)
        assert first is not screen.pane.clear
        screen.show_item(view(name, answered=answered))  # the same one: nothing moves
        assert first.hasFocus()
        screen.show_item(view(other))
        screen.show_item(view(name, answered=True))
        settle()


@every_item
def test_who_goes_on_by_the_buttons_stays_on_them(show: Show[ItemScreen], name: str) -> None:
    screen = seen(show, name, answered=True)
    button = find(screen, QAbstractButton, "next")
    button.setFocus()
    screen.show_item(view(OTHER.get(name, "16-slider")))
    settle()
    assert button.hasFocus()


@every_item
def test_clearing_leaves_it_as_it_came(show: Show[ItemScreen], name: str) -> None:
    fresh = seen(show, name).pane.grab().toImage()
    screen = seen(show, name, answered=True)
    told: list[tuple[str, object]] = []
    screen.responded.connect(lambda item, responses: told.append((item, responses)))
    assert screen.pane.grab().toImage() != fresh
    press(screen.pane.clear)
    settle()
    assert told == [(ITEMS[name].item.id, {})]
    screen.setFocus()
    settle()
    assert screen.pane.grab().toImage() == fresh


@every_item
def test_the_language_changes_in_place_and_the_response_stays(show: Show[ItemScreen], name: str) -> None:
    screen = seen(show, name, answered=True)
    before = screen.pane.grab().toImage()
    screen.set_words(EN)
    settle()
    assert screen.pane.grab().toImage() != before
    screen.set_words(ZH)
    settle()
    assert screen.pane.grab().toImage() == before
    assert find(screen, QAbstractButton, "clear_response").isVisible()
