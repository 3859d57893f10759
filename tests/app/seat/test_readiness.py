"""Readiness: what is looked at beside devices and disk, and that nothing it finds ends the program."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.seat import recording_space
from app.seat.camera_desk import CameraDesk, longest_recording_ms
from app.seat.environment import said_of
from app.seat.glyphs import chinese_family, undrawable
from app.seat.readiness import Display, Finding, Reach, Readiness, _recording, check_seat
from app.seat.recording_choice import RecordingChoice, choose_recording
from app.seat.recording_space import disk_fact
from app.seat.room_log import RoomLog
from app.seat.workplace import Session, Workplace
from app.ui.text import Sentence, say
from proctoring.capture.profiles import profile_named
from proctoring.checks.catalogue import CHECKS, DEFAULTS
from proctoring.checks.machine import Machine
from proctoring.checks.reserves import disk_forecast
from proctoring.checks.situation import Situation
from proctoring.recorder.messages import SPARE_BYTES, space_for
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import free_bytes
from sync.wire.environment import Verdict
from sync.wire.ids import new_id
from sync.wire.plan import MINUTE_MS, SessionPlan
from tests.app.seat.screens.samples import EN, ZH

GOOD = Display(1366, 768)
RARE = "\U0002f9ff\U000323af"  # never assigned, so no font has them


@pytest.fixture
def camera(workplace: Workplace, session: Session, qapp: QApplication) -> Iterator[CameraDesk]:
    del qapp  # fonts need an application
    desk = CameraDesk(workplace.home, workplace.enrolment.device, session.plan, "synthetic")
    yield desk
    desk.leave()


def with_plan(session: Session, **changes: Any) -> Session:  # noqa: ANN401 - fields of the plan
    return replace(session, plan=session.plan.model_copy(update=changes))


def found(workplace: Workplace, session: Session, camera: CameraDesk, display: Display = GOOD) -> dict[str, Finding]:
    findings = check_seat(workplace, session, Reach(workplace.connect(), camera, display))
    return {finding.check: finding for finding in findings}


def named(plan: SessionPlan, name: str) -> SessionPlan:
    first, *rest = plan.roster
    return plan.model_copy(update={"roster": (first.model_copy(update={"name": name}), *rest)})


def test_a_seat_in_order_is_good_at_everything_it_can_be(
    workplace: Workplace, session: Session, camera: CameraDesk
) -> None:
    findings = found(workplace, session, camera)
    assert all(findings[check].readiness is Readiness.GOOD for check in ("people", "fonts", "screen", "journal"))
    assert findings["outbox"].facts == {"count": 0}


def test_what_is_recorded_and_how_long_it_fits_is_told_in_words(workplace: Workplace, session: Session) -> None:
    secret = "rtsp://user:secret@10.0.0.7/live"
    choose_recording(workplace.home, RecordingChoice(camera=secret, microphone="microphone:USB Audio", profile="fine"))
    desk = CameraDesk(workplace.home, workplace.enrolment.device, session.plan, "auto")
    recording, disk = _recording(workplace, desk), disk_fact(workplace, session)
    assert recording.readiness is Readiness.GOOD
    for words, said in (
        (ZH, "画面：网络摄像头 10.0.0.7；声音：麦克风 USB Audio；960×720，每秒 15 帧"),
        (EN, "960×720"),
    ):
        seen = say(Sentence("readiness.recording.good.seen", recording.facts), words)
        assert said in seen
        assert "secret" not in seen
    longest_ms, fine = longest_recording_ms(session.plan), profile_named("fine")
    assert disk.needed_bytes == space_for(longest_ms, "fine")
    assert disk.longest_minutes == longest_ms // MINUTE_MS
    room = (free_bytes(workplace.home.root) - SPARE_BYTES) // fine.bytes_per_s // 60
    assert abs(disk.lasts_minutes - room) <= 60, "others write on this disk, too"


def test_a_damaged_choice_of_sources_is_told_and_ends_nothing(
    workplace: Workplace, session: Session, camera: CameraDesk
) -> None:
    workplace.home.recording_choice.write_text("{")
    told = found(workplace, session, camera)
    assert told["recording"].readiness is Readiness.BLOCKED
    assert disk_fact(workplace, session).lasts_minutes > 0


def test_a_disk_with_too_little_room_is_told_with_figures(
    workplace: Workplace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        recording_space, "free_bytes", lambda _folder: SPARE_BYTES + 60 * profile_named("standard").bytes_per_s
    )
    disk = disk_fact(workplace, session)
    forecast = disk_forecast(Machine(), Situation(disk=disk))
    assert (disk.lasts_minutes, forecast.verdict) == (1, Verdict.FOUND)
    assert not DEFAULTS["disk_forecast"].overridable
    assert "只够录约 1 分钟" in say(said_of(forecast).seen, ZH)


def test_disk_and_screens_have_one_row_each_which_is_the_checks(
    workplace: Workplace, session: Session, camera: CameraDesk
) -> None:
    assert not {"disk", "disk_forecast", "screens", "more_screens"} & found(workplace, session, camera).keys()
    assert {"disk_forecast", "screens"} <= CHECKS.keys()


def test_characters_that_no_font_has_are_listed(workplace: Workplace, session: Session, camera: CameraDesk) -> None:
    assert chinese_family() is not None
    assert undrawable(session.plan) == ()
    plan = named(session.plan, f"张{RARE}伟")
    assert undrawable(plan) == tuple(RARE)
    fonts = found(workplace, replace(session, plan=plan), camera)["fonts"]
    assert (fonts.readiness, fonts.facts["count"]) == (Readiness.ATTENTION, 2)
    assert "U+2F9FF" in str(fonts.facts["named"])


def test_two_names_with_one_credential_are_one_person(
    workplace: Workplace, session: Session, camera: CameraDesk
) -> None:
    one, two = session.plan.proctors[:2]
    double = two.model_copy(update={"keyid": one.keyid})
    people = found(workplace, with_plan(session, proctors=(one, double)), camera)["people"]
    assert (people.readiness, people.facts["people"]) == (Readiness.BLOCKED, 1)
    third = two.model_copy(update={"proctor": new_id()})
    people = found(workplace, with_plan(session, proctors=(one, double, third)), camera)["people"]
    assert people.readiness is Readiness.ATTENTION
    assert people.facts["names"] == f"{one.name} = {two.name}"


@pytest.mark.parametrize(
    ("display", "check", "readiness"),
    [
        (GOOD, "screen", Readiness.GOOD),
        (Display(1024, 768), "screen", Readiness.ATTENTION),
        (Display(1366, 600), "screen", Readiness.ATTENTION),
    ],
)
def test_a_small_screen_is_told(
    workplace: Workplace, session: Session, camera: CameraDesk, display: Display, check: str, readiness: Readiness
) -> None:
    assert found(workplace, session, camera, display)[check].readiness is readiness


def test_a_session_that_was_left_open_and_a_broken_journal_are_told(
    workplace: Workplace, session: Session, camera: CameraDesk
) -> None:
    other, journal = new_id(), workplace.replica.journal
    workplace.replica.cabinet.put_document(DocumentKind.PLAN, other, b"{}", 1)
    RoomLog(other, journal, workplace.clock).take_duty(("a" * 64,))
    told = found(workplace, session, camera)["journal"]
    assert (told.readiness, told.facts) == (Readiness.ATTENTION, {"count": 1})
    journal.append(session.plan.roster[0].sitting, "nonsense", "run", 1, 1, b"{}")
    told = found(workplace, session, camera)["journal"]
    assert (told.readiness, told.facts) == (Readiness.BLOCKED, {"code": "EVENT_REFUSED"})


def test_packets_that_wait_for_delivery_are_counted(workplace: Workplace, session: Session, camera: CameraDesk) -> None:
    workplace.replica.outbox.add("a" * 64, new_id(), session.plan.roster[0].sitting, b"{}", 1)
    outbox = found(workplace, session, camera)["outbox"]
    assert (outbox.readiness, outbox.facts) == (Readiness.ATTENTION, {"count": 1})
