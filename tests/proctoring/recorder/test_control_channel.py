"""Whatever comes in at the socket, the recorder answers or hangs up, and records on."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.recorder.client import RecorderGone, RecorderState
from proctoring.recorder.faults import NothingRecorded
from proctoring.recorder.messages import MAX_REQUEST_BYTES
from proctoring.recorder.server import MAX_CLIENTS
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import verify_recording
from sync.wire.plan import CENTURY_DAYS
from tests.proctoring.seat import SimulatedSeat, wait_until


@pytest.fixture(scope="module")
def busy_seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedSeat]:
    """A seat whose recorder is recording all the while, and whose recording is good in the end."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("busy"))
    spec = seat.spec()
    client = seat.recorder()
    for too_early in (client.stop, client.preview):
        with pytest.raises(NothingRecorded):
            too_early()
    client.start(spec)
    yield seat
    client = seat.attach()  # the other was silent for long, and may have been let go for somebody else
    assert client.status().state is RecorderState.RECORDING
    client.stop()
    client.quit()
    assert verify_recording(spec.folder).verdict is Verdict.COMPLETE
    seat.close()


@contextmanager
def connected(seat: SimulatedSeat) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(seat.control))
        yield connection


def said(seat: SimulatedSeat, line: bytes) -> bytes:
    """Send a line, give the answer."""
    with connected(seat) as connection:
        connection.sendall(line + b"\n")
        with connection.makefile("rb") as answers:
            return answers.readline()


def fault(answer: bytes) -> str:
    parsed: dict[str, Any] = json.loads(answer)
    return str(parsed["fault"])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"status",
        b"{}",
        b"[]",
        b"null",
        b'{"do":"format_disk"}',
        b'{"do":["stop"]}',
        b'{"do":"status","please":true}',
        b'{"do":"bookmark"}',
        b'{"do":"bookmark","note":7}',
        b'{"do":"stop","do":"status"}',
        b'{"do":"status","d\\u006f":"status"}',
        b'{"do":"start","spec":{"camera":"auto","camera":"auto"}}',
        b'{"do":"start","spec":{}}',
        b'{"do":"bookmark","note":"' + b"x" * 81 + b'"}',
        b'{"do":"status"' + b" " * 10_000,
        b"[" * 10_000,
        b"\xff\xfe\x00",
    ],
)
def test_a_message_that_is_none_is_refused(busy_seat: SimulatedSeat, line: bytes) -> None:
    assert fault(said(busy_seat, line)) == "RECORDER_REFUSED"


@given(st.binary(max_size=300).filter(lambda raw: b"\n" not in raw))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_refused(busy_seat: SimulatedSeat, raw: bytes) -> None:
    assert fault(said(busy_seat, raw)) == "RECORDER_REFUSED"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("folder", "relative/path"),
        ("recording", "../../etc"),
        ("camera", "/dev/video7"),
        ("segment_ms", 30),
        ("segment_ms", 1_010),
        ("segment_ms", True),
        ("folder", "/srv/nul\0byte"),
        ("folder", "/srv/" + "long" * 64),
        ("folder", "/srv" + "/long" * 1_000),
        ("folder", "/srv/half a character \ud800"),
        ("retention_days", 30),
        ("retention_days", CENTURY_DAYS + 1),
        ("retention_days", 10**30),
        ("recipients", []),
        ("surprise", 1),
    ],
)
def test_a_specification_outside_its_bounds_is_refused(busy_seat: SimulatedSeat, field: str, value: object) -> None:
    spec = {**json.loads(busy_seat.spec("wrong").model_dump_json()), field: value}
    assert fault(said(busy_seat, json.dumps({"do": "start", "spec": spec}).encode())) == "RECORDER_REFUSED"


def test_a_line_without_end_is_refused_and_the_connection_closed(busy_seat: SimulatedSeat) -> None:
    with connected(busy_seat) as connection:
        connection.sendall(b"x" * (MAX_REQUEST_BYTES + 1))
        with connection.makefile("rb") as answers:
            assert fault(answers.readline()) == "RECORDER_REFUSED"
            assert answers.readline() == b""


def test_several_requests_at_once_are_answered_in_order(busy_seat: SimulatedSeat) -> None:
    with connected(busy_seat) as connection:
        connection.sendall(b'{"do":"status"}\n{"do":"nothing"}\n{"do":"status"}\n')
        with connection.makefile("rb") as answers:
            assert json.loads(answers.readline())["state"] == "recording"
            assert fault(answers.readline()) == "RECORDER_REFUSED"
            assert json.loads(answers.readline())["state"] == "recording"


def test_clients_that_say_nothing_do_not_keep_others_out_for_ever(busy_seat: SimulatedSeat) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(12)]
    try:
        for connection in silent:
            connection.connect(str(busy_seat.control))
        turned_away = [connection for connection in silent if _closed(connection)]
        assert len(turned_away) >= 4
    finally:
        for connection in silent:
            connection.close()
    wait_until(lambda: _served(busy_seat))


def test_clients_that_stay_and_say_nothing_make_room_for_one_that_asks(busy_seat: SimulatedSeat) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(MAX_CLIENTS)]
    try:
        for connection in silent:
            connection.connect(str(busy_seat.control))
        wait_until(lambda: _served(busy_seat))
        assert sum(not _closed(connection) for connection in silent) >= MAX_CLIENTS - 2, "no more than is needed"
    finally:
        for connection in silent:
            connection.close()


def _served(seat: SimulatedSeat) -> bool:
    """Tell whether a new client is served; it may take a moment until the recorder notices that others left."""
    try:
        return seat.attach().status().state is RecorderState.RECORDING
    except RecorderGone:
        return False


def _closed(connection: socket.socket) -> bool:
    connection.settimeout(0.05)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
