"""A whole system started in a container (systemd-nspawn), locked down, cut off, started again, and let go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WHOLE = "This PC is locked down, and everything stands as it was put there"
TRIAL = "tests.proctoring.lockdown.linux.boot_trial"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_real_system_is_locked_down_cut_off_started_and_let_go(tmp_path: Path) -> None:
    argv = ["unshare", "--mount", sys.executable, "-m", TRIAL, str(tmp_path / "seat")]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, env=os.environ | {"EXAMROOM_LANGUAGE": "en"}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "at first: console-getty",
        "killed on the way: True",
        "after the next start: console-getty; as before: all",
        "This PC is locked down in 49 steps",
        f"locked: examroom-egress examroom-agent filter; {WHOLE}",
        "ConditionResult=no",
        "started unlocked: console-getty",
        "Everything is back as it was before",
        "let go: console-getty; as before: all",
    ]
