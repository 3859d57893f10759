"""A demonstration that is broken off, or sat by a person in a window: in the end nothing of it runs on."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.demo.display import virtual_display
from proctoring.vault.format.verify import verify_recording
from tests.whole.run import EXAMROOM, Watch

BOUND_S = 120


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual_display() as display:
        yield display


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + BOUND_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


@contextmanager
def started(home: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Watch]]:
    """Run the demonstration in English, watched, for the length of the block at most."""
    command = [str(EXAMROOM), "demo", "--items", "6", "--home", str(home), *arguments]
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    kept |= {"EXAMROOM_LANGUAGE": "en", "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watch = Watch(home, home.parent / "beside", process.pid)
        try:
            with watch.looking():
                yield process, watch
        finally:
            process.terminate()


def test_a_demonstration_that_is_told_to_end_ends_everything_and_closes_its_recording(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with started(home, "--autopilot", "--pace", "200") as (process, watch):
        wait_until(lambda: is_recording(home, watch) or process.poll() is not None)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=BOUND_S)
    assert process.returncode == 3
    assert "Traceback" not in output + errors
    assert tuple(watch.left_over()) == ()
    closed = [*home.glob("seat/recordings/*/manifest.json"), *home.glob("shelf/recordings/*/manifest.json")]
    assert verify_recording(closed[0].parent).verdict == "complete"  # at the seat, or at the archive already


@pytest.mark.long
def test_a_person_sits_in_a_window_until_it_is_closed(tmp_path: Path, display: str) -> None:
    home = tmp_path / "demo"
    with started(home, DISPLAY=display) as (process, watch):
        wait_until(lambda: is_painted(display) or process.poll() is not None)
        (seat,) = [pid for pid, command in watch.processes.items() if "app.demo.seat_process" in command]
        os.kill(seat, signal.SIGTERM)
        output, errors = process.communicate(timeout=BOUND_S)
    assert (process.returncode, errors) == (0, "")
    assert "The exam window is open" in output
    assert "The demo has ended." in output
    assert tuple(watch.left_over()) == ()


def is_recording(home: Path, watch: Watch) -> bool:
    """Tell whether the recorder was seen to run and has begun to write."""
    runs = any("proctoring.recorder" in command for command in watch.processes.values())
    return runs and any(home.glob("seat/recordings/*/segment-00000.ers"))


def is_painted(display: str) -> bool:
    """Tell whether the demonstration's window is on the screen and something is drawn in it."""
    search = ["xdotool", "search", "--onlyvisible", "--name", "examroom demo"]
    environment = {**os.environ, "DISPLAY": display}
    if subprocess.run(search, env=environment, capture_output=True, check=False).returncode:
        return False
    grab = ["ffmpeg", "-loglevel", "error", "-f", "x11grab", "-i", display, "-frames:v", "1"]
    shot = subprocess.run([*grab, "-f", "image2pipe", "-c:v", "png", "-"], capture_output=True, check=True)
    picture = QImage.fromData(shot.stdout)
    middle = {picture.pixel(x, picture.height() // 2) for x in range(0, picture.width(), 3)}
    return len(middle) > 2
