"""A running session with its proctors: the line of phases, real credentials under PINs, and the hands of proctors."""

from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.exam import events
from app.exam.prose import Language
from app.seat.deck import Deck
from app.seat.duty import Duty
from app.seat.home import SeatHome
from app.seat.pc import Pc
from app.seat.phases.admission.admitting import started
from app.seat.phases.launch.opening import Opened
from app.seat.phases.line import Line, LineDoors
from app.seat.phases.phase import Bench
from app.seat.phases.proctor.authority import Authority
from app.seat.room_log import RoomLog
from app.seat.screens.choice_list import RadioRow
from app.seat.sealing import Case
from app.seat.sign_in import Proctor, SignInDesk
from app.seat.workplace import Workplace
from app.ui.bridge import Worker
from app.ui.fields import Field
from sync.trust.keys import SigningKey
from sync.trust.pin import make_credential
from sync.wire.ids import new_id
from sync.wire.plan import Bilingual, ProctorCredential, ProctorEntry, Violation
from tests.app.seat.conftest import Site
from tests.app.seat.desk import SeatAtWork
from tests.app.seat.moved_clock import MovedClock

NAMES = ("李芳", "王建国", "古丽娜尔·艾合买提江", "李芳（又名）")
PINS = ("104729", "224737", "350377", "479909")
KEYS = tuple(SigningKey.generate_p256() for _name in NAMES[:3])
KEYIDS = tuple(key.public.keyid for key in KEYS)
CLAUSE = Violation(code="2.3", title=Bilingual(zh="携带通讯工具", en="Brought a telephone"))


class People:
    """Four entries of a plan; the last one has the first one's key."""

    def __init__(self) -> None:
        self.ids = tuple(new_id() for _name in NAMES)
        self.keys = (*KEYS, KEYS[0])
        self.entries = tuple(
            ProctorEntry(proctor=one, name=name, keyid=key.public.keyid)
            for one, name, key in zip(self.ids, NAMES, self.keys, strict=True)
        )

    def credentials(self) -> dict[str, ProctorCredential]:
        return {
            one: make_credential(one, name, key, pin, memory_kib=64, passes=1)
            for one, name, key, pin in zip(self.ids, NAMES, self.keys, PINS, strict=True)
        }

    def signed_in(self, *which: int) -> tuple[Proctor, ...]:
        return tuple(Proctor(self.ids[index], NAMES[index], self.keys[index]) for index in which)


class ProctoredSeat(SeatAtWork):
    """A candidate's desk with proctors: the first two opened the session."""

    def __init__(self, workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, bot: QtBot) -> None:
        self.people = People()
        self.duty_at_start: tuple[int, ...] = (0, 1)
        super().__init__(workplace, site, filmed, clock, bot)

    def _sit_down(self) -> None:
        plan = self.session.plan
        policy = plan.policy.model_copy(update={"violations": (CLAUSE,)})
        changed = plan.model_copy(update={"proctors": self.people.entries, "policy": policy})
        self.session = replace(self.session, plan=changed)
        self.deck = Deck(Language.ZH)
        self.deck.resize(1366, 768)
        self.bot.addWidget(self.deck)
        self.worker = Worker(self)
        self._stage = QObject(self)
        bench = Bench(self.deck, self.workplace, self.worker)
        self.room = RoomLog(plan.session, self.workplace.replica.journal, self.workplace.clock)
        signed = self.people.signed_in(*self.duty_at_start)
        if signed:
            self.room.take_duty(tuple(one.key.public.keyid for one in signed))
        self.pc = Pc(self.workplace, None, self._stage)
        look = self.pc.desk(self.session).look(()) if signed else None
        opened = Opened(self.session, self._keys, Duty(signed), self.room, look)
        cabinet = self.workplace.replica.cabinet
        sign_in = SignInDesk(self.people.credentials(), cabinet, self.workplace.clock)
        authority = Authority(bench, sign_in, self.people.entries, self._stage)
        self.authority = authority
        self.line = Line(bench, opened, LineDoors(sign_in, authority, self.camera, self.pc), self._stage)
        self.line.troubled.connect(self.troubles.append)
        self.desk = self.line.sitting
        self.desk.handed_in.connect(lambda case: self.told.append(("handed_in", case)))
        self.desk.ended.connect(lambda case: self.told.append(("ended", case)))
        self.deck.show()

    def begin(self) -> None:
        case = self._case()
        on_duty = KEYIDS[:2]
        admitted = events.Admitted(
            session=self.session.plan.session,
            candidate=self.entry.candidate,
            seat_number=7,
            proctors=on_duty,
            confirmed_by=on_duty[:1],
        )
        case.delivery.record(admitted)
        recording = self.camera.start(self.entry.sitting)
        case.delivery.record(events.NoticeRead(notice_sha256="b" * 64, recording=recording))
        case.delivery.record(started(case))
        self.desk.begin(case)
        self.rest()

    def again(self) -> None:
        """Come back after the program died: nobody is signed in any more."""
        self._stand_up()
        self.duty_at_start = ()
        self._sit_down()
        self.line.go_on(self._case())
        self.rest()

    def _stand_up(self) -> None:
        self.pc.leave()
        shiboken6.delete(self._stage)
        self.worker.close()
        self.deck.close()

    def packed(self) -> Case:
        """Give the case of a sitting that may be over."""
        return self._case()

    @property
    def front(self) -> QWidget:
        """Give the screen in front."""
        front = self.deck.currentWidget()
        assert front is not None
        return front

    # proctors' hands

    def until_screen(self, name: str) -> None:
        """Wait for a screen to come to the front."""
        self.until(lambda: self.screen == name)

    def give_pin(self, index: int, pin: str | None = None) -> None:
        """Choose a proctor's name and type their PIN."""
        name = f"proctor_{self.people.ids[index]}"
        self.until(lambda: self._usable(name))
        card = self._found(name)
        assert card is not None
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        field = self.front.findChild(Field, "pin")
        assert field is not None
        self.until(field.isEnabled)
        QTest.keyClicks(field, f"{pin or PINS[index]}\r")

    def enter(self, index: int = 0) -> None:
        """Go to the corner."""
        self.press("proctor_corner")
        self.until_screen("AuthorityScreen")
        self.give_pin(index)
        self.until_screen("CornerScreen")

    def fill(self, name: str, text: str) -> None:
        """Type into a field of the form."""
        field = self.front.findChild(Field, name)
        assert field is not None
        assert field.isVisible()
        QTest.keyClicks(field, text)

    def tick(self, name: str) -> None:
        """Tick a box."""
        self.until(lambda: self._usable(name))
        box = self._found(name)
        assert box is not None
        QTest.mouseClick(box, Qt.MouseButton.LeftButton)

    def pick(self, text: str) -> None:
        """Choose from the list what says this."""
        (row,) = [row for row in self.front.findChildren(RadioRow) if row.isVisible() and text in row.text()]
        row.setFocus()
        QTest.keyClick(row, Qt.Key.Key_Space)

    def confirm(self, act: str, reason: str | None = None) -> None:
        """Open an act's form, choose a reason, and confirm."""
        self.press(f"corner_{act}")
        self.until_screen("CornerFormScreen")
        if reason is not None:
            self.pick(reason)
        self.press("form_confirm")

    def _usable(self, name: str) -> bool:
        return self._found(name) is not None

    def _found(self, name: str) -> QAbstractButton | None:
        found = self.front.findChildren(QAbstractButton, name)
        return next((button for button in found if button.isVisible() and button.isEnabled()), None)
