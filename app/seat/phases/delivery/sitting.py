"""The candidate sits: items, answer card, clock, review. A change shows at once; "saved" means on the disk."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.events import (
    Answered,
    Event,
    Extended,
    Occurred,
    Paused,
    PauseReason,
    Submitted,
    Tick,
    Viewed,
)
from app.exam.form import FormItem
from app.exam.interactions import Responses
from app.exam.item import is_complete
from app.exam.sitting import BY_PROCTORS, OutOfOrder, Sitting, State, TimeUsedUp, TooEarlyToLeave
from app.seat.alarm import Alarm, Cause
from app.seat.camera_desk import CameraDesk
from app.seat.phases.cards import photo_of
from app.seat.phases.delivery.bounds import fits
from app.seat.phases.delivery.front import ItemFront
from app.seat.phases.delivery.gestures import Gestures
from app.seat.phases.delivery.pending import Pending
from app.seat.phases.delivery.recorder_watch import RecorderWatch
from app.seat.phases.delivery.saving import Saving
from app.seat.phases.delivery.timekeeping import Timekeeping
from app.seat.phases.phase import Bench, Phase
from app.seat.screens.delivery.item import ItemHeader, ItemScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.sealing import Case
from app.ui.text import Sentence
from sync.faults import Fault
from sync.wire.packet import EndReason
from sync.wire.plan import MINUTE_MS

TICK_MS = 5_000
"""A crash gives back at most this much of the clock."""
UNSHOWABLE = "ITEM_UNSHOWABLE"
"""The code of the incident that says an item could not be shown."""


class SittingDesk(Phase):
    """Ends with `handed_in` (by the candidate or by time) or `ended` (by proctors), carrying the `Case`.

    `item_shown` gives number and id of the item in front; `acknowledged` follows each response that is on the disk;
    `changed` gives the `Sitting` after each event; `not_saved`: an event cannot be written, and the item is covered.
    """

    handed_in = Signal(object)
    ended = Signal(object)
    item_shown = Signal(int, str)
    acknowledged = Signal(str, object)
    changed = Signal(object)
    not_saved = Signal()

    def __init__(self, bench: Bench, camera: CameraDesk, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._case: Case | None = None
        self._leaving = False
        self._unshowable: set[str] = set()
        self._items = bench.deck.screen_of(ItemScreen)
        self._review = bench.deck.screen_of(ReviewScreen)
        self._alarm = Alarm(bench.deck, self)
        self._gestures = Gestures(bench.deck, self._items, self)
        self._pending = Pending(self)
        self._front = ItemFront(self._items, self._review, self._pending, self)
        self._saving = Saving(bench.worker, self)
        self._time = Timekeeping(self._items, self._review, self)
        self._watch = RecorderWatch(bench.deck, camera, self)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._connect()

    def _connect(self) -> None:
        # methods only: a lambda on a screen's signal would live on, and write, when this desk is gone
        items, review = self._items, self._review
        items.responded.connect(self._respond)
        items.went_to.connect(self._go_to)
        items.review_requested.connect(self._show_review)
        review.back_requested.connect(self._go_back)
        review.went_to.connect(self._go_to)
        review.submit_confirmed.connect(self._submit)
        self._gestures.made.connect(self._change)
        self._gestures.too_many_marks.connect(self._refuse_marks)
        self._front.came.connect(self._view)
        self._front.unshowable.connect(self._state_unshowable)
        self._pending.due.connect(self._save_response)
        self._saving.failing.connect(self._show_not_saved)
        self._saving.restored.connect(self._show_restored)
        self._time.over.connect(lambda: self._hand_in(EndReason.TIME))
        self._time.section_closed.connect(self._leave_section)
        self._watch.lost.connect(self._recording_lost)
        self._watch.back.connect(self._recording_back)
        self._watch.alarmed.connect(self._alarm.set)
        self._watch.stated.connect(self._occur)
        self._tick_timer.timeout.connect(self._tick)

    @property
    def case(self) -> Case | None:
        """The sitting that is running or paused here; None if none is."""
        return self._case

    @property
    def holds_what_is_not_saved(self) -> bool:
        """Whether something that was done here is not on the disk yet."""
        return self._case is not None and (bool(self._pending) or self._saving.waiting > 0)

    def begin(self, case: Case) -> None:
        """Show the item the candidate was at (the first, at the start) and let the clock be seen."""
        self._case, self._leaving = case, False
        self._unshowable.clear()
        self._pending.clear()
        self._saving.begin(case.delivery)
        entry, sitting = case.entry, case.delivery.sitting
        self._items.reset()
        self._items.show_header(
            ItemHeader(case.session.plan.exam_title, entry.name, entry.seat_number, photo_of(entry))
        )
        self._items.set_tools(calculator=case.session.plan.policy.calculator, reader=entry.accommodation.reader)
        if sitting.given:
            self._items.show_saved(_clock_face(sitting.answered_wall_ms))
        self.bench.deck.bring(ItemScreen)
        self._front.begin(case)
        self._show_state()
        self._time.begin(case)
        self._tick_timer.start()
        self._watch.begin(case)
        self._time.look()

    def say_resumed(self) -> None:
        """Tell the candidate calmly that the seat was restarted and nothing is lost."""
        self._items.show_resumed()

    def act(
        self,
        event: Event,
        done: Callable[[Sitting], None],
        refused: Callable[[OutOfOrder], None] | None = None,
    ) -> None:
        """Commit what a proctor does, after everything the candidate did before it, and show it.

        `refused`: it cannot happen now, for example because the time was over first.
        """
        self._pending.flush()

        def acted(sitting: Sitting) -> None:
            self._saved(event, sitting)
            done(sitting)

        self._saving.save(event, acted, refused or self._refused)

    def note(self, event: Event, done: Callable[[], None]) -> None:
        """Commit what was seen of the PC, after everything the candidate did before it; the item does not change."""
        if self._case is None:
            done()
            return

        def noted(sitting: Sitting) -> None:
            self.changed.emit(sitting)
            done()

        self._saving.save(event, noted, lambda _fault: done())

    def call_proctor(self, cause: Cause, *, on: bool) -> None:
        """Raise the alarm for what is the matter beside the sitting, or end it."""
        self._alarm.set(cause, on)

    def back(self) -> None:
        """Bring the item to the front again, after a proctor was at another screen."""
        self.bench.deck.bring(ItemScreen)

    # items

    def _go_to(self, number: int) -> None:
        if self._case is None:
            return
        self._pending.flush()
        self.bench.deck.bring(ItemScreen)
        self._front.show_place(number)

    def _view(self, place: FormItem) -> None:
        self.item_shown.emit(place.number, place.item)
        if self._need_case().delivery.sitting.state is State.ACTIVE:
            self._saving.save(Viewed(item=place.item, section=place.section), self._viewed, self._refused)

    def _viewed(self, sitting: Sitting) -> None:
        self._front.show_cells()
        self.changed.emit(sitting)

    def _state_unshowable(self, place: FormItem, fault: Fault) -> None:
        """State it once, whatever happens to the seat meanwhile."""
        detail = f"{place.item} {fault.code}"
        known = self._need_case().delivery.sitting.incidents
        if detail not in self._unshowable and not any(one.detail == detail for one in known):
            self._unshowable.add(detail)
            self._occur(UNSHOWABLE, detail)

    # what the candidate does

    def _respond(self, item: str, responses: Responses) -> None:
        case = self._case
        if case is None or self._leaving or case.delivery.sitting.state is not State.ACTIVE:
            return
        if not fits(case.delivery.sitting, item, responses):
            self._items.show_note(Sentence("sitting.too_large"))
            self._front.show_again()
            return
        self._items.show_saving()
        self._pending.give(case.shelf.item(item), self._front.responses(item), responses)

    def _save_response(self, item: str, responses: Responses) -> None:
        complete = is_complete(self._need_case().shelf.item(item), responses)
        answered = Answered(item=item, responses=responses, complete=complete)

        def saved(sitting: Sitting) -> None:
            self._pending.settle(item, responses)
            self._saved(answered, sitting)
            self.acknowledged.emit(item, responses)

        def refused(fault: OutOfOrder) -> None:
            self._pending.settle(item, responses)
            self._refused(fault)

        self._saving.save(answered, saved, refused)

    def _go_back(self) -> None:
        self._go_to(self._front.number)

    def _submit(self) -> None:
        self._hand_in(EndReason.CANDIDATE)

    def _refuse_marks(self) -> None:
        self._items.show_note(Sentence("sitting.too_many_marks"))
        self._front.show_again()

    def _change(self, event: Event) -> None:
        if self._case is not None and not self._leaving:
            self._items.show_saving()
            self._saving.save(event, lambda sitting: self._saved(event, sitting), self._refused)

    # saving

    def _saved(self, event: Event, sitting: Sitting) -> None:
        """Show what an event that is on the disk now has changed."""
        if isinstance(event, Submitted):
            self._end(event.reason)
            return
        if not self._pending and not self._saving.waiting:
            self._items.show_saved(_clock_face(self._need_case().workplace.clock().wall_ms))
        if isinstance(event, Extended):
            self._items.show_note(_extension(event.ms))
        if isinstance(event, Paused) and isinstance(self.bench.deck.currentWidget(), ReviewScreen):
            self.back()
        self._show_state()
        self.changed.emit(sitting)

    def _show_state(self) -> None:
        """Show everything that stands in the journal beside the item itself."""
        sitting = self._need_case().delivery.sitting
        self._items.set_paused(self._why_paused(sitting))
        self._items.set_hand(sitting.hand_raised)
        self._alarm.set(Cause.HAND_RAISED, on=sitting.hand_raised)
        self._front.show_cells()
        self._time.look()

    def _why_paused(self, sitting: Sitting) -> Sentence | None:
        if sitting.state is not State.PAUSED:
            return None
        back = sitting.pause is PauseReason.RECORDING_LOST and not self._watch.is_lost
        return Sentence("sitting.paused_recording_back" if back else f"sitting.paused_{sitting.pause}")

    def _refused(self, fault: OutOfOrder) -> None:
        """Show how it really stands: what was refused came too late, or while the sitting stood still."""
        if self._case is None:
            return
        if isinstance(fault, TimeUsedUp):
            self._items.show_note(Sentence("sitting.too_late"))
        elif not self._leaving and self._case.delivery.sitting.state is State.ACTIVE:
            self.trouble(fault)
            return
        self._front.show_again()
        self._show_state()

    def _show_not_saved(self, fault: Fault) -> None:
        self._items.show_not_saved(fault)
        self.not_saved.emit()  # before the alarm: its tone and a voice cannot both have the speaker
        self._alarm.set(Cause.NOT_SAVED, on=True)
        if isinstance(self.bench.deck.currentWidget(), ReviewScreen):
            self.back()

    def _show_restored(self) -> None:
        self._alarm.set(Cause.NOT_SAVED, on=False)
        if self._case is not None:
            self._items.show_saved(_clock_face(self._case.workplace.clock().wall_ms))
            self._items.show_note(Sentence("sitting.all_saved"))

    def _tick(self) -> None:
        if not self._saving.waiting:
            self._saving.save(Tick(), self.changed.emit, self._refused)

    def _occur(self, code: str, detail: str) -> None:
        self._saving.save(Occurred(code=code, detail=detail), self.changed.emit, self._refused)

    # the recorder

    def _recording_lost(self, why: str) -> None:
        case = self._need_case()
        self._alarm.set(Cause.NOT_RECORDING, on=True)
        self._occur("RECORDING_INTERRUPTED", why)
        if case.session.plan.policy.recording_lost == "pause" and case.delivery.sitting.state is State.ACTIVE:
            self.act(Paused(reason=PauseReason.RECORDING_LOST), lambda _sitting: None, lambda _fault: None)

    def _recording_back(self) -> None:
        self._alarm.set(Cause.NOT_RECORDING, on=False)
        self._occur("RECORDING_BACK", "")
        self._show_state()

    # time and the end

    def _leave_section(self, section: int) -> None:
        """Go on to what is open: the time of the section in front is used up, and the item with it."""
        if self._leaving or self._front.place.section != section:
            return
        self._pending.flush()
        self._items.show_note(Sentence("sitting.section_closed", {"number": section + 1}))
        self._front.show_cells()
        self._front.show_place(self._front.number)
        if isinstance(self.bench.deck.currentWidget(), ReviewScreen):
            self._show_review()

    def _show_review(self) -> None:
        self._pending.flush()
        self._front.show_review()
        self.bench.deck.bring(ReviewScreen)

    def _hand_in(self, reason: EndReason) -> None:
        if self._leaving or self._case is None:
            return
        self._pending.flush()  # before the submission, and so on the disk before it
        self._leaving = True
        submitted = Submitted(reason=reason)
        self._saving.save(
            submitted,
            lambda sitting: self._saved(submitted, sitting),
            lambda fault: self._not_handed_in(reason, fault),
        )

    def _not_handed_in(self, reason: EndReason, fault: OutOfOrder) -> None:
        """Go on: it was too early, or what was on its way to the disk before it gave more time or paused."""
        if self._case is None:
            return
        self._leaving = False
        delivery = self._case.delivery
        over = delivery.sitting.state is State.ACTIVE and delivery.timing().is_over
        if isinstance(fault, TooEarlyToLeave) or (reason is EndReason.TIME and not over):
            self._front.show_again()
            self._show_state()
        else:
            self._refused(fault)

    def _end(self, reason: EndReason) -> None:
        case = self._need_case()
        self._tick_timer.stop()
        for part in (self._time, self._watch, self._front):
            part.end()
        self._saving.begin(None)
        self._pending.clear()
        self._alarm.clear()
        self._case = None
        (self.ended if reason in BY_PROCTORS else self.handed_in).emit(case)

    def _need_case(self) -> Case:
        if self._case is None:
            raise RuntimeError("nobody sits here")
        return self._case


def _extension(ms: int) -> Sentence:
    minutes, seconds = divmod(ms // 1000, MINUTE_MS // 1000)
    if seconds:
        return Sentence("sitting.extended_seconds", {"seconds": ms // 1000})
    return Sentence("sitting.extended", {"minutes": minutes})


def _clock_face(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC).astimezone():%H:%M:%S}"
