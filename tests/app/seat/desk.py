"""One running sitting without the phases before it: a real desk, deck, journal and recorder; a clock one can move."""

from collections.abc import Callable
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam import events
from app.exam.form import draw_form
from app.exam.prose import Language
from app.exam.sitting import Sitting, State
from app.seat.camera_desk import CameraDesk
from app.seat.deck import Deck
from app.seat.delivery import Delivery, read_sitting
from app.seat.home import SeatHome
from app.seat.phases.admission.admitting import started
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.phase import Bench
from app.seat.release import unlock_with
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.sealing import Case
from app.seat.shelf import ItemShelf
from app.seat.workplace import Workplace
from app.ui.bridge import Worker
from app.ui.options import OptionRow
from sync.wire.plan import Accommodation, Policy
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.only_session import only_session

WAIT_MS = 60_000
PROCTOR = "a" * 64


class SeatAtWork(QObject):
    """A candidate's desk and the hands at it. `begin` starts it, `again` is what a restart does.

    `filmed` is the seat whose recorder films: one for all desks of a process, because to start one takes seconds.
    """

    def __init__(self, workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, bot: QtBot) -> None:
        super().__init__()
        self.workplace, self.clock, self.bot = workplace, clock, bot
        self._keys = unlock_with(workplace, only_session(workplace), site.release_share())
        self.session = only_session(workplace)
        self.entry = self.session.plan.roster[0]
        self.camera = CameraDesk(filmed, workplace.enrolment.device, self.session.plan, "synthetic")
        self.told: list[tuple[str, Case]] = []
        self.troubles: list[object] = []
        self._sit_down()

    def _sit_down(self) -> None:
        self.deck = Deck(Language.ZH)
        self.deck.resize(1366, 768)
        self.bot.addWidget(self.deck)
        self.worker = Worker(self)
        self.desk = SittingDesk(Bench(self.deck, self.workplace, self.worker), self.camera, self)
        self.desk.handed_in.connect(lambda case: self.told.append(("handed_in", case)))
        self.desk.ended.connect(lambda case: self.told.append(("ended", case)))
        self.desk.troubled.connect(self.troubles.append)
        self.deck.show()

    def rule(self, *, limits_s: tuple[int | None, ...] = (), **policy: object) -> None:
        """Change the session's policy, and give its sections limits in seconds."""
        plan = self.session.plan
        sections = list(plan.blueprint.sections)
        for index, limit in enumerate(limits_s):
            limit_ms = None if limit is None else limit * 1000
            sections[index] = sections[index].model_copy(update={"limit_ms": limit_ms})
        blueprint = plan.blueprint.model_copy(update={"sections": tuple(sections)})
        new_policy = Policy.model_validate(plan.policy.model_dump() | policy)
        self.session = replace(
            self.session, plan=plan.model_copy(update={"blueprint": blueprint, "policy": new_policy})
        )

    def allow(self, **accommodation: object) -> None:
        """Give the candidate an accommodation."""
        allowed = Accommodation.model_validate(accommodation)
        self.entry = self.entry.model_copy(update={"accommodation": allowed})

    def begin(self) -> None:
        """Admit the candidate and start the clock."""
        case = self._case()
        admitted = events.Admitted(
            session=self.session.plan.session,
            candidate=self.entry.candidate,
            seat_number=7,
            proctors=(PROCTOR,),
            confirmed_by=(PROCTOR,),
        )
        case.delivery.record(admitted)
        recording = self.camera.start(self.entry.sitting)
        case.delivery.record(events.NoticeRead(notice_sha256="b" * 64, recording=recording))
        case.delivery.record(started(case))
        self.desk.begin(case)
        self.rest()

    def again(self) -> None:
        """Come back after the program died: nothing is left of it but the disk."""
        self._stand_up()
        self._sit_down()
        self.desk.begin(self._case())
        self.rest()

    def _case(self) -> Case:
        package, plan = self.session.package, self.session.plan
        form = draw_form(package.header.items, package.sha256, plan.blueprint, self.entry.form_seed)
        journal, dead = self.workplace.replica.journal, plan.policy.clock_while_dead
        delivery = Delivery(self.entry.sitting, journal, self.workplace.clock, dead)
        return Case(self.workplace, self.session, self.entry, delivery, ItemShelf(package, self._keys, form))

    def _stand_up(self) -> None:
        shiboken6.delete(self.desk)
        self.worker.close()
        self.deck.close()

    def leave(self) -> None:
        """End everything but the recorder."""
        self._stand_up()
        self.camera.leave()

    # what stands where

    @property
    def case(self) -> Case:
        assert self.desk.case is not None
        return self.desk.case

    @property
    def items(self) -> ItemScreen:
        return self.deck.screen_of(ItemScreen)

    @property
    def review(self) -> ReviewScreen:
        return self.deck.screen_of(ReviewScreen)

    @property
    def screen(self) -> str:
        return type(self.deck.currentWidget()).__name__

    def kept(self) -> Sitting:
        """Read what is on the disk."""
        return read_sitting(self.workplace.replica.journal, self.entry.sitting)

    def codes(self) -> list[str]:
        """Give the codes of the incidents on the disk."""
        return [incident.code for incident in self.kept().incidents]

    def rows(self) -> list[OptionRow]:
        """Give the options that can be seen."""
        return [row for row in self.items.findChildren(OptionRow) if row.isVisible()]

    def says(self, text: str) -> bool:
        """Tell whether any label in front says this."""
        front = self.deck.currentWidget()
        seen = [front, *front.findChildren(QWidget)] if front else []
        return any(text in said for widget in seen if widget.isVisible() for said in _said(widget))

    # hands

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        self.bot.waitUntil(condition, timeout=WAIT_MS)

    def rest(self) -> None:
        """Wait until everything is on the disk."""
        self.until(lambda: not self.desk._saving.waiting)

    def choose(self, option: int = 0) -> None:
        """Press an option."""
        QTest.mouseClick(self.rows()[option], Qt.MouseButton.LeftButton)

    def press(self, name: str) -> None:
        """Press the button of this name that is to be seen."""
        self.until(lambda: self.button(name) is not None)
        button = self.button(name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def button(self, name: str) -> QPushButton | None:
        """Give a button that can be pressed now."""
        front = self.deck.currentWidget()
        found = front.findChildren(QPushButton, name) if front else []
        return next((button for button in found if button.isVisible() and button.isEnabled()), None)

    def act(self, event: events.Event) -> Sitting:
        """Do what a proctor does."""
        after: list[Sitting] = []
        self.desk.act(event, after.append)
        self.until(lambda: bool(after))
        return after[0]

    def pause(self) -> None:
        """Let a proctor pause."""
        assert self.act(events.Paused(reason=events.PauseReason.PROCTOR, by=(PROCTOR,))).state is State.PAUSED

    def go_on(self) -> None:
        """Let a proctor continue."""
        assert self.act(events.Continued(by=(PROCTOR,))).state is State.ACTIVE


def _said(widget: QWidget) -> list[str]:
    texts = [widget.accessibleName()]
    text = getattr(widget, "text", None)
    if callable(text):
        texts.append(str(text()))
    return texts
