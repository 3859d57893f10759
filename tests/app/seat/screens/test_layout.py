"""Nothing is cut off, squeezed, outside or over something else: every screen, found by code. And the code is tried."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.screen import Screen
from app.ui.buttons import Button
from app.ui.clock import ClockFace
from app.ui.labels import Label, Line
from app.ui.page import Scroll
from app.ui.tokens import LIGHT, PALETTES
from app.words import Words
from sync.wire.plan import Theme
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.gallery import SHOTS, SIZES, Shot
from tests.app.seat.screens.hands import settle
from tests.app.seat.screens.layout import faults
from tests.app.seat.screens.pictures import encoded
from tests.app.seat.screens.test_every_item import ITEMS, seen

PERCENTS = (100, 200)
OTHER_THEMES = (Theme.DARK, Theme.CONTRAST, Theme.SEPIA)
BESIDE = {Language.ZH: Theme.DARK, Language.EN: Theme.CONTRAST}
"""The one other theme a screen is looked at in by default; every theme takes minutes."""
LIGHT_GROUNDS = ("ground", "sunken", "line", "accent_soft", "done_soft", "attention_soft", "danger_soft")
SOME = 200  # pixels: an edge may blend two colours into a third by chance
every_language = pytest.mark.parametrize("language", Language)


def looks(language: Language) -> Iterator[tuple[tuple[int, int], Appearance]]:
    """Every size and text size, and another theme where room is short."""
    for size in SIZES:
        for percent in PERCENTS:
            yield size, Appearance(language, percent)
    yield SIZES[0], Appearance(language, PERCENTS[1], BESIDE[language])


@every_language
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_nothing_is_cut_off_or_over_something_else(shot: Shot, language: Language, qtbot: QtBot) -> None:
    assert wrong(shot, language, qtbot, looks(language)) == []


@pytest.mark.long
@every_language
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_nothing_is_cut_off_in_any_theme(shot: Shot, language: Language, qtbot: QtBot) -> None:
    large = [(SIZES[0], Appearance(language, PERCENTS[1], theme)) for theme in OTHER_THEMES]
    assert wrong(shot, language, qtbot, large) == []


def wrong(
    shot: Shot, language: Language, qtbot: QtBot, seen_as: Iterable[tuple[tuple[int, int], Appearance]]
) -> list[str]:
    """Show a screen in each size and look; give what is wrong with it."""
    screen = shot.make(Words(language))
    qtbot.addWidget(screen)
    screen.set_proctor_corner(True)
    screen.show()
    found = []
    for size, appearance in seen_as:
        screen.resize(*size)
        screen.set_appearance(appearance)
        settle()
        found += [f"{size} {appearance.text_percent} %: {fault}" for fault in faults(screen)]
        found += [f"{appearance.theme}: {colour} of the light theme" for colour in strange(screen, appearance.theme)]
    return found


@every_language
@pytest.mark.parametrize("name", ITEMS)
def test_nothing_of_an_item_is_cut_off_or_over_something_else(
    name: str, language: Language, show: Show[ItemScreen]
) -> None:
    screen = seen(show, name, Words(language), answered=True)
    found = []
    for percent, theme in zip(PERCENTS, (Theme.DARK, Theme.CONTRAST), strict=True):
        screen.set_appearance(Appearance(language, percent, theme))
        settle()
        found += [f"{percent} %: {fault}" for fault in faults(screen)]
        found += [f"{theme}: {colour} of the light theme" for colour in strange(screen, theme)]
    assert found == []


def strange(screen: Screen, theme: Theme) -> list[str]:
    """Give the grounds of the light theme that are seen in another one: something there is not painted in its look."""
    if theme is Theme.LIGHT:
        return []
    own = {colour.upper() for colour in vars(PALETTES[theme]).values()}
    foreign = {getattr(LIGHT, part) for part in LIGHT_GROUNDS} - own
    pixels = encoded(screen.grab().toImage().convertToFormat(QImage.Format.Format_RGB888), b"ppm")
    return [colour for colour in sorted(foreign) if pixels.count(bytes.fromhex(colour[1:])) > SOME]


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    page.resize(400, 300)
    qtbot.addWidget(page)
    page.show()
    return page


def put(widget: QWidget, page: QWidget, place: tuple[int, int, int, int]) -> QWidget:
    widget.setParent(page)
    widget.setGeometry(QRect(*place))
    widget.show()
    return widget


def _said(label: QLabel | Line | QPushButton, text: str) -> QWidget:
    label.setText(text)
    return label


PLANTED: tuple[tuple[str, Callable[[QWidget], object]], ...] = (
    ("stands outside", lambda page: put(QWidget(), page, (380, 10, 40, 40))),
    ("stands outside", lambda page: put(QWidget(), page, (10, -3, 40, 40))),
    (
        "lie over each other",
        lambda page: (put(QWidget(), page, (10, 10, 50, 50)), put(QWidget(), page, (59, 59, 50, 50))),
    ),
    ("ends in …", lambda page: put(_said(Line(), "a sentence that is longer than its place"), page, (0, 0, 90, 40))),
    ("too low", lambda page: put(_said(Line(), "a word"), page, (0, 0, 390, 6))),
    ("cut off at its side", lambda page: put(_said(Label(wrap=False), "a sentence without end"), page, (0, 0, 50, 40))),
    ("cut off at its side", lambda page: put(_said(Label(), "Überwachungsbedürftigkeit"), page, (0, 0, 60, 90))),
    ("cut off below", lambda page: put(_said(Label(), "words " * 40), page, (0, 0, 200, 30))),
    ("too small", lambda page: put(_said(Button("b"), "Hand in now"), page, (0, 0, 60, 50))),
    ("squeezed", lambda page: put(ClockFace(), page, (0, 0, 30, 10))),
)


@pytest.mark.parametrize(("says", "plant"), PLANTED)
def test_the_checker_finds_a_planted_fault(says: str, plant: Callable[[QWidget], object], page: QWidget) -> None:
    assert faults(page) == []
    planted = plant(page)
    settle()
    assert planted
    assert [fault for fault in faults(page) if says in fault]


def test_the_checker_finds_a_scroll_area_that_shows_a_slit(page: QWidget) -> None:
    content = QWidget()
    content.setMinimumHeight(900)
    scroll = put(Scroll(content), page, (0, 0, 300, 40))
    settle()
    assert [fault for fault in faults(page) if "shows a slit" in fault]
    scroll.resize(300, 200)
    settle()
    assert faults(page) == []


def test_the_checker_finds_what_does_not_follow_the_theme(qtbot: QtBot) -> None:
    screen = SHOTS[0].make(Words(Language.ZH))
    qtbot.addWidget(screen)
    screen.resize(*SIZES[0])
    screen.show()
    screen.set_appearance(replace(screen.appearance, theme=Theme.DARK))
    settle()
    assert strange(screen, Theme.DARK) == []
    spot = put(QWidget(), screen, (100, 100, 80, 80))
    spot.setStyleSheet(f"background: {LIGHT.sunken};")
    spot.raise_()
    settle()
    assert strange(screen, Theme.DARK) == [LIGHT.sunken]
