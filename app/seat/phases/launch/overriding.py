"""Two proctors go on over what a check found: a reason, two PINs, and on the disk before anybody is told."""

from PySide6.QtCore import QObject, Signal

from app.exam.room import Overridden
from app.seat.environment import Weighed
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.phases.proctor.environment_forms import PEOPLE, finding_form, finding_points, reason_of
from app.seat.room_log import RoomLog
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.proctor.corner_view import CornerAnswer, CornerForm, Writing
from app.seat.sign_in import Proctor
from app.seat.workplace import Session
from app.ui.text import Sentence
from app.words import Words
from sync.wire.environment import CheckStatement, Override


class Overriding(Phase):
    """`ended` follows in any case: what was agreed is in the room's journal, or nothing was. Who asked goes on then."""

    ended = Signal()

    def __init__(self, bench: Bench, session: Session, authority: Authority, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._session, self._authority = session, authority
        self._about: tuple[CheckStatement, CornerForm] | None = None
        self._signed: tuple[str, ...] = ()
        self._form = bench.deck.screen_of(CornerFormScreen)
        self._form.confirmed.connect(self._reason_given)
        self._form.cancelled.connect(self._leave)

    def begin(self, one: Weighed, signed: tuple[Proctor, ...]) -> None:
        """Ask for the reason. `signed`: who opens the session here, if nobody has."""
        if one.statement is None or not one.overridable:
            return
        observation = one.observation
        seen = Sentence(f"check.{observation.check}.{observation.verdict.value}", dict(observation.facts))
        form = finding_form(seen, observation.evidence, starting=True)
        self._about = one.statement, form
        self._signed = tuple(proctor.key.public.keyid for proctor in signed)
        self._form.show_form(form)
        self.bench.deck.bring(CornerFormScreen)

    def _reason_given(self, answer: CornerAnswer) -> None:
        about = self._about
        if about is None or self._authority.asks:
            return
        statement, form = about
        reason = reason_of(answer, Words(self.bench.deck.appearance.language))
        points = finding_points(statement.evidence, answer)
        act = Act(form.title, form.sentence, PEOPLE, None, form.verb, points=points)
        self._authority.ask(act, lambda agreed: self._keep(statement, reason, agreed), self._back)

    def _back(self) -> None:
        """Show the form again, as it was filled in."""
        if self._about is not None:
            self.bench.deck.bring(CornerFormScreen)

    def _keep(self, statement: CheckStatement, reason: str, agreed: tuple[Proctor, ...]) -> None:
        self._form.show_writing(Writing.SAVING)
        self.bench.deck.bring(CornerFormScreen)
        workplace, session, signed = self.bench.workplace, self._session.plan.session, self._signed
        by = tuple(proctor.key.public.keyid for proctor in agreed)

        def work() -> None:
            room = RoomLog(session, workplace.replica.journal, workplace.clock)
            if not room.room.is_open:
                room.take_duty(signed)
            now_ms = workplace.clock().wall_ms
            room.record(Overridden(override=Override(statement=statement, reason=reason, by=by, wall_ms=now_ms)))

        self.bench.worker.run(self, work, lambda _none: self._leave(), self._not_kept)

    def _not_kept(self, fault: object) -> None:
        self._form.show_writing(None)
        self.trouble(fault)

    def _leave(self) -> None:
        if self._about is not None:
            self._about = None
            self._form.show_writing(None)
            self.ended.emit()
