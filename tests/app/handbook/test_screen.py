"""The handbook in a window: by mouse, by keys, in both languages, in every look; nothing is opened from outside."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.handbook.book import Place, Reader, book
from app.handbook.door import HandbookDoor
from app.handbook.paper import paper_name, print_handbook
from app.handbook.screen import HandbookScreen
from app.ui.buttons import Button
from app.ui.labels import Note
from app.ui.picture_viewer import PictureViewer
from app.words import Words
from sync.wire.plan import Theme
from tests.app.seat.screens.layout import faults

TROUBLE = Place(Reader.PROCTOR, "trouble")
Opened = Callable[..., HandbookScreen]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    def show(place: Place = TROUBLE, language: Language = Language.ZH, folder: Path | None = None) -> HandbookScreen:
        screen = HandbookScreen(Words(language), place, folder)
        qtbot.addWidget(screen)
        screen.resize(1366, 768)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        screen.take_focus()
        return screen

    return show


def press(screen: HandbookScreen, name: str) -> None:
    button = screen.findChild(Button, name)
    assert button is not None
    assert button.isEnabled()
    button.click()


@pytest.mark.parametrize(("size", "language", "percent"), [*product(((1366, 768), (1920, 1080)), Language, (100, 200))])
def test_nothing_is_cut_off_in_any_look(
    opened: Opened, size: tuple[int, int], language: Language, percent: int, tmp_path: Path
) -> None:
    screen = opened(language=language, folder=tmp_path)
    screen.resize(*size)
    screen.set_appearance(Appearance(language, percent, Theme.CONTRAST if percent > 100 else Theme.LIGHT))
    for _settled in range(3):  # a layout asks for another until heights that depend on widths have settled
        QApplication.processEvents()
    assert faults(screen) == []
    assert screen.view.horizontalScrollBar().maximum() == 0, "the page never scrolls sideways"
    assert screen.contents.horizontalScrollBar().maximum() == 0


def test_next_back_and_a_link_lead_where_they_say(opened: Opened) -> None:
    screen = opened(Place(Reader.PROCTOR, "day"))
    press(screen, "handbook_next")
    assert screen.place.page == "day-before"
    screen.view.followed.emit("6-trouble.md#紧急疏散")
    assert screen.place == Place(Reader.PROCTOR, "trouble", "紧急疏散")
    press(screen, "handbook_back")
    press(screen, "handbook_back")
    assert screen.place.page == "day"
    back = screen.findChild(Button, "handbook_back")
    assert back is not None
    assert not back.isEnabled()


def test_a_link_that_leads_out_leads_nowhere(opened: Opened) -> None:
    screen = opened()
    before = screen.place
    for address in ("https://example.org", "file:///etc/passwd", "../../../words/zh/cli.toml", "javascript:1"):
        screen.view.followed.emit(address)
        screen.view.anchorClicked.emit(QUrl(address))
    assert screen.place == before


def test_the_document_opens_no_file(opened: Opened, tmp_path: Path) -> None:
    screen = opened()
    secret = tmp_path / "a.png"
    secret.write_bytes(b"x")
    kind = QTextDocument.ResourceType.ImageResource.value
    assert screen.view.document().resource(kind, QUrl.fromLocalFile(str(secret))) is None


def test_what_is_looked_for_is_listed_opened_and_marked(opened: Opened) -> None:
    screen = opened(Place(Reader.PROCTOR, "day"))
    QTest.keyClick(screen, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert screen.search.hasFocus()
    screen.search.setText("疏散")
    assert screen.contents.count() >= 2
    assert "紧急疏散" in screen.contents.item(0).text()
    QTest.keyClick(screen.search, Qt.Key.Key_Return)
    assert screen.place == Place(Reader.PROCTOR, "trouble", "紧急疏散")
    assert screen.view.hasFocus()
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    assert screen.search.text() == ""


def test_nothing_found_says_so_and_cannot_be_chosen(opened: Opened) -> None:
    screen = opened()
    screen.search.setText("量子")
    assert screen.contents.count() == 1
    assert "量子" in screen.contents.item(0).text()
    assert screen.contents.item(0).flags() == Qt.ItemFlag.NoItemFlags


def test_the_keyboard_alone_is_enough(opened: Opened) -> None:
    screen = opened()
    bar = screen.view.verticalScrollBar()
    QTest.keyClick(screen.view, Qt.Key.Key_PageDown)
    below = bar.value()
    assert below > 0
    QTest.keyClick(screen.view, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > below
    QTest.keyClick(screen.view, Qt.Key.Key_Home)
    assert bar.value() == 0
    screen.contents.setFocus()
    QTest.keyClick(screen.contents, Qt.Key.Key_Home)
    QTest.keyClick(screen.contents, Qt.Key.Key_Return)
    assert screen.place.reader is Reader.CANDIDATE


def test_the_other_language_shows_the_same_heading(opened: Opened) -> None:
    place = Place(Reader.PROCTOR, "trouble", "磁盘满了")
    screen = opened(place)
    QTest.qWait(0)
    screen.go(place, remember=False)
    number = screen.view.heading_in_sight()
    assert number > 0
    screen.set_appearance(Appearance(Language.EN))
    assert screen.place.page == "trouble"
    headings = book(Language.EN).page(TROUBLE).headings
    assert screen.place.anchor == headings[number].anchor == "the-disk-is-full"


def test_a_picture_is_looked_at_closely_and_put_away(opened: Opened) -> None:
    screen = opened(Place(Reader.CANDIDATE, "answering"))
    screen.view.anchorClicked.emit(QUrl("picture:../pictures/item.png"))
    viewer = screen.findChild(PictureViewer)
    assert viewer is not None
    assert viewer.isVisible()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert screen.view.isVisible()


def test_a_kiosk_puts_nothing_on_the_clipboard(opened: Opened) -> None:
    screen = opened()
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    screen.view.selectAll()
    QTest.keyClick(screen.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "before"
    save = screen.findChild(Button, "handbook_save")
    assert save is not None
    assert not save.isVisible(), "and nothing into a file"


def test_it_is_saved_as_a_pdf_where_that_is_offered(opened: Opened, tmp_path: Path) -> None:
    screen = opened(Place(Reader.CANDIDATE, "before"), folder=tmp_path)
    press(screen, "handbook_save")
    file = tmp_path / paper_name(Reader.CANDIDATE, Language.ZH)
    assert file.read_bytes().startswith(b"%PDF-")
    assert any(str(file) in note.text() for note in screen.findChildren(Note))


def test_a_folder_that_cannot_be_written_is_told_in_words(opened: Opened, tmp_path: Path) -> None:
    screen = opened(Place(Reader.CANDIDATE, "before"), folder=tmp_path / "gone")
    press(screen, "handbook_save")
    told = " ".join(note.text() for note in screen.findChildren(Note) if note.isVisible())
    assert "FOLDER_MISSING" in told


def test_paper_has_every_page_on_a_sheet_of_its_own(qapp: object) -> None:
    del qapp
    for language in Language:
        printed = print_handbook(Reader.CANDIDATE, language)
        assert printed.pages >= len(book(language).of(Reader.CANDIDATE))


def over(door: HandbookDoor) -> HandbookScreen | None:
    """Give what lies over the window now."""
    return door.screen


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.addWidget(QLineEdit())
    qtbot.addWidget(whole)
    whole.resize(1366, 768)
    whole.show()
    return whole


def test_f1_opens_it_over_a_window_and_closes_it_again(window: QWidget) -> None:
    under = window.findChild(QLineEdit)
    assert under is not None
    under.setFocus()
    door = HandbookDoor(window, under, lambda: TROUBLE, lambda: Appearance(Language.EN, 150))
    QTest.keyClick(under, Qt.Key.Key_F1)
    screen = over(door)
    assert screen is not None
    assert screen.isVisible()
    assert not under.isVisible()
    assert screen.appearance == Appearance(Language.EN, 150)
    QTest.keyClick(screen.view, Qt.Key.Key_F1)
    assert over(door) is None
    assert under.isVisible()
    assert under.hasFocus(), "back to where one was"


def test_f1_does_nothing_where_it_may_not_be_opened_and_it_goes_when_it_may_no_longer_be_open(
    window: QWidget,
) -> None:
    under = window.findChild(QLineEdit)
    assert under is not None
    allowed: list[Place | None] = [None]
    door = HandbookDoor(window, under, lambda: allowed[0], Appearance)
    QTest.keyClick(under, Qt.Key.Key_F1)
    assert over(door) is None
    assert under.isVisible()
    allowed[0] = TROUBLE
    assert door.open()
    allowed[0] = None
    door.look_again()
    assert over(door) is None
    assert under.isVisible()


def test_other_keys_and_f1_with_others_are_not_for_it(window: QWidget) -> None:
    under = window.findChild(QLineEdit)
    assert under is not None
    door = HandbookDoor(window, under, lambda: TROUBLE, Appearance)
    QTest.keyClick(window, Qt.Key.Key_F2)
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    assert over(door) is None
