"""What a proctor does from the corner: events in the journals of the sitting and the room."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.exam.events import (
    Continued,
    Event,
    Extended,
    HandRaised,
    Occurred,
    Paused,
    PauseReason,
    SentBack,
    Submitted,
    Supervised,
)
from app.exam.room import OnDuty, Reported, Room, RoomEvent
from app.seat.camera_desk import CameraDesk
from app.seat.phases.admission.admitting import Admitting
from app.seat.phases.cards import candidate_card
from app.seat.phases.delivery.conduct_watch import ConductWatch
from app.seat.phases.delivery.environment_notices import OF_CONDUCT, Notice
from app.seat.phases.delivery.environment_watch import EnvironmentWatch
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.launch.opening import Opened
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.phases.proctor.corner_forms import MOST_ALONE, clause_of, form_of, note_of, points_of
from app.seat.phases.proctor.environment_forms import PEOPLE, finding_form, finding_points
from app.seat.phases.room_saving import RoomSaving
from app.seat.screens.proctor.corner_view import CornerAct, CornerAnswer, CornerForm
from app.seat.sealing import Case
from app.seat.sign_in import Proctor
from app.ui.bridge import in_background
from app.ui.text import Sentence
from app.words import Words
from sync.wire.packet import EndReason
from sync.wire.plan import MINUTE_MS

Done = Callable[[], None]

MOST_ON_DUTY = 4
"""As many as an event names."""
IRREGULARITY = "IRREGULARITY"


@dataclass(frozen=True)
class CornerDoors:
    """What the corner works with: who agrees, who sits or is going to, what records, what looks at PC and answering."""

    authority: Authority
    desk: SittingDesk
    camera: CameraDesk
    admitting: Admitting
    watch: EnvironmentWatch
    conduct: ConductWatch

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What stands for a proctor to look at, the newest first."""
        return tuple(sorted((*self.watch.notices, *self.conduct.notices), key=lambda one: -one.wall_ms))


class Acts(Phase):
    """Does what was agreed, and calls back when it is on the disk. Who acts is on duty from then on.

    `not_saved`: an act for the room cannot be written, and is tried again until it is (the desk says it of its own).
    """

    not_saved = Signal(object)

    def __init__(self, bench: Bench, opened: Opened, doors: CornerDoors, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._opened, self._authority, self._desk, self._camera = opened, doors.authority, doors.desk, doors.camera
        self._admitting, self._watch, self._conduct = doors.admitting, doors.watch, doors.conduct
        self._notices: tuple[Notice, ...] = ()
        self._room_saving = RoomSaving(bench.worker, opened.room, self)
        self._room_saving.failing.connect(self.not_saved)
        self._room_saving.troubled.connect(self.trouble)

    @property
    def case(self) -> Case | None:
        """Who sits here, or who is admitted and has not begun."""
        return self._desk.case or self._admitting.admitted

    def authority_for(self, act: CornerAct, answer: CornerAnswer, proctor: Proctor) -> Act:
        """Say who has to agree: the proctor of the corner has; a void, a clause or much time takes another."""
        plan = self._opened.session.plan
        if act is CornerAct.SETTLE and self._notices:
            form = self.settling(self._notices)
            points = finding_points(form.evidence, answer)
            return Act(form.title, form.sentence, PEOPLE, None, form.verb, form.candidate, (proctor,), points)
        people = 1
        if act is CornerAct.VOID or (act is CornerAct.EXTEND and answer.minutes > MOST_ALONE):
            people = 2
        elif clause_of(answer) is not None:
            people = min(plan.policy.proctors_needed, len({entry.keyid for entry in plan.proctors}))
        form = form_of(act, self.case, plan)
        points = points_of(form, answer)
        return Act(form.title, form.sentence, people, None, form.verb, form.candidate, (proctor,), points)

    def settling(self, notices: tuple[Notice, ...]) -> CornerForm:
        """Give the form of settling these, by one reason; they are what is settled from here on."""
        self._notices, case = notices, self.case
        candidate = candidate_card(case.session, case.entry) if case is not None else None
        seen, evidence = notices[0].seen, notices[0].evidence
        if len(notices) > 1:
            seen = Sentence("environment.settle.all", {"count": len(notices)})
            evidence = tuple(line for one in notices for line in (one.seen, *one.evidence))
        return finding_form(seen, evidence, starting=False, candidate=candidate)

    def do(self, act: CornerAct, answer: CornerAnswer, people: tuple[Proctor, ...], done: Done) -> None:
        """Do what was confirmed."""
        by = tuple(proctor.key.public.keyid for proctor in people)
        note = note_of(answer, Words(self.bench.deck.appearance.language))
        self._on_duty(people, lambda: self._enact(act, answer, note, by, done))

    def _enact(self, act: CornerAct, answer: CornerAnswer, note: str, by: tuple[str, ...], done: Done) -> None:
        match act:
            case CornerAct.PAUSE:
                self._in_sitting(Paused(reason=PauseReason.PROCTOR, note=note, by=by), done)
            case CornerAct.CONTINUE:
                self._in_sitting(Continued(by=by), done)
            case CornerAct.EXTEND:
                self._in_sitting(Extended(ms=answer.minutes * MINUTE_MS, note=note, by=by), done)
            case CornerAct.END:
                self._in_sitting(Submitted(reason=EndReason.PROCTOR, note=note, by=by), done)
            case CornerAct.VOID:
                self._in_sitting(Submitted(reason=EndReason.VOIDED, note=note, by=by), done)
            case CornerAct.SEND_BACK:
                self._send_back(note, by)
            case CornerAct.REPORT:
                self._report(answer, note, by, done)
            case CornerAct.SETTLE if self._notices:
                self._settle(self._notices, note, by, done)
            case _:
                raise ValueError(act)

    def _settle(self, notices: tuple[Notice, ...], note: str, by: tuple[str, ...], done: Done) -> None:
        """Settle one after the other, each on the disk before the next."""
        if not notices:
            done()
            return
        notice, *rest = notices
        watch = self._conduct if notice.key.startswith(OF_CONDUCT) else self._watch
        watch.settle(notice, note, by, lambda: self._settle(tuple(rest), note, by, done))

    def lower_hand(self, done: Done) -> None:
        """The candidate has been attended to."""
        self._in_sitting(HandRaised(on=False), done)

    def hand_over(self, proctor: Proctor, successor: Proctor, done: Done) -> None:
        """Let `successor` stand in for `proctor`, in the journals of the room and of the sitting."""
        old, new = proctor.key.public.keyid, successor.key.public.keyid
        staying = tuple(keyid for keyid in self._opened.room.room.on_duty if keyid not in (old, new))
        on_duty = (*staying, new)[-MOST_ON_DUTY:]

        def told(_room: Room) -> None:
            self._opened.duty.relieve(old, successor)
            if self._desk.case is None:
                done()
            else:
                self._in_sitting(Supervised(proctors=on_duty), done)

        self._in_room(OnDuty(proctors=on_duty, by=(old,)), told)

    def _report(self, answer: CornerAnswer, note: str, by: tuple[str, ...], done: Done) -> None:
        clause = clause_of(answer)
        code = IRREGULARITY if clause is not None else answer.choice.key if answer.choice else "REPORTED"
        in_background(self, lambda: self._camera.bookmark(clause or code), lambda _none: None, lambda _fault: None)
        if self._desk.case is not None:
            self._in_sitting(Occurred(code=code, detail=note, clause=clause, by=by), done)
        else:
            admitted = self._admitting.admitted
            sitting = admitted.entry.sitting if admitted is not None else None
            event = Reported(code=code, note=note, sitting=sitting, clause=clause, by=by)
            self._in_room(event, lambda _room: done())

    def _send_back(self, note: str, by: tuple[str, ...]) -> None:
        """Let who is admitted go; what follows is not the corner any more."""
        case = self._admitting.admitted
        if case is not None:
            wanted = joined(case.delivery.sitting.on_duty, by)
            duty = (Supervised(proctors=wanted),) if wanted is not None else ()
            self._admitting.send_back(case, (*duty, SentBack(note=note, by=by)))

    def _on_duty(self, people: tuple[Proctor, ...], then: Done) -> None:
        """Put on duty who acts and was not, after a restart for example, so that the journals know them."""
        for proctor in people:
            self._opened.duty.join(proctor)
        keyids = tuple(proctor.key.public.keyid for proctor in people)

        def in_sitting() -> None:
            case = self._desk.case
            wanted = joined(case.delivery.sitting.on_duty, keyids) if case is not None else None
            if wanted is None:
                then()
            else:
                self._in_sitting(Supervised(proctors=wanted), then)

        wanted = joined(self._opened.room.room.on_duty, keyids)
        if wanted is None:
            in_sitting()
        else:
            self._in_room(OnDuty(proctors=wanted), lambda _room: in_sitting())

    def _in_sitting(self, event: Event, done: Done) -> None:
        """Let the desk commit it; what cannot happen any more (the time was over first) is seen in the corner."""
        self._desk.act(event, lambda _sitting: done(), lambda _fault: done())

    def _in_room(self, event: RoomEvent, done: Callable[[Room], None]) -> None:
        self._room_saving.save(lambda _room: event, done)


def joined(on_duty: tuple[str, ...], keyids: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give who is on duty when these are, too; None if they are already."""
    if set(keyids) <= set(on_duty):
        return None
    staying = tuple(one for one in on_duty if one not in keyids)
    return (*staying, *keyids)[-MOST_ON_DUTY:]
