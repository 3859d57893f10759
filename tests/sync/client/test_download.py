"""A large download that was cut goes on where it was; the line is used as fast as was allowed."""

import errno
import hashlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.client.pace import LEAST_BYTES_PER_S, Pace
from sync.replica.durable import DiskFull
from tests.app.registry.world import Seat, World
from tests.sync.client.simulator_wire import Ill, Wire, simulated_wire

LENGTH = 400_000
PATH = "/tuf/targets/large"


@pytest.fixture(scope="module")
def large(world: World) -> bytes:
    """Lay a large file where the registry serves plain files from."""
    data = os.urandom(LENGTH)
    (world.registry.premises.repository.targets_folder / "large").write_bytes(data)
    return data


@pytest.fixture
def wire(url: str) -> Iterator[Wire]:
    with simulated_wire(url) as laid:
        yield laid


@pytest.fixture
def far(wire: Wire, seat: Seat) -> Iterator[RegistryConnection]:
    opened = RegistryConnection(wire.url, seat.enrolment.ca_pem, timeout=(1, 1), total_s=5)
    yield opened
    opened.close()


class Cutting(Wire):
    """Cuts every answer after so many bytes."""

    def next_ill(self) -> tuple[Ill, int]:
        return Ill.CUT_IN_THE_ANSWER, 60_000


def test_what_was_cut_goes_on_and_no_byte_comes_twice(
    wire: Wire, far: RegistryConnection, large: bytes, tmp_path: Path
) -> None:
    wire.__class__ = Cutting
    sizes = [0]
    with (tmp_path / "part").open("w+b") as file:
        while sizes[-1] < LENGTH:
            try:
                far.download(PATH, file, LENGTH)
            except RegistryUnreachable:
                assert file.seek(0, os.SEEK_END) > sizes[-1]
            sizes.append(file.seek(0, os.SEEK_END))
    assert len(sizes) > 5
    assert hashlib.sha256((tmp_path / "part").read_bytes()).digest() == hashlib.sha256(large).digest()


@pytest.mark.parametrize("there", [b"", b"x" * 10, b"x" * LENGTH, b"x" * (LENGTH + 5)])
def test_what_was_there_is_gone_on_with_and_whoever_has_it_all_checks_it(
    far: RegistryConnection, large: bytes, there: bytes
) -> None:
    file = io.BytesIO(there)
    assert far.download(PATH, file, LENGTH) in (200, 206)
    assert file.getvalue() == there[:LENGTH] + large[len(there) :]


def test_a_file_that_is_not_there_leaves_the_part_as_it_was(far: RegistryConnection) -> None:
    file = io.BytesIO(b"part")
    assert far.download("/tuf/targets/nothing", file, LENGTH) == 404
    assert file.getvalue() == b"part"


def test_another_length_than_was_signed_for_is_refused(far: RegistryConnection, large: bytes) -> None:
    assert large
    for length in (LENGTH - 1, LENGTH + 1):
        file = io.BytesIO(b"part")
        with pytest.raises((RegistryAnswerBad, RegistryUnreachable)):
            far.download(PATH, file, length)
        assert len(file.getvalue()) <= length


def test_the_line_is_used_no_faster_than_was_allowed_and_waiting_for_that_is_no_timeout(
    url: str, seat: Seat, large: bytes
) -> None:
    paced = RegistryConnection(url, seat.enrolment.ca_pem, total_s=0.8, pace=Pace(400_000))
    file = io.BytesIO()
    began = time.monotonic()
    paced.download(PATH, file, LENGTH)
    assert file.getvalue() == large
    assert time.monotonic() - began >= 0.9
    paced.close()


def test_a_pace_is_one_bound_for_all_who_share_it() -> None:
    pace = Pace(1)
    assert pace.spend(LEAST_BYTES_PER_S // 100) == pytest.approx(0.01)  # not so slow as to be no line at all
    began = time.monotonic()
    for _ in range(5):
        pace.spend(LEAST_BYTES_PER_S // 100)
    assert time.monotonic() - began >= 0.05


class Full(io.BytesIO):
    """A file on a disk without room."""

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("large")
def test_a_full_disk_is_not_taken_for_an_outage(far: RegistryConnection) -> None:
    with pytest.raises(DiskFull):
        far.download(PATH, Full(), LENGTH)
