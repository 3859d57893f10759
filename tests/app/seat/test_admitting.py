"""Admission as people do it: the number, the photo, PINs, doubts; a real kiosk, registry and (simulated) recorder."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.exam.room import Room
from app.exam.sitting import Sitting, State
from app.registry.models import Claim
from app.registry.service import Registry
from app.seat import claims
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.room_log import RoomLog
from app.seat.screens.admission.check_in import CheckInScreen
from app.seat.screens.admission.identity import IdentityScreen
from app.seat.screens.admission.notice import NoticeScreen
from app.seat.screens.delivery.practice import PracticeScreen
from app.seat.workplace import Workplace
from app.ui.labels import Note, StatusMark
from app.ui.pictures import Photo
from proctoring.recorder.client import RecorderClient, RecorderGone, RecorderState
from proctoring.recorder.faults import NothingRecorded
from sync.client.claims import claims_connection
from sync.client.enrolment import enrol
from sync.client.plans import load_plan
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from sync.trust.keystore import FileKeyStore
from sync.wire.plan import MINUTE_MS, SessionPlan, Theme
from tests.app.seat.conftest import Site
from tests.app.seat.screens import hands as hand
from tests.app.seat.test_kiosk import WAIT_MS, Seat


class Room1(Seat):
    """A seat whose session is open, and the hands of candidate and proctors."""

    def open_up(self) -> None:
        self.kiosk.begin()
        self.open_session()
        self.until_screen("CheckInScreen")

    def find_candidate(self, number: int = 0, typed: str | None = None) -> None:
        self.type("admission_number", f"{typed or self.plan.roster[number].admission_number}\r")
        self.until_screen("IdentityScreen")
        self.press("confirm")
        self.bot.waitUntil(lambda: self.find("admit") is not None, timeout=WAIT_MS)

    def give_pin(self, which: int) -> None:
        self.until_screen("AuthorityScreen")
        proctor, pin = list(self.site.pins().items())[which]
        self.press(f"proctor_{proctor}")
        self.type("pin", f"{pin}\r")

    def give_pins(self) -> None:
        self.give_pin(0)
        first = next(iter(self.site.pins()))
        self.bot.waitUntil(lambda: self.find(f"proctor_{first}") is None, timeout=WAIT_MS)
        self.give_pin(1)

    def give_reason(self, quick: int = 1) -> None:
        self.press(f"quick_{quick}")
        self.press("go_on")

    def keys(self) -> list[str]:
        return [entry.keyid for entry in self.plan.proctors]

    def sitting_of(self, number: int = 0) -> Sitting:
        return read_sitting(self.workplace.replica.journal, self.plan.roster[number].sitting)

    def room(self) -> Room:
        return RoomLog(self.plan.session, self.workplace.replica.journal, self.workplace.clock).room

    def note(self, screen: type[CheckInScreen | IdentityScreen], name: str) -> str:
        return hand.find(self.kiosk.deck.screen_of(screen), Note, name).text()


@pytest.fixture
def seat(seat_home: SeatHome, site: Site, qtbot: QtBot) -> Iterator[Room1]:
    kiosk = Kiosk(seat_home, Language.ZH, "synthetic")
    kiosk.resize(1366, 768)
    kiosk.show()
    qtbot.addWidget(kiosk)
    yield Room1(kiosk, site, qtbot)
    kiosk.leave()
    with suppress(RecorderGone, NothingRecorded):
        recorder = RecorderClient.attach(seat_home.recorder_socket, 0)
        recorder.quit()
        with closing(RecorderClient.attach(seat_home.recorder_socket, 0)) as last:
            last.stop()


def test_one_proctor_admits_who_was_found_by_identity_number(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate(typed="990101198503120010")
    live = hand.find(seat.kiosk.deck.screen_of(IdentityScreen), Photo, "live_picture")
    seat.bot.waitUntil(lambda: live._image is not None, timeout=WAIT_MS)
    with closing(RecorderClient.attach(seat.workplace.home.recorder_socket, 1)) as recorder:
        assert recorder.status().state is RecorderState.LOOKING
    assert not list(seat.workplace.home.recordings.glob("*")), "looking records nothing"
    seat.press("admit")
    seat.give_pin(1)
    seat.until_screen("NoticeScreen")
    sitting = seat.sitting_of()
    assert sitting.state is State.ADMITTED
    assert sitting.confirmed_by == (seat.keys()[1],)
    assert set(sitting.proctors) == set(seat.keys())
    assert sitting.incidents == ()


@pytest.mark.parametrize("typed", ["99999999", "990101198503120011", "𠮷" * 48, "\u0639\u0628\u062f"])
def test_who_is_not_on_the_roster_is_told_and_can_type_again(seat: Room1, typed: str) -> None:
    seat.open_up()
    seat.type("admission_number", "x")
    field = seat.find("admission_number", QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setText(typed)
    seat.press("find")
    assert seat.note(CheckInScreen, "check_in_note")
    assert seat.screen == "CheckInScreen"


def test_a_doubt_is_decided_by_a_second_person(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate()
    seat.press("doubt")
    seat.give_reason()
    seat.give_pin(0)
    seat.bot.waitUntil(lambda: seat.find("refuse") is not None, timeout=WAIT_MS)
    assert list(seat.room().held.values()) == ["本人与照片不像"]
    assert seat.sitting_of().state is State.AWAITING
    assert "本人与照片不像" in seat.note(IdentityScreen, "identity_note")
    seat.press("admit")
    seat.until_screen("AuthorityScreen")
    doubter, decider = seat.plan.proctors
    assert seat.find(f"proctor_{doubter.proctor}") is None, "who doubted does not decide"
    seat.give_pin(1)
    seat.until_screen("NoticeScreen")
    sitting = seat.sitting_of()
    assert sitting.confirmed_by == (decider.keyid,), "a doubt is no confirmation"
    (incident,) = sitting.incidents
    assert (incident.code, incident.by) == ("ADMITTED_AFTER_DOUBT", (decider.keyid,))
    assert incident.detail == f"{doubter.name} 存疑：本人与照片不像；{decider.name} 准许入场"


def test_two_refuse_and_two_can_admit_later(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate()
    seat.press("doubt")
    seat.give_reason(3)
    seat.give_pin(0)
    seat.press("refuse")
    seat.give_reason(2)
    seat.until_screen("AuthorityScreen")
    doubter = seat.plan.proctors[0]
    front = seat.kiosk.deck.currentWidget() or seat.kiosk
    shown = [label.text() for label in front.findChildren(StatusMark) if label.isVisible()]
    assert f"{doubter.name}：存疑" in shown, "who doubted is not said to have agreed"
    seat.give_pin(1)
    seat.until_screen("CheckInScreen")
    (refused,) = seat.room().refused.values()
    assert set(refused.by) == set(seat.keys())
    assert seat.sitting_of().state is State.AWAITING
    seat.find_candidate()
    assert refused.note in seat.note(IdentityScreen, "identity_note")
    seat.press("admit")
    seat.give_reason()
    seat.give_pins()
    seat.until_screen("NoticeScreen")
    sitting = seat.sitting_of()
    assert set(sitting.confirmed_by) == set(seat.keys())
    assert [incident.code for incident in sitting.incidents] == ["ADMITTED_AFTER_REFUSAL"]


def test_who_comes_late_to_another_seat_needs_two_and_a_reason(seat: Room1, monkeypatch: pytest.MonkeyPatch) -> None:
    now = Workplace.now_ms

    def with_a_limit(replica: Replica, trust: Trust, session: str) -> tuple[SessionPlan, str]:
        plan, sha256 = load_plan(replica, trust, session)
        policy = plan.policy.model_copy(update={"late_entry_ms": 30 * MINUTE_MS})
        return plan.model_copy(update={"policy": policy}), sha256

    monkeypatch.setattr("app.seat.workplace.load_plan", with_a_limit)
    seat.open_up()
    monkeypatch.setattr(Workplace, "now_ms", lambda workplace: now(workplace) + 90 * MINUTE_MS)
    monkeypatch.setattr("app.seat.admission.seat_number_of", lambda _workplace: 9)
    seat.find_candidate()
    note = seat.note(IdentityScreen, "identity_note")
    assert "07 号机" in note
    assert "分钟" in note
    seat.press("admit")
    seat.give_reason(2)
    seat.give_pins()
    seat.until_screen("NoticeScreen")
    sitting = seat.sitting_of()
    assert sitting.seat_number == 9
    assert {incident.code for incident in sitting.incidents} == {"LATE_ADMITTED", "SEAT_CHANGED"}
    assert all(set(incident.by) == set(seat.keys()) for incident in sitting.incidents)


@contextmanager
def claimed_by_another_seat(site: Site, sitting: str, folder: Path) -> Iterator[str]:
    """Let another enrolled seat have the sitting, as if it had been begun there."""
    keystore = FileKeyStore(folder / "keys")
    with Registry.open(site.home.registry) as registry:
        other = enrol(registry.invite("12", 600_000), keystore, folder / "trust").device
        with registry.premises.database.writing() as rows:
            rows.merge(Claim(sitting=sitting, session=site.stage.session, device=other, claimed_ms=0))
        yield other
        with registry.premises.database.writing() as rows:
            rows.get_one(Claim, sitting).device = site.stage.enrolment.device


def test_who_sits_elsewhere_is_moved_by_two_proctors_only(seat: Room1, site: Site, tmp_path: Path) -> None:
    seat.open_up()
    entry = seat.plan.roster[2]
    with claimed_by_another_seat(site, entry.sitting, tmp_path / "other"):
        seat.find_candidate(2)
        seat.bot.waitUntil(lambda: "12" in seat.note(IdentityScreen, "identity_note"), timeout=WAIT_MS)
        seat.press("admit")
        seat.give_reason(3)
        seat.give_pins()
        seat.until_screen("NoticeScreen")
        with Registry.open(site.home.registry) as registry, registry.premises.database.reading() as rows:
            assert rows.get_one(Claim, entry.sitting).device == site.stage.enrolment.device
    assert [incident.code for incident in seat.sitting_of(2).incidents] == ["SITTING_MOVED"]


def test_without_a_network_admission_goes_on(seat: Room1, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.open_up()
    nowhere = {"url": "https://127.0.0.1:9"}
    monkeypatch.setattr(
        claims, "claims_connection", lambda here, keys: claims_connection(here.model_copy(update=nowhere), keys)
    )
    seat.find_candidate(1)
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")
    assert seat.sitting_of(1).state is State.ADMITTED


def test_going_back_admits_nobody_and_lets_the_camera_go(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate()
    seat.press("admit")
    seat.until_screen("AuthorityScreen")
    seat.press("cancel")
    seat.until_screen("IdentityScreen")
    seat.press("back")
    seat.until_screen("CheckInScreen")
    with closing(RecorderClient.attach(seat.workplace.home.recorder_socket, 1)) as recorder:
        seat.bot.waitUntil(lambda: recorder.status().state is RecorderState.IDLE, timeout=WAIT_MS)
    assert seat.sitting_of().state is State.AWAITING


def test_practice_is_kept_nowhere_and_takes_no_time(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate()
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")
    assert seat.find("practice") is None, "the notice comes first"
    seat.press("notice_tick")
    seat.press("practice")
    seat.until_screen("PracticeScreen")
    rows = len(seat.workplace.replica.journal.rows(seat.entry.sitting))
    seat.choose(1)
    seat.press("next")
    seat.press("flag")
    assert isinstance(seat.kiosk.deck.currentWidget(), PracticeScreen)
    seat.press("submit")
    seat.until_screen("NoticeScreen")
    assert len(seat.workplace.replica.journal.rows(seat.entry.sitting)) == rows
    assert seat.sitting_of().state is State.ADMITTED
    assert isinstance(seat.kiosk.deck.currentWidget(), NoticeScreen)
    chosen = replace(seat.kiosk.deck.appearance, language=Language.EN, theme=Theme.DARK)
    seat.kiosk.deck.set_appearance(chosen)
    seat.bot.waitUntil(lambda: seat.sitting_of().appearance == chosen, timeout=WAIT_MS)
    seat.press("start_exam")
    seat.until_screen("ItemScreen")
    sitting = seat.sitting_of()
    assert (sitting.given, sitting.appearance) == ({}, chosen)
