"""The wizard: its pages in their order, the steps behind them on one thread, and what has come of them so far."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.handbook.book import Place, Reader
from app.handbook.door import HandbookDoor
from app.seat.home import SeatHome
from app.seat.screens.delivery.practice import PracticeScreen
from app.setup import conducting, enrolling
from app.setup.administrator import Act, Administrator, Reply
from app.setup.answers import RecordingAnswers, RehearsalAnswers
from app.setup.conducting import tried
from app.setup.devices import Looking
from app.setup.order import Order, Typed
from app.setup.steps import Step, StepResult
from app.setup.window.camera import CameraPage, Seen
from app.setup.window.chrome import Leg, SetupPage, Way
from app.setup.window.pages import FingerprintPage, InvitationPage, LockdownPage, PaperPage, WelcomePage, say_problem
from app.setup.window.sitting import MockSitting
from app.setup.window.working import STEPS, EndPage, RehearsalPage, WorkPage, way_of
from app.ui.bridge import Worker
from app.ui.key_ring import KeyRing
from app.ui.screen import Screen
from app.words import Words
from proctoring.recorder.client import RecorderStatus
from sync.client.introduction import fingerprint_of, grouped
from sync.faults import Fault
from sync.wire.enrolment import Invitation

T = TypeVar("T")
P = TypeVar("P", bound=Screen)
_LOOK_MS: Final = 250
_HANDBOOK_PAGE: Final = "first-run"


class Wizard(QWidget):
    """The window. `administrator` does what the seat's user may not; `ended` comes when the person is through."""

    ended = Signal()

    def __init__(self, home: SeatHome, administrator: Administrator, language: Language) -> None:
        super().__init__()
        self._home: Final = home
        self._administrator: Final = administrator
        self._appearance = Appearance(language)
        self._ways: dict[Leg, Way] = {}
        self._results: dict[Step, StepResult] = {}
        self._order: Order | None = None
        self._came_from: SetupPage | None = None
        self._worker: Final = Worker(self)
        self._looking: Final = Looking(home)
        self._glance: Final = QTimer(self, interval=_LOOK_MS)
        self._glance.timeout.connect(self._look)
        self.stack: Final = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)
        self._make_pages(Words(language))
        self._connect()
        place = Place(Reader.ADMINISTRATOR, _HANDBOOK_PAGE)
        self.handbook: Final = HandbookDoor(self, self.stack, lambda: place, lambda: self._appearance)
        self._ring: Final = KeyRing(self)
        self.welcome.language_chosen.connect(self._speak)

    def _make_pages(self, words: Words) -> None:
        self.welcome = self._take(WelcomePage(words))
        self.invitation = self._take(InvitationPage(words))
        self.paper = self._take(PaperPage(words))
        self.fingerprint = self._take(FingerprintPage(words))
        self.enrolment = self._take(WorkPage(words, Leg.ENROLMENT, "enrolment"))
        self.camera = self._take(CameraPage(words))
        self.profile = self._take(WorkPage(words, Leg.PROFILE, "profile"))
        self.rehearsal = self._take(RehearsalPage(words))
        self.exam = self._take(PracticeScreen(words))
        self.report = self._take(WorkPage(words, Leg.REPORT, "report"))
        self.lockdown = self._take(LockdownPage(words))
        self.end = self._take(EndPage(words))
        self._sitting = MockSitting(self._home, self.exam, self._worker, self)

    def _take(self, page: P) -> P:
        page.set_appearance(self._appearance)
        page.set_handbook(True)
        page.appearance_requested.connect(self.set_appearance)
        page.handbook_requested.connect(self._open_handbook)
        self.stack.addWidget(page)
        return page

    def _open_handbook(self) -> None:
        self.handbook.open()

    def _connect(self) -> None:
        self.welcome.next_requested.connect(self._from_welcome)
        self.invitation.look_requested.connect(self._find)
        self.invitation.next_requested.connect(self._show_fingerprint)
        self.invitation.second_requested.connect(lambda: self._bring(self.paper))
        self.invitation.back_requested.connect(lambda: self._bring(self.welcome))
        self.paper.entered.connect(self._typed)
        for page in (self.paper, self.fingerprint):
            page.back_requested.connect(self._to_invitations)
        self.paper.second_requested.connect(self._to_invitations)
        self.fingerprint.second_requested.connect(self.fingerprint.show_differs)
        self.fingerprint.next_requested.connect(self._invited)
        self.enrolment.back_requested.connect(lambda: self._bring(self._came_from or self.welcome))
        self.enrolment.second_requested.connect(self._enrol)
        self.enrolment.next_requested.connect(self._to_camera)
        self.camera.back_requested.connect(lambda: self._leave_camera(lambda: self._bring(self.enrolment)))
        self.camera.next_requested.connect(lambda: self._leave_camera(self._measure))
        self.camera.second_requested.connect(lambda: self._leave_camera(self._measure))
        self.profile.back_requested.connect(self._to_camera)
        self.profile.second_requested.connect(lambda: self._measure(again=True))
        self.profile.next_requested.connect(lambda: self._bring(self.rehearsal))
        self.rehearsal.back_requested.connect(lambda: self._bring(self.profile))
        self.rehearsal.person_requested.connect(self._begin_mock)
        self.rehearsal.simulated_requested.connect(self._simulate)
        self.rehearsal.on_requested.connect(self._report)
        self._sitting.began.connect(lambda: self._bring(self.exam))
        self._sitting.handed_in.connect(lambda: self._bring(self.rehearsal))
        self._sitting.ended.connect(self._mock_ended)
        self.report.back_requested.connect(lambda: self._bring(self.rehearsal))
        self.report.second_requested.connect(self._report)
        self.report.next_requested.connect(self._to_lockdown)
        self.lockdown.back_requested.connect(lambda: self._bring(self.report))
        self.lockdown.second_requested.connect(self._lock_down)
        self.lockdown.next_requested.connect(self._to_end)
        self.end.back_requested.connect(lambda: self._bring(self.lockdown))
        self.end.next_requested.connect(self.ended)

    # what all pages share

    def begin(self) -> None:
        """Show the first page."""
        self._bring(self.welcome)

    def set_appearance(self, appearance: Appearance) -> None:
        """Look as the person wants it, on every page."""
        self._appearance = appearance
        for page in self.findChildren(Screen):
            page.set_appearance(appearance)

    def _speak(self, language: Language) -> None:
        self.set_appearance(replace(self._appearance, language=language))

    def _bring(self, page: Screen) -> None:
        if isinstance(page, SetupPage):
            page.show_ways(self._ways)
        self.stack.setCurrentWidget(page)
        page.take_focus()

    def _do(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Fault], None]) -> None:
        self._worker.run(self, work, done, failed)

    def _told(self, page: WorkPage, result: StepResult, *, working: bool) -> None:
        self._results[result.step] = result
        found = [self._results[step] for step in STEPS[page.leg] if step in self._results]
        self._ways[page.leg] = way_of(found)
        page.show_results(found, working=working)
        page.show_ways(self._ways)
        if not working:
            page.lead_on()

    def _one(self, page: WorkPage, step: Step, work: Callable[[], StepResult]) -> None:
        """Take the one step of a page."""
        page.show_results((), working=True)
        self._bring(page)
        self._do(lambda: tried(step, work), lambda result: self._told(page, result, working=False), self._never)

    @staticmethod
    def _never(fault: Fault) -> None:
        raise RuntimeError(fault.code)  # `tried` makes a result of every fault

    # the registry

    def _from_welcome(self) -> None:
        there = enrolling.enrolled_here(self._home)
        self._ways[Leg.WELCOME] = Way.DONE
        if there is None:
            self._to_invitations()
            return
        self._came_from = self.welcome
        self._ways[Leg.REGISTRY] = Way.DONE
        self._order = Order(home=self._home.root, fingerprint=fingerprint_of(there.ca_pem))
        self._enrol()

    def _to_invitations(self) -> None:
        self._bring(self.invitation)
        self._find()

    def _find(self) -> None:
        def found(reply: Reply) -> None:
            self.invitation.show_found(reply.found)
            self.invitation.lead_on()

        self._do(lambda: self._administrator.ask(Act.INVITATIONS), found, self._not_found)

    def _not_found(self, fault: Fault) -> None:
        say_problem(self.invitation, StepResult.of_fault(Step.REGISTRY, fault))

    def _show_fingerprint(self) -> None:
        chosen = self.invitation.chosen
        if chosen is None:
            return
        try:
            seen = grouped(fingerprint_of(chosen.invitation.ca_pem))
        except Fault as fault:
            self._not_found(fault)
            return
        self.fingerprint.show_fingerprint(chosen.invitation.url, chosen.invitation.seat_label, seen)
        self._bring(self.fingerprint)

    def _invited(self) -> None:
        chosen = self.invitation.chosen
        if chosen is not None:
            self._came_from = self.fingerprint
            named = fingerprint_of(chosen.invitation.ca_pem)
            self._order = Order(home=self._home.root, fingerprint=named, invitation=chosen.invitation)
            self._enrol()

    def _typed(self, address: str, fingerprint: str, token: str) -> None:
        self._came_from = self.paper
        typed = Typed(address=address.strip(), token=token.strip())
        self._order = Order(home=self._home.root, fingerprint=fingerprint, typed=typed)
        self._enrol()

    def _enrol(self) -> None:
        order = self._order
        if order is None:
            return
        self._results.clear()
        self.enrolment.show_results((), working=True)
        self._bring(self.enrolment)

        def known(answer: tuple[Invitation | None, StepResult]) -> None:
            self._ways[Leg.REGISTRY] = Way.DONE
            self._told(self.enrolment, answer[1], working=True)
            self._do(
                lambda: tried(Step.ENROLMENT, lambda: enrolling.become_seat(order, answer[0])),
                self._enrolled,
                self._never,
            )

        def unknown(fault: Fault) -> None:
            self._ways[Leg.REGISTRY] = Way.FAILED
            self._told(self.enrolment, StepResult.of_fault(Step.REGISTRY, fault), working=False)

        self._do(lambda: enrolling.know_registry(order), known, unknown)

    def _enrolled(self, result: StepResult) -> None:
        self._told(self.enrolment, result, working=result.good)
        if result.good:
            self._do(lambda: enrolling.compare_clocks(self._home), self._clock_known, self._never)

    def _clock_known(self, result: StepResult) -> None:
        self._told(self.enrolment, result, working=True)
        self._do(
            lambda: conducting.fetch(self._home),
            lambda fetched: self._told(self.enrolment, fetched, working=False),
            self._never,
        )

    # camera and microphone

    def _to_camera(self) -> None:
        self.camera.begin()
        self._bring(self.camera)
        self._look()

    def _look(self) -> None:
        self._glance.stop()
        self._do(self._looking.glimpse, self._saw, self._saw_nothing)

    def _saw(self, glimpse: tuple[bytes | None, RecorderStatus]) -> None:
        self.camera.show_seen(Seen.of(*glimpse))
        if self.stack.currentWidget() is self.camera:
            self._glance.start()

    def _saw_nothing(self, fault: Fault) -> None:
        self.camera.show_fault(StepResult.of_fault(Step.DEVICES, fault))
        if self.stack.currentWidget() is self.camera:
            self._glance.start()

    def _leave_camera(self, then: Callable[[], None]) -> None:
        self._glance.stop()
        self._ways[Leg.CAMERA] = Way.DONE if self.camera.good else Way.FAILED
        self._do(self._looking.end, lambda _none: None, self._never)
        then()

    # measuring, mock exam, report

    def _measure(self, *, again: bool = False) -> None:
        self._one(
            self.profile,
            Step.PROFILE,
            lambda: conducting.profile(self._home, RecordingAnswers(), again=again),
        )

    def _simulate(self) -> None:
        order = Order(home=self._home.root, fingerprint="", rehearsal=RehearsalAnswers(), again=True)
        self._one(self.rehearsal, Step.REHEARSAL, lambda: conducting.rehearsal(self._home, order))

    def _begin_mock(self) -> None:
        self.rehearsal.show_results((), working=True)
        self._sitting.begin()

    def _mock_ended(self, result: StepResult) -> None:
        self._told(self.rehearsal, result, working=False)
        self._bring(self.rehearsal)

    def _report(self) -> None:
        self.report.show_results((), working=True)
        self._bring(self.report)
        language = self._appearance.language
        self._do(
            lambda: tried(Step.REPORT, lambda: conducting.report(self._home, language)), self._reported, self._never
        )

    def _reported(self, result: StepResult) -> None:
        self._told(self.report, result, working=True)

        def started(reply: Reply) -> None:
            if reply.result is not None:
                self._told(self.report, reply.result, working=False)

        self._do(
            lambda: self._administrator.ask(Act.SERVICE),
            started,
            lambda fault: self._told(self.report, StepResult.of_fault(Step.SERVICE, fault), working=False),
        )

    # the end

    def _to_lockdown(self) -> None:
        self.lockdown.show_able(able=self._administrator.may_lock_down)
        self._bring(self.lockdown)

    def _lock_down(self) -> None:
        self._do(
            lambda: self._administrator.ask(Act.LOCKDOWN),
            self._locked,
            lambda fault: self.lockdown.show_result(StepResult.of_fault(Step.LOCKDOWN, fault)),
        )

    def _locked(self, reply: Reply) -> None:
        if reply.result is not None:
            self._results[Step.LOCKDOWN] = reply.result
            self._ways[Leg.LOCKDOWN] = way_of((reply.result,))
            self.lockdown.show_result(reply.result)

    def _to_end(self) -> None:
        seat = str(self._results[Step.ENROLMENT].facts.get("seat", "")) if Step.ENROLMENT in self._results else ""
        ready = self.camera.good and all(one.good for one in self._results.values())
        self.end.show_end(seat, Path(self._home.root), ready=ready)
        self._bring(self.end)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of camera, recorder and everything else before the window goes."""
        self._glance.stop()
        self._do(self._let_go, lambda _none: None, self._never)
        self._worker.close()
        super().closeEvent(event)

    def _let_go(self) -> None:
        self._looking.end()
        self._sitting.let_go()
