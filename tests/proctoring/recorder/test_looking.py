"""Looking without recording: pictures and level, and nothing on the disk. Camera and microphone are simulated."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proctoring.recorder import looking
from proctoring.recorder.client import RecorderClient, RecorderState
from proctoring.recorder.faults import NothingRecorded
from proctoring.recorder.looking import Look
from tests.proctoring.seat import SimulatedSeat, record, wait_until


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedSeat]:
    """A seat whose recorder these tests use one after another."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("looking"))
    seat.recorder()
    yield seat
    seat.close()


@pytest.fixture
def client(seat: SimulatedSeat) -> Iterator[RecorderClient]:
    client = seat.attach()
    yield client
    client.look_away()


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"}


def test_a_look_gives_pictures_and_level_and_writes_nothing(seat: SimulatedSeat, client: RecorderClient) -> None:
    before = files(seat.home)
    status = client.look("synthetic", "synthetic")
    assert (status.state, status.recording) == (RecorderState.LOOKING, None)
    assert {source.track for source in status.sources if source.simulated} == {"picture", "sound"}
    wait_until(lambda: (client.preview() or b"").startswith(b"\xff\xd8"))
    first = client.preview()
    wait_until(lambda: client.preview() != first)
    wait_until(lambda: client.status().level_dbfs_tenths > -600)
    assert client.devices() == status.sources
    client.look_away()
    assert client.status().state is RecorderState.IDLE
    with pytest.raises(NothingRecorded):
        client.preview()
    assert files(seat.home) == before


def test_a_recording_ends_the_look_and_a_look_does_not_disturb_a_recording(
    seat: SimulatedSeat, client: RecorderClient
) -> None:
    client.look("synthetic", "synthetic")
    spec = seat.spec()
    record(client, spec, 500)
    status = client.look("synthetic", "synthetic")
    assert (status.state, status.recording) == (RecorderState.RECORDING, spec.recording)
    client.look_away()
    assert client.status().state is RecorderState.RECORDING
    client.stop()
    assert client.look("synthetic", "synthetic").state is RecorderState.LOOKING


def test_another_client_sees_the_same_look(seat: SimulatedSeat, client: RecorderClient) -> None:
    client.look("synthetic", "synthetic")
    other = seat.attach()
    wait_until(lambda: other.preview() is not None)
    assert other.look("synthetic", "synthetic").state is RecorderState.LOOKING


def test_nobody_is_looked_at_for_longer_than_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE_S", 0.3)
    look = Look("synthetic", "synthetic")
    wait_until(lambda: look.preview() is not None)
    wait_until(lambda: not look.goes_on, 5)
    assert look.preview() is None
    look.close()


def test_a_camera_that_gives_nothing_any_more_leaves_no_old_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_STALE_S", 0.0)
    look = Look("synthetic", "synthetic")
    try:
        wait_until(lambda: look._newest is not None)
        assert look.preview() is None
    finally:
        look.close()
