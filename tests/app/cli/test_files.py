"""Whatever is named where a file is expected: it is read within bounds and without waiting, or refused in words."""

import os
import resource
import socket
from pathlib import Path

import pytest

from app.cli.files import FileUnreadable, load_trust, read_file
from app.cli.files import TrustFolderUnusable as Unusable
from proctoring.vault.format import RecordingUnreadable, verify_recording
from tests.app.cli.conftest import as_command

FILE_COMMANDS = {
    "packet": ("packet", "verify", "{it}", "--trust", "{place}"),
    "receipt": ("receipt", "verify", "{it}", "--packet", "{it}", "--trust", "{place}"),
    "key": ("recording", "export", "{place}", "{place}/out.webm", "--key", "{it}"),
    "invitation": ("seat", "enrol", "--home", "{place}/seat", "{it}"),
}


@pytest.mark.parametrize("name", FILE_COMMANDS)
def test_a_pipe_that_nobody_fills_keeps_no_command_waiting(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = as_command(*(part.format(it=tmp_path / "pipe", place=tmp_path) for part in FILE_COMMANDS[name]))
    assert told.returncode == 3
    assert "[FILE_UNREADABLE · not a plain file]" in told.stderr


def test_a_pipe_in_the_place_of_a_recording_is_no_recording(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "manifest.json")
    os.mkfifo(tmp_path / "folder" / "opening-00000.json")
    pipe = as_command("recording", "verify", tmp_path / "pipe")
    assert (pipe.returncode, "[RECORDING_UNREADABLE" in pipe.stderr) == (3, True)
    assert as_command("recording", "verify", tmp_path / "folder").returncode == 1


def test_a_device_is_not_read_at_all() -> None:
    limit = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileUnreadable):
        read_file(Path("/dev/zero"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - limit < 8_000, "kilobytes that reading it would take"


def test_a_socket_a_folder_and_a_path_that_is_none_are_unreadable(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        strange = (tmp_path / "socket", tmp_path, tmp_path / ("x" * 300), Path("a\0b"), Path("\ud800"))
        for path in strange:
            with pytest.raises(FileUnreadable):
                read_file(path)


def test_a_file_larger_than_any_evidence_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(FileUnreadable) as refused:
        read_file(tmp_path / "large")
    assert refused.value.detail == "too large"


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_folder_whose_name_is_none_is_refused(name: str) -> None:
    with pytest.raises(Unusable):
        load_trust(Path(name))
    with pytest.raises(RecordingUnreadable):
        verify_recording(Path(name))


def test_a_plain_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"as it is")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_file(tmp_path / "link") == b"as it is"
