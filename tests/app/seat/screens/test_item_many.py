"""A long form: going through it takes no more memory than its first items, and what is prepared is what is shown."""

import gc
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.exam.interactions import Option
from app.exam.prose import Picture, Wording
from app.seat.screens.delivery.item import ItemScreen, ItemView
from app.ui.flow_document import FlowDocument
from app.ui.number_grid import NumberGrid
from app.ui.pictures import PictureButton
from sync.wire.plan import ItemKind
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, settle
from tests.app.seat.screens.pictures import encoded
from tests.app.seat.screens.samples import ZH, asked, text

ITEMS = 300
CHANGES = 500


def view(number: int) -> ItemView:
    """Every third item has a picture of its own, beside a choice of four."""
    stem = text(f"第 {number} 题：关于气瓶的使用，下列说法正确的是：", f"Item {number}: which is correct?")
    media = {}
    if number % 3 == 0:
        image = QImage(320, 200, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(number, 90, 220))
        media = {f"picture-{number}": encoded(image)}
        shown = Picture(f"picture-{number}", "图")
        stem = Wording((*stem.zh, shown), (*stem.en, shown))
    options = tuple(Option(name, text(f"说法 {name} {number}", f"{name} {number}")) for name in "abcd")
    item = asked(f"I{number}", ItemKind.SINGLE_CHOICE, stem, options)
    return ItemView(item, number, 1000, {}, flagged=False, media=media)


@pytest.fixture
def screen(show: Show[ItemScreen]) -> ItemScreen:
    screen = show(ItemScreen(ZH))
    screen.show_cells(samples.cells(ITEMS))
    screen.show_item(view(1))
    settle()
    return screen


def alive(screen: ItemScreen) -> tuple[int, int]:
    gc.collect()
    documents = sum(isinstance(one, FlowDocument) for one in gc.get_objects())
    return len(screen.findChildren(QWidget)), documents


def test_nothing_grows_through_five_hundred_changes(screen: ItemScreen) -> None:
    views = [view(number) for number in range(1, ITEMS + 1)]
    for one in views[:12]:
        screen.show_item(one)
        settle()
    widgets, documents = alive(screen)
    for change in range(CHANGES):
        one = views[(change * 7) % ITEMS]
        screen.show_item(one)
        screen.pane.prepare(screen._pane_item(views[(change * 7 + 7) % ITEMS]), {}, ZH)
    settle()
    after = alive(screen)
    assert after[0] == widgets
    assert after[1] <= documents + 20  # those of the sheet that nobody sees
    assert len(screen.pane.store) <= 4
    assert screen.pane.store.pixels <= 4 * 320 * 200


def test_a_prepared_neighbour_is_decoded_and_looks_as_one_that_was_not(screen: ItemScreen, qtbot: QtBot) -> None:
    screen.show_item(view(3))
    settle()
    unprepared = screen.pane.grab().toImage()
    screen.reset()
    screen.show_item(view(2))
    settle()
    coming = view(3)
    screen.prepare(coming)
    qtbot.waitUntil(lambda: not screen.pane.unread(screen._pane_item(coming)), timeout=5000)
    screen.show_item(coming)
    settle()
    assert screen.pane.grab().toImage() == unprepared


def test_what_is_prepared_is_never_seen_and_told_nothing(screen: ItemScreen, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(screen.responded), qtbot.assertNotEmitted(screen.noted):
        screen.pane.prepare(screen._pane_item(view(3)), {}, ZH)
    assert not screen.pane.sheet.findChildren(PictureButton)
    assert screen.pane.sheet.texts[0].places.text.startswith("第 1 题")
    assert screen.focusWidget() is screen.pane


def test_pictures_beyond_the_bound_are_let_go(screen: ItemScreen) -> None:
    big = QImage(4000, 3000, QImage.Format.Format_RGB32)
    big.fill(QColor("white"))
    data = encoded(big)
    for number in range(3, 16, 3):
        one = view(number)
        screen.show_item(replace(one, media={f"picture-{number}": data}))
    assert screen.pane.store.pixels <= 2 * 4000 * 3000


def test_three_hundred_numbers_fit_the_card_by_tens(screen: ItemScreen) -> None:
    grid = find(screen, NumberGrid, "answer_card")
    assert len(grid.cells()) == ITEMS
    assert grid.cell_rect(1).top() == grid.cell_rect(10).top() < grid.cell_rect(11).top()
    assert grid.cell_rect(10).right() < grid.width()
    screen.show_item(view(300))
    settle()
    assert grid.visibleRegion().contains(grid.cell_rect(300))
