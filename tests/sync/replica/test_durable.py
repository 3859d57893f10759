"""Durable files: whole or not at all, and a full disk says so in figures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sync.replica.durable import DiskFault, DiskFull, require_space, write_durably

FULL_DISK = """
import sys
from pathlib import Path
from sync.replica.durable import DiskFull, write_durably
folder = Path(sys.argv[1])
write_durably(folder / "file", b"old")
try:
    write_durably(folder / "file", b"x" * 2_000_000)
except DiskFull as fault:
    print(fault.facts["needed_mb"], (folder / "file").read_bytes().decode(), len(list(folder.iterdir())))
"""

KILLED = """
import os, sys
from pathlib import Path
from sync.replica import durable
step, path = sys.argv[1], Path(sys.argv[2])
def die(*args, **kwargs):
    os.kill(os.getpid(), 9)
setattr(durable.os if step != "sync_folder" else durable, step, die)
durable.write_durably(path, b"new")
"""


def test_the_file_takes_the_new_bytes_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", b"old")
    write_durably(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("step", "expected"), [("fsync", b"old"), ("replace", b"old"), ("sync_folder", b"new")])
def test_kill_9_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path, step: str, expected: bytes) -> None:
    write_durably(tmp_path / "file", b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED, step, str(tmp_path / "file")], check=False)
    assert killed.returncode == -9
    assert (tmp_path / "file").read_bytes() == expected


def test_a_full_disk_keeps_the_old_file_and_says_so(tmp_path: Path) -> None:
    # a real full disk: a tmpfs of 1 MB in a mount namespace of its own
    script = f'mount -t tmpfs -o size=1m none "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, FULL_DISK]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 1 and "unshare" in answer.stderr:
        pytest.skip("this kernel gives ordinary users no mount namespace, so there is no small disk to fill")
    assert answer.stdout.split() == ["2", "old", "1"], answer.stderr


def test_a_folder_that_is_not_there_is_a_fault_with_advice(tmp_path: Path) -> None:
    with pytest.raises(DiskFault):
        write_durably(tmp_path / "missing" / "file", b"x")


def test_what_would_not_fit_is_refused_with_figures(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path)
    with pytest.raises(DiskFull) as caught:
        require_space(tmp_path, free.f_bavail * free.f_frsize + 10**9)
    assert int(caught.value.facts["needed_mb"]) > int(caught.value.facts["free_mb"])
    require_space(tmp_path, 1)
