"""Clips: played from memory with a real decoder, a real PulseAudio for sound, words where there is none."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.exam.item import Item
from app.exam.prose import Clip, Language, Wording
from app.ui.clip_playback import Playing
from app.ui.clip_player import ClipPlayer
from app.ui.clip_reel import ClipError, clip_facts
from app.ui.item_pane import ItemPane, PaneItem, PaneWords
from app.ui.look import Look
from sync.wire.plan import Difficulty, ItemKind
from tests.app.ui.clips import clip
from tests.app.ui.pages import WORDS, Page, text

FILM = clip(sound=False)
TONE = clip(picture=False, seconds=0.6)
BOTH = clip()


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    made = Page()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.hide()


def player(page: Page, data: bytes, plays: int = 0, look: Look | None = None) -> ClipPlayer:
    page.put((text("听"), Clip("m", "录音一", plays)), {"m": data}, look=look)
    QApplication.processEvents()
    return page.view.findChildren(ClipPlayer)[0]


def press(found: ClipPlayer) -> None:
    QTest.mouseClick(found.button, Qt.MouseButton.LeftButton)


def clip_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "clip"]


def test_a_film_plays_to_its_end_and_again_from_its_start(page: Page, qtbot: QtBot) -> None:
    found = player(page, FILM)
    for _again in range(2):
        press(found)
        assert found.state is Playing.PLAYING
        assert found.button.accessibleName().startswith("暂停")
        qtbot.waitUntil(lambda: found.state is Playing.ENDED, timeout=5000)
    qtbot.waitUntil(lambda: found._picture is not None)
    assert found._picture is not None
    assert QColor(found._picture.pixel(100, 60)).red() > 150  # the bar has grown this far
    qtbot.waitUntil(lambda: found.button.accessibleName() == "播放 录音一")


def test_a_film_shows_the_picture_it_begins_with_before_it_is_played(page: Page, qtbot: QtBot) -> None:
    found = player(page, FILM)
    qtbot.waitUntil(lambda: found._picture is not None)
    qtbot.waitUntil(lambda: not found._timer.isActive())
    assert found.state is Playing.PAUSED
    assert found._playback is not None
    found._playback.seek(0.8)
    found._timer.start()
    qtbot.waitUntil(lambda: found._picture is not None and QColor(found._picture.pixel(100, 60)).red() > 150)


def test_it_pauses_goes_on_and_goes_back(page: Page, qtbot: QtBot) -> None:
    found = player(page, FILM)
    press(found)
    qtbot.waitUntil(lambda: found._playback is not None and found._playback.position_s > 0.2)
    QTest.keyClick(found.button, Qt.Key.Key_Return)
    assert found.state is Playing.PAUSED
    assert found._playback is not None
    held = found._playback.position_s
    QTest.qWait(80)
    assert found._playback.position_s - held < 0.05
    track = found._track().toRect()
    QTest.mouseClick(
        found, Qt.MouseButton.LeftButton, pos=QPoint(track.left() + track.width() // 2, track.center().y())
    )
    assert abs(found._playback.position_s - 0.5) < 0.03
    press(found)
    qtbot.waitUntil(lambda: found.state is Playing.ENDED, timeout=5000)


@pytest.mark.usefixtures("speaker")
@pytest.mark.parametrize("data", [TONE, BOTH], ids=["tone", "both"])
def test_sound_is_played_in_time_and_counted(page: Page, qtbot: QtBot, data: bytes) -> None:
    found = player(page, data, plays=2)
    assert "2" in found._said()
    for left in (1, 0):
        press(found)
        qtbot.waitUntil(lambda: found.state is Playing.ENDED, timeout=8000)
        qtbot.waitUntil(lambda: not found._timer.isActive())
        assert found._left() == left
    qtbot.waitUntil(lambda: not found.button.isEnabled())
    assert "已用完" in found.button.accessibleName()
    page.put((text("别的"),))
    again = player(page, data, plays=2)  # coming back to the item gives no more
    assert not again.button.isEnabled()


@pytest.mark.usefixtures("no_sound")
def test_without_a_sound_output_it_says_so_and_uses_up_no_play(page: Page, qtbot: QtBot) -> None:
    found = player(page, TONE, plays=1)
    high = page.high
    press(found)
    qtbot.waitUntil(lambda: found.state is Playing.SILENT, timeout=8000)
    assert "没有声音输出" in found._said()
    qtbot.waitUntil(lambda: "没有声音输出" in found.button.accessibleName())
    assert found._left() == 1
    assert found.button.isEnabled()
    assert page.view.arrange(page.width()) == high


@pytest.mark.parametrize("data", [b"", b"RIFF", FILM[:60], b"\0" * 4000], ids=["none", "riff", "cut", "zeros"])
def test_what_is_no_clip_is_said_to_be_none(page: Page, data: bytes) -> None:
    found = player(page, data)
    assert found.state is Playing.BROKEN
    assert "录音一" in found._said()
    assert not found.button.isEnabled()
    with pytest.raises(ClipError):
        clip_facts(data)


def test_a_clip_cut_in_the_middle_ends_where_it_was_cut(page: Page, qtbot: QtBot) -> None:
    found = player(page, FILM[: len(FILM) * 3 // 4])
    press(found)
    qtbot.waitUntil(lambda: found.state in (Playing.ENDED, Playing.BROKEN), timeout=5000)
    assert found.state is not Playing.PLAYING


def test_it_is_silent_and_its_thread_gone_when_the_item_is(page: Page, qtbot: QtBot) -> None:
    found = player(page, FILM)
    press(found)
    qtbot.waitUntil(lambda: bool(clip_threads()))
    page.put((text("别的"),))
    assert clip_threads() == []
    again = player(page, FILM)
    press(again)
    page.hide()
    assert clip_threads() == []


@pytest.mark.parametrize("percent", [100, 200])
def test_it_fits_its_column_with_everything_it_may_say(page: Page, percent: int) -> None:
    found = player(page, BOTH, plays=3, look=Look(percent=percent))
    assert found.width() <= page.width()
    assert page.rect().contains(found.geometry())
    assert found.rect().contains(found.button.geometry())


@pytest.mark.usefixtures("speaker")
def test_the_next_candidate_may_play_it_as_often_as_the_one_before(qtbot: QtBot) -> None:
    here: Wording = Wording((Clip("m", "录音", 1),), (Clip("m", "Recording", 1),))
    item = Item("i", ItemKind.COMPOSITE, "s", Difficulty.MEDIUM, here, ())
    pane = ItemPane()
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    pane.show()

    def shown() -> ClipPlayer:
        pane.show_item(PaneItem(item, Language.ZH, {}, {"m": TONE}), WORDS, PaneWords(), flagged=False)
        return pane.findChildren(ClipPlayer)[0]

    press(shown())
    qtbot.waitUntil(lambda: not pane.findChildren(ClipPlayer)[0].button.isEnabled(), timeout=8000)
    assert not shown().button.isEnabled()
    pane.reset()
    assert shown().button.isEnabled()


def film_item(name: str, plays: int = 0) -> Item:
    here = Wording((Clip("m", "影片", plays),), (Clip("m", "Film", plays),))
    return Item(name, ItemKind.COMPOSITE, "s", Difficulty.MEDIUM, here, ())


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[ItemPane]:
    made = ItemPane()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    yield made
    made.hide()


def in_pane(pane: ItemPane, item: Item, plays: dict[str, int] | None = None) -> ClipPlayer:
    shown = PaneItem(item, Language.ZH, {}, {"m": FILM}, plays=plays or {})
    pane.show_item(shown, WORDS, PaneWords(), flagged=False)
    return pane.findChildren(ClipPlayer)[0]


def test_showing_the_same_item_again_does_not_stop_its_clip(pane: ItemPane, qtbot: QtBot) -> None:
    found = in_pane(pane, film_item("i"))
    press(found)
    qtbot.waitUntil(lambda: found._playback is not None and found._playback.position_s > 0.1)
    playback = found._playback
    assert in_pane(pane, film_item("i")) is found
    assert found._playback is playback
    assert found.state is Playing.PLAYING


def test_each_play_is_told_once_with_its_item(pane: ItemPane, qtbot: QtBot) -> None:
    told: list[tuple[str, str]] = []
    pane.played.connect(lambda item, medium: told.append((item, medium)))
    found = in_pane(pane, film_item("i", plays=2))
    press(found)
    qtbot.waitUntil(lambda: told == [("i", "m")], timeout=5000)
    press(found)
    press(found)  # going on is no new play
    qtbot.waitUntil(lambda: found.state is Playing.ENDED, timeout=5000)
    press(found)
    qtbot.waitUntil(lambda: found._playback is not None and found._playback.starts == 2, timeout=5000)
    in_pane(pane, film_item("other"))  # what was begun is told of the item it belongs to
    assert told == [("i", "m")] * 2


def test_plays_that_are_on_record_are_used_up(pane: ItemPane) -> None:
    assert in_pane(pane, film_item("i", plays=2), {"m": 1}).button.isEnabled()
    assert not in_pane(pane, film_item("j", plays=2), {"m": 2}).button.isEnabled()
    assert in_pane(pane, film_item("k"), {"m": 9}).button.isEnabled()  # it has no limit
