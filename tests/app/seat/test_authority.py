"""An act is done when as many distinct people as it takes gave their PINs for it, and for nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat.deck import Deck
from app.seat.phases.phase import Bench
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.screens.waiting import WaitingScreen
from app.seat.sign_in import Proctor, SameCredential, SignInDesk, counted_in
from app.seat.workplace import Workplace
from app.ui.bridge import Worker
from app.ui.fields import Field
from sync.client.sign_in import FREE_TRIES
from tests.app.seat.proctored import KEYIDS, PINS, People

WAIT_MS = 60_000


@dataclass
class Asked(QObject):
    """An authority at its screen, and what came of each act."""

    authority: Authority
    deck: Deck
    people: People
    bot: QtBot
    granted: list[tuple[Proctor, ...]] = field(default_factory=list)
    cancelled: list[bool] = field(default_factory=list)

    def ask(self, people: int, among: frozenset[str] | None = None, given: tuple[Proctor, ...] = ()) -> None:
        act = Act("作废", "张伟的考试将作废。", people, among, "同意", given=given)
        self.authority.ask(act, self.granted.append, lambda: self.cancelled.append(True))

    def until(self, condition: Callable[[], bool]) -> None:
        self.bot.waitUntil(condition, timeout=WAIT_MS)

    @property
    def front(self) -> QWidget:
        front = self.deck.currentWidget()
        assert front is not None
        return front

    def card(self, index: int) -> QAbstractButton | None:
        name = f"proctor_{self.people.ids[index]}"
        found = self.front.findChildren(QAbstractButton, name)
        return next((card for card in found if card.isVisible() and card.isEnabled()), None)

    def give(self, index: int, pin: str | None = None) -> None:
        self.until(lambda: self.card(index) is not None)
        card = self.card(index)
        assert card is not None
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        pins = self.front.findChild(Field, "pin")
        assert pins is not None
        self.until(pins.isEnabled)
        QTest.keyClicks(pins, f"{pin or PINS[index]}\r")

    def note(self) -> str:
        note = self.front.findChild(QWidget, "pin_note")
        assert note is not None
        return note.accessibleName() if note.isVisible() else ""

    def keyids(self) -> list[tuple[str, ...]]:
        return [tuple(one.key.public.keyid for one in some) for some in self.granted]


@pytest.fixture
def asked(workplace: Workplace, qtbot: QtBot) -> Iterator[Asked]:
    deck, people = Deck(Language.ZH), People()
    qtbot.addWidget(deck)
    deck.resize(1366, 768)
    stage = QObject()
    bench = Bench(deck, workplace, Worker(stage))
    desk = SignInDesk(people.credentials(), workplace.replica.cabinet, workplace.clock)
    deck.bring(WaitingScreen)
    deck.show()
    yield Asked(Authority(bench, desk, people.entries, stage), deck, people, qtbot)
    bench.worker.close()


def test_one_person_agrees_by_pin(asked: Asked) -> None:
    asked.ask(1)
    asked.give(1)
    asked.until(lambda: asked.keyids() == [(KEYIDS[1],)])
    assert not asked.authority.asks
    assert not asked.cancelled


def test_two_different_people_have_to_agree(asked: Asked) -> None:
    asked.ask(2)
    asked.give(0)
    asked.until(lambda: asked.card(0) is None)
    assert not asked.granted
    asked.give(2)
    asked.until(lambda: asked.keyids() == [(KEYIDS[0], KEYIDS[2])])


def test_one_key_under_two_names_is_one_person_and_it_is_logged(asked: Asked) -> None:
    with structlog.testing.capture_logs() as logs:
        asked.ask(2)
        asked.give(0)
        asked.until(lambda: asked.card(0) is None)
        asked.give(3)
        asked.until(lambda: "已计过一次" in asked.note())
    assert not asked.granted
    assert [(row["event"], row["keyid"]) for row in logs] == [("same_credential", KEYIDS[0])]
    asked.give(1)
    asked.until(lambda: asked.keyids() == [(KEYIDS[0], KEYIDS[1])])


def test_who_agreed_before_counts_and_is_not_asked_again(asked: Asked) -> None:
    asked.ask(2, given=asked.people.signed_in(0))
    assert asked.card(0) is None
    asked.give(1)
    asked.until(lambda: asked.keyids() == [(KEYIDS[0], KEYIDS[1])])
    asked.ask(1, given=asked.people.signed_in(0))
    assert asked.keyids()[1:] == [(KEYIDS[0],)]


def test_only_those_who_may_are_asked(asked: Asked) -> None:
    asked.ask(1, among=frozenset({asked.people.ids[2]}))
    assert [index for index in range(4) if asked.card(index) is not None] == [2]
    asked.give(2)
    asked.until(lambda: asked.keyids() == [(KEYIDS[2],)])


def test_escape_goes_back_and_nobody_has_agreed(asked: Asked) -> None:
    asked.ask(1)
    QTest.keyClick(asked.front, Qt.Key.Key_Escape)
    assert asked.cancelled == [True]
    assert not asked.authority.asks


def test_when_another_screen_comes_it_ends_without_a_word(asked: Asked) -> None:
    asked.ask(2)
    asked.give(0)
    asked.deck.bring(WaitingScreen)
    assert not asked.authority.asks
    asked.bot.wait(200)
    assert (asked.granted, asked.cancelled) == ([], [])


def test_a_pin_given_for_one_act_never_counts_for_the_next(asked: Asked) -> None:
    asked.ask(1)
    asked.give(0)
    asked.ask(1)  # before the PIN was checked
    asked.bot.wait(300)
    assert not asked.granted
    assert asked.authority.asks


def test_wrong_pins_lock_out_that_person_alone(asked: Asked) -> None:
    asked.ask(1)
    for wrong in range(FREE_TRIES):
        asked.give(0, "000000")
        asked.until(lambda left=FREE_TRIES - wrong - 1: f"还可以试 {left} 次" in asked.note() or not left)  # type: ignore[misc]
    asked.until(lambda: "暂时不能输入" in asked.note())
    asked.give(1)
    asked.until(lambda: bool(asked.keyids()))
    assert asked.keyids() == [(KEYIDS[1],)]


def test_a_person_or_a_key_counts_once(asked: Asked) -> None:
    one, other, again = asked.people.signed_in(0, 1, 3)
    assert counted_in((one,), other) == (one, other)
    for same in (one, again):
        with pytest.raises(SameCredential):
            counted_in((one, other), same)
