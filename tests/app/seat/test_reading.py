"""Reading aloud at a running sitting: only where granted, silent when the item goes, in words where it fails."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.exam import events
from app.seat.home import SeatHome
from app.seat.phases.delivery.reading import ReadingDesk
from app.seat.phases.phase import Bench
from app.seat.workplace import Workplace
from sync.wire.packet import EndReason
from tests.app.seat.conftest import Site
from tests.app.seat.desk import PROCTOR, SeatAtWork
from tests.app.seat.moved_clock import MovedClock
from tests.app.ui.sound import no_sound, speaker

__all__ = ["no_sound", "speaker"]


class Listener:
    """A candidate who may have items read aloud, and what they hear."""

    def __init__(self, seat: SeatAtWork) -> None:
        self.seat = seat
        self.reading = ReadingDesk(Bench(seat.deck, seat.workplace, seat.worker), seat.desk, seat.desk)

    @property
    def hears(self) -> bool:
        return self.reading.voice.is_talking

    def ask(self) -> None:
        """Press "read aloud" on the item's page."""
        self.seat.press("read_aloud")


@pytest.fixture
def seat(workplace: Workplace, site: Site, filmed: SeatHome, qtbot: QtBot) -> Iterator[SeatAtWork]:
    made = SeatAtWork(workplace, site, filmed, MovedClock(), qtbot)
    yield made
    made.leave()


@pytest.fixture
def listener(seat: SeatAtWork) -> Listener:
    seat.allow(reader=True)
    made = Listener(seat)
    seat.begin()
    return made


def test_the_button_is_there_for_those_to_whom_it_is_granted_only(seat: SeatAtWork) -> None:
    seat.begin()
    assert seat.button("read_aloud") is None


@pytest.mark.usefixtures("speaker")
@pytest.mark.long  # the speech takes as long as it takes: a quarter of a minute
def test_an_item_is_read_to_its_end(listener: Listener, qtbot: QtBot) -> None:
    listener.ask()
    assert listener.hears
    qtbot.waitUntil(lambda: not listener.hears, timeout=60_000)
    assert not listener.seat.says("朗读程序")


@pytest.mark.usefixtures("speaker")
def test_pressed_once_more_it_is_silent(listener: Listener) -> None:
    listener.ask()
    listener.ask()
    assert not listener.hears


def _next_item(seat: SeatAtWork) -> None:
    seat.press("next")


def _pause(seat: SeatAtWork) -> None:
    seat.pause()


def _review(seat: SeatAtWork) -> None:
    seat.press("submit")


def _end(seat: SeatAtWork) -> None:
    seat.act(events.Submitted(reason=EndReason.PROCTOR, note="", by=(PROCTOR,)))


@pytest.mark.usefixtures("speaker")
@pytest.mark.parametrize("take_away", [_next_item, _pause, _review, _end])
def test_what_takes_the_item_away_makes_silence(listener: Listener, take_away: Callable[[SeatAtWork], None]) -> None:
    listener.ask()
    assert listener.hears
    take_away(listener.seat)
    listener.seat.until(lambda: not listener.hears)


@pytest.mark.usefixtures("no_sound")
def test_without_a_speaker_the_candidate_is_told_what_to_do(listener: Listener) -> None:
    listener.ask()
    listener.seat.until(lambda: listener.seat.says("把耳机插好"))
    assert not listener.hears


def test_without_the_program_the_candidate_is_told_what_to_do(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    listener.ask()
    listener.seat.until(lambda: listener.seat.says("朗读程序"))
    assert not listener.hears
