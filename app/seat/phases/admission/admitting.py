"""Admitting one candidate: who they are (`identifying`), the recording notice, practice, and the start."""

import hashlib

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.appearance import Appearance
from app.exam.events import Adjusted, NoticeRead, SentBack, Started, Supervised
from app.exam.form import draw_form
from app.exam.sitting import State
from app.seat.about import state_about
from app.seat.camera_desk import CameraDesk, Glimpse
from app.seat.delivery import Delivery
from app.seat.phases.admission.identifying import Identifying
from app.seat.phases.admission.practising import Practising
from app.seat.phases.launch.opening import Opened
from app.seat.phases.one_look import OneLook
from app.seat.phases.phase import Bench, Phase, session_facts
from app.seat.phases.proctor.authority import Authority
from app.seat.screens.admission.notice import NoticeScreen, NoticeView, notice_text
from app.seat.sealing import Case
from app.seat.shelf import ItemShelf
from app.ui.bridge import in_background
from app.words import Words
from proctoring.recorder.faults import RecordingClosed
from sync.faults import Fault
from sync.wire.plan import RosterEntry

PREVIEW_MS = 1000
DAYS_A_YEAR = 365


class Admitting(Phase):
    """Ends with `begun`, carrying the candidate's `Case` with the clock running; or `vacated`: they were sent back."""

    begun = Signal(object)
    vacated = Signal()

    def __init__(self, bench: Bench, opened: Opened, camera: CameraDesk, authority: Authority, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._opened = opened
        self._camera = camera
        self._case: Case | None = None
        self._ready = False
        self._starting = False
        self._identifying = Identifying(bench, opened, camera, authority, self)
        self._identifying.admitted.connect(self._admitted)
        self._identifying.troubled.connect(self.trouble)
        self._notice = bench.deck.screen_of(NoticeScreen)
        self._notice.notice_read.connect(self._read_notice)
        self._notice.start_requested.connect(self._start)
        self._notice.practice_requested.connect(self._practise)
        self._practising = Practising(bench, self)
        self._practising.finished.connect(self._show_notice)
        self._practising.troubled.connect(self.trouble)
        bench.deck.adjusted.connect(self._adjust)
        self._one_look = OneLook(self)
        self._preview_timer = QTimer(self, interval=PREVIEW_MS)
        self._preview_timer.timeout.connect(self._look)

    @property
    def admitted(self) -> Case | None:
        """The candidate who is admitted and has not begun."""
        case = self._case
        return case if case is not None and case.delivery.sitting.state is State.ADMITTED else None

    def begin(self) -> None:
        """Ask who is there."""
        self._case, self._ready, self._starting = None, False, False
        self._preview_timer.stop()
        self._identifying.begin()

    def resume(self, case: Case) -> None:
        """Go on with a candidate who was admitted before the seat went down."""
        self._case = case
        self._show_notice()
        if case.delivery.sitting.notice_sha256:
            self._record()

    def _admitted(self, entry: RosterEntry, delivery: Delivery) -> None:
        try:
            case = open_case(self.bench, self._opened, entry, delivery)
        except Fault as fault:
            self.trouble(fault)
            return
        self.bench.deck.set_appearance(delivery.sitting.appearance)
        self.resume(case)

    def send_back(self, case: Case, told: tuple[Supervised | SentBack, ...]) -> None:
        """Let the candidate go: `told` is committed, and what was recorded of them is closed and stays."""
        self._starting = True  # nobody starts meanwhile
        recording = case.delivery.sitting.recording

        def work() -> None:
            for event in told:
                case.delivery.record(event)

        self.bench.worker.run(self, work, lambda _none: self._let_go(case, recording), self.trouble)

    def _let_go(self, case: Case, recording: str | None) -> None:
        self._case, self._ready = None, False
        self._preview_timer.stop()
        self._notice.forget()
        if recording is None:
            self.vacated.emit()
            return
        in_background(
            self,
            lambda: self._close_recording(case, recording),
            lambda _closed: self.vacated.emit(),
            lambda _fault: self.vacated.emit(),  # the next start of the recorder, or the end of the session, closes it
        )

    def _close_recording(self, case: Case, recording: str) -> None:
        self._camera.close(case.entry.sitting, recording)
        state_about(case.workplace, case.session, case.entry.sitting, recording)

    # notice and recording

    def _show_notice(self) -> None:
        self._write_notice()
        self.bench.deck.bring(NoticeScreen)

    def _write_notice(self) -> None:
        case = self._need_case()
        policy = case.session.plan.policy
        self._notice.show_notice(
            NoticeView(
                session=session_facts(case.workplace, case.session),
                sitting=case.entry.sitting,
                candidate_name=case.entry.name,
                seat_number=case.delivery.sitting.seat_number,
                items=len(case.shelf.form.items),
                minutes=duration_ms(case) // 60_000,
                marks=case.shelf.form.max_milli // 1000,
                pass_mark=policy.pass_mark,
                retention_years=policy.retention_days // DAYS_A_YEAR,
                ready=self._ready,
                acknowledged=bool(case.delivery.sitting.notice_sha256),
            )
        )

    def _read_notice(self) -> None:
        if not self._starting:
            self._starting = True
            self._record()

    def _record(self) -> None:
        case = self._need_case()
        self._starting = True
        sitting, before = case.entry.sitting, case.delivery.sitting.recording
        over = case.delivery.sitting.recordings_over

        def work() -> str:
            try:
                return self._camera.start(sitting, before, over)
            except RecordingClosed:
                return self._camera.start(sitting, None, over)  # nothing is added to one that was closed

        in_background(self, work, lambda recording: self._recording(case, recording), self._not_recording)

    def _recording(self, case: Case, recording: str) -> None:
        if case is not self.admitted:
            return  # sent back meanwhile
        sitting = case.delivery.sitting
        if sitting.notice_sha256 and sitting.recording == recording:
            self._noticed(case)
            return
        years = case.session.plan.policy.retention_days // DAYS_A_YEAR
        text = notice_text(Words(self.bench.deck.appearance.language), years)
        digest = sitting.notice_sha256 or hashlib.sha256(text.encode()).hexdigest()
        event = NoticeRead(notice_sha256=digest, recording=recording)
        self.bench.worker.run(
            self, lambda: case.delivery.record(event), lambda _sitting: self._noticed(case), self.trouble
        )

    def _noticed(self, case: Case) -> None:
        if case is not self.admitted:
            return
        self._ready = True
        self._starting = False
        self._write_notice()  # not to the front: a proctor may stand here
        self._preview_timer.start()
        self._look()

    def _not_recording(self, fault: Fault) -> None:
        self._starting = False
        self.trouble(fault)

    def _look(self) -> None:
        case = self._case
        self._one_look.look(self._camera.glimpse, lambda seen: self._show_look(case, seen))

    def _show_look(self, looked_for: Case | None, seen: Glimpse | None) -> None:
        if looked_for is not self._case or not self._ready:
            return  # a picture of the candidate before is not for this one's eyes
        self._notice.set_preview(seen.jpeg if seen else None)
        if seen is not None:
            self._notice.set_level(seen.status.level_dbfs_tenths)
            self.bench.deck.set_sources(seen.status.sources)
            self._notice.set_source_simulated(picture="picture" in seen.simulated, sound="sound" in seen.simulated)

    def _adjust(self, appearance: Appearance) -> None:
        """Keep what the candidate chooses before the start; from then on the sitting does."""
        case = self._case
        if case is None or case.delivery.sitting.state is not State.ADMITTED:
            return
        if appearance != case.delivery.sitting.appearance:
            event = Adjusted.to(appearance)
            self.bench.worker.run(self, lambda: case.delivery.record(event), lambda _sitting: None, self.trouble)

    # practice and start

    def _practise(self) -> None:
        if self._ready and not self._starting:
            self._practising.begin()

    def _start(self) -> None:
        case = self._need_case()
        if not self._ready or self._starting or case.delivery.sitting.state is not State.ADMITTED:
            return
        self._starting = True
        event = started(case)
        self.bench.worker.run(self, lambda: _begin(case, event), self._started, self.trouble)

    def _started(self, _sitting: object) -> None:
        self._preview_timer.stop()
        self.begun.emit(self._need_case())

    def _need_case(self) -> Case:
        if self._case is None:
            raise RuntimeError("no candidate is admitted")
        return self._case


def _begin(case: Case, event: Started) -> None:
    """Start the clock; a copy of the replica from before, put back, is found out from now on."""
    case.workplace.replica.advance()
    case.delivery.record(event)


def started(case: Case) -> Started:
    """Give the event that starts a candidate's clock, with the limits that policy and blueprint set.

    A section's own time grows by the accommodation in proportion to the whole.
    """
    policy, whole_ms = case.session.plan.policy, duration_ms(case)
    limits = (section.limit_ms for section in case.session.plan.blueprint.sections)
    return Started(
        form_sha256=case.shelf.form.sha256,
        duration_ms=whole_ms,
        early_leave_ms=policy.early_leave_ms,
        section_limits_ms=tuple(limit and limit * whole_ms // policy.duration_ms for limit in limits),
    )


def duration_ms(case: Case) -> int:
    """Give the time this candidate has, ms: the policy's and what an accommodation adds."""
    return case.session.plan.policy.duration_ms + case.entry.accommodation.extra_time_ms


def open_case(bench: Bench, opened: Opened, entry: RosterEntry, delivery: Delivery) -> Case:
    """Put together all that belongs to one candidate's sitting.

    Raises:
        BlueprintUnmet: the package cannot give the plan's form.
        FormUnshowable: the clock has not started, and not one item of the form opens.
    """
    session = opened.session
    form = draw_form(session.package.header.items, session.package.sha256, session.plan.blueprint, entry.form_seed)
    shelf = ItemShelf(session.package, opened.keys, form)
    if delivery.sitting.state is State.ADMITTED:
        shelf.need_one()
    return Case(bench.workplace, session, entry, delivery, shelf)
