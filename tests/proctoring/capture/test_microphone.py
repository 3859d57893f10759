"""The real way of sound: PulseAudio (a sine instead of a room), ALSA, PortAudio, recorder, seal, export.

PulseAudio's sine comes in bursts of two seconds: a hard case for keeping sound in its place.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from proctoring.vault.carrying.webm import export_recording
from tests.proctoring.seat import SimulatedSeat, is_gone, record, wait_until

PITCH_HZ = 440


@pytest.fixture
def sound_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PulseAudio of the test's own whose only microphone hears a tone."""
    runtime = tmp_path / "pulse"
    runtime.mkdir(mode=0o700)
    for name in ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "HOME"):
        monkeypatch.setenv(name, str(runtime))
    command = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--use-pid-file=yes", "--log-target=null"]
    modules = ["module-native-protocol-unix", f"module-sine-source rate=48000 frequency={PITCH_HZ}"]
    subprocess.run([*command, *(f"--load={module}" for module in modules)], check=True, capture_output=True)
    pid = int((runtime / "pid").read_text())
    yield
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: is_gone(pid))


@pytest.mark.usefixtures("sound_server")
def test_what_the_microphone_hears_is_in_the_export(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec(microphone="auto")
    status = record(client, spec, 2_600)
    closed = client.stop()
    client.quit()
    [source] = [source for source in status.sources if source.track == "sound"]
    assert not source.simulated
    assert source.label.startswith("microphone")
    assert -120 < status.level_dbfs_tenths < -60
    assert closed.gaps == ()
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    with av.open(str(seat.home / "out.webm")) as container:
        heard = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    steps = heard[4_800:96_000].reshape(-1, 960)
    assert np.abs(steps).max(axis=1).min() > 0.2 * np.abs(heard).max(), "a hole in the tone"
    spectrum = np.abs(np.fft.rfft(heard))
    loudest_hz = float(np.argmax(spectrum)) * 48_000 / len(heard)
    assert abs(loudest_hz - PITCH_HZ) < 3
