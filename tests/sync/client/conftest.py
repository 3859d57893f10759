"""A real served registry, an enrolled seat with its replica, and a line between them that misbehaves on demand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.registry.models import Device
from sync.client.asking import Asker
from sync.client.connection import RegistryConnection
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving
from tests.sync.client.simulator import Line, simulated_line


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
    return world.registry.plan_session(world.request((seat.device,), candidates=150))


@pytest.fixture(scope="module")
def trust(seat: Seat) -> Trust:
    return Trust.load(seat.trust)


@pytest.fixture
def connection(seat: Seat) -> Iterator[RegistryConnection]:
    opened = seat.connect()
    yield opened
    opened.close()


@pytest.fixture
def replica(tmp_path: Path, seat: Seat, world: World) -> Iterator[Replica]:
    with Replica.open(tmp_path / "replica.db", seat.keystore.replica_key()) as opened:
        with world.registry.premises.database.reading() as rows:  # a fresh replica of a seat that has asked before
            opened.requests.raise_to(rows.get_one(Device, seat.device).counter)
        yield opened


@pytest.fixture
def asker(seat: Seat, replica: Replica) -> Asker:
    return Asker(seat.device, seat.keystore, replica)


@pytest.fixture
def line(connection: RegistryConnection, world: World, tmp_path: Path) -> Iterator[Line]:
    with simulated_line(connection, world.registry.premises.authority, tmp_path) as running:
        yield running


@pytest.fixture
def patient(line: Line, seat: Seat) -> Iterator[RegistryConnection]:
    """Give a way over the line that no busy machine hurries."""
    opened = RegistryConnection(line.url, seat.enrolment.ca_pem)
    yield opened
    opened.close()


@pytest.fixture
def over_the_line(line: Line, seat: Seat) -> Iterator[RegistryConnection]:
    opened = RegistryConnection(line.url, seat.enrolment.ca_pem, timeout=(1, 1), total_s=0.6)
    yield opened
    opened.close()
