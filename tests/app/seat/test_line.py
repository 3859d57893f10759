"""A running session is taken down whole: phases that are gone answer no screen, beside those that come after them."""

from collections import Counter
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import SIGNAL, QMetaMethod, QObject
from pytestqt.qtbot import QtBot

from app.seat.deck import Deck
from app.seat.duty import Duty
from app.seat.home import SeatHome
from app.seat.phases.launch.opening import Opened
from app.seat.phases.line import Line, LineDoors
from app.seat.phases.phase import Bench
from app.seat.phases.proctor.authority import Authority
from app.seat.screens.screen import Screen
from app.seat.sign_in import SignInDesk
from app.seat.workplace import Workplace
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import ProctoredSeat


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    at_work = ProctoredSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def listeners(deck: Deck) -> Counter[str]:
    """Count who listens to each signal of the deck and of its screens."""
    found: Counter[str] = Counter()
    for screen in (deck, *deck.findChildren(Screen)):
        meta = screen.metaObject()
        for index in range(meta.methodCount()):
            method = meta.method(index)
            if method.methodType() is QMetaMethod.MethodType.Signal:
                signature = method.methodSignature().toStdString()
                found[f"{type(screen).__name__}.{signature}"] = screen.receivers(SIGNAL(signature))
    return +found


def test_a_line_that_is_gone_listens_to_nothing(seat: ProctoredSeat) -> None:
    bench = Bench(seat.deck, seat.workplace, seat.worker)

    def come_and_go() -> Counter[str]:
        stage = QObject()
        opened = Opened(seat.session, seat._keys, Duty(), seat.room)
        desk = SignInDesk({}, seat.workplace.replica.cabinet, seat.workplace.clock)
        authority = Authority(bench, desk, (), stage)
        Line(bench, opened, LineDoors(desk, authority, seat.camera, seat.pc), stage)
        shiboken6.delete(stage)
        return listeners(seat.deck)

    first = come_and_go()
    assert any("hand_toggled" in signal for signal in first), "the line of the test is still there and is counted"
    assert come_and_go() - first == Counter()
