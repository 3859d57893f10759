"""Closing a sitting: recording closed, score made, packet signed and handed to the outbox, result shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.events import Occurred, Supervised
from app.exam.scoring import Score
from app.exam.sitting import State
from app.exam.verification import verification_code
from app.seat.about import state_about
from app.seat.camera_desk import CameraDesk
from app.seat.duty import Duty
from app.seat.phases.cards import candidate_card, photo_of
from app.seat.phases.launch.signing import Signing
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.corner_acts import joined
from app.seat.screens.closing.result import DeliveryState, ResultScreen, ResultView, SectionScore
from app.seat.screens.closing.sealing import SealingScreen, SealingView, SealStep, StepRow, StepState
from app.seat.screens.proctor.countersign import CountersignScreen, CountersignView
from app.seat.screens.view import ProctorCard
from app.seat.sealing import Case, countersign_and_queue, packet_of, score_sitting, seal
from app.seat.sign_in import Proctor, SignInDesk
from app.ui.bridge import in_background
from app.ui.text import Sentence
from proctoring.recorder.client import RecorderGone
from sync.faults import Fault
from sync.replica.outbox import OutboxRow, Stage, Why
from sync.wire.packet import EndReason, RecordingRef

LOOK_MS = 700
SLOW_MS = 4_000
"""When a person is told that the recorder is waited for."""
RECORDER_MS = 30_000
"""How long the recorder is waited for; nothing of what it recorded is lost by going on without."""
_DELIVERY = {
    Stage.RECEIPTED: DeliveryState.RECEIPTED,
    Stage.PROVEN: DeliveryState.PROVEN,
    Stage.PURGEABLE: DeliveryState.PROVEN,
    Stage.IN_FLIGHT: DeliveryState.SENDING,
    Stage.QUARANTINED: DeliveryState.QUARANTINED,
}
_WAITING = {
    Why.NEW: DeliveryState.SENDING,
    Why.BUSY: DeliveryState.WAITING_REGISTRY,
    Why.FAILS: DeliveryState.WAITING_REGISTRY,
    Why.REFUSED: DeliveryState.WAITING_REGISTRY,
}


class Closing(Phase):
    """Ends with `closed` when the candidate leaves the result. `delivered` follows each stage of the outbox.

    `joined` carries a `Proctor` who came to countersign after a restart, `locked_out` the id of one who was locked out.
    """

    closed = Signal()
    delivered = Signal(str)
    joined = Signal(object)
    locked_out = Signal(str)

    def __init__(self, bench: Bench, duty: Duty, camera: CameraDesk, desk: SignInDesk, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._camera = camera
        self._duty = duty
        self._then: Callable[[], None] = self._queue
        self._case: Case | None = None
        self._proctors: list[Proctor] = []
        self._steps: dict[SealStep, StepState] = {}
        self._result: ResultView | None = None
        self._sealing = bench.deck.screen_of(SealingScreen)
        self._countersign = bench.deck.screen_of(CountersignScreen)
        self._signing = Signing(desk, self._countersign, self)
        self._signing.signed.connect(self._signed)
        self._signing.locked_out.connect(self.locked_out)
        self._screen = bench.deck.screen_of(ResultScreen)
        self._screen.done.connect(self._leave)
        self._look_timer = QTimer(self, interval=LOOK_MS)
        self._look_timer.timeout.connect(self._look)
        self._awaited: str | None = None
        self._slow = False
        self._slow_timer = QTimer(self, interval=SLOW_MS, singleShot=True)
        self._slow_timer.timeout.connect(self._say_slow)
        self._bound_timer = QTimer(self, interval=RECORDER_MS, singleShot=True)
        self._bound_timer.timeout.connect(self._give_up_recorder)

    def begin(self, case: Case) -> None:
        """Close a sitting that is submitted (or sealed, after a crash); those on duty now countersign."""
        self._case, self._proctors, self._result = case, list(self._duty.proctors), None
        self._steps = dict.fromkeys(SealStep, StepState.TO_DO)
        self._steps[SealStep.ANSWERS] = StepState.DONE
        self.bench.deck.bring(SealingScreen)
        self._begin_recording(case)

    # steps

    def _step(self, step: SealStep, work: Callable[[], object], then: Callable[[object], None]) -> None:
        self._steps[step] = StepState.RUNNING
        self._show_steps()

        def done(result: object) -> None:
            self._steps[step] = StepState.DONE
            self._show_steps()
            then(result)

        def failed(fault: Fault) -> None:
            self._steps[step] = StepState.FAILED
            self._show_steps()
            self.trouble(fault)

        self.bench.worker.run(self, work, done, failed)

    def _show_steps(self) -> None:
        slow = {SealStep.RECORDING: Sentence("screen.sealing.recorder_slow", {"seconds": RECORDER_MS // 1000})}
        details = slow if self._slow else {}
        rows = tuple(StepRow(step, self._steps[step], details.get(step, "")) for step in SealStep)
        self._sealing.show_sealing(SealingView(self._need_case().entry.name, rows))

    def _begin_recording(self, case: Case) -> None:
        """Close the recording; one that cannot be closed is stated in the packet and keeps nobody from a score.

        A recorder that hangs keeps nobody waiting for more than `RECORDER_MS`: it counts as gone, and who starts it
        again closes what it recorded.
        """
        sitting = case.delivery.sitting
        recording = sitting.recording
        self._steps[SealStep.RECORDING], self._slow = StepState.RUNNING, False
        self._show_steps()
        if sitting.state is not State.SUBMITTED:
            self._recording_is(None, "")
        elif recording is None:
            self._recording_is(None, RecorderGone.code)
        else:
            self._awaited = recording
            self._slow_timer.start()
            self._bound_timer.start()
            in_background(
                self,
                lambda: self._close_recording(case, recording),
                lambda reference: self._closed(recording, reference, ""),
                lambda fault: self._closed(recording, None, fault.code),
            )

    def _close_recording(self, case: Case, recording: str) -> RecordingRef:
        reference = self._camera.close(case.entry.sitting, recording)
        state_about(case.workplace, case.session, case.entry.sitting, recording)
        return reference

    def _say_slow(self) -> None:
        self._slow = True
        self._show_steps()

    def _give_up_recorder(self) -> None:
        if self._awaited is not None:
            self._closed(self._awaited, None, RecorderGone.code)

    def _closed(self, recording: str, reference: RecordingRef | None, lost: str) -> None:
        if recording != self._awaited:
            return  # it came too late: the packet says that it was lost
        self._awaited = None
        self._slow_timer.stop()
        self._bound_timer.stop()
        self._slow = False
        self._recording_is(reference, lost)

    def _recording_is(self, reference: RecordingRef | None, lost: str) -> None:
        """Go on with the recording's reference; `lost` is the code of why there is none."""
        case = self._need_case()

        def work() -> RecordingRef | None:
            if lost:
                case.delivery.record(Occurred(code="RECORDING_LOST", detail=lost))
            return reference

        self._step(SealStep.RECORDING, work, self._score)

    def _score(self, recording: object) -> None:
        case = self._need_case()
        reference = recording if isinstance(recording, RecordingRef) else None
        self._step(SealStep.SCORE, lambda: score_sitting(case), lambda score: self._sign(reference, score))

    def _sign(self, recording: RecordingRef | None, score: object) -> None:
        if not isinstance(score, Score):
            raise TypeError("a score was expected")
        if self._proctors or self._kept() is not None:
            self._make_packet(recording, score)
        else:  # the packet names who countersigns it, so it is made when somebody has signed
            self._then = lambda: self._make_packet(recording, score)
            self._ask_for_signature(None)

    def _kept(self) -> OutboxRow | None:
        return self.bench.workplace.replica.outbox.of_sitting(self._need_case().entry.sitting)

    def _make_packet(self, recording: RecordingRef | None, score: Score) -> None:
        case, keyids = self._need_case(), tuple(proctor.key.public.keyid for proctor in self._proctors)

        def work() -> OutboxRow:
            on_duty = joined(case.delivery.sitting.on_duty, keyids)
            known = set(keyids) <= set(case.delivery.sitting.proctors)
            if on_duty is not None and not known and case.delivery.sitting.state is State.SUBMITTED:
                case.delivery.record(Supervised(proctors=on_duty))
            return seal(case, recording)

        self.bench.deck.bring(SealingScreen)
        self._step(SealStep.PACKET, work, lambda row: self._hand_over(row, score))

    def _hand_over(self, row: object, score: Score) -> None:
        if not isinstance(row, OutboxRow):
            raise TypeError("an outbox row was expected")
        self._result = _result_view(self._need_case(), row, score)
        if row.stage is Stage.SEALED and not self._signers(row):
            self._then = self._queue
            self._ask_for_signature(frozenset(packet_of(row).proctors))
        else:
            self._queue()

    def _queue(self) -> None:
        case, row = self._need_case(), self._kept()
        proctors = self._signers(row) if row is not None else []
        self.bench.deck.bring(SealingScreen)
        self._step(SealStep.DELIVERY, lambda: countersign_and_queue(case, proctors), self._show_result)

    def _signers(self, row: OutboxRow) -> list[Proctor]:
        """Give those who are here and whom the packet names: nobody else's signature counts."""
        named = packet_of(row).proctors
        return [proctor for proctor in self._proctors if proctor.key.public.keyid in named]

    # countersignature after a restart

    def _ask_for_signature(self, named: frozenset[str] | None) -> None:
        """Ask any proctor of the plan; those whom the packet names, if it is made already."""
        case = self._need_case()
        proctors = [entry for entry in case.session.plan.proctors if named is None or entry.keyid in named]
        cards = tuple(ProctorCard(entry.proctor, entry.name) for entry in proctors)
        card = candidate_card(case.session, case.entry)
        self._countersign.show_countersign(CountersignView(card, cards, Sentence("seat.countersign_reason")))
        self.bench.deck.bring(CountersignScreen)
        self._signing.begin(entry.proctor for entry in proctors)

    def _signed(self, proctor: Proctor) -> None:
        self._signing.end()
        self._proctors = [proctor]
        self._duty.join(proctor)
        self.joined.emit(proctor)
        self._then()

    # result

    def _show_result(self, _row: object) -> None:
        self._look()
        self.bench.deck.bring(ResultScreen)
        self._look_timer.start()

    def _look(self) -> None:
        outbox = self.bench.workplace.replica.outbox
        row = outbox.of_sitting(self._need_case().entry.sitting)
        if row is None or self._result is None:
            return
        delivery = _delivery(row, paused=outbox.paused() is not None)
        if delivery is not self._result.delivery or not self._look_timer.isActive():
            self._result = replace(self._result, delivery=delivery)
            self._screen.show_result(self._result)
        self.delivered.emit(row.stage.value)

    def _leave(self) -> None:
        self._look_timer.stop()
        self._case = None
        self.closed.emit()

    def _need_case(self) -> Case:
        if self._case is None:
            raise RuntimeError("no sitting is being closed")
        return self._case


def _delivery(row: OutboxRow, *, paused: bool) -> DeliveryState:
    """Say where the packet is as `examroom outbox list` does: what waits, for the reason it waits."""
    if row.stage is Stage.QUEUED:
        return DeliveryState.PAUSED if paused else _WAITING.get(row.why, DeliveryState.WAITING_NETWORK)
    return _DELIVERY.get(row.stage, DeliveryState.WAITING_NETWORK)


def _result_view(case: Case, row: OutboxRow, score: Score) -> ResultView:
    packet = packet_of(row)
    code = verification_code(case.delivery.sitting.payload_sha256 or "")
    policy = case.session.plan.policy
    return ResultView(
        exam_title=case.session.plan.exam_title,
        candidate_name=case.entry.name,
        admission_number=case.entry.admission_number,
        photo=photo_of(case.entry),
        score_shown=policy.score_at_seat,
        score_milli=packet.score_milli,
        max_milli=packet.max_milli,
        pass_milli=policy.pass_mark * 1000,
        passed=packet.passed,
        sections=_sections(case, score),
        submitted=f"{datetime.fromtimestamp(packet.submitted_ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}",
        code=code,
        qr=f"EXAMROOM:1:{packet.packet}:{code}",
        delivery=DeliveryState.SENDING,
        voided=packet.end_reason is EndReason.VOIDED,
    )


def _sections(case: Case, score: Score) -> tuple[SectionScore, ...]:
    outcomes = {outcome.item: outcome for outcome in score.outcomes}
    sections = []
    for index, section in enumerate(case.session.plan.blueprint.sections):
        mine = [outcomes[place.item] for place in case.shelf.form.items if place.section == index]
        sections.append(
            SectionScore(
                title=section.title,
                score_milli=sum(outcome.score_milli for outcome in mine),
                max_milli=sum(outcome.max_milli for outcome in mine),
                right=sum(outcome.score_milli == outcome.max_milli for outcome in mine),
                items=len(mine),
            )
        )
    return tuple(sections)
