"""Authority: an act that proctors must agree to, each distinct one by name and PIN."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from PySide6.QtCore import QObject, Signal

from app.seat.phases.launch.signing import Signing
from app.seat.phases.phase import Bench, Phase
from app.seat.screens.proctor.authority import AuthorityScreen, AuthorityView, Point
from app.seat.screens.view import CandidateCard, ProctorCard
from app.seat.sign_in import Proctor, SameCredential, SignInDesk, counted_in
from app.ui.text import Text
from sync.wire.plan import ProctorEntry


@dataclass(frozen=True)
class Act:
    """What is asked: `people` distinct proctors have to agree, of all in the plan or `among` these (ids).

    `given` have agreed with their PINs already, and count; `candidate` is shown with name and photo, and `points` are
    what is being agreed to. `given_word`: what those of `given` said, where they did not agree to just this.
    """

    title: Text
    body: Text | None
    people: int
    among: frozenset[str] | None
    verb: Text
    candidate: CandidateCard | None = None
    given: tuple[Proctor, ...] = ()
    points: tuple[Point, ...] = ()
    given_word: Text | None = None


@dataclass
class _Asked:
    act: Act
    granted: Callable[[tuple[Proctor, ...]], None]
    cancelled: Callable[[], None]
    proctors: tuple[Proctor, ...]


class Authority(Phase):
    """Asks proctors for their PINs for one act after another. There is one of these in a session.

    If another screen comes to the front meanwhile (the time is over), the act ends and nobody is told. `counted_twice`
    carries a `Proctor` who was refused as a second person, `locked_out` the id of one whose PIN was wrong too often.
    """

    counted_twice = Signal(object)
    locked_out = Signal(str)

    def __init__(
        self, bench: Bench, desk: SignInDesk, plan_proctors: tuple[ProctorEntry, ...], parent: QObject
    ) -> None:
        super().__init__(bench, parent)
        self._entries = plan_proctors
        self._asked: _Asked | None = None
        self._log = structlog.get_logger("authority")
        self._screen = bench.deck.screen_of(AuthorityScreen)
        self._screen.cancelled.connect(self._cancel)
        self._signing = Signing(desk, self._screen, self)
        self._signing.signed.connect(self._signed)
        self._signing.locked_out.connect(self.locked_out)
        bench.deck.shown.connect(self._look_away)

    @property
    def asks(self) -> bool:
        """Whether an act waits for its proctors."""
        return self._asked is not None

    def ask(self, act: Act, granted: Callable[[tuple[Proctor, ...]], None], cancelled: Callable[[], None]) -> None:
        """Bring the screen; call `granted` with the proctors who agreed, in their order, or `cancelled`.

        Whoever asks brings the screen that follows, in both cases. When enough have agreed already, no screen comes.
        """
        self._signing.end()
        self._asked = _Asked(act, granted, cancelled, act.given)
        self._screen.set_remaining(None)
        if not self._go_on_if_enough():
            self._show()
            self.bench.deck.bring(AuthorityScreen)
            self._signing.begin(entry.proctor for entry in self._entries)

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left of the candidate whose item is covered meanwhile."""
        self._screen.set_remaining(remaining_ms)

    def _show(self) -> None:
        if self._asked is None:
            return
        act, agreed = self._asked.act, {proctor.id for proctor in self._asked.proctors}
        words = {proctor.id: act.given_word for proctor in act.given}
        cards = tuple(
            ProctorCard(entry.proctor, entry.name, entry.proctor in agreed, words.get(entry.proctor))
            for entry in self._entries
            if act.among is None or entry.proctor in act.among or entry.proctor in agreed
        )
        view = AuthorityView(act.title, act.body, act.verb, act.people, cards, act.candidate, act.points)
        self._screen.show_authority(view)

    def _signed(self, proctor: Proctor) -> None:
        asked = self._asked
        if asked is None or (asked.act.among is not None and proctor.id not in asked.act.among):
            return
        try:
            asked.proctors = counted_in(asked.proctors, proctor)
        except SameCredential:
            self._log.warning("same_credential", proctor=proctor.id, keyid=proctor.key.public.keyid)
            self.counted_twice.emit(proctor)
            self._show()
            self._screen.show_same_person(proctor.id)
            return
        self._show()
        self._go_on_if_enough()

    def _go_on_if_enough(self) -> bool:
        asked = self._asked
        if asked is None or len(asked.proctors) < asked.act.people:
            return False
        self._end()
        asked.granted(asked.proctors)
        return True

    def _cancel(self) -> None:
        asked = self._asked
        if asked is not None:
            self._end()
            asked.cancelled()

    def _look_away(self, screen: str) -> None:
        if screen != AuthorityScreen.__name__:
            self._end()

    def _end(self) -> None:
        self._asked = None
        self._signing.end()
