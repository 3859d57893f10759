"""Recordings to look at: made once by a real recorder with openly simulated sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proctoring.seat import Recorded, SimulatedSeat, record


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[SimulatedSeat]:
    """A seat of the test's own."""
    seat = SimulatedSeat(tmp_path)
    yield seat
    seat.close()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """A recording of 5 s in three segments, closed properly."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("seat"))
    client = seat.recorder()
    spec = seat.spec()
    status = record(client, spec, 5_000)
    client.bookmark("VIOLATION_7")
    closed = client.stop()
    client.quit()
    yield Recorded(seat, spec, closed, status)
    seat.close()
