"""A sound server of a test's own, and none at all."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proctoring.seat import is_gone, wait_until

_ENVIRONMENT = ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "HOME")


@pytest.fixture
def no_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sound server to be found."""
    for name in _ENVIRONMENT:
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", str(tmp_path / "none"))


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PulseAudio of the test's own whose only output goes nowhere, in time."""
    runtime = tmp_path / "pulse"
    runtime.mkdir(mode=0o700)
    for name in _ENVIRONMENT:
        monkeypatch.setenv(name, str(runtime))
    command = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--use-pid-file=yes", "--log-target=null"]
    modules = ["module-native-protocol-unix", "module-null-sink"]
    subprocess.run([*command, *(f"--load={module}" for module in modules)], check=True, capture_output=True)
    pid = int((runtime / "pid").read_text())
    yield
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: is_gone(pid))
