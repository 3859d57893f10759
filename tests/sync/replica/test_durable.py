"""Durable files: whole or not at all, and a full disk says so in figures."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.replica.durable import (
    DiskFault,
    DiskFull,
    FolderMissing,
    NoFolder,
    remove_all_durably,
    require_space,
    sweep_leftovers,
    write_all_durably,
    write_durably,
)

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

BOUND = """
import resource, sys
from pathlib import Path
from sync.replica.durable import FileTooLong, write_all_durably, write_durably
folder = Path(sys.argv[1])
write_durably(folder / "file", b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
long = b"x" * 2_000_000
for write in (lambda: write_durably(folder / "file", long), lambda: write_all_durably(folder, {"file": long})):
    try:
        write()
    except FileTooLong as fault:
        left = (folder / "file").read_bytes().decode()
        print(fault.code, fault.facts["needed_mb"], left, len(list(folder.iterdir())))
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


@pytest.mark.parametrize("write", [write_durably, lambda path, data: write_all_durably(path.parent, {path.name: data})])
def test_a_folder_that_is_missing_or_none_is_named(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(FolderMissing) as missing:
        write(tmp_path / "missing" / "below" / "file", b"x")
    assert missing.value.facts == {"folder": str(tmp_path / "missing" / "below")}
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NoFolder) as none:
            write(place / "file", b"x")
        assert none.value.facts == {"folder": str(tmp_path / "file")}


def test_a_bound_on_the_length_of_files_is_not_called_a_full_disk(tmp_path: Path) -> None:
    limited = [sys.executable, "-c", BOUND, str(tmp_path)]
    answer = subprocess.run(limited, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["FILE_TOO_LONG", "2", "old", "1"] * 2


def test_many_files_are_replaced_in_folders_that_are_made(tmp_path: Path) -> None:
    files = {f"{place}{at}": f"{at}".encode() for place in ("", "a/", "b/c/") for at in range(40)}
    write_all_durably(tmp_path, {"a/7": b"old"})
    write_all_durably(tmp_path, files)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == files.keys()
    assert all((tmp_path / name).read_bytes() == data for name, data in files.items())
    remove_all_durably(tmp_path, ["a/7", "a/8", "nowhere/9"])
    assert not (tmp_path / "a" / "7").exists()
    assert (tmp_path / "a" / "9").exists()


def test_files_behind_a_link_are_neither_written_nor_removed_nor_swept(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    kept = tmp_path / "there" / ".file.0123456789abcdef.new"
    kept.write_bytes(b"kept")
    (tmp_path / "here" / "link").symlink_to(tmp_path / "there")
    with pytest.raises(NoFolder):
        write_all_durably(tmp_path / "here", {"link/file": b"x"})
    with pytest.raises(NoFolder):
        remove_all_durably(tmp_path / "here", [f"link/{kept.name}"])
    sweep_leftovers(tmp_path / "here", ("", "link", "nowhere"))
    assert [path.name for path in (tmp_path / "there").iterdir()] == [kept.name]
