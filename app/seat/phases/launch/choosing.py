"""Choosing today's session: the one that is now by itself, any other by a proctor who reads why it is not."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.seat.phases.phase import Bench, Phase
from app.seat.screens.launch.sessions import RowState, SessionRow, SessionsScreen, SessionsView
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.seat.sessions import CAN_BE_CHOSEN, KeptSession, kept_sessions, the_one_now
from app.seat.sign_in import open_credentials
from app.seat.workplace import Session, Workplace
from app.ui.bridge import in_background
from app.ui.text import Sentence, Text
from sync.faults import Fault

LOOK_MS = 3_000


class Choosing(Phase):
    """Ends with `chosen`, carrying the opened `Session`."""

    chosen = Signal(object)

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._by_hand = False
        self._opening = False
        self._refused: dict[str, Text] = {}
        self._screen = bench.deck.screen_of(SessionsScreen)
        self._screen.chosen.connect(self._open)
        self._look_timer = QTimer(self, interval=LOOK_MS)
        self._look_timer.timeout.connect(self._look)

    def begin(self, *, by_hand: bool = False) -> None:
        """Open the one session that is now, or show all; `by_hand`: show them in any case."""
        self._by_hand = by_hand
        self._look_timer.start()
        self._look()

    def _look(self) -> None:
        if not self._opening:
            in_background(self, lambda: kept_sessions(self.bench.workplace), self._show, self._give_up)

    def _show(self, sessions: tuple[KeptSession, ...]) -> None:
        if self._opening:
            return
        now = None if self._by_hand else the_one_now(sessions)
        if now is not None and now.session not in self._refused:
            self._open(now.session)
        elif not sessions:
            body = Sentence("seat.no_plan_body", {"now": self._clock()})
            waiting = WaitingView(Sentence("seat.no_session_title"), body)
            self.bench.deck.bring(WaitingScreen).show_waiting(waiting)
        else:
            rows = tuple(self._row(one) for one in sessions)
            self._screen.show_sessions(SessionsView(rows, self._clock()))
            self.bench.deck.bring(SessionsScreen)

    def _row(self, one: KeptSession) -> SessionRow:
        state = RowState(one.state.value)
        if one.plan is None:
            title = Sentence("screen.sessions.broken_title", {"session": one.session[-12:]})
            code = one.fault.code if one.fault else ""
            return SessionRow(one.session, state, title, problem=Sentence("screen.sessions.broken", {"code": code}))
        plan = one.plan
        row = SessionRow(
            session=one.session,
            state=state,
            title=plan.exam_title,
            place=f"{plan.site}\u2003{plan.room}",
            when=f"{_local(plan.opens_ms):%Y-%m-%d %H:%M}–{_local(plan.closes_ms):%H:%M}",
            expected=one.expected,
            done=one.done,
            rehearsal=plan.rehearsal,
        )
        return replace(row, problem=self._refused.get(one.session)) if one.state in CAN_BE_CHOSEN else row

    def _open(self, session: str) -> None:
        self._opening = True
        in_background(
            self,
            lambda: _open_whole(self.bench.workplace, session),
            self._opened,
            lambda fault: self._refuse(session, fault),
        )

    def _opened(self, session: Session) -> None:
        self._look_timer.stop()
        self.chosen.emit(session)

    def _refuse(self, session: str, fault: Fault) -> None:
        """A session that cannot be opened is named, and keeps no other from being chosen."""
        self._opening = False
        self._refused[session] = Sentence("screen.sessions.not_opened", {"code": fault.code})
        self._look()

    def _give_up(self, fault: Fault) -> None:
        self._look_timer.stop()
        self.trouble(fault)

    def _clock(self) -> str:
        return f"{_local(self.bench.workplace.clock().wall_ms):%Y-%m-%d %H:%M}"


def _open_whole(workplace: Workplace, name: str) -> Session:
    """Open a session with all that its first screen needs, so that what is wrong with it is said here."""
    session = workplace.session_of(name)
    open_credentials(workplace, session)
    return session


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone()
