"""Readiness: what is looked at beside devices and disk, and that nothing it finds ends the program."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.seat.camera_desk import CameraDesk
from app.seat.glyphs import chinese_family, undrawable
from app.seat.phases.launch.opening import CHECKS
from app.seat.readiness import Display, Finding, Reach, Readiness, check_seat
from app.seat.room_log import RoomLog
from app.seat.workplace import Session, Workplace
from sync.replica.cabinet import DocumentKind
from sync.wire.ids import new_id
from sync.wire.plan import SessionPlan

GOOD = Display(1366, 768, 1)
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
    findings = check_seat(workplace, session, Reach(workplace.enrolment.connect(), camera, display))
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
    assert set(CHECKS) - set(findings) == {"devices"}, "its devices are simulated, which has a name of its own"


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
        (Display(1024, 768, 1), "screen", Readiness.ATTENTION),
        (Display(1366, 600, 1), "screen", Readiness.ATTENTION),
        (Display(1920, 1080, 2), "more_screens", Readiness.ATTENTION),
    ],
)
def test_a_small_screen_and_a_second_one_are_told(
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
