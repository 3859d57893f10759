"""`examroom recorder run`, killed at random moments: at most a second is lost, and what is missing is stated."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from proctoring.recorder.resume import recover_recording
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import FindingCode, RecordingReport, Verdict
from proctoring.vault.format.verify import verify_recording
from sync.trust.keys import SealingKey
from sync.trust.keystore import FileKeyStore

MOST_LOST_S = 1.0


@dataclass(frozen=True)
class Killed:
    """What a recorder that was killed had told, how long it had recorded (s, by our own clock), and what is there."""

    told: float
    recorded_s: float
    report: RecordingReport

    @property
    def media_s(self) -> float:
        """What there is to see and hear."""
        return self.report.media_ms / 1000


@contextmanager
def running(folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "app.cli.main", "recorder", "run", "--source", "synthetic", "--json"]
    with subprocess.Popen([*command, "--out", str(folder), *more], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def kill(folder: Path, after_s: float) -> Killed:
    """Record into the folder, kill the recorder after so long, look what it left."""
    before_s = verify_recording(folder).media_ms / 1000 if folder.exists() else 0.0
    with running(folder) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "recording"
        began_s = time.monotonic()
        time.sleep(after_s)
        recorded_s = time.monotonic() - began_s
        os.kill(process.pid, signal.SIGKILL)
        lines = [json.loads(line) for line in process.stdout]
    told = [line["media_seconds"] for line in lines if line["event"] == "status"]
    return Killed(told[-1], before_s + recorded_s, verify_recording(folder))


def loses_little(killed: Killed) -> None:
    assert killed.report.verdict is Verdict.RECOVERED
    assert FindingCode.MANIFEST_MISSING in {found.code for found in killed.report.findings}
    assert killed.told <= killed.media_s, "it never tells of more than there is"
    assert killed.recorded_s - killed.media_s <= MOST_LOST_S


def plays(folder: Path, into: Path) -> float:
    """Close what is left, export and decode it; give the seconds from the first picture to the last."""
    recover_recording(folder, FileKeyStore(folder.with_name(f"{folder.name}.keys")))
    key = SealingKey.from_raw(_secret(folder))
    export_recording(folder, into, key)
    with av.open(into, "r") as file:
        times = [frame.time or 0.0 for frame in file.decode(video=0)]
    assert times == sorted(times)
    return times[-1] - times[0]


def _secret(folder: Path) -> bytes:
    return base64.b64decode((folder.with_name(f"{folder.name}.keys") / "site.key").read_bytes())


def test_killed_and_gone_on_with_again_and_again_it_loses_less_than_a_second_each_time(tmp_path: Path) -> None:
    folder, dice = tmp_path / "录像 ß'", random.Random(5)
    for number in range(3):
        killed = kill(folder, dice.uniform(0.6, 2.0))
        loses_little(killed)
        assert [(gap.track, gap.reason) for gap in killed.report.gaps] == [("both", "recorder_restarted")] * number
    whole_ms = verify_recording(folder).duration_ms
    assert plays(folder, tmp_path / "out.webm") == pytest.approx(whole_ms / 1000, abs=0.5)
    closed = verify_recording(folder)
    assert (closed.verdict, len(closed.gaps), closed.duration_ms) == (Verdict.RECOVERED, 2, whole_ms)


@pytest.mark.long
@pytest.mark.timeout(1_500)
def test_killed_at_fifty_random_moments_it_loses_at_most_a_second_each_time(tmp_path: Path) -> None:
    dice = random.Random(50)
    lost = []
    for number in range(50):
        folder = tmp_path / f"killed-{number}"
        killed = kill(folder, dice.uniform(0.3, 8.0))
        loses_little(killed)
        lost.append(killed.recorded_s - killed.media_s)
        assert plays(folder, tmp_path / f"{number}.webm") == pytest.approx(killed.media_s, abs=0.5)
    print(f"lost by SIGKILL, 50 times: median {sorted(lost)[25]:.2f} s, most {max(lost):.2f} s")  # noqa: T201


def test_told_to_end_it_closes_the_recording_and_says_what_it_closed(tmp_path: Path) -> None:
    with running(tmp_path / "a") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "recording"
        while json.loads(process.stdout.readline())["media_seconds"] == 0:
            pass
        process.terminate()
        last = json.loads(process.stdout.readlines()[-1])
        assert process.wait() == 0
    report = verify_recording(tmp_path / "a")
    assert report.verdict is Verdict.COMPLETE
    assert last["event"] == "closed"
    assert last["media_seconds"] == report.duration_ms / 1000
    with running(tmp_path / "a") as again:
        assert again.wait() == 1, "nothing is ever added to a closed recording"
