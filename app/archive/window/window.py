"""The archive window: an administrator signs in, finds, looks, acts; nothing that takes long holds it up."""

from pathlib import Path
from typing import Final

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.archive.catalogue import Condition
from app.archive.days import day_of
from app.archive.desk import ArchiveDesk, Outlook
from app.archive.indexing import Refreshed
from app.archive.sign_in import AdministratorDesk
from app.archive.window.bench import Bench, Tell
from app.archive.window.calendar_page import CalendarPage
from app.archive.window.chrome import Place
from app.archive.window.find_page import FindPage
from app.archive.window.handing_out import HandingOut
from app.archive.window.idle import IDLE_MS, Idle
from app.archive.window.log_page import LogPage
from app.archive.window.one_recording import OneRecording
from app.archive.window.pin_asking import PinAsking
from app.archive.window.sign_in_page import SignInPage
from app.archive.window.stack import Stack
from app.exam.prose import Language
from app.handbook.book import Place as HandbookPlace
from app.handbook.book import Reader
from app.handbook.door import HandbookDoor
from app.handbook.window import documents
from app.ui.key_ring import KeyRing
from app.ui.text import Text
from app.words import Words
from proctoring.vault.retention.people import Signer
from sync.faults import Fault

SIZE: Final = (1366, 768)


class ArchiveWindow(QWidget):
    """The window of one archive. `working`: the folder for snapshots and exports under way.

    After `idle_ms` without a key or the pointer, and nothing playing, whoever is signed in is signed out.
    """

    def __init__(
        self,
        desk: ArchiveDesk,
        people: AdministratorDesk,
        working: Path,
        language: Language,
        idle_ms: int = IDLE_MS,
    ) -> None:
        super().__init__()
        self.stack: Final = Stack(language)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.bench: Final = Bench(desk, people, self.stack, working, self)
        words = Words(language)
        self.sign_in: Final = self.stack.take(SignInPage(words))
        self.finding: Final = self.stack.take(FindPage(words, desk.page, desk.count))
        self.calendar: Final = self.stack.take(CalendarPage(words))
        self.log: Final = self.stack.take(LogPage(words))
        self.one: Final = OneRecording(self.bench, self)
        self.handing: Final = HandingOut(self.bench, self)
        self._came_from = Place.FIND
        self._asking: Final = PinAsking(self.sign_in.pins, people, self)
        self.handbook: Final = HandbookDoor(
            self, self.stack, self._handbook_place, lambda: self.stack.appearance, documents(), copying=True
        )
        self._ring: Final = KeyRing(self)
        self._idle: Final = Idle(idle_ms, lambda: self.one.playing or self.bench.waiting, self)
        self._connect()
        self.setWindowTitle(words("screen.archive.head.title"))
        self.resize(*SIZE)

    def _connect(self) -> None:
        self._asking.signed.connect(self._entered)
        self._idle.over.connect(self._left_alone)
        self.stack.went.connect(self._go)
        self.stack.left.connect(self.sign_out)
        self.stack.handbook_requested.connect(self.handbook.open)
        self.finding.opened.connect(lambda recording: self._open(recording, Place.FIND))
        self.log.opened.connect(lambda recording: self._open(recording, Place.LOG))
        self.finding.refresh_requested.connect(self.refresh)
        self.calendar.month_opened.connect(self._to_month)
        self.calendar.reviews_opened.connect(self._to_reviews)
        self.one.back.connect(lambda: self._go(self._came_from.value))
        self.one.export_wanted.connect(self.handing.ask_export)
        self.one.same_session.connect(self._within)
        self.handing.back.connect(self.one.open)

    def begin(self) -> None:
        """Ask who is there."""
        self.stack.bring(self.sign_in)
        name = self.bench.desk.archive.identity.name
        try:
            self.sign_in.show_people(self.bench.people.people(), name)
            self.sign_in.show_fault(self.bench.people.unreadable())
        except Fault as fault:
            self.sign_in.show_people((), name)
            self.sign_in.show_fault(fault)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End what runs with the window."""
        self.one.close()
        self.bench.close()
        self.finding.model.close()
        super().closeEvent(event)

    def _handbook_place(self) -> HandbookPlace:
        return HandbookPlace(Reader.ADMINISTRATOR, "archive")

    # who is there

    def _entered(self, signer: Signer) -> None:
        self.bench.signer = signer
        self.sign_in.pins.show_proctors(())  # the PIN does not stay
        self.stack.set_person(signer.person.name)
        self._go(Place.FIND.value)
        self._idle.begin()
        self.refresh()

    def _left_alone(self) -> None:
        self.sign_out()
        self.sign_in.show_left_alone(round(self._idle.after_ms / 60_000))

    def sign_out(self) -> None:
        """Forget who was there; what is shown of people goes with them."""
        self.handbook.close()
        self._idle.end()
        self.bench.sign_out()
        self.one.forget()
        self.handing.forget()
        self.finding.model.clear()
        self.finding.forget()
        self.stack.set_person("")
        self.begin()

    # the pages

    def _go(self, place: str) -> None:
        self.one.leave()
        match Place(place):
            case Place.FIND:
                self.stack.bring(self.finding)
                self._look_for_notices()
                self._look_at_clock()
                self.finding.search()
            case Place.CALENDAR:
                self.stack.bring(self.calendar)
                self.calendar.show_fault(None)
                self.bench.look(self.calendar, self.bench.desk.outlook, self._show_outlook)
            case Place.MEDIA:
                self.handing.show_media()
            case Place.LOG:
                self.stack.bring(self.log)
                self.log.show_loading()
                self.log.show_fault(None)
                self.bench.look(self.log, self.bench.desk.views, self.log.show_views)

    def _open(self, recording: str, place: Place) -> None:
        self._came_from = place
        self.one.visit(recording)

    def _look_at_clock(self) -> None:
        desk = self.bench.desk
        self.bench.look(
            self.finding,
            lambda: (desk.now_ms(), desk.archive.clock().wall_ms),
            lambda now: self.finding.set_now(*now),
        )

    def _to_month(self, year: int, month: int) -> None:
        self._go(Place.FIND.value)
        self.finding.within_month(year, month)

    def _to_reviews(self) -> None:
        self._go(Place.FIND.value)
        self.finding.with_condition(Condition.REVIEW)

    def _show_outlook(self, outlook: Outlook) -> None:
        now = day_of(outlook.evidence.sure_ms)
        self.calendar.show_outlook(outlook, now.year, now.month)

    def _within(self, session: str, title: Text) -> None:
        self.one.leave()
        self.stack.bring(self.finding)
        self.finding.within_session(session, title)

    def _look_for_notices(self) -> None:
        """Say what somebody has to see to, on the page where everybody begins."""
        self.bench.look(self.finding, self.bench.desk.notices, self.finding.show_notices, long=True)

    # the catalogue

    def refresh(self) -> None:
        """Read what is new on the shelf; what was found so far can be used meanwhile."""
        desk = self.bench.desk

        def work(tell: Tell) -> Refreshed:
            return desk.refresh(lambda done, of: tell(done / max(1, of)), lambda: False)

        self.bench.take_long(work, self._refreshing, self._refreshed, self._not_refreshed)

    def _not_refreshed(self, fault: Fault) -> None:
        self.finding.show_refreshed()
        self.finding.show_fault(fault, self.refresh)

    def _refreshing(self, part: float, _left_s: int | None) -> None:
        self.finding.show_refreshing(part)

    def _refreshed(self, found: Refreshed) -> None:
        self._look_for_notices()
        if found.read or found.forgotten:
            self.finding.search()
        else:
            self.finding.show_refreshed()
