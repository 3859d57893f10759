"""The window while the store's share has dropped."""

from collections.abc import Iterator

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from app.archive.window.calendar_page import CalendarPage
from app.archive.window.chrome import Place
from app.archive.window.media_page import MediaPage
from app.archive.window.recording_page import RecordingPage
from app.archive.window.window import ArchiveWindow
from app.exam.prose import Language
from tests.app.archive.site import CANDIDATE, ArchiveSite
from tests.app.archive.window.hands import Hands


@pytest.fixture
def hands(site: ArchiveSite, qtbot: QtBot) -> Iterator[Hands]:
    window = ArchiveWindow(site.desk, site.people, site.home.root, Language.ZH)
    qtbot.addWidget(window)
    window.begin()
    window.show()
    yield Hands(window, site)
    window.close()
    shiboken6.delete(window)


def test_a_store_that_is_away_is_said_on_every_page_and_nothing_is_said_to_be_empty(hands: Hands) -> None:
    hands.sign_in()
    store = hands.site.home.root.parent / "store"
    away = store.rename(store.with_name("away"))
    store.mkdir()
    empty = {Place.CALENDAR: (CalendarPage, "档案里还没有录像"), Place.MEDIA: (MediaPage, "还没有登记介质")}
    hands.press("refresh")
    hands.until_says("SHELF_AWAY")
    for place, (page, nothing) in empty.items():
        hands.press(f"go_{place.value}")
        hands.until(page)
        hands.until_says("SHELF_AWAY")
        assert not hands.says(nothing)
    hands.press("go_find")
    hands.press("open")
    hands.until(RecordingPage)
    hands.until_says("SHELF_AWAY")
    store.rmdir()
    away.rename(store)
    hands.press("again")
    hands.until_says(CANDIDATE)
