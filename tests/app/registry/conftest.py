"""One served registry, one enrolled seat and one planned session for all tests of a module."""

from collections.abc import Iterator

import pytest

from sync.client.connection import RegistryConnection
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with serving(world.registry) as address:
        yield address


@pytest.fixture(scope="module")
def seat(world: World, url: str) -> Seat:
    assert url
    return enrol_seat(world)


@pytest.fixture(scope="module")
def session(world: World, seat: Seat) -> str:
    return world.registry.plan_session(world.request((seat.device,), candidates=60))


@pytest.fixture
def connection(seat: Seat) -> Iterator[RegistryConnection]:
    opened = seat.connect()
    yield opened
    opened.close()
