"""One served registry, one enrolled seat and one planned session for all tests of a module."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sync.client.connection import RegistryConnection
from sync.wire.packet import ScorePacket
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving, simulated_packet


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


@dataclass
class Numbers:
    """Hands every test candidates that no other test has used."""

    used: int = field(default=0)

    def next(self) -> int:
        self.used += 1
        return self.used - 1


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
def packet(world: World, seat: Seat, session: str, numbers: Numbers) -> ScorePacket:
    return simulated_packet(world, seat, session, numbers.next(), right=4)


@pytest.fixture
def connection(seat: Seat) -> Iterator[RegistryConnection]:
    opened = seat.connect()
    yield opened
    opened.close()
