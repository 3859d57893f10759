"""Nothing of the archive's pages is cut off, squeezed or over something else; found as on the kiosk's screens."""

from collections.abc import Iterable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.archive.dossier import Dossier
from app.archive.window.act_page import Act, ActPage
from app.archive.window.decide_page import DecidePage
from app.archive.window.log_page import LogPage
from app.archive.window.media_page import MediaPage
from app.archive.window.recording_page import RecordingPage
from app.archive.window.stack import Stack
from app.archive.window.work_page import WorkPage
from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.ui.buttons import Button
from app.ui.display_panel import DisplayPanel
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.key_ring import KeyRing
from app.ui.labels import Label, Line, Note
from app.ui.look import Look
from app.ui.page import Panel, Scroll
from app.ui.text import Sentence
from app.words import Words
from proctoring.vault.retention.standing import State
from sync.replica.durable import DiskFull
from sync.wire.plan import Theme
from tests.app.archive.window import samples
from tests.app.archive.window.gallery import SHOTS, SUBJECT
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
CHECKING, WORKING = "30-archive-sign-in-checking", "34-archive-decide-working"
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
    page.show_dossier(samples.dossier(), samples.NOW)
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


BLOCKED = (
    (samples.dossier(held=False), "2029-11-24 到期以前不能销毁"),
    (samples.dossier(state=State.EXPIRABLE), "保全期间不能销毁，要先解除保全"),
    (samples.dossier(state=State.EXPIRABLE, held=False, frozen=True), "时钟不可信，销毁已暂停"),
    (samples.dossier(state=State.ARRIVED, held=False), "核验入档以前不能销毁"),
    (samples.dossier(state=State.MISSING, held=False), "录像缺失"),
    (samples.dossier(state=State.DESTROYED, held=False), "录像已销毁，只有记录还在"),
)


@pytest.mark.parametrize(("dossier", "why"), BLOCKED, ids=lambda one: one if isinstance(one, str) else "")
def test_what_cannot_be_pressed_says_why_to_the_pointer_and_to_a_screen_reader(
    dossier: Dossier, why: str, qtbot: QtBot
) -> None:
    page = RecordingPage(Words(Language.ZH))
    qtbot.addWidget(page)
    page.show_dossier(dossier, samples.NOW)
    destroy = page.acts["destroy"]
    assert (destroy.isEnabled(), destroy.toolTip(), destroy.accessibleDescription()) == (False, why, why)
    assert all(bool(button.toolTip()) is not button.isEnabled() for button in page.acts.values())


def test_no_button_of_any_page_is_shut_without_a_reason(qtbot: QtBot) -> None:
    words = Words(Language.ZH)
    for make in (shot.make for shot in SHOTS if "playing" not in shot.name and "enlarged" not in shot.name):
        screen = make(words)
        qtbot.addWidget(screen)
        shut = [one for one in screen.findChildren(Button) if one.isVisibleTo(screen) and not one.isEnabled()]
        silent = [one.objectName() for one in shut if not one.toolTip()]
        assert silent == [], type(screen).__name__


def test_a_form_says_beneath_what_it_still_waits_for(qtbot: QtBot) -> None:
    page = ActPage(Words(Language.ZH))
    qtbot.addWidget(page)
    page.begin(Act.EXTEND, SUBJECT, samples.NOW)
    do = page.findChild(Button, "do")
    assert do is not None

    def said() -> str:
        return next(one.text() for one in page.findChildren(Label) if one.text() == do.toolTip())

    assert do.toolTip().startswith("先写明事由")
    assert said() == do.toolTip()
    page.reason.setText("复核")
    assert said() == do.toolTip() == "先填写日期"
    page.until.setText("2030-13-01")
    assert said() == do.toolTip() == "这不是日期，请照例子填写"
    page.until.setText("2030-12-01")
    assert do.isEnabled()
    assert do.toolTip() == ""


def test_the_display_panel_takes_a_size_at_once_and_speaks_of_no_item_here(qtbot: QtBot) -> None:
    words, stack = Words(Language.ZH), Stack(Language.ZH)
    qtbot.addWidget(stack)
    page = stack.take(LogPage(words))
    stack.resize(1366, 768)
    stack.show()
    settle()
    page.tools.display.click()
    panel, close = page.findChild(DisplayPanel), page.findChild(Button, "close_display")
    assert panel is not None
    assert close is not None
    settle()
    assert not any("F1" in line.text() for line in panel.findChildren(Line))
    before = close.height(), page.tools.display.height()
    larger = page.findChild(Button, "display_text_200")
    assert larger is not None
    larger.click()
    settle()
    assert close.height() > before[0]
    assert page.tools.display.height() > before[1]
    assert panel.rect().contains(QRect(close.mapTo(panel, QPoint()), close.size()))


def test_while_a_pin_is_checked_and_acted_on_it_is_said(qtbot: QtBot) -> None:
    shots = {shot.name: shot.make for shot in SHOTS}
    checking, working = (shots[name](Words(Language.ZH)) for name in (CHECKING, WORKING))
    for page in (checking, working):
        qtbot.addWidget(page)
        page.show()
    (said,) = (note for note in checking.findChildren(Note) if note.isVisible())
    sign_in = checking.findChild(Button, "archive_sign_in")
    assert sign_in is not None
    assert said.text() == sign_in.toolTip() == "正在核对密码…"
    assert said.icon is Icon.RUNNING
    assert isinstance(working, DecidePage)
    (said,) = (note for note in working.findChildren(Note) if note.isVisible() and note.icon is Icon.RUNNING)
    assert said.text().startswith("密码正确")
    assert not working.pins.isVisible()
    back = working.findChild(Button, "back")
    assert back is not None
    assert not back.isEnabled()


def test_a_form_that_comes_again_is_read_from_its_top_with_the_focus_in_sight(qtbot: QtBot) -> None:
    words, stack = Words(Language.ZH), Stack(Language.ZH)
    qtbot.addWidget(stack)
    other, page = stack.take(LogPage(words)), stack.take(ActPage(words))
    stack.resize(1366, 768)
    stack.show()
    stack.activateWindow()
    settle()

    def come() -> QWidget:
        page.begin(Act.HOLD, SUBJECT, samples.NOW)
        stack.bring(page)
        settle()
        focus = page.focusWidget()
        assert focus is not None
        return focus

    assert come() is page.reason
    page.until.setFocus()
    stack.bring(other)
    assert come() is page.reason
    stack.set_appearance(Appearance(Language.ZH, 200))
    stack.bring(other)
    settle()
    focus = come()
    scroll = page.findChild(Scroll)
    assert scroll is not None
    assert scroll.verticalScrollBar().value() == 0
    assert focus is page  # the field is below the fold: keys scroll, and Tab brings it into sight
    QTest.keyClick(page, Qt.Key.Key_Tab)
    settle()
    assert page.focusWidget() is page.reason
    top = page.reason.mapTo(scroll.viewport(), QPoint()).y()
    assert 0 <= top <= scroll.viewport().height() - page.reason.height()


def test_work_that_was_refused_says_so_in_its_heading_and_leaves_no_empty_sheet(qtbot: QtBot) -> None:
    page = WorkPage(Words(Language.ZH))
    qtbot.addWidget(page)
    page.begin(Sentence("screen.archive.work.export_title"), "")
    page.refuse(Sentence("screen.archive.work.unexported_title"), DiskFull(needed_mb=12, free_mb=3))
    said = [one.text() for one in page.findChildren(Label) if one.isVisibleTo(page)]
    assert "导出没有完成" in said
    assert "正在导出" not in said
    assert not any(one.isVisibleTo(page) for one in page.findChildren(Panel))
    done = page.findChild(Button, "done")
    assert done is not None
    assert done.text() == "返回"


def test_what_is_plugged_in_is_offered_and_a_single_medium_is_chosen_already(qtbot: QtBot) -> None:
    page = MediaPage(Words(Language.ZH))
    qtbot.addWidget(page)
    page.show_media(samples.MEDIA[:1], samples.NOW)
    assert page.chosen() == samples.MEDIA[0]
    told: list[tuple[str, str]] = []
    page.registered.connect(lambda *what: told.append(what))
    page.offer_places(("/media/a", "/media/b"))
    for name in ("offer_1", "register"):
        button = page.findChild(Button, name)
        label = page.findChild(Field, "medium_label")
        assert button is not None
        assert label is not None
        label.setText("青河 09")
        button.click()
    assert told == [("/media/b", "青河 09")]
    page.show_media(samples.MEDIA, samples.NOW)
    page.offer_places(())
    assert not any(one.isVisibleTo(page) for one in page.findChildren(Button) if one.text().startswith("/media"))
