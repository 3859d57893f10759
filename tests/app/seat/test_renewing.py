"""A seat's certificate renews itself, also for programs that run on; nothing is asked without end."""

from collections.abc import Iterator

import pytest

from app.seat.home import SeatHome
from app.seat.renewing import ANSWERED_S, UNANSWERED_S, Renewing, renew
from app.seat.workplace import Workplace
from sync.client.enrolment import load_enrolment
from sync.trust.certificates import DEVICE_DAYS
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


def test_without_a_registry_it_waits_for_minutes(workplace: Workplace) -> None:
    asked = workplace.replica.requests.last()
    assert Renewing(workplace).turn() == UNANSWERED_S
    assert workplace.replica.requests.last() == asked + 1


def test_a_seat_that_was_revoked_says_so_to_people_and_asks_no_more_often(world: World, workplace: Workplace) -> None:
    world.registry.revoke_device(workplace.enrolment.device)
    with serving(world.registry):
        assert Renewing(workplace).turn() == ANSWERED_S
