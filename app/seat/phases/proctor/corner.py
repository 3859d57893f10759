"""The proctor's corner: opened by a PIN, it covers the item and closes by itself; the exam's clock runs on behind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app.exam.sitting import State
from app.seat.phases.launch.opening import Opened
from app.seat.phases.one_look import OneLook
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Act
from app.seat.phases.proctor.corner_acts import Acts, CornerDoors, Done
from app.seat.phases.proctor.corner_forms import form_of
from app.seat.phases.proctor.corner_glance import Recorded, Seen, glance, others
from app.seat.phases.proctor.corner_hints import Hints
from app.seat.screens.closing.reconcile import ReconcileScreen
from app.seat.screens.closing.record import RecordScreen
from app.seat.screens.closing.sealing import SealingScreen
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.screens.proctor.authority import AuthorityScreen
from app.seat.screens.proctor.corner import CornerScreen
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.proctor.corner_hints import CornerHintsScreen, HintsView
from app.seat.screens.proctor.corner_view import ALL, CornerAct, CornerAnswer, CornerView, Writing
from app.seat.screens.proctor.countersign import CountersignScreen
from app.seat.screens.proctor.ended import EndedScreen
from app.seat.screens.screen import Screen
from app.seat.screens.trouble import TroubleScreen
from app.seat.sealing import Case
from app.seat.sign_in import Proctor
from app.ui.text import Sentence, say
from app.words import Words
from proctoring.recorder.client import RecorderStatus

REFRESH_MS: Final = 500
RECORDER_EVERY: Final = 4
"""The recorder is asked at every fourth refresh."""
IDLE_MS: Final = 120_000
"""So long the item stays covered without anybody touching the machine."""
ENTRY_IDLE_MS: Final = 30_000
"""… before a PIN was given: a candidate may have pressed the button by mistake."""
_HANDS: Final = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin)
_OURS: Final = frozenset(kind.__name__ for kind in (CornerScreen, CornerHintsScreen, CornerFormScreen, AuthorityScreen))
_BESIDE: Final = frozenset(kind.__name__ for kind in (ItemScreen, ReviewScreen))
"""What an act may bring to the front while it is done, before the corner is back."""
_NEVER_OVER: Final = (
    AuthorityScreen,
    CornerScreen,
    CornerHintsScreen,
    CornerFormScreen,
    CountersignScreen,
    EndedScreen,
    ReconcileScreen,
    RecordScreen,
    SealingScreen,
    TroubleScreen,
)
"""Screens that have proctors' business of their own, or where nothing may be touched."""


@dataclass(frozen=True)
class _Written:
    """An act that is being written, for this candidate or for the room, with its form or without one."""

    case: Case | None
    form: CornerAct | None


@dataclass
class _Visit:
    """One visit to the corner, from the button to the item."""

    before: type[Screen]
    proctor: Proctor | None = None
    form: CornerAct | None = None
    acting: bool = False


class Corner(Phase):
    """Opened by `enter`. `close_requested`: the session is to be closed (offered only if `closes`).

    It carries the kind of screen that was in front before.
    """

    close_requested = Signal(object)

    def __init__(self, bench: Bench, opened: Opened, doors: CornerDoors, parent: QObject) -> None:
        super().__init__(bench, parent)
        self.closes = False
        self._opened = opened
        self._authority, self._desk, self._camera = doors.authority, doors.desk, doors.camera
        self._acts = Acts(bench, opened, doors, self)
        self._doors = doors
        self._visit: _Visit | None = None
        self._written: _Written | None = None
        self._view: CornerView | None = None
        self._recorded = Recorded()
        self._refreshes = 0
        self._hints = Hints(doors.camera, bench.workplace.clock, self)
        self._hints.changed.connect(self._show_hints)
        self._one_look = OneLook(self)
        self._screen = bench.deck.screen_of(CornerScreen)
        self._screen.acted.connect(self._begin_act)
        self._screen.left.connect(self.leave)
        self._screen.settle_requested.connect(self._begin_settling)
        self._screen.recheck_requested.connect(doors.watch.check_again)
        self._hint_screen = bench.deck.screen_of(CornerHintsScreen)
        self._hint_screen.reported.connect(self._report_hint)
        self._hint_screen.left.connect(self._back)
        self._form = bench.deck.screen_of(CornerFormScreen)
        self._form.confirmed.connect(self._confirm)
        self._form.cancelled.connect(self._cancel)
        self._desk.not_saved.connect(self._say_not_saved)
        self._acts.not_saved.connect(self._say_not_saved)
        self._acts.troubled.connect(self.trouble)
        self._refresh_timer = QTimer(self, interval=REFRESH_MS)
        self._refresh_timer.timeout.connect(self._refresh)
        self._idle_timer = QTimer(self, singleShot=True)
        self._idle_timer.timeout.connect(self.leave)
        bench.deck.shown.connect(self._look_away)

    @property
    def is_open(self) -> bool:
        """Whether a proctor is in the corner, or gives a PIN to get in."""
        return self._visit is not None

    def enter(self) -> None:
        """Ask for a PIN, unless proctors have other business at this screen."""
        front = self.bench.deck.currentWidget()
        if self._visit is not None or self._authority.asks or not isinstance(front, Screen):
            return
        if isinstance(front, _NEVER_OVER):
            return
        self._visit, self._view = _Visit(type(front)), None
        self._recorded, self._refreshes = Recorded(), 0
        self._touch_watch(on=True)
        sits = self._desk.case is not None
        act = Act(
            title=Sentence("screen.corner.enter_title"),
            body=Sentence("screen.corner.enter_body" if sits else "screen.corner.enter_body_over"),
            people=1,
            among=None,
            verb=Sentence("screen.corner.enter_verb"),
        )
        self._authority.ask(act, self._entered, self.leave)
        self._idle_timer.start(ENTRY_IDLE_MS)
        self._refresh_timer.start()
        self._show_time()

    def leave(self) -> None:
        """Give the screen back to what was there before; a paused sitting shows that it is paused."""
        visit = self._visit
        if visit is None:
            return
        self._end()
        case = self._desk.case
        paused = case is not None and case.delivery.sitting.state is State.PAUSED
        self.bench.deck.bring(ItemScreen if paused else visit.before)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that somebody is there."""
        if event.type() in _HANDS and self._visit is not None:
            self._idle_timer.start(IDLE_MS if self._visit.proctor is not None else ENTRY_IDLE_MS)
        return super().eventFilter(watched, event)

    # coming, seeing, going

    def _entered(self, agreed: tuple[Proctor, ...]) -> None:
        if self._visit is not None:
            self._visit.proctor = agreed[0]
            self._idle_timer.start(IDLE_MS)
            self._back()
            self._screen.show_from_top()

    def _back(self) -> None:
        """Show the corner: after the PIN, a form that was left, an act that was done."""
        visit = self._visit
        if visit is None or visit.proctor is None:
            return
        visit.form, visit.acting = None, False
        writing = self._writing
        if writing is not None and writing.form is not None:  # left while it could not be written: it stands as it was
            visit.form, visit.acting = writing.form, True
            self.bench.deck.bring(CornerFormScreen)
            return
        self._show(visit.proctor)
        self.bench.deck.bring(CornerScreen)
        self._look_at_recorder()

    def _show(self, proctor: Proctor) -> None:
        seen = Seen(self._recorded, self._hints.count, self._doors.notices)
        view = glance(self.bench, self._opened, self._acts.case, proctor, seen, closes=self.closes)
        if view != self._view:
            self._view = view
            self._screen.show_corner(view)
        self._show_time()

    def _show_time(self) -> None:
        case = self._desk.case
        remaining_ms = case.delivery.remaining_ms() if case is not None else None
        for screen in (self._screen, self._hint_screen, self._form, self._authority):
            screen.set_remaining(remaining_ms)

    def _refresh(self) -> None:
        visit = self._visit
        if visit is None:
            return
        self._refreshes += 1
        if visit.proctor is not None and visit.form is None and not visit.acting:
            self._show(visit.proctor)
            if self._refreshes % RECORDER_EVERY == 0:
                self._look_at_recorder()
        self._show_time()

    def _look_at_recorder(self) -> None:
        self._one_look.look(self._camera.status, self._keep_recorder)

    def _keep_recorder(self, status: RecorderStatus | None) -> None:
        self._recorded, case = Recorded.of(status), self._acts.case
        if self._visit is not None and self._visit.proctor is not None:
            self._hints.take(status, case.delivery.sitting.recording if case is not None else None)

    def _show_hints(self) -> None:
        case = self._acts.case
        name = case.entry.name if case is not None else ""
        self._hint_screen.show_hints(HintsView(name, self._hints.rows()))

    def _report_hint(self, key: str) -> None:
        """Begin a report with what was noticed; what it was, a person says."""
        words = Words(self.bench.deck.appearance.language)
        hint = next((row for row in self._hints.rows() if row.key == key), None)
        if hint is not None:
            note = words("screen.corner_hints.note", what=say(hint.what, words), time=hint.when)
            self._begin_act(CornerAct.REPORT, note)

    def _look_away(self, screen: str) -> None:
        visit = self._visit
        if visit is not None and screen not in _OURS and not (visit.acting and screen in _BESIDE):
            self._end()

    def _end(self) -> None:
        self._visit = None
        self._hints.forget()
        self._refresh_timer.stop()
        self._idle_timer.stop()
        self._touch_watch(on=False)

    def _touch_watch(self, *, on: bool) -> None:
        application = QApplication.instance()
        if application is None:
            return
        if on:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    # acts

    def _begin_act(self, act: CornerAct, note: str = "") -> None:
        visit = self._visit
        if visit is None or visit.proctor is None or visit.acting or self._writing is not None:
            return
        if self._view is None or act not in self._view.acts:
            return
        match act:
            case CornerAct.CLOSE_SESSION:
                self._end()
                self.close_requested.emit(visit.before)
            case CornerAct.HAND_OVER:
                self._hand_over(visit.proctor)
            case CornerAct.LOWER_HAND:
                self._do(self._acts.lower_hand)
            case CornerAct.HINTS:
                self._show_hints()
                self.bench.deck.bring(CornerHintsScreen)
            case _:
                visit.form = act
                form = form_of(act, self._acts.case, self._opened.session.plan)
                self._form.show_form(replace(form, note=note))
                self.bench.deck.bring(CornerFormScreen)
                self._show_time()

    def _begin_settling(self, key: str) -> None:
        """Ask why what changed on this PC is settled, one thing or all (`ALL`); what has gone needs nobody any more."""
        visit = self._visit
        notices = tuple(one for one in self._doors.notices if one.settles and key in (one.key, ALL))
        free = visit is not None and visit.proctor is not None and not visit.acting and self._writing is None
        if visit is None or not notices or not free:
            return
        visit.form = CornerAct.SETTLE
        self._form.show_form(self._acts.settling(notices))
        self.bench.deck.bring(CornerFormScreen)
        self._show_time()

    def _hand_over(self, proctor: Proctor) -> None:
        act = Act(
            title=Sentence("screen.corner.hand_over_title"),
            body=Sentence("screen.corner.hand_over_body", {"name": proctor.name}),
            people=1,
            among=others(self._opened.session.plan, self._opened.room.room.on_duty, proctor),
            verb=Sentence("screen.corner.hand_over_verb"),
        )

        def take_over(agreed: tuple[Proctor, ...]) -> None:
            (successor,) = agreed

            def work(done: Done) -> None:
                if self._visit is not None:
                    self._visit.proctor = successor  # whoever takes over stands here now
                self._acts.hand_over(proctor, successor, done)

            self._do(work)

        self._authority.ask(act, take_over, self._back)
        self._show_time()

    def _confirm(self, answer: CornerAnswer) -> None:
        visit = self._visit
        if visit is None or visit.form is None or visit.proctor is None or visit.acting or self._authority.asks:
            return
        act, proctor = visit.form, visit.proctor
        asked = self._acts.authority_for(act, answer, proctor)
        self._authority.ask(asked, lambda agreed: self._do_confirmed(act, answer, agreed), self._back)
        self._show_time()

    def _do_confirmed(self, act: CornerAct, answer: CornerAnswer, agreed: tuple[Proctor, ...]) -> None:
        """Do it once; the form stands, shut, until it is on the disk."""
        if self._visit is None:
            return
        self._form.show_writing(Writing.SAVING)
        self.bench.deck.bring(CornerFormScreen)
        self._do(lambda done: self._acts.do(act, answer, agreed, done))

    def _do(self, work: Callable[[Done], None]) -> None:
        """Do an act that may bring the item to the front for a moment; then the corner is back."""
        if self._visit is not None:
            self._visit.acting = True
            written = self._written = _Written(self._desk.case, self._visit.form)
            work(lambda: self._done(written))

    @property
    def _writing(self) -> _Written | None:
        """The act that is not on the disk yet; what waited with a sitting that is over waits no more."""
        written = self._written
        return written if written is not None and written.case is self._desk.case else None

    def _done(self, written: _Written) -> None:
        if written is self._written:
            self._written = None
            self._form.show_writing(None)
            self._back()

    def _say_not_saved(self) -> None:
        if self._writing is not None:
            self._form.show_writing(Writing.NOT_SAVED)

    def _cancel(self) -> None:
        """Go back to the corner; from what is not written yet, to the item, which says so, too."""
        if self._writing is not None:
            self.leave()
        else:
            self._back()
