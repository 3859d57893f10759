"""A program that is not as it was released starts no session, whoever wants it to; the doctor names the files."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.registry.service import Registry
from app.registry.software import sign_build
from app.seat import surroundings
from app.seat.doctor.diagnosis import Diagnosis, Line, Standing
from app.seat.doctor.examining import examine
from app.seat.environment import rule_in
from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from app.ui.text import say
from app.words import Words
from proctoring.checks.build import LETTING_IN
from proctoring.checks.installed import ExpectedBuild
from proctoring.checks.listing import list_tree
from proctoring.checks.machine import Machine
from proctoring.checks.tree import LIST_FILE
from sync.software import release
from sync.wire.environment import CheckRule, EnvironmentPolicy, LockdownLevel, Severity
from tests.app.seat.conftest import Site
from tests.app.seat.plugged import ordinary
from tests.app.seat.test_overriding import Launch
from tests.proctoring.checks.released import as_packaged, program_in

BLOCKING = CheckRule(check="build", found=Severity.BLOCKING, unknown=Severity.ATTENTION, overridable=False)
"""What an exam demands; here by a rule, as the window of a test is not shut down and no level can be asked for."""


@pytest.fixture
def program(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up program, installed with the list that this site's registry signed; every look is at that."""
    folder = program_in(tmp_path / "program")
    listed = list_tree(folder, "examroom-seat", release())
    with Registry.open(site.home.registry) as registry:
        _, signed = sign_build(registry.premises, listed.to_bytes())
    (folder / LIST_FILE).write_bytes(signed)
    monkeypatch.setattr(surroundings, "installed_tree", lambda: folder)
    for name in LETTING_IN:  # what other tests load sets some of them, as cv2 does
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ExpectedBuild, "at", partial(ExpectedBuild.at, owner=os.getuid()))
    return folder


@pytest.fixture
def of_an_exam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor weigh as for an exam; the plan of these tests' seat is one of practice, which nothing stops."""
    monkeypatch.setattr("app.seat.doctor.examining._plans", lambda _workplace: ())


@pytest.fixture
def launch(
    program: Path, made_up_pc: Machine, workplace: Workplace, site: Site, filmed: SeatHome, qtbot: QtBot
) -> Iterator[Launch]:
    assert program.is_dir()
    ordinary(made_up_pc)
    made = Launch(workplace, site, qtbot, filmed, EnvironmentPolicy(level=LockdownLevel.OPEN, rules=(BLOCKING,)))
    yield made
    made.end()


def of_build(diagnosis: Diagnosis) -> Line:
    (line,) = (one for one in diagnosis.lines if one.check == "build")
    return line


@pytest.mark.parametrize("level", [LockdownLevel.DESKTOP, LockdownLevel.SESSION])
def test_in_every_exam_that_is_locked_down_it_blocks_and_nobody_goes_on_over_it(level: LockdownLevel) -> None:
    rule = rule_in(EnvironmentPolicy(level=level), "build")
    assert (rule.found, rule.overridable) == (Severity.BLOCKING, False)


def test_a_file_that_is_changed_after_the_last_look_stops_the_start_until_it_is_put_right(
    launch: Launch, program: Path
) -> None:
    assert launch.button("start_session") is not None
    main = program / "app/main.py"
    released = main.read_bytes()
    main.write_bytes(released.replace(b"1", b"2"))
    launch.press("start_session")
    launch.until(lambda: launch.says("app/main.py"))
    assert launch.opened == []
    assert launch.button("start_session") is None
    assert launch.button("override_build") is None
    main.write_bytes(released)
    launch.recheck()
    launch.press("start_session")
    launch.until(lambda: bool(launch.opened))


def test_whatever_is_not_as_it_was_released_keeps_the_session_from_starting(launch: Launch, program: Path) -> None:
    def refused(place: str) -> bool:
        launch.recheck()
        launch.opening._start()
        return launch.says(place) and launch.button("start_session") is None and launch.opened == []

    with as_packaged():
        (program / "sitecustomize.py").write_text("")
    assert refused("sitecustomize.py")
    (program / "sitecustomize.py").unlink()
    (program / "numpy.libs").rename(program.parent / "gone")
    assert refused("numpy.libs")
    (program.parent / "gone").rename(program / "numpy.libs")
    (program / "bin").chmod(0o777)
    assert refused("bin")
    (program / "bin").chmod(0o755)
    launch.recheck()
    assert launch.button("start_session") is not None


def test_the_doctor_finds_a_program_as_it_was_released(program: Path, seat_home: SeatHome, made_up_pc: Machine) -> None:
    assert program.is_dir()
    assert of_build(examine(seat_home, made_up_pc)).standing is Standing.GOOD


@pytest.mark.usefixtures("of_an_exam")
def test_the_doctor_names_what_is_changed_added_or_missing(
    program: Path, seat_home: SeatHome, made_up_pc: Machine
) -> None:
    (program / "numpy.libs/libblas.so").write_text("EVL")
    (program / "numpy.libs/libevil.so").touch(0o644)
    (program / "pyvenv.cfg").unlink()
    diagnosis = examine(seat_home, made_up_pc)
    line = of_build(diagnosis)
    assert line.standing is Standing.BLOCKED
    assert not diagnosis.ready
    assert line.evidence == (
        "changed: numpy.libs/libblas.so",
        "missing: pyvenv.cfg",
        "added: numpy.libs/libevil.so",
    )
    assert all(say(line.seen, Words(language)) for language in Language)


def test_the_doctor_of_a_pc_that_is_not_enrolled_names_them_too_and_calls_nothing_released(
    program: Path, made_up_pc: Machine
) -> None:
    line = of_build(examine(None, made_up_pc))
    assert line.standing is Standing.ATTENTION, "nobody has said yet whose lists this PC believes"
    assert line.evidence == (f"{LIST_FILE}: who signed it is not known before this PC is enrolled",)
    (program / "app/main.py").write_text("")
    assert of_build(examine(None, made_up_pc)).evidence == ("changed: app/main.py",)


@pytest.mark.usefixtures("of_an_exam")
def test_a_list_of_another_registry_is_not_believed(
    program: Path, seat_home: SeatHome, made_up_pc: Machine, tmp_path: Path
) -> None:
    with Registry.initialise(tmp_path / "another", name="Another registry") as another:
        listed = list_tree(program, "examroom-seat", release())
        (program / LIST_FILE).write_bytes(sign_build(another.premises, listed.to_bytes())[1])
    line = of_build(examine(seat_home, made_up_pc))
    assert line.standing is Standing.BLOCKED
    assert line.evidence[0].startswith(LIST_FILE)


@pytest.mark.usefixtures("of_an_exam")
def test_a_list_that_was_taken_away_is_as_bad(program: Path, seat_home: SeatHome, made_up_pc: Machine) -> None:
    (program / LIST_FILE).unlink()
    line = of_build(examine(seat_home, made_up_pc))
    assert (line.standing, line.evidence) == (Standing.BLOCKED, (f"{LIST_FILE}: there is none",))
