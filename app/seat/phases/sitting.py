"""The candidate sits: items, answer card, clock, review. A change shows at once; "saved" means on the disk."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.appearance import Appearance
from app.exam.events import Adjusted, Answered, Event, Flagged, Occurred, Submitted, Tick, Viewed
from app.exam.interactions import Responses
from app.exam.item import is_complete
from app.exam.sitting import OutOfOrder, Sitting, State
from app.seat.camera_desk import CameraDesk, is_recording
from app.seat.phases.cards import photo_of
from app.seat.phases.pending import Pending
from app.seat.phases.phase import Bench, Phase
from app.seat.screens.item import ItemHeader, ItemScreen, ItemView, RecordingState
from app.seat.screens.review import ReviewScreen, ReviewView
from app.seat.sealing import Case
from app.ui.bridge import in_background
from app.ui.number_grid import GridCell
from proctoring.recorder.client import RecorderStatus
from sync.faults import Fault
from sync.wire.packet import EndReason
from sync.wire.plan import MINUTE_MS

CLOCK_MS = 200
TICK_MS = 5_000
"""A crash gives back at most this much of the clock."""
RECORDER_MS = 2_000
RETRY_MS = 2_000
ATTACH_EVERY = 15
"""A recorder that stays away is looked for again at every fifteenth look."""
WARN_MINUTES = (1, 5, 15)
WARN_FOR_MS = 20_000


class SittingDesk(Phase):
    """Ends with `handed_in`, carrying the `Case`.

    `item_shown` gives number and id of the item in front; `acknowledged` follows each response that is on the disk.
    """

    handed_in = Signal(object)
    item_shown = Signal(int, str)
    acknowledged = Signal(str, object)

    def __init__(self, bench: Bench, camera: CameraDesk, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._camera = camera
        self._case: Case | None = None
        self._number = 1
        self._pending = Pending(self)
        self._pending.due.connect(self._save_response)
        self._waiting = 0
        self._handing_in = False
        self._misses = 0
        self._attaching = False
        self._items = bench.deck.screen_of(ItemScreen)
        self._items.responded.connect(self._respond)
        self._items.flag_toggled.connect(self._flag)
        self._items.went_to.connect(self._go_to)
        self._items.review_requested.connect(self._show_review)
        self._review = bench.deck.screen_of(ReviewScreen)
        self._review.back_requested.connect(self._back)
        self._review.went_to.connect(self._go_to)
        self._review.submit_confirmed.connect(self._submit)
        bench.deck.adjusted.connect(self._adjust)
        self._timers = [self._timer(CLOCK_MS, self._show_clock), self._timer(TICK_MS, self._tick)]
        self._recorder_timer = self._timer(RECORDER_MS, self._look_at_recorder)

    def begin(self, case: Case) -> None:
        """Show the item the candidate was at (the first, at the start) and let the clock be seen."""
        self._case = case
        self._pending.clear()
        self._waiting, self._handing_in, self._misses = 0, False, 0
        entry = case.entry
        self._items.reset()
        self._items.show_header(
            ItemHeader(case.session.plan.exam_title, entry.name, entry.seat_number, photo_of(entry))
        )
        current = case.delivery.sitting.current
        self._items.set_recording(RecordingState.CHECKING, simulated=False)
        self._show_cells()
        self._show_clock()
        if case.delivery.sitting.given:
            self._items.show_saved(_clock_face(case.delivery.sitting.answered_wall_ms))
        self._go_to(case.shelf.place(current).number if current else 1)
        for timer in self._timers:
            timer.start()
        self._attach_recorder()

    def say_resumed(self) -> None:
        """Tell the candidate calmly that the seat was restarted and nothing is lost."""
        self._items.show_resumed()

    # items

    def _go_to(self, number: int) -> None:
        self._pending.flush()
        case = self._need_case()
        place = case.shelf.form.items[number - 1]
        try:
            item = case.shelf.item(place.item)
            media = {medium.name: case.shelf.medium(item.id, medium.name) for medium in item.media}
        except Fault as fault:
            self.trouble(fault)
            return
        self._number = number
        self._items.show_item(
            ItemView(
                item=item,
                number=number,
                marks_milli=place.max_milli,
                responses=self._responses(item.id),
                flagged=item.id in case.delivery.sitting.flags,
                media=media,
            )
        )
        self.bench.deck.bring(ItemScreen)
        self.item_shown.emit(number, item.id)
        self._save(Viewed(item=item.id, section=place.section), lambda: None)

    def _responses(self, item: str) -> Responses:
        given = self._need_case().delivery.sitting.given.get(item)
        return self._pending.given.get(item, given.responses if given else {})

    def _respond(self, item: str, responses: Responses) -> None:
        self._items.show_saving()
        self._pending.give(self._need_case().shelf.item(item), self._responses(item), responses)

    def _save_response(self, item: str, responses: Responses) -> None:
        complete = is_complete(self._need_case().shelf.item(item), responses)
        answered = Answered(item=item, responses=responses, complete=complete)
        self._save(answered, lambda: self._acknowledge(item, responses))

    def _acknowledge(self, item: str, responses: Responses) -> None:
        self._pending.settle(item, responses)
        if not self._pending:
            self._items.show_saved(_clock_face(self._need_case().workplace.clock().wall_ms))
        self._show_cells()
        self.acknowledged.emit(item, responses)

    def _flag(self, item: str, on: bool) -> None:
        self._save(Flagged(item=item, on=on), self._show_cells)

    def _adjust(self, appearance: Appearance) -> None:
        if self._case is not None and self._case.delivery.sitting.state is State.ACTIVE:
            self._save(Adjusted.to(appearance), lambda: None)

    def _cells(self) -> tuple[GridCell, ...]:
        case = self._need_case()
        sitting = case.delivery.sitting
        waiting = self._pending.given
        answered = sitting.answered - waiting.keys()
        answered |= {item for item, given in waiting.items() if is_complete(case.shelf.item(item), given)}
        return tuple(
            GridCell(place.number, place.item in answered, place.item in sitting.flags)
            for place in case.shelf.form.items
        )

    def _show_cells(self) -> None:
        self._items.show_cells(self._cells())

    # saving

    def _save(self, event: Event, then: Callable[[], None]) -> None:
        case = self._need_case()
        self._waiting += 1

        def saved(_sitting: Sitting) -> None:
            self._waiting -= 1
            then()

        def failed(fault: Fault) -> None:
            self._waiting -= 1
            self._not_saved(event, then, fault)

        self.bench.worker.run(self, lambda: case.delivery.record(event), saved, failed)

    def _not_saved(self, event: Event, then: Callable[[], None], fault: Fault) -> None:
        if self._handing_in and not isinstance(event, Submitted):
            return  # the sitting was handed in while this waited; what was acknowledged is in it
        if isinstance(fault, OutOfOrder):
            self.trouble(fault)
            return
        self._items.show_not_saved(fault)
        self.bench.deck.bring(ItemScreen)
        QTimer.singleShot(RETRY_MS, self, lambda: self._save(event, self._after_retry(then)))

    def _after_retry(self, then: Callable[[], None]) -> Callable[[], None]:
        def call() -> None:
            then()
            if not self._pending:
                self._items.show_saved(_clock_face(self._need_case().workplace.clock().wall_ms))

        return call

    # clock and recorder

    def _show_clock(self) -> None:
        case = self._need_case()
        left = case.delivery.remaining_ms()
        self._items.set_remaining(left)
        self._review.set_remaining(left)
        self._items.set_warning(_warning(left, case.delivery.sitting.duration_ms))
        if left == 0:
            self._hand_in(EndReason.TIME)

    def _tick(self) -> None:
        if not self._waiting:
            self._save(Tick(), lambda: None)

    def _look_at_recorder(self) -> None:
        in_background(self, self._camera.status, self._show_recorder, lambda _fault: None)

    def _show_recorder(self, status: RecorderStatus | None) -> None:
        runs = is_recording(status)
        simulated = status is not None and any(source.simulated for source in status.sources)
        self.bench.deck.set_sources(status.sources if status else ())
        state = RecordingState.RECORDING if runs else RecordingState.INTERRUPTED
        self._items.set_recording(state, simulated=simulated)
        if runs:
            self._misses = 0
        elif not self._handing_in:
            self._miss_recorder(status.fault or status.state.value if status else "no answer")

    def _miss_recorder(self, why: str) -> None:
        """State the interruption once; look for the recorder at once, then ever more rarely, until it is back."""
        if not self._misses:
            self._save(Occurred(code="RECORDING_INTERRUPTED", detail=why), lambda: None)
        self._misses += 1
        often = self._misses & (self._misses - 1) == 0  # the first, second, fourth, eighth miss
        if not self._attaching and (often or self._misses % ATTACH_EVERY == 0):
            self._attach_recorder()

    def _attach_recorder(self) -> None:
        """Find the recorder that goes on by itself after a crash of ours, or start one; look at it from then on."""
        case = self._need_case()
        recording = case.delivery.sitting.recording
        self._attaching = True
        in_background(
            self,
            lambda: self._camera.start(case.entry.sitting, recording),
            lambda _recording: self._follow_recorder(),
            self._not_attached,
        )

    def _follow_recorder(self) -> None:
        self._attaching = False
        if not self._handing_in:
            self._recorder_timer.start()
            self._look_at_recorder()

    def _not_attached(self, fault: Fault) -> None:
        self._attaching = False
        if not self._handing_in:
            self._recorder_timer.start()
            self._miss_recorder(fault.code)

    # the end

    def _show_review(self) -> None:
        self._pending.flush()
        case = self._need_case()
        self._review.show_review(
            ReviewView(
                exam_title=case.session.plan.exam_title,
                candidate_name=case.entry.name,
                seat_number=case.entry.seat_number,
                cells=self._cells(),
                here=self._number,
            )
        )
        self.bench.deck.bring(ReviewScreen)

    def _back(self) -> None:
        self._go_to(self._number)

    def _submit(self) -> None:
        self._hand_in(EndReason.CANDIDATE)

    def _hand_in(self, reason: EndReason) -> None:
        if self._handing_in:
            return
        self._pending.flush()  # before the submission, and so on the disk before it
        self._handing_in = True
        for timer in (*self._timers, self._recorder_timer):
            timer.stop()
        self._save(Submitted(reason=reason), lambda: self.handed_in.emit(self._need_case()))

    def _timer(self, interval_ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self, interval=interval_ms)
        timer.timeout.connect(call)
        return timer

    def _need_case(self) -> Case:
        if self._case is None:
            raise RuntimeError("nobody sits here")
        return self._case


def _warning(left_ms: int, duration_ms: int) -> int | None:
    """Give the minutes to warn of: for 20 s from each mark on, unless the whole sitting is shorter than the mark."""
    for minutes in WARN_MINUTES:
        mark = minutes * MINUTE_MS
        if mark < duration_ms and mark - WARN_FOR_MS < left_ms <= mark:
            return minutes
    return None


def _clock_face(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone():%H:%M:%S}"
