"""The keeper: a recorder that dies or hangs is started anew, and goes on with its recording after a stated gap."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from proctoring.recorder.client import RecorderClient, RecorderGone, RecorderState, RecorderStatus
from proctoring.recorder.keeper import Keeper
from proctoring.recorder.messages import RecordingSpec, Trouble
from proctoring.recorder.process import RecorderRuns, run
from proctoring.vault.format.report import FindingCode, Verdict
from proctoring.vault.format.verify import verify_recording
from tests.proctoring.seat import SimulatedSeat, is_gone, record, wait_until


def keeper_of(status: RecorderStatus) -> int:
    assert status.keeper is not None
    return status.keeper


def comes_back(
    seat: SimulatedSeat, before: RecorderStatus, bound_s: float = 15.0
) -> tuple[RecorderClient, RecorderStatus]:
    """Wait until another worker records; give a client of it."""
    found: list[tuple[RecorderClient, RecorderStatus]] = []

    def is_back() -> bool:
        try:
            client = seat.attach()
            status = client.status()
        except RecorderGone:
            return False
        if status.pid == before.pid or status.state is not RecorderState.RECORDING:
            return False
        found.append((client, status))
        seat.pids.add(status.pid)
        return True

    wait_until(is_back, bound_s)
    return found[-1]


def closed_well(seat: SimulatedSeat, client: RecorderClient, spec: RecordingSpec, reason: str) -> None:
    """Record on for a little, close, and look whether everything is there and the gap is stated."""
    [gap] = client.status().gaps
    record(client, spec, gap.start_ms + gap.length_ms + 500)
    closed = client.stop()
    client.quit()
    wait_until(lambda: not seat.control.exists())
    report = verify_recording(spec.folder)
    assert report.verdict is Verdict.RECOVERED
    assert [found.code for found in report.findings] == [FindingCode.RECORDER_RESTARTED]
    assert report.gaps == closed.gaps == (gap,)
    assert (gap.track, gap.reason) == ("both", reason)


def test_a_worker_that_is_killed_is_followed_by_another_and_loses_less_than_a_second(seat: SimulatedSeat) -> None:
    spec = seat.spec()
    before = record(seat.recorder(), spec, 1_200)
    os.kill(before.pid, signal.SIGKILL)
    client, status = comes_back(seat, before)
    assert (status.recording, status.keeper, status.restarts) == (spec.recording, before.keeper, 1)
    [gap] = status.gaps
    assert gap.start_ms >= before.sealed_ms
    assert gap.start_ms > before.recorded_ms - 1_000
    closed_well(seat, client, spec, "recorder_restarted")


def test_a_worker_that_hangs_is_ended_and_followed_by_another(seat: SimulatedSeat) -> None:
    spec = seat.spec()
    before = record(seat.recorder(), spec, 600)
    os.kill(before.pid, signal.SIGSTOP)  # as a driver or an encoder may stop it that never comes back
    client, status = comes_back(seat, before)
    assert is_gone(before.pid)
    [gap] = status.gaps
    assert gap.length_ms > 5_000
    closed_well(seat, client, spec, "encoder_stalled")


def test_without_its_keeper_the_recorder_records_on_says_so_and_is_never_doubled(seat: SimulatedSeat) -> None:
    client, spec = seat.recorder(), seat.spec()
    before = record(client, spec, 600)
    os.kill(keeper_of(before), signal.SIGKILL)
    wait_until(lambda: Trouble.UNGUARDED in client.status().troubles)
    with pytest.raises(RecorderRuns):
        run(seat.control, seat.home / "keys", idle_s=1, ready=None)
    status = record(client, spec, before.recorded_ms + 500)
    assert (status.pid, status.state, status.gaps) == (before.pid, RecorderState.RECORDING, ())
    client.stop()
    client.quit()
    wait_until(lambda: is_gone(before.pid))
    assert verify_recording(spec.folder).verdict is Verdict.COMPLETE


def test_the_keeper_is_small_and_starts_no_worker_anew_that_had_nothing_to_record(seat: SimulatedSeat) -> None:
    status = seat.recorder().status()
    heavy = {"cv2", "av", "numpy", "pydantic"}
    program = f"import sys, proctoring.recorder.__main__; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"
    assert psutil.Process(keeper_of(status)).memory_info().rss < 40_000_000
    os.kill(status.pid, signal.SIGKILL)
    wait_until(lambda: is_gone(keeper_of(status)))
    assert not seat.control.exists()


def test_the_system_ends_keeper_and_worker_together(seat: SimulatedSeat) -> None:
    client, spec = seat.recorder(), seat.spec()
    status = record(client, spec, 500)
    os.kill(keeper_of(status), signal.SIGTERM)
    wait_until(lambda: is_gone(keeper_of(status)))
    assert is_gone(status.pid)
    assert [found.code for found in verify_recording(spec.folder).findings] == [FindingCode.MANIFEST_MISSING]


def test_a_worker_that_dies_before_it_says_anything_is_followed_by_another_with_the_same_order(tmp_path: Path) -> None:
    program = (
        "import argparse, os, socket\n"
        "from pathlib import Path\n"
        "from proctoring.recorder.pulse import Order, Pulse\n"
        "parser = argparse.ArgumentParser()\n"
        "for name in ('--listener', '--channel'): parser.add_argument(name, type=int)\n"
        "channel = socket.socket(fileno=parser.parse_args().channel)\n"
        "order = Order.parse(channel.makefile('rb').readline())\n"
        f"with Path({str(tmp_path / 'lives')!r}).open('a') as lives:\n"
        "    lives.write(f'{order.spec} {order.reason}\\n')\n"
        "if order.restarts == 0: channel.sendall(Pulse('the recording').to_line())\n"
        "os._exit(0 if order.restarts == 2 else 1)\n"
    )
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        keeper = Keeper(listener, listener.fileno(), [sys.executable, "-c", program], None)
        before = signal.getsignal(signal.SIGTERM)
        try:
            assert keeper.run() == 0
        finally:
            signal.signal(signal.SIGTERM, before)
    on = "the recording recorder_restarted"
    assert (tmp_path / "lives").read_text().splitlines() == ["None ", on, on]
