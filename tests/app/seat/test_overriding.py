"""A false alarm before the start: got past by two proctors and a reason, on the disk first, and seen for ever after."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.exam.room import Room
from app.seat import room_log
from app.seat.camera_desk import CameraDesk
from app.seat.deck import Deck
from app.seat.home import SeatHome
from app.seat.pc import Pc
from app.seat.phases.launch.opening import Doors, Opened, Opening
from app.seat.phases.phase import Bench
from app.seat.phases.proctor.authority import Authority
from app.seat.release import unlock_with
from app.seat.room_log import read_room
from app.seat.screens.choice_list import RadioRow
from app.seat.sign_in import SignInDesk
from app.seat.workplace import Workplace
from app.ui.bridge import Worker
from app.ui.fields import Field
from app.ui.labels import Label
from proctoring.checks.machine import Machine
from sync.replica.durable import DiskFull
from sync.wire.environment import CheckRule, EnvironmentPolicy, LockdownLevel, Severity
from tests.app.seat.conftest import Site
from tests.app.seat.only_session import only_session
from tests.app.seat.plugged import STICK, ordinary, plug_in, pull_out
from tests.app.seat.proctored import KEYIDS, PINS, People
from tests.proctoring.checks.made_up import MadeUp

WAIT_MS = 60_000
BLOCKING = CheckRule(check="usb_storage", found=Severity.BLOCKING, unknown=Severity.NOTE)


@dataclass
class Launch:
    """The launch of a session whose policy blocks on USB media, and the hands of its proctors."""

    workplace: Workplace
    site: Site
    bot: QtBot
    filmed: SeatHome
    policy: EnvironmentPolicy

    def __post_init__(self) -> None:
        self.people = People()
        session = only_session(self.workplace)
        unlock_with(self.workplace, session, self.site.release_share())
        policy = session.plan.policy.model_copy(update={"environment": self.policy})
        plan = session.plan.model_copy(update={"proctors": self.people.entries, "policy": policy})
        self.session = replace(session, plan=plan)
        self.stage = QObject()
        self.deck = Deck(Language.ZH)
        self.bot.addWidget(self.deck)
        self.deck.resize(1366, 768)
        self.deck.show()
        self.worker = Worker(self.stage)
        bench = Bench(self.deck, self.workplace, self.worker)
        desk = SignInDesk(self.people.credentials(), self.workplace.replica.cabinet, self.workplace.clock)
        authority = Authority(bench, desk, plan.proctors, self.stage)
        self.camera = CameraDesk(self.filmed, self.workplace.enrolment.device, plan, "synthetic")
        self.pc = Pc(self.workplace, None, self.stage)
        doors = Doors(
            desk, authority, self.workplace.connect(), self.camera, self.pc.desk(self.session), self.pc.surroundings
        )
        self.opening = Opening(bench, self.session, doors, self.stage)
        self.opened: list[Opened] = []
        self.opening.opened.connect(self.opened.append)
        self.opening.begin()
        self.give_pin(0)
        self.give_pin(1)
        self.until_screen("LaunchScreen")
        self.until(lambda: self.button("checks_clear") is not None)

    def end(self) -> None:
        """Take it down, as a restart does."""
        self.pc.leave()
        self.worker.close()
        shiboken6.delete(self.stage)
        self.camera.leave()
        self.deck.close()

    @property
    def room(self) -> Room:
        """What is on the disk."""
        return read_room(self.workplace.replica.journal, self.session.plan.session)

    @property
    def front(self) -> QWidget:
        """Give the screen in front."""
        front = self.deck.currentWidget()
        assert front is not None
        return front

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        self.bot.waitUntil(condition, timeout=WAIT_MS)

    def until_screen(self, name: str) -> None:
        """Wait for a screen."""
        self.until(lambda: type(self.deck.currentWidget()).__name__ == name)

    def button(self, name: str) -> QAbstractButton | None:
        """Give a button of the screen in front that can be pressed."""
        found = self.front.findChildren(QAbstractButton, name)
        return next((button for button in found if button.isVisible() and button.isEnabled()), None)

    def press(self, name: str) -> None:
        """Press a button when it can be."""
        self.until(lambda: self.button(name) is not None)
        button = self.button(name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def give_pin(self, index: int) -> None:
        """Choose a name and type its PIN."""
        self.press(f"proctor_{self.people.ids[index]}")
        field = self.front.findChild(Field, "pin")
        assert field is not None
        self.until(field.isEnabled)
        QTest.keyClicks(field, f"{PINS[index]}\r")

    def pick(self, text: str) -> None:
        """Choose a reason."""
        rows = self.front.findChildren(RadioRow)
        (row,) = [row for row in rows if row.isVisible() and text in row.text()]
        row.setFocus()
        QTest.keyClick(row, Qt.Key.Key_Space)

    def says(self, text: str) -> bool:
        """Tell whether it can be read on the screen in front."""
        labels = self.front.findChildren(Label)
        return any(label.isVisible() and text in label.text() for label in labels)

    def recheck(self) -> None:
        """Check again and wait for the end of it."""
        self.press("recheck")
        self.until(lambda: self.button("checks_clear") is not None)


@pytest.fixture
def pc(made_up_pc: Machine) -> MadeUp:
    pc = ordinary(made_up_pc)
    plug_in(pc)
    return pc


@pytest.fixture
def launch(pc: MadeUp, workplace: Workplace, site: Site, filmed: SeatHome, qtbot: QtBot) -> Iterator[Launch]:
    assert pc.root.is_dir()
    made = Launch(workplace, site, qtbot, filmed, EnvironmentPolicy(level=LockdownLevel.OPEN, rules=(BLOCKING,)))
    yield made
    made.end()


def test_a_false_alarm_is_got_past_in_under_a_minute_by_two_and_is_seen_for_ever_after(
    launch: Launch, pc: MadeUp
) -> None:
    began_s = time.monotonic()
    assert launch.button("start_session") is None
    assert launch.says(STICK)
    launch.press("override_usb_storage")
    launch.until_screen("CornerFormScreen")
    launch.press("form_confirm")
    assert type(launch.deck.currentWidget()).__name__ == "CornerFormScreen", "not without a reason"
    launch.pick("误报")
    launch.press("form_confirm")
    launch.until_screen("AuthorityScreen")
    launch.give_pin(0)
    launch.give_pin(3)  # the first one's second name
    launch.bot.wait(300)
    assert not launch.room.overrides, "one person alone, by whatever names, goes on over nothing"
    launch.give_pin(2)
    launch.until_screen("LaunchScreen")
    launch.until(lambda: launch.says("同意继续：已核实是误报"))
    (override,) = launch.room.overrides
    assert override.by == (KEYIDS[0], KEYIDS[2])
    assert STICK in override.statement.evidence[0]
    launch.press("start_session")
    launch.until(lambda: bool(launch.opened))
    assert time.monotonic() - began_s < 60
    (opened,) = launch.opened
    assert opened.look is not None
    said = opened.look.stated(launch.room.overrides)
    assert said.overrides == (override,)
    assert "usb_storage" in {one.check for one in said.checks}
    assert [one.incident.code for one in launch.room.incidents] == ["CHECK_OVERRIDDEN"]
    assert set(launch.room.proctors) >= {KEYIDS[0], KEYIDS[1]}
    assert pc.root.is_dir()


def test_it_holds_for_what_was_seen_through_a_new_check_and_a_restart_and_for_nothing_else(
    launch: Launch, pc: MadeUp
) -> None:
    _go_on(launch)
    launch.recheck()
    assert launch.says("同意继续")
    assert launch.button("start_session") is not None
    launch.end()
    launch.__post_init__()
    assert launch.says("同意继续"), "after a restart"
    pull_out(pc)
    plug_in(pc, "Kingston")
    launch.recheck()
    assert not launch.says("同意继续"), "another stick"
    assert launch.button("start_session") is None
    assert launch.button("override_usb_storage") is not None


def test_it_stands_on_the_screen_only_when_it_is_on_the_disk(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise DiskFull(needed_mb=1, free_mb=0)

    troubles: list[object] = []
    launch.opening.troubled.connect(troubles.append)
    monkeypatch.setattr(room_log.RoomLog, "record", full)
    launch.press("override_usb_storage")
    launch.pick("误报")
    launch.press("form_confirm")
    launch.give_pin(0)
    launch.give_pin(1)
    launch.until(lambda: bool(troubles))
    assert isinstance(troubles[0], DiskFull)
    assert launch.room.overrides == ()
    assert not launch.says("同意继续")


def test_what_was_plugged_in_after_the_last_look_stops_the_start_and_is_shown(launch: Launch, pc: MadeUp) -> None:
    pull_out(pc)
    launch.recheck()
    plug_in(pc)
    launch.press("start_session")
    start = launch.front.findChild(QAbstractButton, "start_session")
    assert start is not None
    assert start.text() == "正在再次检查…", "at once"
    launch.until(lambda: launch.button("override_usb_storage") is not None)
    assert launch.opened == []
    assert launch.room == Room()
    assert launch.button("start_session") is None
    pull_out(pc)
    launch.recheck()
    launch.press("start_session")
    launch.until(lambda: bool(launch.opened))


def test_who_goes_back_has_changed_nothing(launch: Launch) -> None:
    launch.press("override_usb_storage")
    launch.press("form_back")
    launch.until_screen("LaunchScreen")
    assert launch.room == Room()
    assert launch.button("override_usb_storage") is not None


def test_a_pc_that_is_not_shut_down_as_the_plan_demands_starts_nothing_and_nobody_can_allow_it(
    pc: MadeUp, workplace: Workplace, site: Site, filmed: SeatHome, qtbot: QtBot
) -> None:
    pull_out(pc)
    launch = Launch(workplace, site, qtbot, filmed, EnvironmentPolicy(level=LockdownLevel.SESSION))
    assert launch.says("本场要求“专用考试环境”，现在只是“不锁定，只供练习”")
    assert launch.button("start_session") is None
    names = [button.objectName() for button in launch.front.findChildren(QAbstractButton)]
    assert not any(name == "override_lockdown_level" for name in names)
    launch.opening._start()
    launch.bot.wait(100)
    assert launch.opened == []
    assert launch.room == Room()
    launch.end()


def _go_on(launch: Launch) -> None:
    launch.press("override_usb_storage")
    launch.pick("误报")
    launch.press("form_confirm")
    launch.give_pin(0)
    launch.give_pin(1)
    launch.until_screen("LaunchScreen")
    launch.until(lambda: launch.says("同意继续"))
