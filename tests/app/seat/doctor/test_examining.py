"""The doctor looks at a real seat and a made-up PC, changes nothing, and says what keeps an exam from being held."""

import hashlib
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.seat.doctor.diagnosis import Diagnosis, Standing
from app.seat.doctor.examining import examine
from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from app.ui.text import say
from app.words import Words
from proctoring.checks.machine import Machine
from sync.replica.cabinet import DocumentKind

OF_A_PREPARED_SEAT = ("enrolled", "certificate", "sessions", "packages", "outbox", "registry")


def standings(diagnosis: Diagnosis) -> dict[str, Standing]:
    return {line.check: line.standing for line in diagnosis.lines}


def tree(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix not in {".db-wal", ".db-shm"})
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture
def pc(tmp_path: Path) -> Machine:
    """An empty PC: most checks cannot tell."""
    (tmp_path / "empty").mkdir()
    return Machine(tmp_path / "empty")


def test_a_seat_that_was_prepared_is_found_so_and_left_as_it_was(seat_home: SeatHome, pc: Machine) -> None:
    before = tree(seat_home.root)
    diagnosis = examine(seat_home, pc)
    found = standings(diagnosis)
    assert {
        check: found[check] for check in ("enrolled", "certificate", "sessions", "packages", "outbox", "registry")
    } == (dict.fromkeys(("enrolled", "certificate", "sessions", "packages", "outbox", "registry"), Standing.GOOD))
    assert (found["agent"], found["devices"]) == (Standing.ATTENTION, Standing.ATTENTION)
    assert {file: digest for file, digest in tree(seat_home.root).items() if file in before} == before


def test_every_line_can_be_said_in_both_languages(seat_home: SeatHome, pc: Machine) -> None:
    for line in examine(seat_home, pc).lines:
        for words in map(Words, Language):
            parts = (line.name, line.seen, line.meaning, line.remedy)
            assert all(say(part, words) for part in parts if part is not None), line.check


def test_a_folder_that_is_no_seat_keeps_an_exam_from_being_held(tmp_path: Path, pc: Machine) -> None:
    diagnosis = examine(SeatHome(tmp_path / "nothing"), pc)
    assert standings(diagnosis)["enrolled"] is Standing.BLOCKED
    assert not diagnosis.ready
    assert not (tmp_path / "nothing").exists()


def test_a_package_that_is_gone_keeps_an_exam_from_being_held(seat_home: SeatHome, pc: Machine) -> None:
    workplace = Workplace.open(seat_home)
    for name in workplace.replica.cabinet.names(DocumentKind.PACKAGE):
        workplace.replica.cabinet.remove_document(DocumentKind.PACKAGE, name)
    workplace.close()
    diagnosis = examine(seat_home, pc)
    assert standings(diagnosis)["packages"] is Standing.BLOCKED
    assert not diagnosis.ready


def test_without_a_seat_the_pc_is_looked_at(pc: Machine) -> None:
    found = standings(examine(None, pc))
    assert found["enrolled"] is Standing.NOTE
    assert len(found) > 5
