"""Network cameras and files through the whole recorder."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from proctoring.recorder.client import RecorderClient
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import examine
from tests.proctoring.capture.rtsp_simulator import PITCH_HZ, SimulatedNetworkCamera
from tests.proctoring.capture.test_odd_devices import decoded
from tests.proctoring.seat import SimulatedSeat, record, wait_until

HELD_MS = 2_000
"""For up to a second and a half the last picture is repeated, before NO PICTURE is said."""
FILE_SECONDS, FILE_PITCH_HZ, FILE_RATE = 2, 500, 44_100


@pytest.fixture
def network_camera() -> Iterator[SimulatedNetworkCamera]:
    camera = SimulatedNetworkCamera()
    yield camera
    camera.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of grey at 25 pictures a second, upright, and of a tone in stereo at 44.1 kHz."""
    path = tmp_path_factory.mktemp("film") / "a film; with an odd, name.mkv"
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=25, width=180, height=320, pix_fmt="yuv420p")
        sound = container.add_stream("pcm_s16le", rate=FILE_RATE, layout="stereo")
        for number in range(FILE_SECONDS * 25):
            frame = av.VideoFrame.from_ndarray(np.full((320, 180, 3), 180, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(picture.encode(frame))
            time_s = (np.arange(FILE_RATE // 25) + number * FILE_RATE // 25) / FILE_RATE
            tone = (8_000 * np.sin(2 * np.pi * FILE_PITCH_HZ * time_s)).astype(np.int16)
            heard = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[np.newaxis, :], format="s16", layout="stereo")
            heard.sample_rate, heard.pts = FILE_RATE, number * FILE_RATE // 25
            container.mux(sound.encode(heard))
        container.mux(picture.encode(None))
    return path


def pitch_hz(sound: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax()) * 48_000 / len(sound)


def seen_again(client: RecorderClient) -> bool:
    """Tell whether there were gaps, and the last ended more than 1.5 s ago: one that is open ends now."""
    status = client.status()
    ends_ms = [gap.start_ms + gap.length_ms for gap in status.gaps]
    return bool(ends_ms) and status.recorded_ms > max(ends_ms) + 1_500


@pytest.mark.long
def test_a_network_camera_is_recorded_lost_and_found_again(
    seat: SimulatedSeat, network_camera: SimulatedNetworkCamera
) -> None:
    client = seat.recorder()
    spec = seat.spec(camera=network_camera.address, microphone=network_camera.address)
    status = record(client, spec, 2_500)
    network_camera.cut()
    wait_until(lambda: network_camera.played == 2, 20)
    wait_until(lambda: seen_again(client), 20)
    closed = client.stop()
    client.quit()
    assert {source.label for source in status.sources} == {"network camera 127.0.0.1/room/1"}
    assert not any(source.simulated for source in status.sources)
    assert not any(b"secret" in path.read_bytes() or b"hidden" in path.read_bytes() for path in spec.folder.iterdir())
    assert closed.gaps
    assert all(gap.reason in ("camera_lost", "microphone_lost") for gap in closed.gaps)
    assert examine(spec.folder).report.verdict is Verdict.COMPLETE
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    pictures, sound = decoded(seat.home / "out.webm")
    *_, gap = (gap for gap in closed.gaps if gap.track == "picture")
    end_ms = gap.start_ms + gap.length_ms
    assert min(light for at, light in pictures if at * 1000 > end_ms + 200) > 60
    assert max(light for at, light in pictures if gap.start_ms + HELD_MS < at * 1000 < end_ms - 200) < 60
    assert abs(pitch_hz(sound[-48_000:-4_800]) - PITCH_HZ) < 5


@pytest.mark.long
def test_a_network_camera_that_hangs_is_asked_anew(network_camera: SimulatedNetworkCamera) -> None:
    from proctoring.capture.profiles import STANDARD  # noqa: PLC0415 - with OpenCV, only here
    from proctoring.capture.stream import rtsp_stream  # noqa: PLC0415

    stream = rtsp_stream(network_camera.address, STANDARD, retry_s=0.1)
    wait_until(lambda: stream.picture.newest() is not None)
    network_camera.hang()
    wait_until(lambda: network_camera.played == 2, 20)
    while stream.picture.newest() is not None:
        pass
    wait_until(lambda: stream.picture.newest() is not None)
    stream.close()


@pytest.mark.long
def test_a_file_is_played_at_its_own_pace_and_then_the_device_is_lost(seat: SimulatedSeat, film: Path) -> None:
    client = seat.recorder()
    spec = seat.spec(camera=f"file:{film}", microphone=f"file:{film}")
    client.start(spec)
    wait_until(lambda: len(client.status().gaps) == 2, 20)
    status = client.status()
    closed = client.stop()
    client.quit()
    assert all(source.simulated and source.label == f"file {film.name}" for source in status.sources)
    assert sorted((gap.track, gap.reason) for gap in closed.gaps) == [
        ("picture", "camera_lost"),
        ("sound", "microphone_lost"),
    ]
    assert all(FILE_SECONDS * 1000 - 700 < gap.start_ms < FILE_SECONDS * 1000 + 100 for gap in closed.gaps)
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    pictures, sound = decoded(seat.home / "out.webm")
    assert sum(light > 40 for at, light in pictures if at < FILE_SECONDS - 0.5) > 12
    assert abs(pitch_hz(sound[4_800:72_000]) - FILE_PITCH_HZ) < 3


@pytest.mark.parametrize(
    "content",
    [b"", b"no film at all" * 999, b"\x1a\x45\xdf\xa3" + bytes(5_000), b"ffconcat version 1.0\nfile /etc/passwd\n"],
)
def test_a_file_that_is_no_film_is_a_gap_and_breaks_nothing(tmp_path: Path, content: bytes) -> None:
    from proctoring.capture.profiles import STANDARD  # noqa: PLC0415 - with OpenCV, only here
    from proctoring.capture.stream import file_stream  # noqa: PLC0415

    path = tmp_path / "film"
    path.write_bytes(content)
    stream = file_stream(path, STANDARD)
    stream.close()
    assert stream.picture.newest() is None
    assert stream.sound.take() == []
