"""Items as nobody would write them: odd scripts, endless words, damaged pictures. They are shown all the same."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.exam.interactions import Option
from app.exam.prose import Picture, Wording
from app.seat.screens.delivery.item import ItemScreen, ItemView
from app.ui.options import OptionRow
from app.ui.pictures import PictureButton
from sync.wire.plan import ItemKind
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, press, settle
from tests.app.seat.screens.samples import ZH, asked, text

ODD = {
    "right-to-left": "السلامة في العمل مهمة جداً (מאד) 123 abc",
    "rare": "𠮷𪚥𤴐𰻝龘靐齉㐂〇",
    "one long word": "Donaudampfschifffahrt" * 40,
    "marks": "a\u0301\u0302\u0303" * 200,
    "controls": "\u202eabc\u2066def\u200b\u0000\ufdd0\ufffc",
    "ten thousand": "通" * 10_000,
}


@pytest.fixture
def screen(show: Show[ItemScreen]) -> ItemScreen:
    screen = show(ItemScreen(ZH))
    screen.show_cells(samples.cells(3))
    return screen


def odd(words: str, stem: Wording | None = None, media: dict[str, bytes] | None = None) -> ItemView:
    options = (Option("a", text(words, words)), Option("b", text("乙", "B")))
    item = asked("odd", ItemKind.SINGLE_CHOICE, stem or text(words, words), options)
    return ItemView(item, 1, 1000, {}, flagged=False, media=media or {})


@pytest.mark.parametrize("words", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("percent", [100, 200])
def test_odd_words_stay_within_the_page_and_can_be_answered(
    screen: ItemScreen, qtbot: QtBot, words: str, percent: int
) -> None:
    screen.set_appearance(replace(screen.appearance, text_percent=percent))
    screen.show_item(odd(words))
    settle()
    assert (screen.width(), screen.height()) == (1366, 768)
    sheet = screen.pane.sheet
    for row in screen.pane.rows:
        assert row.mapTo(sheet, row.rect().topRight()).x() < sheet.width()
    with qtbot.waitSignal(screen.responded, timeout=2000):
        press(find(screen, OptionRow, "option_A"), find(screen, OptionRow, "option_A").rect().topLeft())
    assert sheet.texts[0].places.text


@pytest.mark.qt_log_ignore("Invalid JPEG")
@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, b"GIF89a", b"\xff\xd8\xff" * 50])
def test_a_picture_that_cannot_be_decoded_is_described_in_its_place(screen: ItemScreen, data: bytes) -> None:
    told = text("看图回答。", "Look.")
    shown = Picture("p", "储罐区平面图")
    stem = Wording((*told.zh, shown), (*told.en, shown))
    view = odd("甲", stem, {"p": data})
    screen.prepare(view)
    screen.show_item(view)
    settle()
    picture = find(screen, PictureButton, "picture")
    assert picture.isVisible()
    assert not picture.isEnabled()
    assert picture.accessibleName() == "储罐区平面图"
