"""The kiosk: one window, the phases in their order, and the way back after a crash."""

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import shiboken6
import structlog
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.handbook.book import Place, Reader
from app.handbook.door import HandbookDoor
from app.seat.about import state_about_left
from app.seat.admission import take_up
from app.seat.camera_desk import CameraDesk, SourceChoice
from app.seat.deck import Deck
from app.seat.delivery import Delivery
from app.seat.duty import Duty
from app.seat.home import SeatHome
from app.seat.occupancy import Occupancy
from app.seat.pc import Pc
from app.seat.phases.admission.admitting import open_case
from app.seat.phases.launch.choosing import Choosing
from app.seat.phases.launch.opening import Doors, Opened, Opening
from app.seat.phases.line import Line, LineDoors
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Authority
from app.seat.recovery import Unfinished, find_unfinished
from app.seat.release import forget_ended_releases, kept_keys
from app.seat.room_files import write_missing
from app.seat.room_log import RoomLog
from app.seat.room_record import finish_closings
from app.seat.screens.trouble import TroubleScreen, TroubleView
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.seat.sign_in import SignInDesk, open_credentials
from app.seat.workplace import Session, Workplace
from app.ui.bridge import Worker, finish_background
from app.ui.simulated import Simulated
from app.ui.text import Sentence
from sync.faults import EnvironmentFault, Fault
from sync.replica.durable import DiskFault, DiskFull

if TYPE_CHECKING:
    from app.seat.guard.guard import Guard

P = TypeVar("P", bound=Phase)

RETRY_MS = 5_000


class ProgramDefect(EnvironmentFault):
    """Something in this program went wrong that nobody at the seat can mend. The logbook has the particulars."""

    code = "PROGRAM_DEFECT"


class Kiosk(QWidget):
    """The whole program at a seat.

    `item_shown` gives number and id of the item in front, `acknowledged` follows each response that is on the disk,
    `delivered` the packet's stage in the outbox, `finished` a candidate who left the result. `ended`: somebody left the
    program, which is offered where `may_be_left` and no session runs.
    """

    item_shown = Signal(int, str)
    acknowledged = Signal(str, object)
    delivered = Signal(str)
    finished = Signal()
    ended = Signal()

    def __init__(self, home: SeatHome, language: Language, sources: SourceChoice) -> None:
        super().__init__()
        self._home = home
        self._occupancy = Occupancy(home)
        self._language = language
        self._sources: SourceChoice = sources
        self._log = structlog.get_logger("kiosk")
        self._worker = Worker(self)
        self._workplace: Workplace | None = None
        self._phases: list[Phase] = []
        self._line: Line | None = None
        self._told: Fault | None = None
        self._session_runs = False
        self._camera: CameraDesk | None = None
        self._pc: Pc | None = None
        self.guard: Guard | None = None  # given before `begin`, where the window is to be guarded
        self.may_be_left = False
        self.deck = Deck(language, self)
        self.deck.leave_requested.connect(self.ended)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.deck)
        self.handbook = HandbookDoor(self, self.deck, self._handbook_place, lambda: self.deck.appearance)
        self.deck.handbook_requested.connect(self.handbook.open)
        self._set_session_runs(False)
        preparing = WaitingView(Sentence("screen.waiting.preparing_title"), Sentence("screen.waiting.preparing_body"))
        self.deck.bring(WaitingScreen).show_waiting(preparing)  # seen until it is known how it goes on
        self.deck.shown.connect(lambda screen: self._log.info("screen", screen=screen))
        self._trouble = self.deck.screen_of(TroubleScreen)
        self._trouble.retry_requested.connect(self._try_again)
        self._retry_timer = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry_timer.timeout.connect(self._retry)

    def take_seat(self) -> None:
        """Hold this seat until `leave`, so that no second kiosk writes into its journals.

        Raises: what `Occupancy.take` raises.
        """
        self._occupancy.take()

    def begin(self) -> None:
        """Go on with an interrupted sitting, or open the session that is now, or wait for one."""
        if self._line is not None and self._line.sitting.holds_what_is_not_saved:
            self._line.sitting.back()  # it is nowhere else: whatever is the matter beside it, the desk goes on
            return
        self._end_phases()
        self.deck.set_leave(self.may_be_left)
        try:
            self.take_seat()
            workplace = self._workplace = self._workplace or Workplace.open(self._home)
            finish_closings(workplace)
            self._write_missing_records(workplace)
            unfinished = find_unfinished(workplace)
            self.deck.set_leave(self.may_be_left and unfinished is None)
            self._set_session_runs(unfinished is not None)
            if unfinished is not None:
                self._go_on(workplace, unfinished)
            else:
                forget_ended_releases(workplace)
                self._choose(workplace)
        except Fault as fault:
            self.show_trouble(fault)

    def show_trouble(self, fault: Fault) -> None:
        """Say in words what is the matter; "try again" goes on from what is on the disk."""
        self._told = fault
        self._log.warning("trouble", code=fault.code, detail=fault.detail)
        self._trouble.show_trouble(TroubleView(fault, can_retry=True))
        self.deck.bring(TroubleScreen)
        if isinstance(fault, DiskFull | DiskFault):
            self._retry_timer.start()  # room comes back by itself, and nobody may be standing here

    def _retry(self) -> None:
        if isinstance(self.deck.currentWidget(), TroubleScreen):
            self._try_again()

    def _try_again(self) -> None:
        desk = self._line.sitting if self._line is not None else None
        if desk is not None and desk.case is not None and isinstance(self._told, DiskFull | DiskFault):
            desk.back()  # the disk refused something beside the sitting, which has not ended
        else:
            self.begin()

    def _set_session_runs(self, runs: bool) -> None:
        """Offer the handbook while no session runs, and take it away with the first candidate."""
        self._session_runs = runs
        self.deck.set_handbook(not runs)
        self.handbook.look_again()

    def _handbook_place(self) -> Place | None:
        """Give where the handbook opens: where something is the matter, at what is done about it."""
        if self._session_runs:
            return None
        trouble = isinstance(self.deck.currentWidget(), TroubleScreen)
        return Place(Reader.PROCTOR, "trouble" if trouble else "day")

    def leave(self) -> None:
        """End every thread and close the replica; the recorder, if it records, goes on."""
        self._end_phases()
        self._worker.close()
        if self._pc is not None:
            self._pc.leave()
        finish_background()
        if self._workplace is not None:
            self._workplace.close()
        self._occupancy.give_up()

    # the way of a session

    def _write_missing_records(self, workplace: Workplace) -> None:
        try:
            write_missing(workplace)
        except Fault as fault:
            self._log.warning("record_files", code=fault.code)  # they are kept in the replica: no reason to stand still

    def _choose(self, workplace: Workplace, *, by_hand: bool = False) -> None:
        choosing = self._add(Choosing(Bench(self.deck, workplace, self._worker), self))
        choosing.chosen.connect(lambda session: self._open(workplace, session))
        choosing.begin(by_hand=by_hand)

    def _choose_other(self, workplace: Workplace) -> None:
        self._end_phases()
        self._choose(workplace, by_hand=True)

    def _open(self, workplace: Workplace, session: Session) -> None:
        bench = Bench(self.deck, workplace, self._worker)
        camera = self._camera_of(workplace, session)
        desk = self._desk_of(workplace, session)
        authority = self._add(Authority(bench, desk, session.plan.proctors, self))
        pc = self._pc_of(workplace)
        doors = LineDoors(desk, authority, camera, pc)
        reach = Doors(desk, authority, workplace.connect(), camera, pc.desk(session), pc.surroundings)
        opening = self._add(Opening(bench, session, reach, self))
        opening.opened.connect(lambda opened: self._run(bench, opened, doors).admitting.begin())
        # not from within a signal of a phase that is going to end
        opening.left.connect(lambda: QTimer.singleShot(0, self, lambda: self._choose_other(workplace)))
        opening.begin()

    def _go_on(self, workplace: Workplace, unfinished: Unfinished) -> None:
        session = workplace.session_of(unfinished.session)
        keys = kept_keys(workplace, session)
        if keys is None:
            self._open(workplace, session)
            return
        room = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
        bench, opened = Bench(self.deck, workplace, self._worker), Opened(session, keys, Duty(), room)
        desk, camera = self._desk_of(workplace, session), self._camera_of(workplace, session)
        authority = self._add(Authority(bench, desk, session.plan.proctors, self))
        line = self._run(bench, opened, LineDoors(desk, authority, camera, self._pc_of(workplace)))
        runs_on = session.plan.policy.clock_while_dead
        journal, replayed = workplace.replica.journal, unfinished.replayed
        delivery = Delivery(unfinished.entry.sitting, journal, workplace.clock, runs_on, replayed)
        take_up(delivery, unfinished.entry)
        case = open_case(bench, opened, unfinished.entry, delivery)
        self._log.info("resumed", sitting=unfinished.entry.sitting, state=delivery.sitting.state.value)
        self.deck.set_appearance(delivery.sitting.appearance)
        line.go_on(case)

    def _run(self, bench: Bench, opened: Opened, doors: LineDoors) -> Line:
        self.deck.set_leave(False)
        self._set_session_runs(True)
        line = self._line = self._add(Line(bench, opened, doors, self))
        line.item_shown.connect(self.item_shown)
        line.acknowledged.connect(self.acknowledged)
        line.delivered.connect(self.delivered)
        line.left.connect(lambda: self._next(line))
        line.vacated.connect(lambda: self._seat_next(line))
        line.room_closed.connect(lambda: QTimer.singleShot(0, self, self._begin_afresh))
        return line

    def _begin_afresh(self) -> None:
        self.deck.set_appearance(Appearance(self._language))
        self.begin()

    def _next(self, line: Line) -> None:
        self.finished.emit()
        self._seat_next(line)

    def _seat_next(self, line: Line) -> None:
        self.deck.set_appearance(Appearance(self._language))  # the next person begins as this one did
        if len(line.opened.proctors) >= line.opened.session.plan.policy.proctors_needed:
            line.admitting.begin()
        else:
            # after a restart too few are signed in: ask for the proctors before the next candidate; not from within
            # a signal of a phase that `begin` is going to end
            QTimer.singleShot(0, self, self.begin)

    def _desk_of(self, workplace: Workplace, session: Session) -> SignInDesk:
        simulated = [Simulated.REHEARSAL] if session.plan.rehearsal else []
        if any(entry.simulated for entry in session.plan.roster):
            simulated.append(Simulated.CANDIDATE)
        self.deck.set_simulated(tuple(simulated))
        return SignInDesk(open_credentials(workplace, session), workplace.replica.cabinet, workplace.clock)

    def _pc_of(self, workplace: Workplace) -> Pc:
        self._pc = self._pc or Pc(workplace, self.guard, self)
        return self._pc

    def _camera_of(self, workplace: Workplace, session: Session) -> CameraDesk:
        device = workplace.enrolment.device
        left_open = partial(state_about_left, workplace)
        self._camera = CameraDesk(self._home, device, session.plan, self._sources, left_open)
        return self._camera

    def _add(self, phase: P) -> P:
        phase.troubled.connect(self.show_trouble)
        self._phases.append(phase)
        return phase

    def _end_phases(self) -> None:
        # at once, not later: a phase that is gone must not answer a screen's signal beside its successor
        for phase in self._phases:
            shiboken6.delete(phase)
        self._phases.clear()
        self._line = None
        self.deck.set_proctor_corner(False)
        self.deck.set_alarm(None)
        if self._camera is not None:
            self._camera.leave()
            self._camera = None
