"""A sitting that proctors ended: it stands until they seal it, or two of them take it back."""

from PySide6.QtCore import QObject, Signal

from app.exam.events import Reopened, Supervised
from app.exam.sitting import Sitting
from app.seat.phases.cards import candidate_card
from app.seat.phases.launch.opening import Opened
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.phases.proctor.corner_acts import joined
from app.seat.phases.proctor.corner_forms import note_of, points_of, reopen_form
from app.seat.phases.proctor.corner_glance import clock_face, distinct_keys
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.proctor.corner_view import CornerAnswer
from app.seat.screens.proctor.ended import EndedScreen, EndedView
from app.seat.sealing import Case
from app.seat.sign_in import Proctor
from app.ui.text import Sentence
from app.words import Words
from sync.wire.packet import EndReason


class Ended(Phase):
    """`sealing` carries the `Case` when a proctor lets the result be sealed, `reopened` when two took the end back.

    `joined` carries each `Proctor` who agreed to either.
    """

    sealing = Signal(object)
    reopened = Signal(object)
    joined = Signal(object)

    def __init__(self, bench: Bench, opened: Opened, authority: Authority, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._opened, self._authority = opened, authority
        self._case: Case | None = None
        self._asks_reason = False
        self._screen = bench.deck.screen_of(EndedScreen)
        self._screen.seal_requested.connect(self._ask_seal)
        self._screen.reopen_requested.connect(self._ask_reopen)
        self._form = bench.deck.screen_of(CornerFormScreen)
        self._form.confirmed.connect(self._reason_given)
        self._form.cancelled.connect(self._back)

    def begin(self, case: Case) -> None:
        """Show that the exam was ended by proctors."""
        self._case, self._asks_reason = case, False
        sitting = case.delivery.sitting
        card = candidate_card(case.session, case.entry)
        voided = sitting.end_reason is EndReason.VOIDED
        two = distinct_keys(case.session.plan) > 1
        self._screen.show_ended(EndedView(card, clock_face(sitting.submitted_wall_ms), voided, two))
        self.bench.deck.bring(EndedScreen)

    def _back(self) -> None:
        if self._case is not None:
            self.begin(self._case)

    def _ask_seal(self) -> None:
        case = self._case
        if case is None or self._authority.asks:
            return
        act = Act(
            title=Sentence("screen.ended.seal_title"),
            body=Sentence("screen.ended.seal_body", {"name": case.entry.name}),
            people=1,
            among=None,
            verb=Sentence("screen.ended.seal"),
            candidate=candidate_card(case.session, case.entry),
        )
        self._authority.ask(act, self._seal, self._back)

    def _seal(self, agreed: tuple[Proctor, ...]) -> None:
        case = self._case
        if case is None:
            return
        self._case = None
        for proctor in agreed:
            self._opened.duty.join(proctor)
            self.joined.emit(proctor)
        self.sealing.emit(case)

    def _ask_reopen(self) -> None:
        if self._case is not None:
            self._asks_reason = True
            self._form.show_form(reopen_form(self._case))
            self.bench.deck.bring(CornerFormScreen)

    def _reason_given(self, answer: CornerAnswer) -> None:
        case = self._case
        if case is None or not self._asks_reason:
            return
        form = reopen_form(case)
        note = note_of(answer, Words(self.bench.deck.appearance.language))
        act = Act(form.title, form.sentence, 2, None, form.verb, form.candidate, points=points_of(form, answer))
        self._authority.ask(act, lambda agreed: self._reopen(case, note, agreed), self._back)

    def _reopen(self, case: Case, note: str, agreed: tuple[Proctor, ...]) -> None:
        for proctor in agreed:
            self._opened.duty.join(proctor)
            self.joined.emit(proctor)
        by = tuple(proctor.key.public.keyid for proctor in agreed)

        def work() -> Sitting:
            on_duty = joined(case.delivery.sitting.on_duty, by)
            if on_duty is not None:
                case.delivery.record(Supervised(proctors=on_duty))
            return case.delivery.record(Reopened(note=note, by=by))

        self.bench.worker.run(self, work, lambda _sitting: self._stand_again(case), self.trouble)

    def _stand_again(self, case: Case) -> None:
        self._case, self._asks_reason = None, False
        self.reopened.emit(case)
