"""A seat's certificate renews itself, also for programs that run on; nothing is asked without end."""

from collections.abc import Iterator

import pytest

from app.seat.home import SeatHome
from app.seat.preparing import fetch_sessions
from app.seat.renewing import ANSWERED_S, UNANSWERED_S, Renewing, renew
from app.seat.workplace import Workplace
from sync.client.connection import CertificateNotTaken
from sync.client.enrolment import load_enrolment
from sync.trust.certificates import DEVICE_DAYS, CertificateAuthority, issue_device_certificate
from tests.app.registry.world import HOUR_MS, World, enrol_seat, opened_world, serving

GUARDED = f"/v1/proofs/{'0' * 64}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture
def seat_home(world: World) -> SeatHome:
    with serving(world.registry):
        seat = enrol_seat(world)
    seat.replica.close()
    return SeatHome(seat.trust.parent)


@pytest.fixture
def workplace(seat_home: SeatHome) -> Iterator[Workplace]:
    opened = Workplace.open(seat_home)
    yield opened
    opened.close()


def test_a_certificate_is_renewed_at_half_of_its_time_and_shown_by_what_was_open_before(
    world: World, workplace: Workplace
) -> None:
    renewing, before = Renewing(workplace), load_enrolment(workplace.home.trust).certificate_pem
    with serving(world.registry):
        opened, alone = workplace.connect(), workplace.enrolment.connect(workplace.keystore)
        assert renewing.turn() == ANSWERED_S
        assert load_enrolment(workplace.home.trust).certificate_pem == before
        world.clock.now_ms += DEVICE_DAYS // 2 * 24 * HOUR_MS
        assert renewing.turn() == ANSWERED_S
        assert load_enrolment(workplace.home.trust).certificate_pem != before
        assert alone.get(GUARDED, 1_000).error().code == "CERTIFICATE_REPLACED"
        assert opened.get(GUARDED, 1_000).error().code == "PACKET_UNKNOWN"
        assert not renew(workplace)


def test_a_certificate_of_a_wrong_clock_is_replaced_once_the_clock_is_right(world: World, workplace: Workplace) -> None:
    right_ms = world.clock.now_ms
    world.clock.now_ms += 14 * 365 * 24 * HOUR_MS
    with serving(world.registry):
        assert renew(workplace)
    world.clock.now_ms = right_ms
    with serving(world.registry):
        assert workplace.connect().get(GUARDED, 1_000).error().code == "CERTIFICATE_NOT_YET_VALID"
        assert renew(workplace)
        assert fetch_sessions(workplace).sessions == ()
        assert not renew(workplace)


def test_a_certificate_that_the_registry_itself_does_not_take_is_no_good_news(
    world: World, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def issued_ahead(ca: CertificateAuthority, asked: str, device: str, label: str, *, now_ms: int) -> str:
        return issue_device_certificate(ca, asked, device, label, now_ms=now_ms + 48 * HOUR_MS)

    monkeypatch.setattr("app.registry.rotating.issue_device_certificate", issued_ahead)
    world.clock.now_ms += DEVICE_DAYS // 2 * 24 * HOUR_MS
    with serving(world.registry), pytest.raises(CertificateNotTaken, match="CERTIFICATE_NOT_YET_VALID"):
        renew(workplace)


def test_without_a_registry_it_waits_for_minutes(workplace: Workplace) -> None:
    asked = workplace.replica.requests.last()
    assert Renewing(workplace).turn() == UNANSWERED_S
    assert workplace.replica.requests.last() == asked + 1


def test_a_seat_that_was_revoked_says_so_to_people_and_asks_no_more_often(world: World, workplace: Workplace) -> None:
    world.registry.revoke_device(workplace.enrolment.device)
    with serving(world.registry):
        assert Renewing(workplace).turn() == ANSWERED_S
