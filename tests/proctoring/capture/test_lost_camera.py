import subprocess
import sys
from pathlib import Path

import av
import numpy as np

from proctoring.recorder.messages import Closed
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import verify_recording
from tests.proctoring.seat import SimulatedSeat

HELD_S = 1.6
"""For a second and a half the last picture is repeated, before NO PICTURE is said."""


def brightness(path: Path) -> list[tuple[float, float]]:
    """Give time (s) and mean brightness of every picture."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time or 0), float(np.mean(frame.to_ndarray(format="gray"))))
            for frame in container.decode(video=0)
        ]


def test_a_lost_camera_is_stated_as_a_gap_and_nothing_takes_its_place(seat: SimulatedSeat) -> None:
    spec = seat.spec()
    command = [sys.executable, "-m", "tests.proctoring.capture.lost_camera", spec.model_dump_json()]
    answer = subprocess.run([*command, str(seat.home / "keys")], capture_output=True, check=True)
    closed = Closed.model_validate_json(answer.stdout)
    [gap] = closed.gaps
    assert (gap.track, gap.reason) == ("picture", "camera_lost")
    assert 1_000 < gap.length_ms < closed.duration_ms
    assert closed.simulated == ("sound",)
    report = verify_recording(spec.folder)
    assert report.verdict is Verdict.COMPLETE
    assert report.gaps == (gap,)
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    pictures = brightness(seat.home / "out.webm")
    begin, end = gap.start_ms / 1000, (gap.start_ms + gap.length_ms) / 1000
    assert all(light > 150 for at, light in pictures if at <= begin or at >= end)
    dark = [light for at, light in pictures if begin + HELD_S < at < end - 0.1]
    assert dark
    assert max(dark) < 60
    assert pictures[-1][0] > end
