"""Sessions kept at a seat: which is now, which can still be chosen, and that a broken one is in nobody's way."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

import app.seat.workplace
from app.exam.prose import Language
from app.registry.keyroom import KeyName
from app.registry.service import Registry
from app.seat.deck import Deck
from app.seat.phases.launch.choosing import Choosing
from app.seat.phases.phase import Bench
from app.seat.screens.launch.sessions import SessionsScreen
from app.seat.screens.screen import Screen
from app.seat.screens.waiting import WaitingScreen
from app.seat.sessions import SessionState, kept_sessions, the_one_now
from app.seat.workplace import Session, Workplace
from app.ui.bridge import Worker, finish_background
from app.ui.labels import Label
from sync.replica.cabinet import DocumentKind
from sync.trust.clock import ClockReading, read_clock
from sync.trust.envelope import sign
from sync.wire.ids import new_id
from sync.wire.plan import SessionPlan
from tests.app.seat.conftest import Site

HOUR_MS = 3_600_000
WAIT_MS = 60_000
Move = Callable[..., str]


@pytest.fixture
def move(site: Site, workplace: Workplace, session: Session) -> Move:
    """Keep the plan with its hours moved, signed by the registry itself; as another session if one is named."""

    def moved(hours: int, name: str | None = None) -> str:
        changes = {
            "session": name or session.plan.session,
            "opens_ms": session.plan.opens_ms + hours * HOUR_MS,
            "closes_ms": session.plan.closes_ms + hours * HOUR_MS,
        }
        plan = session.plan.model_copy(update=changes)
        with Registry.open(site.home.registry) as registry:
            envelope = sign(plan.to_bytes(), SessionPlan.PAYLOAD_TYPE, registry.premises.keys.key(KeyName.PLAN))
        workplace.replica.cabinet.put_document(DocumentKind.PLAN, plan.session, envelope, 1)
        return plan.session

    return moved


@pytest.fixture
def clock_off_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set this PC's clock so many hours wrong."""

    def set_off(hours: int) -> None:
        def wrong() -> ClockReading:
            now = read_clock()
            return replace(now, wall_ms=now.wall_ms + hours * HOUR_MS)

        monkeypatch.setattr(app.seat.workplace, "read_clock", wrong)

    return set_off


def states(workplace: Workplace) -> list[SessionState]:
    return [one.state for one in kept_sessions(workplace)]


def test_the_only_session_that_is_now_is_the_one(workplace: Workplace, session: Session, move: Move) -> None:
    move(48, new_id())
    move(-48, new_id())
    assert states(workplace) == [SessionState.OVER, SessionState.NOW, SessionState.LATER]
    one = the_one_now(kept_sessions(workplace))
    assert one is not None
    assert (one.session, one.expected, one.done) == (session.plan.session, len(session.plan.roster), 0)
    move(0, new_id())
    assert the_one_now(kept_sessions(workplace)) is None, "two are now: somebody has to choose"


def test_what_signed_time_says_is_over_is_over_and_what_the_clock_says_is_not(
    workplace: Workplace, session: Session, clock_off_by: Callable[[int], None]
) -> None:
    clock_off_by(48)
    assert states(workplace) == [SessionState.PAST]
    clock_off_by(-48)
    assert states(workplace) == [SessionState.NOW], "never behind signed time that was seen"
    workplace.replica.cabinet.raise_highest_signed_ms(session.plan.closes_ms, session.plan.closes_ms)
    assert states(workplace) == [SessionState.OVER]


def test_a_broken_plan_is_named_and_the_others_stay(workplace: Workplace, session: Session) -> None:
    cabinet = workplace.replica.cabinet
    kept = cabinet.document(DocumentKind.PLAN, session.plan.session)
    assert kept is not None
    cabinet.put_document(DocumentKind.PLAN, new_id(), kept[:-30] + b"x" + kept[-29:], 2)
    cabinet.put_document(DocumentKind.PLAN, new_id(), kept, 3)  # good, but not the plan of this name
    found = kept_sessions(workplace)
    assert [one.state for one in found] == [SessionState.NOW, SessionState.BROKEN, SessionState.BROKEN]
    assert all(one.fault is not None for one in found[1:])
    assert the_one_now(found) == found[0]


class Chooser:
    """A deck with the phase that chooses, and hands at it."""

    def __init__(self, workplace: Workplace, bot: QtBot) -> None:
        self.deck = Deck(Language.ZH)
        self.deck.resize(1366, 768)
        self.worker = Worker()
        self.phase = Choosing(Bench(self.deck, workplace, self.worker), self.deck)
        self.bot, self.chosen = bot, list[Session]()
        self.phase.chosen.connect(self.chosen.append)
        bot.addWidget(self.deck)
        self.deck.show()

    @property
    def front(self) -> type[Screen] | None:
        widget = self.deck.currentWidget()
        return type(widget) if isinstance(widget, Screen) else None

    def until(self, kind: type[Screen]) -> None:
        self.bot.waitUntil(lambda: self.front is kind, timeout=WAIT_MS)

    def press(self, name: str) -> None:
        def found() -> QPushButton | None:
            widget = self.deck.currentWidget()
            button = widget.findChild(QPushButton, name) if widget else None
            return button if button is not None and button.isVisible() else None

        self.bot.waitUntil(lambda: found() is not None, timeout=WAIT_MS)
        button = found()
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def until_chosen(self) -> Session:
        self.bot.waitUntil(lambda: bool(self.chosen), timeout=WAIT_MS)
        return self.chosen[0]


@pytest.fixture
def chooser(workplace: Workplace, qtbot: QtBot) -> Iterator[Chooser]:
    made = Chooser(workplace, qtbot)
    yield made
    shiboken6.delete(made.phase)  # who goes on looking would look into a closed database
    made.worker.close()
    finish_background()


def test_the_session_that_is_now_opens_by_itself(chooser: Chooser, session: Session) -> None:
    chooser.phase.begin()
    assert chooser.until_chosen().plan == session.plan


@pytest.mark.parametrize("too_early", [True, False])
def test_a_wrong_clock_keeps_no_room_from_starting(
    chooser: Chooser, session: Session, move: Move, clock_off_by: Callable[[int], None], too_early: bool
) -> None:
    name = move(48) if too_early else session.plan.session
    clock_off_by(0 if too_early else 48)
    chooser.phase.begin()
    chooser.press(f"choose_{name}")
    assert not chooser.chosen, "not before the warning was read"
    chooser.press("choose_another")
    chooser.press(f"choose_{name}")
    chooser.press("open_anyway")
    assert chooser.until_chosen().plan.session == name


def test_without_any_plan_it_says_what_will_come(chooser: Chooser, workplace: Workplace, session: Session) -> None:
    workplace.replica.cabinet.remove_document(DocumentKind.PLAN, session.plan.session)
    chooser.phase.begin()
    chooser.until(WaitingScreen)
    assert not chooser.chosen


def test_a_session_that_cannot_be_opened_says_so_and_leaves_the_others(
    chooser: Chooser, session: Session, move: Move
) -> None:
    sealed_for_another = move(0, new_id())
    chooser.phase.begin()
    chooser.press(f"choose_{sealed_for_another}")
    # the other one is the only one left that is now and can be opened, but nobody chose it: it waits to be pressed
    chooser.press(f"choose_{session.plan.session}")
    assert chooser.until_chosen().plan == session.plan


def test_a_package_that_is_missing_is_told_on_its_row(chooser: Chooser, workplace: Workplace, session: Session) -> None:
    workplace.replica.cabinet.remove_document(DocumentKind.PACKAGE, session.plan.package.package)
    chooser.phase.begin()
    screen = chooser.deck.screen_of(SessionsScreen)

    def said() -> str:
        return " ".join(label.text() for label in screen.findChildren(Label))

    chooser.bot.waitUntil(lambda: "PACKAGE_MISSING" in said(), timeout=WAIT_MS)
    assert not chooser.chosen
    assert chooser.front is SessionsScreen
