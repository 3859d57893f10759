"""`examroom archive find` and `archive window`, as they are typed."""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.archive.site import CANDIDATE, NAMES, ArchiveSite
from tests.app.cli.terminal import Terminal
from tests.proctoring.seat import Recorded, wait_until


@pytest.fixture
def key(tmp_path: Path, recorded: Recorded) -> Path:
    file = tmp_path / "site.key"
    file.write_bytes(base64.b64encode(recorded.seat.site.raw()) + b"\n")
    return file


def test_a_recording_is_found_by_part_of_a_name_with_the_key_and_by_its_id_without(
    site: ArchiveSite, key: Path
) -> None:
    home, terminal = site.home.root, Terminal()
    told = terminal.run("archive", "find", "--home", home, "--key", key, "--json", CANDIDATE[:2])
    assert told.code == 0, told.errors
    (line,) = told.output.splitlines()
    found = json.loads(line)
    assert (found["recording"], found["name"], found["verdict"]) == (site.recording, CANDIDATE, "complete")
    assert found["id_number_masked"].count("*") > 4
    blind = terminal.run("archive", "find", "--home", home, "--json", site.recording)
    assert json.loads(blind.output)["name"] == CANDIDATE  # read with the key before, and kept
    nobody = terminal.run("archive", "find", "--home", home, "--key", key, "李")
    assert site.recording not in nobody.output
    assert terminal.run("archive", "find", "--home", home, "--state", "gone").code == 2


def test_what_was_destroyed_is_found_as_such_with_who_and_why(site: ArchiveSite) -> None:
    first, second = site.signers
    site.expire()
    site.desk.approve(site.recording, second, site.archive.propose_destruction(site.recording, first, "到期").sequence)
    told = Terminal().run("archive", "find", "--home", site.home.root)
    assert told.code == 0, told.errors
    for said in ("Destroyed", *NAMES, "到期", site.desk.look(site.recording).record_sha256):
        assert said in told.output, said
    assert "Complete" not in told.output
    found = json.loads(Terminal().run("archive", "find", "--home", site.home.root, "--json").output)
    assert found["destruction"]["approved_by"][0]["name"] == NAMES[1]


@pytest.mark.long
def test_the_window_opens_and_ends_when_it_is_told_to(site: ArchiveSite, key: Path) -> None:
    site.close()
    window = ["-m", "app.cli.main", "archive", "window", "--home", str(site.home.root), "--key", str(key)]
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen([sys.executable, *window], env=surroundings, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: any(site.home.log.glob("*")) or process.poll() is not None)
        process.send_signal(signal.SIGTERM)
        _output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, errors.decode()
