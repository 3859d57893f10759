"""The line of a running session: admitting, sitting, closing, the next candidate; and proctors' corner beside it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app.exam.events import Occurred
from app.exam.room import OnDuty, Reported, Room
from app.exam.sitting import BY_PROCTORS, State
from app.seat.camera_desk import CameraDesk
from app.seat.pc import Pc
from app.seat.phases.admission.admitting import Admitting
from app.seat.phases.closing.closing import Closing
from app.seat.phases.closing.room_closing import RoomClosing
from app.seat.phases.delivery.conduct_watch import ConductWatch
from app.seat.phases.delivery.environment_watch import EnvironmentWatch, Eyes
from app.seat.phases.delivery.reading import ReadingDesk
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.launch.opening import Opened
from app.seat.phases.launch.signing import lock_report
from app.seat.phases.phase import Bench, Phase
from app.seat.phases.proctor.authority import Authority
from app.seat.phases.proctor.corner import Corner
from app.seat.phases.proctor.corner_acts import CornerDoors, joined
from app.seat.phases.proctor.ended import Ended
from app.seat.phases.room_saving import RoomSaving
from app.seat.screens.screen import Screen
from app.seat.screens.waiting import WaitingScreen
from app.seat.sealing import Case
from app.seat.sign_in import Proctor, SameCredential, SignInDesk

P = TypeVar("P", bound=Phase)


@dataclass(frozen=True)
class LineDoors:
    """What a running session reaches: the proctors' keys, their consent, the recorder, and this PC."""

    desk: SignInDesk
    authority: Authority
    camera: CameraDesk
    pc: Pc


class Line(Phase):
    """The phases of a running session, joined. `left`: a candidate left the result; `vacated`: one was sent back.

    `room_closed`: it is over here.

    `item_shown` gives number and id of the item in front, `acknowledged` follows each response that is on the disk,
    `delivered` the packet's stage in the outbox.
    """

    item_shown = Signal(int, str)
    acknowledged = Signal(str, object)
    delivered = Signal(str)
    left = Signal()
    vacated = Signal()
    room_closed = Signal()

    def __init__(self, bench: Bench, opened: Opened, doors: LineDoors, parent: QObject) -> None:
        super().__init__(bench, parent)
        self.opened = opened
        self.authority = doors.authority
        self._desk, self._camera = doors.desk, doors.camera
        self._room_saving = RoomSaving(bench.worker, opened.room, self)
        self._room_saving.troubled.connect(self.trouble)
        self.sitting = SittingDesk(bench, doors.camera, self)
        self.sitting.troubled.connect(self.trouble)
        self.watch = EnvironmentWatch(
            bench, opened, Eyes(doors.pc, doors.camera), self.sitting, self._room_saving, self
        )
        self.watch.troubled.connect(self.trouble)
        self.watch.begin()
        self.conduct = ConductWatch(bench, self.sitting, lambda: doors.pc.pressed, self)
        self.conduct.troubled.connect(self.trouble)
        self.reading = ReadingDesk(bench, self.sitting, self)
        self.sitting.handed_in.connect(self._close)
        self.sitting.ended.connect(self._show_ended)
        self.sitting.item_shown.connect(self.item_shown)
        self.sitting.acknowledged.connect(self.acknowledged)
        self.authority.counted_twice.connect(self._log_credential)
        self.authority.locked_out.connect(self._log_lock)
        # a method: a lambda on a screen's signal would live on when this line is gone
        bench.deck.proctor_requested.connect(self._enter_corner)
        bench.deck.set_proctor_corner(True)

    # Made when first needed: their screens are many, and after a power cut a candidate waits for one.

    @cached_property
    def admitting(self) -> Admitting:
        """The phase that takes a candidate in."""
        admitting = self._joined(Admitting(self.bench, self.opened, self._camera, self.authority, self))
        admitting.begun.connect(self._sit)
        admitting.vacated.connect(self.vacated)
        self.bench.deck.screen_of(WaitingScreen).acted.connect(self._close_done_room)
        return admitting

    @cached_property
    def ended(self) -> Ended:
        """The phase of a sitting that proctors ended."""
        ended = self._joined(Ended(self.bench, self.opened, self.authority, self))
        ended.sealing.connect(self._close)
        ended.reopened.connect(self._sit)
        ended.joined.connect(self._put_on_duty)
        return ended

    @cached_property
    def closing(self) -> Closing:
        """The phase that seals, signs and hands over."""
        closing = self._joined(Closing(self.bench, self.opened.duty, self._camera, self._desk, self))
        closing.closed.connect(self.left)
        closing.delivered.connect(self.delivered)
        closing.joined.connect(self._put_on_duty)
        closing.locked_out.connect(self._log_lock)
        return closing

    @cached_property
    def corner(self) -> Corner:
        """The proctors' corner."""
        doors = CornerDoors(self.authority, self.sitting, self._camera, self.admitting, self.watch, self.conduct)
        corner = self._joined(Corner(self.bench, self.opened, doors, self))
        corner.closes = True
        corner.close_requested.connect(self._close_room)
        return corner

    @cached_property
    def room(self) -> RoomClosing:
        """The phase that closes the session here."""
        room = self._joined(RoomClosing(self.bench, self.opened, self.authority, self._camera, self))
        room.closed.connect(self.room_closed)
        return room

    def _joined(self, phase: P) -> P:
        phase.troubled.connect(self.trouble)
        return phase

    def _sit(self, case: Case) -> None:
        self.sitting.begin(case)
        self.watch.secure()

    def _close(self, case: Case) -> None:
        self.closing.begin(case)

    def _show_ended(self, case: Case) -> None:
        self.ended.begin(case)

    def _enter_corner(self) -> None:
        self.corner.enter()

    def _put_on_duty(self, proctor: Proctor) -> None:
        """Let the room's journal know who came after a restart."""
        keyids = (proctor.key.public.keyid,)

        def joins(room: Room) -> OnDuty | None:
            on_duty = joined(room.on_duty, keyids)
            return None if on_duty is None else OnDuty(proctors=on_duty)

        self._room_saving.save(joins, lambda _room: None)

    def _log_credential(self, proctor: Proctor) -> None:
        """Let the room's journal say that one credential was used for two people."""
        event = Reported(code=SameCredential.code, note=proctor.name, by=(proctor.key.public.keyid,))
        self._room_saving.save(lambda _room: event, lambda _room: None)

    def _log_lock(self, proctor: str) -> None:
        """Let the journal of the sitting that runs, or else the room's, say that somebody was locked out."""
        report = lock_report(self.opened.session.plan, proctor)

        def in_room() -> None:
            self._room_saving.save(lambda _room: report, lambda _room: None)

        if self.sitting.case is None:
            in_room()
        else:
            occurred = Occurred(code=report.code, detail=report.note)
            self.sitting.act(occurred, lambda _sitting: None, lambda _fault: in_room())

    def _close_room(self, before: type[Screen]) -> None:
        def back() -> None:
            self.watch.close(begins=False)
            self.bench.deck.bring(before)

        self.watch.close(begins=True)
        self.room.begin(back)

    def _close_done_room(self) -> None:
        def back() -> None:
            self.watch.close(begins=False)
            self.admitting.begin()

        self.watch.close(begins=True)
        self.room.begin(back)

    def go_on(self, case: Case) -> None:
        """Take up a sitting that was cut off, where it was."""
        sitting = case.delivery.sitting
        match sitting.state:
            case State.ADMITTED | State.AWAITING:
                self.admitting.resume(case)
            case State.ACTIVE | State.PAUSED:
                self.watch.go_on(case)
                self._sit(case)
                self.sitting.say_resumed()
            case State.SUBMITTED if sitting.end_reason in BY_PROCTORS and not self._packet_is_made(case):
                self.ended.begin(case)
            case State.SUBMITTED | State.SEALED:
                self.closing.begin(case)

    def _packet_is_made(self, case: Case) -> bool:
        """Tell whether sealing had begun: what a proctor agreed to before the seat went down is not asked again."""
        return self.bench.workplace.replica.outbox.of_sitting(case.entry.sitting) is not None
