"""A disk that is really full: `examroom recorder run` on a small file system in memory, in a namespace of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proctoring.vault.format.report import FindingCode, Verdict
from proctoring.vault.format.verify import verify_recording

ON_A_SMALL_DISK = """
set -e
cd "$1"
mkdir disk
mount -t tmpfs -o size=400m none disk
"$2" -m app.cli.main recorder run --source synthetic --seconds 40 --out disk/rec --keys keys --json > told &
recorder=$!
told() { until grep -q "$1" told; do kill -0 $recorder; sleep 0.1; done; }
told '"recorded_seconds": [23]'
mount -o remount,size=$(( $(du -sB1 disk | cut -f1) + 60000 )) disk
told 'disk_full.*"over": false'
sleep 3
mount -o remount,size=400m disk
told 'disk_full.*"over": true'
wait $recorder
cp -r disk/rec rec
"""


@pytest.mark.long
def test_it_goes_on_by_itself_when_a_full_disk_has_room_again(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    assert unshare is not None
    root = Path(__file__).parents[3]
    command = [
        unshare,
        "--map-root-user",
        "--mount",
        "bash",
        "-c",
        ON_A_SMALL_DISK,
        "small",
        str(tmp_path),
        sys.executable,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(root)})
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in (tmp_path / "told").read_text().splitlines()]
    [gap] = [event for event in told if event["event"] == "gap"]
    assert (gap["track"], gap["reason"]) == ("both", "disk_full")
    report = verify_recording(tmp_path / "rec")
    assert report.verdict is Verdict.RECOVERED
    assert [found.code for found in report.findings] == [FindingCode.RECORDER_RESTARTED]
    assert [found.reason for found in report.gaps] == ["disk_full"]
    assert told[-1]["event"] == "closed"
    assert told[-1]["duration_seconds"] * 1000 == report.duration_ms
