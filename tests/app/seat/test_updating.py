"""A newer program is fetched in the background, verified, and laid ready; while somebody sits, it waits."""

from collections.abc import Iterator

import pytest

from app.registry.software import Release, publish_release
from app.seat import updating
from app.seat.home import SeatHome
from app.seat.updating import ANSWERED_S, BUSY_S, UNANSWERED_S, Updating
from app.seat.workplace import Workplace
from sync.client.software_update import this_platform
from tests.app.registry.world import World, enrol_seat, opened_world, serving


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture
def workplace(world: World) -> Iterator[Workplace]:
    with serving(world.registry):
        seat = enrol_seat(world)
    seat.replica.close()
    opened = Workplace.open(SeatHome(seat.trust.parent))
    yield opened
    opened.close()


def laid(workplace: Workplace) -> dict[str, bytes]:
    folder = workplace.home.updates
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.deb")}


def test_a_newer_program_lies_ready_whole_and_an_older_one_is_gone(world: World, workplace: Workplace) -> None:
    with serving(world.registry):
        assert Updating(workplace).turn() == ANSWERED_S
        assert laid(workplace) == {}
        for version, data in (("7.1", b"an older program"), ("7.2", b"a newer program")):
            release = Release("examroom-seat", version, this_platform(), f"seat_{version}.deb")
            publish_release(world.registry.premises, release, data)
            assert Updating(workplace).turn() == ANSWERED_S
            assert laid(workplace) == {f"examroom-seat/{version}/seat_{version}.deb": data}


def test_without_a_registry_it_is_tried_again_sooner(workplace: Workplace) -> None:
    assert Updating(workplace).turn() == UNANSWERED_S
    assert laid(workplace) == {}


def test_while_somebody_sits_the_line_is_theirs(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updating, "find_unfinished", lambda _workplace: object())
    monkeypatch.setattr(Workplace, "connect", lambda _self: pytest.fail("it asked"))
    assert Updating(workplace).turn() == BUSY_S
