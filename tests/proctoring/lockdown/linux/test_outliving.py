"""The recorder outlives the kiosk's supervisor, and is ended with its session: under a real systemd, in a container."""

import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = "tests.proctoring.lockdown.linux.outliving_trial"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_recorder_outlives_a_killed_supervisor_and_ends_in_its_turn_otherwise(tmp_path: Path) -> None:
    argv = ["unshare", "--mount", sys.executable, "-m", TRIAL, str(tmp_path / "seat")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "in its own session: True",
        "after a kill: recorder there; in its own session: True",
        "stopped: recorder there; supervisor ended, display is there",
        "let go: supervisor ended, display is there sealed",
        "shut down: supervisor ended, display is there sealed",
    ]
