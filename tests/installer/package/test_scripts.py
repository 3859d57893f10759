"""The maintainer scripts, run as dpkg runs them, on a PC that lies in a folder of the test."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from installer.package.deb import filled
from installer.package.recipe import SCRIPTS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLACES = ("/var/lib/", "/etc/", "/run/", "/usr/bin/examroom")
SCRIPTS_OF_ALL = sorted(path for path in SCRIPTS.glob("*/p*") if path.is_file())


class Pc:
    """A PC's files below a folder; the scripts are told to look there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = self.make("var/lib/examroom/seat")
        self.records = self.root / "var/lib/examroom/package/decommissioned"

    def make(self, folder: str) -> Path:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        return self.root / folder

    def put(self, file: str, text: str = "x", mode: int = 0o600) -> Path:
        path = self.make(str(Path(file).parent)) / Path(file).name
        path.write_text(text)
        path.chmod(mode)
        return path

    def run(self, script: str, *words: str, needed_kib: int = 1, **more: str) -> subprocess.CompletedProcess[str]:
        facts = {"@VERSION@": "2.0", "@NAME@": "examroom-seat", "@NEEDED_KIB@": str(needed_kib)}
        text = filled((SCRIPTS / "seat" / script).read_text("utf-8"), facts)
        for place in _PLACES:
            text = re.sub(rf"(?<![\w/]){place}", f"{self.root}{place}", text)
        path = self.put(f"scripts/{script}", text)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **more}
        return subprocess.run(["sh", path, *words], env=environment, check=False, capture_output=True, text=True)


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def says_why(done: subprocess.CompletedProcess[str], english: str) -> bool:
    return done.returncode == 1 and english in done.stderr and bool(CHINESE.search(done.stderr))


def test_an_older_package_over_a_newer_is_refused_in_both_languages(pc: Pc) -> None:
    done = pc.run("preinst", "upgrade", "10.0")
    assert says_why(done, "version 10.0 is here and newer than 2.0")
    assert pc.run("preinst", "install", "10.0").returncode == 1  # removed, and its records still there


@pytest.mark.parametrize("words", [("install",), ("upgrade", "1.9"), ("upgrade", "2.0"), ("abort-upgrade", "2.0")])
def test_a_newer_or_the_same_package_may_come(pc: Pc, words: tuple[str, ...]) -> None:
    assert pc.run("preinst", *words).returncode == 0


def test_an_update_that_goes_back_may_put_the_older_one_in(pc: Pc) -> None:
    assert pc.run("preinst", "upgrade", "10.0", EXAMROOM_UPDATE="back").returncode == 0
    assert pc.run("preinst", "upgrade", "10.0", EXAMROOM_UPDATE="1").returncode == 1


def test_a_full_disk_is_said_before_anything_is_unpacked(pc: Pc) -> None:
    assert says_why(pc.run("preinst", "install", needed_kib=10**12), "nothing was changed")


def test_nothing_is_removed_or_changed_while_somebody_sits_there(pc: Pc) -> None:
    pc.put("usr/bin/examroom", "#!/bin/sh\necho 'a session is open'\nexit 1\n", 0o700)
    for words in (("remove",), ("upgrade", "3.0"), ("failed-upgrade", "1.0"), ("deconfigure",)):
        done = pc.run("prerm", *words)
        assert says_why(done, "cannot be changed now")
        assert "a session is open" in done.stderr


@pytest.mark.parametrize(
    "program",
    ["echo 'may be changed'\nexit 0", "echo 'Traceback' >&2\nexit 1", "exit 3", "kill -9 $$"],
    ids=["yes", "does not start", "cannot tell", "killed"],
)
def test_a_yes_or_a_program_that_cannot_tell_keeps_nobody_from_mending_it(pc: Pc, program: str) -> None:
    pc.put("usr/bin/examroom", f"#!/bin/sh\n{program}\n", 0o700)
    assert pc.run("prerm", "upgrade", "3.0").returncode == 0


def test_an_update_has_asked_already(pc: Pc) -> None:
    pc.put("usr/bin/examroom", "#!/bin/sh\necho no\nexit 1\n", 0o700)
    assert pc.run("prerm", "upgrade", "3.0", EXAMROOM_UPDATE="1").returncode == 0


def test_a_pc_that_is_locked_down_keeps_its_programs(pc: Pc) -> None:
    pc.put("var/lib/examroom-lockdown/undo.json")
    assert says_why(pc.run("prerm", "remove"), "First run examroom lockdown remove")
    assert pc.run("prerm", "upgrade", "3.0").returncode == 0


@pytest.mark.parametrize(
    "left", ["keys/signing", "replica.db", "recordings/r1/1.erp", "records/a.pdf", "trust/enrolment.json"]
)
def test_a_purge_of_a_seat_in_use_is_refused_and_deletes_nothing(pc: Pc, left: str) -> None:
    kept = pc.put(f"var/lib/examroom/seat/{left}")
    other = pc.put("var/lib/examroom-kiosk/file")
    assert says_why(pc.run("postrm", "purge"), "not decommissioned, and nothing is purged")
    assert kept.exists()
    assert other.exists()


def test_a_record_of_an_earlier_enrolment_does_not_give_newer_recordings_away(pc: Pc) -> None:
    pc.put("var/lib/examroom/package/decommissioned/d1.dsse")
    kept = pc.put("var/lib/examroom/seat/recordings/r1/1.erp")
    assert pc.run("postrm", "purge").returncode == 1
    assert kept.exists()


def test_a_decommissioned_seat_is_purged_and_its_record_stays(pc: Pc) -> None:
    record = pc.put("var/lib/examroom/package/decommissioned/d1.dsse")
    pc.put("var/lib/examroom/seat/trust/enrolment.json")
    pc.put("var/lib/examroom/package/previous/one.deb")
    assert pc.run("postrm", "purge").returncode == 0
    assert record.exists()
    assert not pc.home.exists()
    assert not (pc.root / "var/lib/examroom/package/previous").exists()
    assert pc.run("postrm", "purge").returncode == 0  # twice is once


def test_a_seat_that_never_was_one_leaves_nothing(pc: Pc) -> None:
    pc.make("var/lib/examroom/seat/log")
    pc.make("var/lib/examroom/package")
    assert pc.run("postrm", "purge").returncode == 0
    assert not (pc.root / "var/lib/examroom").exists()


def test_removal_touches_no_data(pc: Pc) -> None:
    kept = pc.put("var/lib/examroom/seat/recordings/r1/1.erp")
    assert pc.run("postrm", "remove").returncode == 0
    assert kept.exists()


@pytest.mark.parametrize("script", SCRIPTS_OF_ALL, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_word_that_dpkg_never_says_is_refused(pc: Pc, script: Path) -> None:
    path = pc.put("odd", script.read_text("utf-8"))
    assert subprocess.run(["sh", path, "odd"], check=False, capture_output=True).returncode == 1
