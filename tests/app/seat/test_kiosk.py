"""The kiosk as people use it: real widgets, real replica, real recorder (its camera and microphone simulated)."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import app.seat.workplace
from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.exam.sitting import Sitting
from app.handbook.screen import HandbookScreen
from app.seat.camera_desk import CameraDesk
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk, ProgramDefect
from app.seat.phases.delivery import recorder_watch, saving
from app.seat.sealing import packet_of
from app.seat.workplace import Workplace
from app.ui.options import OptionRow
from proctoring.recorder.client import RecorderClient, RecorderGone, RecorderState, RecorderStatus
from proctoring.recorder.faults import NothingRecorded
from sync.client.connection import RegistryConnection
from sync.client.sign_in import FREE_TRIES
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import DiskFull
from sync.replica.outbox import Stage
from sync.trust.clock import ClockReading, read_clock
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from sync.wire.plan import RosterEntry, SessionPlan
from tests.app.seat.conftest import ITEMS, Site
from tests.app.seat.only_session import only_session
from tests.app.seat.test_outage import Disk

WAIT_MS = 60_000


class Seat:
    """A kiosk and the hands at it."""

    def __init__(self, kiosk: Kiosk, site: Site, bot: QtBot) -> None:
        self.kiosk, self.site, self.bot = kiosk, site, bot

    @property
    def screen(self) -> str:
        return type(self.kiosk.deck.currentWidget()).__name__

    def find(self, name: str, kind: type[QWidget] = QAbstractButton) -> QWidget | None:
        front = self.kiosk.deck.currentWidget()
        assert front is not None
        return next(
            (found for found in front.findChildren(kind, name) if found.isVisible() and found.isEnabled()), None
        )

    def until_screen(self, name: str) -> None:
        self.bot.waitUntil(lambda: self.screen == name, timeout=WAIT_MS)

    def press(self, name: str) -> None:
        self.bot.waitUntil(lambda: self.find(name) is not None, timeout=WAIT_MS)
        button = self.find(name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        self.bot.waitUntil(lambda: self.find(name, QLineEdit) is not None, timeout=WAIT_MS)
        field = self.find(name, QLineEdit)
        assert field is not None
        QTest.keyClicks(field, text)

    def sign_in(self, pins: dict[str, str]) -> None:
        for proctor, pin in pins.items():
            self.press(f"proctor_{proctor}")
            self.type("pin", f"{pin}\r")
            self.bot.waitUntil(lambda proctor=proctor: self.find(f"proctor_{proctor}") is None, timeout=WAIT_MS)  # type: ignore[misc]

    def sign_in_wrongly(self, proctor: str) -> None:
        self.press(f"proctor_{proctor}")
        self.type("pin", "000000\r")

    def open_session(self) -> None:
        self.until_screen("SignInScreen")
        self.sign_in(self.site.pins())
        self.until_screen("LaunchScreen")
        self.press("fetch_release")
        self.press("start_session")

    def check_in(self) -> None:
        self.until_screen("CheckInScreen")
        self.type("admission_number", f"{self.entry.admission_number}\r")
        self.press("confirm")
        self.press("admit")
        self.until_screen("AuthorityScreen")
        (proctor, pin), *_ = self.site.pins().items()
        self.press(f"proctor_{proctor}")
        self.type("pin", f"{pin}\r")
        self.until_screen("NoticeScreen")
        self.press("notice_tick")
        self.press("start_exam")
        self.until_screen("ItemScreen")

    def begin_sitting(self) -> None:
        self.kiosk.begin()
        self.open_session()
        self.check_in()

    def choose(self, option: int = 0) -> None:
        front = self.kiosk.deck.currentWidget()
        assert front is not None
        rows = [row for row in front.findChildren(OptionRow) if row.isVisible()]
        QTest.mouseClick(rows[option], Qt.MouseButton.LeftButton)

    def answer_all(self) -> None:
        for _ in range(ITEMS):
            with self.bot.waitSignal(self.kiosk.acknowledged, timeout=WAIT_MS):
                self.choose()
            if self.find("next") is not None:
                self.press("next")

    def hand_in(self) -> None:
        self.press("submit")
        self.until_screen("ReviewScreen")
        self.press("submit")
        self.press("confirm_submit")

    @property
    def workplace(self) -> Workplace:
        opened = self.kiosk._workplace
        assert opened is not None
        return opened

    @property
    def plan(self) -> SessionPlan:
        return only_session(self.workplace).plan

    @property
    def entry(self) -> RosterEntry:
        return self.plan.roster[0]

    def sitting(self) -> Sitting:
        return read_sitting(self.workplace.replica.journal, self.entry.sitting)


@pytest.fixture
def seat(seat_home: SeatHome, site: Site, qtbot: QtBot) -> Iterator[Seat]:
    kiosk = Kiosk(seat_home, Language.ZH, "synthetic")
    kiosk.resize(1366, 768)
    kiosk.show()
    qtbot.addWidget(kiosk)
    yield Seat(kiosk, site, qtbot)
    kiosk.leave()
    with suppress(RecorderGone, NothingRecorded):
        recorder = RecorderClient.attach(seat_home.recorder_socket, 0)
        recorder.quit()  # when what is being recorded has been stopped
        with closing(RecorderClient.attach(seat_home.recorder_socket, 0)) as last:
            last.stop()


def test_the_first_that_is_seen_says_that_the_seat_gets_ready(seat: Seat) -> None:
    front = seat.kiosk.deck.currentWidget()
    assert front is not None
    assert any("正在准备" in label.text() for label in front.findChildren(QLabel) if label.isVisible())
    assert seat.find("retry") is None
    assert seat.find("waiting_action") is None


def test_who_came_into_the_wrong_session_chooses_another_one(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    assert seat.find("other_session") is None, "there is no other one"
    session, pins = seat.plan.session, seat.site.pins()
    seat.workplace.replica.cabinet.put_document(DocumentKind.PLAN, new_id(), b"broken", 1)
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    seat.press("other_session")
    seat.until_screen("SessionsScreen")
    seat.press(f"choose_{session}")
    seat.until_screen("SignInScreen")
    seat.sign_in(pins)
    seat.until_screen("LaunchScreen")
    seat.press("other_session")
    seat.until_screen("SessionsScreen")


def test_a_whole_sitting_ends_in_a_queued_packet(seat: Seat) -> None:
    seat.begin_sitting()
    seat.answer_all()
    seat.hand_in()
    seat.until_screen("ResultScreen")
    rows = seat.workplace.replica.outbox.all()
    assert [row.stage for row in rows] == [Stage.QUEUED]
    packet = packet_of(rows[0])
    assert len(packet.answers) == ITEMS
    assert packet.recording is not None
    assert packet.recording.simulated_sources == ("picture", "sound")


def test_a_proctor_who_is_locked_out_keeps_nobody_else_from_signing_in(seat: Seat) -> None:
    (locked, _), other = seat.site.pins().items()
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    cabinet = seat.workplace.replica.cabinet
    for wrong in range(1, FREE_TRIES + 1):
        seat.sign_in_wrongly(locked)
        seat.bot.waitUntil(lambda wrong=wrong: len(cabinet.pin_failures(locked)) == wrong, timeout=WAIT_MS)  # type: ignore[misc]
    seat.bot.waitUntil(lambda: seat.find("pin", QLineEdit) is None, timeout=WAIT_MS)
    seat.sign_in(dict([other]))
    assert seat.screen == "SignInScreen", "two are needed, and the locked one has not signed in"


def test_a_second_press_hands_nothing_in_twice(seat: Seat) -> None:
    seat.begin_sitting()
    seat.press("submit")
    seat.until_screen("ReviewScreen")
    seat.press("submit")
    seat.bot.waitUntil(lambda: seat.find("confirm_submit") is not None, timeout=WAIT_MS)
    button = seat.find("confirm_submit")
    assert button is not None
    for _ in range(5):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    seat.until_screen("ResultScreen")
    assert len(seat.workplace.replica.outbox.all()) == 1


def test_with_the_registry_gone_a_typed_code_opens_the_session(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    code = seat.site.release_share().code()
    monkeypatch.setattr("sync.client.enrolment.Enrolment.connect", lambda self, *_, **__: _nowhere(self.ca_pem))
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    seat.sign_in(seat.site.pins())
    seat.until_screen("LaunchScreen")
    seat.press("fetch_release")
    seat.bot.waitUntil(lambda: seat.find("fetch_release") is not None, timeout=WAIT_MS)
    assert seat.find("start_session") is None
    for number, group in enumerate(code.replace("-", " ").split(), start=1):
        seat.type(f"code_{number}", group)
    seat.press("use_code")
    seat.press("start_session")
    seat.until_screen("CheckInScreen")


def test_a_wrong_code_opens_nothing(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    seat.sign_in(seat.site.pins())
    seat.until_screen("LaunchScreen")
    for number in range(1, 7):
        seat.type(f"code_{number}", "ABCDE")
    seat.press("use_code")
    seat.bot.waitUntil(lambda: seat.find("use_code") is not None, timeout=WAIT_MS)
    assert seat.find("start_session") is None


def test_an_answer_that_cannot_be_saved_covers_the_item_until_it_can(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "RETRY_MS", 50)
    seat.begin_sitting()
    connection = seat.workplace.replica._connection
    _fill(seat.workplace)
    acknowledged: list[object] = []
    seat.kiosk.acknowledged.connect(lambda _item, responses: acknowledged.append(responses))
    presses = 0
    while _rows_shown(seat):  # the journal's last page has room for a few more rows
        seat.choose(presses % 2)
        presses += 1
        seat.bot.waitUntil(lambda: len(acknowledged) == presses or not _rows_shown(seat), timeout=WAIT_MS)  # noqa: B023
    (given,) = seat.sitting().given.values()
    assert given.responses == acknowledged[-1], "what showed as saved is what is on the disk"
    connection.rows("PRAGMA max_page_count = 1000000")
    seat.bot.waitUntil(lambda: bool(_rows_shown(seat)), timeout=WAIT_MS)
    seat.bot.waitUntil(lambda: len(acknowledged) == presses, timeout=WAIT_MS)
    (given,) = seat.sitting().given.values()
    assert given.responses == acknowledged[-1], "what could not be saved was saved as soon as it could"


def test_a_fault_beside_the_sitting_drops_nothing_that_waits_for_the_disk(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "RETRY_MS", 50)
    seat.begin_sitting()
    line = seat.kiosk._line
    assert line is not None
    acknowledged: list[object] = []
    seat.kiosk.acknowledged.connect(lambda _item, responses: acknowledged.append(responses))
    disk = Disk(monkeypatch)
    disk.full = True
    seat.choose()
    seat.bot.waitUntil(lambda: line.sitting._saving.fault is not None, timeout=WAIT_MS)
    for fault in (ProgramDefect("simulated"), DiskFull(needed_mb=1, free_mb=0)):
        seat.kiosk.show_trouble(fault)
        seat.press("retry")
        seat.until_screen("ItemScreen")
        assert seat.kiosk._line is line
    assert not acknowledged
    disk.full = False
    seat.bot.waitUntil(lambda: bool(acknowledged), timeout=WAIT_MS)
    (given,) = seat.sitting().given.values()
    assert [given.responses] == acknowledged


def test_at_the_end_of_time_it_is_handed_in_even_from_the_confirmation(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.begin_sitting()
    with seat.bot.waitSignal(seat.kiosk.acknowledged, timeout=WAIT_MS):
        seat.choose()
    seat.press("submit")
    seat.until_screen("ReviewScreen")
    seat.press("submit")
    two_hours = 7_200_000
    monkeypatch.setattr(app.seat.workplace, "read_clock", lambda: _later(two_hours))
    seat.until_screen("ResultScreen")
    packet = packet_of(seat.workplace.replica.outbox.all()[0])
    assert (packet.end_reason, len(packet.answers)) == (EndReason.TIME, 1)


def test_a_jump_of_the_wall_clock_changes_no_time_left(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.begin_sitting()
    jumped = lambda: ClockReading(read_clock().boot_id, read_clock().mono_ms, 1)  # noqa: E731
    monkeypatch.setattr(app.seat.workplace, "read_clock", jumped)
    with seat.bot.waitSignal(seat.kiosk.acknowledged, timeout=WAIT_MS):
        seat.choose()
    assert seat.sitting().active_ms < 60_000
    assert seat.screen == "ItemScreen"


def test_a_recorder_that_is_killed_again_and_again_is_brought_back(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_watch, "RECORDER_MS", 100)
    seat.begin_sitting()

    def has_recorded_since() -> None:
        """What is killed before that adds to the gap there was."""
        says = recorder_says(seat)
        assert says is not None
        gaps = [gap.start_ms + gap.length_ms for gap in says.gaps if gap.track == "both"]
        assert says.sealed_ms > max(gaps, default=0) + 1_000, says

    def is_stated(times: int) -> None:
        stated = [one.detail for one in seat.sitting().incidents if one.code == "RECORDER_RESTARTED"]
        assert len(stated) >= times, (seat.sitting().incidents, recorder_says(seat))

    for times in (1, 2):
        seat.bot.waitUntil(has_recorded_since, timeout=WAIT_MS)
        recorder = recorder_says(seat)
        assert recorder is not None
        os.kill(recorder.pid, signal.SIGKILL)
        seat.bot.waitUntil(lambda times=times: is_stated(times), timeout=WAIT_MS)  # type: ignore[misc]
    seat.hand_in()
    seat.until_screen("ResultScreen")
    packet = packet_of(seat.workplace.replica.outbox.all()[0])
    assert packet.recording is not None
    assert packet.recording.gaps, "what is missing is stated"
    assert {incident.code for incident in packet.incidents} <= {
        "RECORDING_INTERRUPTED",
        "RECORDING_BACK",
        "RECORDER_RESTARTED",
    }
    gaps = [incident.detail for incident in packet.incidents if incident.code == "RECORDER_RESTARTED"]
    assert len(set(gaps)) == len(gaps) >= 2, "each restart is stated, and once"


def test_a_recording_begun_just_before_a_crash_is_taken_up(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.open_session()
    seat.until_screen("CheckInScreen")
    before = CameraDesk(seat.workplace.home, seat.workplace.enrolment.device, seat.plan, "synthetic")
    orphan = before.start(seat.entry.sitting)  # the seat went down before the journal said so
    before.leave()
    seat.check_in()
    assert seat.sitting().recording == orphan


def test_a_recording_nobody_closed_does_not_keep_the_next_candidate_waiting(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.open_session()
    seat.until_screen("CheckInScreen")
    before = CameraDesk(seat.workplace.home, seat.workplace.enrolment.device, seat.plan, "synthetic")
    left_open = before.start(seat.plan.roster[1].sitting)
    before.leave()
    seat.check_in()
    assert seat.sitting().recording not in (None, left_open)
    assert (seat.workplace.home.recordings / left_open / "manifest.json").exists()
    seat.bot.waitUntil((seat.workplace.home.recordings / f"{left_open}.about").exists, timeout=WAIT_MS)


def test_a_damaged_replica_is_said_on_the_screen_and_left_alone(seat: Seat, seat_home: SeatHome) -> None:
    damaged = bytearray(seat_home.replica.read_bytes())
    damaged[5000] ^= 1
    seat_home.replica.write_bytes(damaged)
    seat.kiosk.begin()
    assert seat.screen == "TroubleScreen"
    assert seat_home.replica.read_bytes() == bytes(damaged)


def test_a_replica_that_is_gone_is_not_quietly_begun_anew(seat: Seat, seat_home: SeatHome) -> None:
    seat_home.replica.unlink()
    seat.kiosk.begin()
    assert seat.screen == "TroubleScreen"
    assert not seat_home.replica.exists()


def test_a_replica_that_was_put_back_is_said_on_the_screen_and_nothing_begins_anew(
    seat: Seat, seat_home: SeatHome
) -> None:
    older = seat_home.replica.read_bytes()
    Workplace.open(seat_home).close()
    seat_home.replica.write_bytes(older)
    seat.kiosk.begin()
    assert seat.screen == "TroubleScreen"
    front = seat.kiosk.deck.currentWidget()
    assert front is not None
    shown = " ".join(label.text() for label in front.findChildren(QLabel) if label.isVisible())
    assert "本机的记录比以前旧" in shown
    assert "REPLICA_ROLLED_BACK" in shown
    seat.kiosk.begin()
    assert seat.screen == "TroubleScreen"


def _rows_shown(seat: Seat) -> list[OptionRow]:
    front = seat.kiosk.deck.currentWidget()
    assert front is not None
    return [row for row in front.findChildren(OptionRow) if row.isVisible()]


def recorder_says(seat: Seat) -> RecorderStatus | None:
    """Give what the recorder that records now says of itself; None while there is none."""
    with suppress(RecorderGone), closing(RecorderClient.attach(seat.workplace.home.recorder_socket, 0)) as recorder:
        status = recorder.status()
        return status if status.state is RecorderState.RECORDING else None
    return None


def _fill(workplace: Workplace) -> None:
    """Leave the database no room for even the smallest row."""
    connection = workplace.replica._connection
    (pages,) = connection.rows("PRAGMA page_count")[0]
    connection.rows(f"PRAGMA max_page_count = {pages}")
    for size in (4000, 200, 1):
        with suppress(DiskFull):
            for number in range(100_000):
                workplace.replica.cabinet.set_setting(f"filling-{size}-{number}", "x" * size)


def _nowhere(ca_pem: str) -> RegistryConnection:
    """A connection to a port nobody listens on."""
    return RegistryConnection("https://127.0.0.1:9", ca_pem, timeout=(1, 1))


def _later(ms: int) -> ClockReading:
    now = read_clock()
    return ClockReading(now.boot_id, now.mono_ms + ms, now.wall_ms)


def test_the_program_can_be_left_while_no_session_runs_and_not_after(seat: Seat, qtbot: QtBot) -> None:
    seat.kiosk.may_be_left = True
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    with qtbot.waitSignal(seat.kiosk.ended, timeout=WAIT_MS):
        seat.press("leave_program")
    seat.open_session()
    seat.until_screen("CheckInScreen")
    assert seat.find("leave_program") is None


def test_nobody_is_offered_a_way_out_that_leads_nowhere(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    assert seat.find("leave_program") is None


def _handbook(seat: Seat) -> HandbookScreen | None:
    return seat.kiosk.handbook.screen


def test_the_handbook_opens_while_no_session_runs_and_not_after(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    seat.press("handbook")
    opened = _handbook(seat)
    assert opened is not None
    assert opened.isVisible()
    assert not seat.kiosk.deck.isVisible()
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert _handbook(seat) is None
    assert seat.kiosk.deck.isVisible()
    QTest.keyClick(seat.kiosk, Qt.Key.Key_F1)
    opened = _handbook(seat)
    assert opened is not None
    QTest.keyClick(opened.view, Qt.Key.Key_F1)
    seat.open_session()
    seat.until_screen("CheckInScreen")
    QTest.keyClick(seat.kiosk, Qt.Key.Key_F1)
    assert _handbook(seat) is None
    assert seat.find("handbook") is None


def test_where_something_is_the_matter_the_handbook_opens_at_what_to_do(seat: Seat) -> None:
    seat.kiosk.begin()
    seat.until_screen("SignInScreen")
    seat.kiosk.show_trouble(DiskFull("", needed_mb=1, free_mb=0))
    QTest.keyClick(seat.kiosk, Qt.Key.Key_F1)
    opened = _handbook(seat)
    assert opened is not None
    assert (opened.place.reader, opened.place.page) == ("proctor", "trouble")


@pytest.mark.long
def test_when_the_room_is_closed_everything_looks_as_at_first(seat: Seat) -> None:
    kiosk = seat.kiosk
    kiosk.begin()
    seat.open_session()
    seat.until_screen("CheckInScreen")
    assert kiosk._line is not None
    kiosk.deck.set_appearance(Appearance(Language.ZH, 200))
    kiosk._line.room_closed.emit()
    seat.bot.waitUntil(lambda: kiosk.deck.appearance == Appearance(Language.ZH), timeout=20_000)
