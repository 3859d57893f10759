"""The real way of sound: PulseAudio (a null sink, or a sine for a room), ALSA, PortAudio, recorder, seal, export.

PulseAudio's sine comes in bursts of two seconds: a hard case for keeping sound in its place.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from proctoring.vault.carrying.webm import export_recording
from tests.proctoring.seat import SimulatedSeat, is_gone, record, wait_until

PITCH_HZ, PLAYED_HZ = 440, 660


@contextmanager
def sound_server(folder: Path, monkeypatch: pytest.MonkeyPatch, *modules: str) -> Iterator[None]:
    """Run a PulseAudio of the test's own."""
    runtime = folder / "pulse"
    runtime.mkdir(mode=0o700)
    for name in ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "HOME"):
        monkeypatch.setenv(name, str(runtime))
    command = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--use-pid-file=yes", "--log-target=null"]
    loaded = ("module-native-protocol-unix", *modules)
    subprocess.run([*command, *(f"--load={module}" for module in loaded)], check=True, capture_output=True)
    pid = int((runtime / "pid").read_text())
    try:
        yield
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: is_gone(pid))


@pytest.fixture
def sine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A sound server whose only microphone hears a tone."""
    with sound_server(tmp_path, monkeypatch, f"module-sine-source rate=48000 frequency={PITCH_HZ}"):
        yield


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A sound server with a null sink, a tone played into it, and a microphone that hears what is played."""
    tone = np.sin(2 * np.pi * PLAYED_HZ * np.arange(48_000 * 60) / 48_000) * 6_000
    (tmp_path / "tone.raw").write_bytes(tone.astype(np.int16).tobytes())
    with sound_server(tmp_path, monkeypatch, "module-null-sink sink_name=room rate=48000"):
        subprocess.run(["pactl", "set-default-source", "room.monitor"], check=True, capture_output=True)
        raw = ["--raw", "--rate=48000", "--channels=1", "--format=s16le", "--device=room", str(tmp_path / "tone.raw")]
        player = subprocess.Popen(["paplay", *raw])
        yield
        player.kill()
        player.wait()


@pytest.mark.usefixtures("played")
def test_a_tone_played_is_the_tone_recorded(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec(microphone="microphone:DEFAULT")
    status = record(client, spec, 2_600)
    closed = client.stop()
    client.quit()
    assert [source.label for source in status.sources if source.track == "sound"] == ["microphone: default"]
    assert closed.gaps == ()
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    heard = sound_of(seat.home / "out.webm")[24_000:96_000]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert abs(float(spectrum.argmax()) * 48_000 / len(heard) - PLAYED_HZ) < 2
    around = slice(int(spectrum.argmax()) - 30, int(spectrum.argmax()) + 30)
    assert (spectrum[around] ** 2).sum() > 0.95 * (spectrum**2).sum(), "something else than the tone"


def sound_of(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with av.open(str(path)) as container:
        return np.concatenate([np.asarray(f.to_ndarray(), np.float64).ravel() for f in container.decode(audio=0)])


@pytest.mark.long
@pytest.mark.usefixtures("sine")
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
    heard = sound_of(seat.home / "out.webm")
    steps = heard[4_800:96_000].reshape(-1, 960)
    assert np.abs(steps).max(axis=1).min() > 0.2 * np.abs(heard).max(), "a hole in the tone"
    spectrum = np.abs(np.fft.rfft(heard))
    loudest_hz = float(np.argmax(spectrum)) * 48_000 / len(heard)
    assert abs(loudest_hz - PITCH_HZ) < 3
