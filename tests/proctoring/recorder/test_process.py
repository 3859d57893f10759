"""The recorder as a process: alone, detached, hard to end by accident and easy to end on purpose."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from proctoring.recorder.client import RecorderClient, RecorderGone, RecorderState, spawn_recorder
from proctoring.recorder.faults import NothingRecorded, RecorderBusy
from proctoring.recorder.resume import recover_recording
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import FindingCode, Verdict
from proctoring.vault.format.verify import examine, verify_recording
from sync.replica.durable import DiskFull
from tests.proctoring.seat import SimulatedSeat, is_gone, record, wait_until

RECORDER = [sys.executable, "-m", "proctoring.recorder"]

CLIENT_THAT_DIES = """
import os, signal, sys
from pathlib import Path
from proctoring.recorder.client import RecorderClient, RecordingSpec
client = RecorderClient.attach(Path(sys.argv[1]), 5)
client.start(RecordingSpec.model_validate_json(sys.argv[2]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedSeat]:
    """A seat with a recorder that several tests use one after another."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("shared"))
    seat.recorder()
    yield seat
    seat.close()


def test_a_second_recorder_at_one_socket_is_refused(shared: SimulatedSeat) -> None:
    client = shared.attach()
    command = [*RECORDER, "--control", str(shared.control), "--keys", str(shared.home / "keys")]
    second = subprocess.run(command, capture_output=True, check=False, text=True)
    assert second.returncode == 3
    assert "RECORDER_RUNS" in second.stderr
    spawn_recorder(shared.control, shared.home / "keys")
    assert shared.attach().status().pid == client.status().pid


def test_a_recording_survives_its_client_and_is_found_again(shared: SimulatedSeat) -> None:
    spec = shared.spec("b")
    program = [sys.executable, "-c", CLIENT_THAT_DIES, str(shared.control), spec.model_dump_json()]
    died = subprocess.run(program, check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    client = shared.attach()
    status = record(client, spec, 600)
    assert (status.state, status.recording, status.gaps) == (RecorderState.RECORDING, spec.recording, ())
    first = client.stop()
    assert client.stop() == first
    assert shared.attach().stop() == first
    assert verify_recording(spec.folder).verdict is Verdict.COMPLETE


def test_a_second_recording_has_to_wait_for_the_first(shared: SimulatedSeat) -> None:
    client = shared.attach()
    spec = shared.spec("c")
    client.start(spec)
    assert client.start(spec).recording == spec.recording
    with pytest.raises(RecorderBusy):
        client.start(shared.spec("another"))
    assert not (shared.home / "another").exists()
    client.stop()
    assert client.start(shared.spec("another")).state is RecorderState.RECORDING
    client.stop()
    with pytest.raises(NothingRecorded):
        client.bookmark("too late")


def test_a_terminal_does_not_end_it_and_the_system_ends_it_without_closing_its_recording(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec()
    status = record(client, spec, 500)
    os.kill(status.pid, signal.SIGINT)
    os.kill(status.pid, signal.SIGHUP)
    assert record(client, spec, status.recorded_ms + 300).state is RecorderState.RECORDING
    client.bookmark("VIOLATION_7")
    reached_ms = client.status().recorded_ms
    os.kill(status.pid, signal.SIGTERM)
    wait_until(lambda: not seat.control.exists())
    assert is_gone(status.pid)
    found = examine(spec.folder)
    assert [finding.code for finding in found.report.findings] == [FindingCode.MANIFEST_MISSING]
    assert found.report.verdict is Verdict.RECOVERED
    assert found.report.duration_ms >= reached_ms
    assert found.papers.heads[-1].segment == found.outline.parts[-1].entry  # the last head signs all there is
    assert [mark.note for mark in found.outline.bookmarks] == ["VIOLATION_7"]


def test_after_a_shutdown_the_sitting_is_recorded_on_with_a_stated_gap(seat: SimulatedSeat, tmp_path: Path) -> None:
    client = seat.recorder()
    spec = seat.spec()
    os.kill(record(client, spec, 2_600).pid, signal.SIGTERM)
    wait_until(lambda: not seat.control.exists())
    before = verify_recording(spec.folder)
    left_behind = Path(shutil.copytree(spec.folder, tmp_path / "left-behind"))
    client = seat.recorder()
    [gap] = client.start(spec).gaps
    assert (gap.track, gap.reason, gap.start_ms) == ("both", "recorder_restarted", before.duration_ms)
    record(client, spec, gap.start_ms + gap.length_ms + 600)
    closed = client.stop()
    client.quit()
    after = verify_recording(spec.folder)
    assert after.verdict is Verdict.RECOVERED
    assert [finding.code for finding in after.findings] == [FindingCode.RECORDER_RESTARTED]
    assert after.gaps == closed.gaps == (gap,)
    exported = export_recording(spec.folder, tmp_path / "out.webm", seat.site)
    assert abs(exported.duration_ms - closed.duration_ms) < 300
    assert recover_recording(left_behind, seat.keys).duration_ms == before.duration_ms
    assert [finding.code for finding in verify_recording(left_behind).findings] == [FindingCode.CLOSED_AFTER_CRASH]


def test_detached_without_core_files_it_quits_when_the_recording_is_done(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec()
    pid = record(client, spec, 300).pid
    assert os.getsid(pid) != os.getsid(0)
    assert pid not in [child.pid for child in psutil.Process().children(recursive=True)]
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    client.quit()
    other = seat.attach()
    assert other.status().state is RecorderState.RECORDING
    other.stop()
    wait_until(lambda: not seat.control.exists())
    assert is_gone(pid)
    assert verify_recording(spec.folder).verdict is Verdict.COMPLETE


def test_idle_and_alone_it_ends_by_itself(tmp_path: Path, seat: SimulatedSeat) -> None:
    command = [*RECORDER, "--idle", "0.3", "--control", str(tmp_path / "idle.sock"), "--keys", str(seat.home / "keys")]
    assert subprocess.run(command, check=False, timeout=20, stderr=subprocess.DEVNULL).returncode == 0


def test_without_a_recorder_a_client_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RecorderGone):
        RecorderClient.attach(tmp_path / "nobody.sock", 0.1)


def test_an_answer_that_is_none_is_a_recorder_gone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "liar.sock"))
        server.listen()
        client = RecorderClient.attach(tmp_path / "liar.sock", 1)
        connection, _ = server.accept()
        with connection:
            connection.sendall(b'{"state":"fine"}\n')
            with pytest.raises(RecorderGone):
                client.status()
        client.close()


def test_the_devices_can_be_asked_for_while_idle_and_while_recording(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    assert (client.status().state, client.status().sitting) == (RecorderState.IDLE, None)
    idle = client.devices()
    assert [source.track for source in idle] == ["picture", "sound"]
    assert all(source.label for source in idle)
    assert client.status().state is RecorderState.IDLE  # looking begins nothing
    spec = seat.spec()
    status = record(client, spec, 300)
    assert status.sitting == spec.sitting
    assert client.devices() == status.sources
    assert [source.simulated for source in client.devices()] == [True, True]
    assert seat.attach().status().sitting == spec.sitting  # whoever comes later is told whose it is
    client.stop()
    assert client.status().sitting == spec.sitting
    assert client.devices() == idle
    client.quit()


def test_the_preview_is_a_small_picture(shared: SimulatedSeat) -> None:
    client = shared.attach()
    record(client, shared.spec("d"), 300)
    jpeg = client.preview()
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8")
    assert len(jpeg) < 40_000
    assert client.preview() == jpeg  # at most one a second
    client.stop()


def test_a_disk_that_fills_up_fails_the_recording_and_spares_what_was_sealed(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec(segment_ms=10_000)
    pid = record(client, spec, 500).pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (60_000, 60_000))  # writing more is refused as on a full disk
    wait_until(lambda: client.status().state is RecorderState.FAILED)
    status = client.status()
    assert (status.pid, status.fault) == (pid, "FILE_TOO_LONG")
    before = verify_recording(spec.folder)
    assert before.verdict is Verdict.RECOVERED
    assert before.duration_ms > 500
    closed = client.stop()
    assert closed.duration_ms == before.duration_ms
    assert verify_recording(spec.folder).verdict is Verdict.RECOVERED


def test_a_recording_that_would_not_fit_is_not_begun(shared: SimulatedSeat) -> None:
    client = shared.attach()
    spec = shared.spec("e").model_copy(update={"expected_ms": 2**50})
    with pytest.raises(DiskFull) as refused:
        client.start(spec)
    assert int(refused.value.facts["needed_mb"]) > int(refused.value.facts["free_mb"]) > 0
    assert not spec.folder.exists()
    assert client.status().state is not RecorderState.RECORDING


def test_a_client_brings_neither_encoders_nor_opencv() -> None:
    program = (
        "import sys, proctoring.recorder.client, proctoring.vault; "
        "print(sorted({'cv2', 'av', 'numpy', 'sounddevice', 'PySide6'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"
    program = "import sys, proctoring.vault.carrying.webm; print({'cv2', 'numpy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "set()"
