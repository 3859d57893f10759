"""Who is there: the number, the candidate beside their photo, a proctor's word for it; doubts go to a second person."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.room import Held, Refused
from app.seat.admission import (
    AlreadySat,
    Assent,
    Hindrance,
    Obstacle,
    admit,
    find_candidate,
    obstacles,
    still_expected,
)
from app.seat.camera_desk import CameraDesk, Glimpse
from app.seat.claims import ClaimDesk
from app.seat.delivery import Delivery
from app.seat.phases.cards import candidate_card
from app.seat.phases.launch.opening import Opened
from app.seat.phases.one_look import OneLook
from app.seat.phases.phase import Bench, Phase, session_facts
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.screens.admission.check_in import CheckInScreen, CheckInView
from app.seat.screens.admission.identity import Camera, IdentityScreen, IdentityView, Purpose, Step
from app.seat.screens.proctor.authority import Point
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.seat.sign_in import Proctor
from app.ui.bridge import in_background
from app.ui.text import Sentence, Text
from sync.faults import Fault
from sync.wire.enrolment import ClaimReply, ClaimState
from sync.wire.plan import RosterEntry

GLIMPSE_MS = 400
_ALONE, _BOTH = 1, 2
_DOUBTS = Sentence("screen.identity.said_doubt")


@dataclass
class _Found:
    """The candidate who is being admitted, and what is known of them by now."""

    entry: RosterEntry
    step: Step = Step.CANDIDATE
    claim: ClaimReply | None = None
    doubter: Proctor | None = None


class Identifying(Phase):
    """Ends with `admitted`, carrying the roster's entry and the candidate's `Delivery`."""

    admitted = Signal(object, object)

    def __init__(self, bench: Bench, opened: Opened, camera: CameraDesk, authority: Authority, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._opened = opened
        self._camera = camera
        self._authority = authority
        self._claims = ClaimDesk(bench.workplace, opened.session.plan.session)
        self._found: _Found | None = None
        self._check_in = bench.deck.screen_of(CheckInScreen)
        self._check_in.number_entered.connect(self._find)
        self._screen = bench.deck.screen_of(IdentityScreen)
        self._screen.confirmed.connect(self._confirmed)
        self._screen.denied.connect(self._denied)
        self._screen.back_requested.connect(self._back)
        self._screen.doubted.connect(self._doubted)
        self._screen.refuse_requested.connect(self._refusing)
        self._screen.admit_requested.connect(self._admitting)
        self._screen.reason_given.connect(self._with_reason)
        self._one_look = OneLook(self)
        self._glimpses = QTimer(self, interval=GLIMPSE_MS)
        self._glimpses.timeout.connect(self._glimpse)

    # methods, no lambdas: what is connected to a screen must go when this phase goes

    def _denied(self, _sitting: str) -> None:
        self._ask_again(Sentence("screen.identity.denied_note"))

    def _doubted(self, _sitting: str) -> None:
        self._screen.ask_reason(Purpose.DOUBT)

    def _refusing(self, _sitting: str) -> None:
        self._screen.ask_reason(Purpose.REFUSE)

    def _admitting(self, _sitting: str) -> None:
        self._admit_or_ask_why()

    def begin(self) -> None:
        """Ask who is there."""
        self._forget()
        expected = still_expected(self.bench.workplace, self._opened.session)
        if not expected:
            title, body = Sentence("seat.all_done_title"), Sentence("seat.all_done_body")
            done = WaitingView(title, body, action=Sentence("seat.close_session"))
            self.bench.deck.bring(WaitingScreen).show_waiting(done)
            return
        facts = session_facts(self.bench.workplace, self._opened.session)
        self._check_in.show_check_in(CheckInView(facts, expected))
        self.bench.deck.bring(CheckInScreen)

    def _ask_again(self, why: Text) -> None:
        self.begin()
        self._check_in.show_problem(why)

    def _forget(self) -> None:
        if self._found is not None:
            self._found = None
            self._glimpses.stop()
            in_background(self, self._camera.look_away, lambda _none: None, lambda _fault: None)

    # the number

    def _find(self, number: str) -> None:
        try:
            found = self._found = _Found(find_candidate(self.bench.workplace, self._opened.session, number))
        except Fault as fault:
            self._check_in.show_problem(Sentence(f"fault.{fault.code}.do", dict(fault.facts)))
            return
        self._show()
        self.bench.deck.bring(IdentityScreen)
        in_background(
            self,
            self._camera.look,
            lambda _status: self._looking(found),
            lambda _fault: self._show_glimpse(found, None),
        )
        sitting = found.entry.sitting
        in_background(self, lambda: self._claims.look(sitting), lambda claim: self._claimed(found, claim), self.trouble)

    def _claimed(self, found: _Found, claim: ClaimReply | None) -> None:
        if found is not self._found:
            return
        found.claim = claim
        if claim is not None and claim.state is ClaimState.HANDED_IN:
            self._ask_again(Sentence(f"fault.{AlreadySat.code}.do"))
        elif found.step is Step.PROCTOR and not self._authority.asks and not self._screen.asks_reason:
            self._show()  # what is being typed is not taken away; what is in the way is reckoned again when it counts

    # the live picture

    def _looking(self, found: _Found) -> None:
        if found is self._found:
            self._glimpses.start()
            self._glimpse()

    def _glimpse(self) -> None:
        found = self._found
        if found is not None:
            self._one_look.look(self._camera.glimpse, lambda seen: self._show_glimpse(found, seen))

    def _show_glimpse(self, found: _Found, seen: Glimpse | None) -> None:
        if found is not self._found:
            return  # a picture of the candidate before is not for this one's eyes
        if seen is None or seen.jpeg is None:
            self._screen.show_live(None, Camera.NONE)
            return
        self.bench.deck.set_sources(seen.status.sources)
        self._screen.show_live(seen.jpeg, Camera.SIMULATED if "picture" in seen.simulated else Camera.LIVE)

    # what is shown

    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        ways = self._ways(found)
        self._screen.show_identity(
            IdentityView(
                session=session_facts(self.bench.workplace, self._opened.session),
                card=candidate_card(self._opened.session, found.entry),
                step=found.step,
                notes=tuple(Sentence(f"screen.identity.way_{way.kind.value}", dict(way.facts)) for way in ways),
                people=_ALONE if _only_held(ways) else _BOTH,
                held=any(way.kind is Hindrance.HELD for way in ways),
            )
        )

    def _ways(self, found: _Found) -> tuple[Obstacle, ...]:
        """Give all that is in the way, as this seat and the registry know it."""
        room = self._opened.room.room
        known = obstacles(self.bench.workplace, self._opened.session, room, found.entry)
        if found.claim is not None and found.claim.state is ClaimState.ANOTHERS:
            known += (Obstacle(Hindrance.CLAIMED, {"seat": found.claim.seat_label or "?"}),)
        return known

    def _confirmed(self, _sitting: str) -> None:
        if self._found is not None:
            self._found.step = Step.PROCTOR
            self._show()

    def _back(self) -> None:
        if self._found is None:
            return
        if self._screen.asks_reason:
            self._show()
        else:
            self.begin()

    def _return(self) -> None:
        """Come back from the proctors' PINs."""
        self._show()
        self.bench.deck.bring(IdentityScreen)

    # what proctors do

    def _admit_or_ask_why(self) -> None:
        found = self._found
        if found is None:
            return
        if any(way.kind is not Hindrance.HELD for way in self._ways(found)):
            self._screen.ask_reason(Purpose.ADMIT)
        else:
            self._ask_to_admit(found, "")

    def _with_reason(self, purpose: Purpose, reason: str) -> None:
        found = self._found
        if found is None:
            return
        match purpose:
            case Purpose.DOUBT:
                doubt = self._asked("doubt", reason, _ALONE)
                self._authority.ask(doubt, lambda people: self._hold(found, reason, people), self._return)
            case Purpose.REFUSE:
                asked = self._asked("refuse", reason, _BOTH)
                asked = replace(asked, given=self._doubter_of(found), given_word=_DOUBTS)
                self._authority.ask(asked, lambda people: self._refuse(found, reason, people), self._return)
            case Purpose.ADMIT:
                self._ask_to_admit(found, reason)

    def _ask_to_admit(self, found: _Found, reason: str) -> None:
        """Ask one person; against a doubt another one than doubted, who decides; over anything else two people."""
        ways = self._ways(found)
        asked = self._asked("admit", reason, _ALONE if _only_held(ways) else _BOTH)
        doubters = {keyid for way in ways if way.kind is Hindrance.HELD for keyid in way.by}
        if _only_held(ways) and doubters:
            plan = self._opened.session.plan.proctors
            asked = replace(asked, among=frozenset(one.proctor for one in plan if one.keyid not in doubters))
        self._authority.ask(asked, lambda people: self._admit(found, ways, reason, people), self._return)

    def _doubter_of(self, found: _Found) -> tuple[Proctor, ...]:
        """Give who doubted, if their PIN was given a moment ago; after a restart it is asked for again."""
        return (found.doubter,) if found.doubter else ()

    def _asked(self, act: str, reason: str, people: int) -> Act:
        found = self._need_found()
        names = {entry.keyid: entry.name for entry in self._opened.session.plan.proctors}
        doubts = tuple(
            Point(
                Sentence("screen.authority.point_doubt"),
                Sentence(
                    "screen.identity.doubted_by",
                    {"name": " / ".join(names.get(key, key[:8]) for key in way.by), "note": way.facts["note"]},
                ),
            )
            for way in self._ways(found)
            if way.kind is Hindrance.HELD
        )
        why = (Point(Sentence("screen.authority.point_reason"), reason),) if reason else ()
        return Act(
            title=Sentence(f"screen.identity.act_{act}"),
            body=None,
            people=people,
            among=None,
            verb=Sentence(f"screen.identity.act_{act}_verb"),
            candidate=candidate_card(self._opened.session, found.entry),
            points=(*doubts, *why),
        )

    def _need_found(self) -> _Found:
        if self._found is None:
            raise RuntimeError("nobody is being admitted")
        return self._found

    def _hold(self, found: _Found, reason: str, people: tuple[Proctor, ...]) -> None:
        found.doubter = people[0]
        event = Held(sitting=found.entry.sitting, note=reason, by=_keys(people))
        self.bench.worker.run(self, lambda: self._opened.room.record(event), lambda _room: self._return(), self.trouble)

    def _refuse(self, found: _Found, reason: str, people: tuple[Proctor, ...]) -> None:
        event = Refused(sitting=found.entry.sitting, note=reason, by=_keys(people))
        told = Sentence("screen.identity.refused_note")
        self.bench.worker.run(
            self, lambda: self._opened.room.record(event), lambda _room: self._ask_again(told), self.trouble
        )

    def _admit(self, found: _Found, ways: tuple[Obstacle, ...], reason: str, people: tuple[Proctor, ...]) -> None:
        found.step = Step.CHECKING
        self._return()
        sitting, moves = found.entry.sitting, any(way.kind is Hindrance.CLAIMED for way in ways)
        assent = Assent(_keys(people), ways, reason)
        in_background(
            self,
            lambda: self._claims.move(sitting, people) if moves else self._claims.take(sitting),
            lambda claim: self._after_claim(found, assent, claim),
            self.trouble,
        )

    def _after_claim(self, found: _Found, assent: Assent, claim: ClaimReply | None) -> None:
        if found is not self._found:
            return
        if claim is not None and claim.state in (ClaimState.ANOTHERS, ClaimState.HANDED_IN):
            found.step = Step.PROCTOR  # another seat was quicker
            self._claimed(found, claim)
            return
        entry, looks, proctors = found.entry, self.bench.deck.appearance, list(self._opened.proctors)
        self.bench.worker.run(
            self,
            lambda: admit(self.bench.workplace, self._opened.session, entry, proctors, looks, assent),
            lambda delivery: self._admitted(entry, delivery),
            self.trouble,
        )

    def _admitted(self, entry: RosterEntry, delivery: Delivery) -> None:
        self._forget()
        self.admitted.emit(entry, delivery)


def _only_held(ways: tuple[Obstacle, ...]) -> bool:
    """Tell whether nothing but a doubt, or nothing at all, is in the way: then one person's word decides."""
    return all(way.kind is Hindrance.HELD for way in ways)


def _keys(people: tuple[Proctor, ...]) -> tuple[str, ...]:
    return tuple(proctor.key.public.keyid for proctor in people)
