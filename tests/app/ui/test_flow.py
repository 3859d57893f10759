"""Widgets that stand in a text: where they are, and in which order the keyboard comes to them."""

import pytest
from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.exam.interactions import TextEntry
from app.exam.prose import Cell, Gap, Hot, Language, Listing, Paragraph, Place, Quote, Run, Table
from app.ui.fields import Field
from app.ui.flow_document import FlowDocument
from app.ui.interactions.base import Setting
from app.ui.interactions.text_entry import TextEntryView
from app.ui.look import Look
from app.ui.tokens import Type
from tests.app.ui.pages import WORDS, Page, ink_rows, text

SETTING = Setting(Language.ZH, {}, WORDS)


def with_blank(name: str, before: str = "气瓶") -> Paragraph:
    return Paragraph((Run(before), Place(name), Run("，后面。")))


BODY = (
    with_blank("a"),
    Listing(((with_blank("b"),), (text("无"), with_blank("c")))),
    Table(((Cell((with_blank("d"),)), Cell((with_blank("e"),))),)),
    Quote((with_blank("f"),)),
    Place("g"),
)


class Blanks:
    """Text entries by their response, in a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.views = page, dict[str, TextEntryView]()

    def fill(self, piece: Place | Gap | Hot) -> QWidget | None:
        if not isinstance(piece, Place):
            return None
        view = self.views.setdefault(piece.response, TextEntryView(self.page))
        view.set_look(self.page.view.look)
        view.show_interaction(TextEntry(piece.response, expected_length=4), (), SETTING)
        return view

    def where(self, name: str) -> QRect:
        view = self.views[name]
        return QRect(view.mapTo(self.page, view.rect().topLeft()), view.size())


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    made = Page()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("percent", [100, 200])
def test_blanks_stand_in_lines_tables_lists_and_quotes_and_cover_no_text(page: Page, percent: int) -> None:
    blanks = Blanks(page)
    look = Look(percent=percent)
    high = page.put(BODY, look=look, width=700, fill=blanks.fill)
    page.show()
    QApplication.processEvents()
    places = [blanks.where(name) for name in "abcdefg"]
    assert all(QRect(0, 0, 700, high).contains(place) for place in places)
    assert all(not one.intersects(other) for at, one in enumerate(places) for other in places[:at])
    image = page.picture()
    blanks.views["a"].hide()
    for name in "abcdefg":  # nothing is written where a blank stands
        blanks.views[name].hide()
    image = page.picture()
    for place in places:
        assert not [y for y in ink_rows(image, place.left() + 2, place.right() - 2) if place.top() < y < place.bottom()]


def test_a_blank_has_its_text_on_the_line_of_the_text_around_it(page: Page) -> None:
    blanks = Blanks(page)
    page.put((Paragraph((Run("口"), Place("a"))),), width=400, fill=blanks.fill)
    page.show()
    blanks.views["a"].blank.setText("口")
    QApplication.processEvents()
    image, place = page.picture(), blanks.where("a")
    around = ink_rows(image, 0, 18)
    within = [y for y in ink_rows(image, place.left() + 3, place.left() + 24) if y < place.bottom() - 4]
    assert abs(around[-1] - within[-1]) <= 1


def test_the_keyboard_comes_to_blanks_in_the_order_of_reading(page: Page, qtbot: QtBot) -> None:
    blanks = Blanks(page)
    for _again in range(2):
        page.put(BODY, width=700, fill=blanks.fill)
        page.show()
        with qtbot.waitActive(page):
            page.activateWindow()
        blanks.views["a"].blank.setFocus()
        for name in "abcdefg":
            focus = QApplication.focusWidget()
            assert focus is blanks.views[name].blank
            QTest.keyClicks(focus, name)
            QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert [blanks.views[name].blank.text() for name in "abcdefg"] == list("abcdefg")


def test_what_was_put_in_goes_with_its_body_even_when_its_owner_deleted_it(page: Page, qtbot: QtBot) -> None:
    blanks = Blanks(page)
    page.put(BODY, fill=blanks.fill)
    page.show()
    page.put((text("别的"),))
    assert not any(view.isVisible() for view in blanks.views.values())
    page.put(BODY, fill=blanks.fill)
    gone = blanks.views.pop("a")
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    page.put((text("别的"),))
    assert page.findChildren(Field, "text_entry")  # the others are still there to be used again


def test_a_place_that_nothing_fills_is_a_blank_to_be_read(page: Page) -> None:
    page.put((Paragraph((Run("口"), Place("a"), Run("口"))),), width=400)
    em = Look().px(Type.EXAM)
    assert ink_rows(page.picture(), em + 10, 4 * em)


def test_a_document_opens_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("file") / "secret.txt"
    secret.write_text("geheim")
    document = FlowDocument(Look())
    for address in (secret.as_uri(), str(secret), "http://127.0.0.1:1/a.png", "data:image/png;base64,AAAA"):
        for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
            assert document.resource(kind.value, QUrl(address)) is None
