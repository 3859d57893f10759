"""The watch over this PC while a session runs: what changes is told, with its evidence, within two seconds.

It goes to the journal of who sits here, else to the room's; a proctor is called, and nobody else is told what for. No
clock is stopped by it. What a proctor has to look at stands until it has gone, or two of them settle it.

A notice belongs to the sitting in which it came. When that is over, what nobody settled is written there as not
settled, and no frame lies over what the candidate sees then. What a check still sees stays in the proctors' corner, as
a matter of the room, and calls a proctor again when the next candidate begins; what stands when the session is closed
is written in the room's journal as not settled.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.events import Event, Occurred, Secured
from app.exam.room import OVERRIDDEN, Overridden, Reported, Room, RoomEvent, override_detail
from app.seat.alarm import Cause
from app.seat.camera_desk import CameraDesk
from app.seat.environment import EnvironmentDesk, Look, Weighed
from app.seat.environment_changes import CALM_LOOKS, Change, Changes, needs_a_person
from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.pc import Pc
from app.seat.phases.delivery.environment_notices import (
    NOT_SETTLED,
    SEEN_BY,
    UNDONE,
    Notice,
    level_finding,
    not_settled,
    notice_of,
    notice_of_event,
)
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.launch.opening import Opened
from app.seat.phases.one_look import OneLook
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.room_saving import RoomSaving
from app.seat.sealing import Case
from app.seat.spared import Spared, Told
from proctoring.checks.observation import essential, lines
from sync.wire.environment import EnvironmentStatement, Override

LOOK_MS: Final = 1_000
FULL_EVERY: Final = 60
"""At every sixtieth look all checks are made, also those that cost more."""
SETTLED: Final = "ENVIRONMENT_SETTLED"
_BETWEEN: Final = " · "
_LONGEST: Final = 400


@dataclass(frozen=True)
class Eyes:
    """What the watch sees with."""

    pc: Pc
    camera: CameraDesk


class EnvironmentWatch(Phase):
    """Watches from `begin` to its end. `changed`: what stands for a proctor to look at is another now."""

    changed = Signal()

    def __init__(
        self, bench: Bench, opened: Opened, eyes: Eyes, sitting: SittingDesk, saving: RoomSaving, parent: QObject
    ) -> None:
        super().__init__(bench, parent)
        self._opened, self._pc, self._sitting, self._saving = opened, eyes.pc, sitting, saving
        self._desk: EnvironmentDesk = eyes.pc.desk(opened.session)
        self._look: Look | None = opened.look
        self._weighed: dict[str, Weighed] = {}
        self._changes, self._spared = Changes(), Spared()
        self._notices: dict[str, Notice] = {}
        self._guard_looks: dict[GuardKind, int] = {}
        self._looks = 0
        self._wants_all = False
        self._waits = False
        self._secured: Case | None = None
        self._over = self._closing = False
        self._left_open: set[str] = set()
        demanded = self._desk.policy.level
        self._reference = opened.look.level.level if opened.look is not None else demanded
        if opened.look is not None:
            self._take_known(opened.look)
        eyes.pc.noticed.connect(self._noticed)
        sitting.handed_in.connect(self._part)
        sitting.ended.connect(self._part)
        self._camera, self._glimpse = eyes.camera, OneLook(self)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._begin_look)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What stands for a proctor to look at, the newest first."""
        return tuple(sorted(self._notices.values(), key=lambda one: -one.wall_ms))

    def begin(self) -> None:
        """Look from now on. After a restart, what the sitting that goes on had said is known already."""
        self._timer.start()
        self._begin_look()

    def check_again(self) -> None:
        """Make all checks now: somebody has put something right."""
        self._wants_all = True
        self._begin_look()

    def go_on(self, case: Case) -> None:
        """Take what a sitting said before a restart as known."""
        said = case.delivery.sitting.environment
        if said is not None:
            self._changes.know(said.checks)

    def secure(self) -> None:
        """Let the journal of who begins to sit here, or goes on, say how the PC stands, as soon as that is known."""
        case, look = self._sitting.case, self._whole()
        if case is not None and self._over:
            self._over = False
            self._show()
        if case is not None and look is not None and case is not self._secured:
            self._secured = case
            self._in_sitting(Secured(environment=look.stated(self._opened.room.room.overrides)))

    def close(self, *, begins: bool) -> None:
        """The session is being closed, or goes on all the same: what stands then is not settled, and is written."""
        self._closing = begins
        self._show()
        for notice in self._notices.values() if begins else ():
            if notice.key not in self._left_open:
                self._left_open.add(notice.key)
                self._in_room(Reported(code=NOT_SETTLED, note=notice.not_settled), lambda _room: None)

    def settle(self, notice: Notice, reason: str, by: tuple[str, ...], done: Callable[[], None]) -> None:
        """Let two proctors settle what stands there, or stood there a moment ago; `done` when it is on the disk."""
        statement = notice.statement
        if statement is None:
            self._tell(SETTLED, f"{notice.code}: {reason}", by, lambda: self._settled(notice, done))
            return
        now_ms = self.bench.workplace.clock().wall_ms
        override = Override(statement=statement, reason=reason, by=by, wall_ms=now_ms)
        said = EnvironmentStatement(
            level=self._look.level.level if self._look is not None else self._reference,
            checks=(statement,),
            overrides=(override,),
        )

        def in_sitting(_room: Room) -> None:
            if self._sitting.case is not None:
                self._in_sitting(Secured(environment=said))
                self._tell(OVERRIDDEN, override_detail(override), by, lambda: self._settled(notice, done))
            else:
                self._settled(notice, done)

        self._in_room(Overridden(override=override), in_sitting)

    # looking

    def _begin_look(self) -> None:
        self._glimpse.look(self._camera.glimpse, self._pc.glimpsed)
        if self._waits:
            return
        self._waits = True
        case = self._sitting.case
        self._pc.let_read(approved=case is not None and case.entry.accommodation.reader)
        self._desk.see()
        overrides = self._opened.room.room.overrides
        full = self._looks % FULL_EVERY == 0 or self._wants_all
        self._looks, self._wants_all = self._looks + 1, False
        look = self._desk.look if full else self._desk.glance
        self._pc.in_background(self, lambda: look(overrides), self._looked, self._not_looked)

    def _not_looked(self, fault: object) -> None:
        self._waits = False
        self.trouble(fault)

    def _looked(self, look: Look) -> None:
        self._waits = False
        self._look = look
        level = level_finding(look, self._reference)
        if self._looks == 1 and self._opened.look is None and self._sitting.case is None:
            self._take_known(look)  # after a restart nobody sits here yet, and proctors sign in again at the start
        for one in look.weighed:
            self._weighed[one.observation.check] = one
        now_ms = self.bench.workplace.clock().mono_ms
        weighed = (level, *look.weighed)
        for change in self._changes.look(weighed, now_ms):
            one = next(one for one in weighed if one.observation.check == change.statement.check)
            self._take(change, one)
        self._drop_overridden(weighed)
        self._drop_over(weighed)
        self._write_spared()
        self.secure()
        self._show()

    def _take_known(self, look: Look) -> None:
        self._changes.know(look.statements)
        for one in look.weighed:
            self._weighed[one.observation.check] = one

    def _whole(self) -> Look | None:
        """Give the newest look at everything: every check as it was last made."""
        return replace(self._look, weighed=tuple(self._weighed.values())) if self._look is not None else None

    # telling

    def _take(self, change: Change, one: Weighed) -> None:
        statement = change.statement
        code = f"{'GONE' if change.gone else 'SEEN'}_{statement.check.upper()}"
        self._tell(code, "" if change.gone else _BETWEEN.join(statement.evidence))
        if change.gone:
            self._notices.pop(statement.check, None)
            return
        if self._look is not None and self._sitting.case is not None:
            level = self._look.level
            said = EnvironmentStatement(level=level.level, short_of=level.short_of[:20], checks=(statement,))
            self._in_sitting(Secured(environment=said))
        if needs_a_person(one):
            self._notices[statement.check] = notice_of(one, statement, self.bench.workplace.clock().wall_ms)

    def _drop_overridden(self, weighed: tuple[Weighed, ...]) -> None:
        for one in weighed:
            if one.override is not None:
                self._notices.pop(one.observation.check, None)

    def _drop_over(self, weighed: tuple[Weighed, ...]) -> None:
        """Let go what the guard noticed and a check sees, too: the check's notice tells it, or it is over."""
        seen = {one.observation.check: one.statement for one in weighed}
        for kind, check in SEEN_BY.items():
            notice = self._notices.get(f"guard:{kind.value}")
            known = self._looks >= self._guard_looks.get(kind, 0) + CALM_LOOKS
            if notice is not None and (check in self._notices or (check in seen and seen[check] is None and known)):
                del self._notices[notice.key]

    def _noticed(self, event: GuardEvent) -> None:
        """Take what the guard noticed, at once; of what comes again and again less and less is written."""
        notice = notice_of_event(event)
        seen = lines(event.evidence)
        self._spared.see(event.kind.value, _BETWEEN.join(sorted(essential(seen))), seen)
        self._write_spared()
        told_by_check = SEEN_BY.get(event.kind, "") in self._notices
        if event.kind not in UNDONE and not told_by_check:
            self._notices[notice.key] = notice
            self._guard_looks[event.kind] = self._looks
        self._show()

    def _write_spared(self) -> None:
        for told in self._spared.due(self.bench.workplace.clock().mono_ms):
            self._tell(*_told(told))

    def _part(self, case: Case) -> None:
        """Leave with a sitting what came in it; what a check still sees stays, for the room."""
        spared = (
            Occurred(code=code, detail=detail) for code, detail in map(_told, self._spared.due(0, all_of_it=True))
        )
        left = (*spared, *not_settled(self._notices.values()))
        self._spared, self._over = Spared(), True
        self._notices = {key: one for key, one in self._notices.items() if one.statement is not None}

        def work() -> None:
            for one in left:
                case.delivery.record(one)

        if left:
            self.bench.worker.run(self, work, lambda _none: None, self.trouble)
        self._show()

    def _settled(self, notice: Notice, done: Callable[[], None]) -> None:
        if self._notices.get(notice.key) == notice:
            del self._notices[notice.key]
        self._show()
        done()

    def _show(self) -> None:
        called = bool(self._notices) and not self._over and not self._closing
        self._sitting.call_proctor(Cause.ENVIRONMENT, on=called)
        self.changed.emit()

    def _tell(self, code: str, detail: str, by: tuple[str, ...] = (), done: Callable[[], None] = lambda: None) -> None:
        if self._sitting.case is not None:
            self._in_sitting(Occurred(code=code, detail=detail[:_LONGEST], by=by), done)
        else:
            self._in_room(Reported(code=code, note=detail[:_LONGEST], by=by), lambda _room: done())

    def _in_sitting(self, event: Event, done: Callable[[], None] = lambda: None) -> None:
        self._sitting.note(event, done)

    def _in_room(self, event: RoomEvent, done: Callable[[Room], None]) -> None:
        self._saving.save(lambda room: event if room.is_open else None, done)


def _told(told: Told) -> tuple[str, str]:
    """Give code and detail of what is written of the guard; how often it was seen stands first."""
    often = (f"×{told.count}",) if told.count > 1 else ()
    return f"GUARD_{told.kind.upper()}", _BETWEEN.join((*often, *told.lines))[:_LONGEST]
