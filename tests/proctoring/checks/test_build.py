"""The build check: the installed tree against the signed list of it, and what lets other code in."""

import os
from pathlib import Path

import pytest

from proctoring.checks.build import build
from proctoring.checks.installed import ExpectedBuild
from proctoring.checks.listing import list_tree
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE
from sync.trust.anchor import Trust
from sync.trust.build import sign_build_list
from sync.wire.enrolment import RegistryRole
from sync.wire.environment import Verdict
from tests.proctoring.checks.released import RELEASE, program_in
from tests.sync.trust.world import World

WORLD = World.make()
TRUST: Trust = WORLD.trust


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return program_in(tmp_path / "seat")


def expected(program: Path, running: str = RELEASE) -> ExpectedBuild | None:
    return ExpectedBuild.at(program, TRUST, running, os.getuid())


def seen(program: Path, known: ExpectedBuild | None = None, environment: dict[str, str] | None = None) -> Observation:
    situation = Situation(build=known or expected(program), environment=environment or {})
    (observation,) = observe({"build": build}, Machine(program), situation)
    return observation


def release(program: Path) -> None:
    signed = sign_build_list(list_tree(program, "examroom-seat", RELEASE), WORLD.roles[RegistryRole.BUILD])
    (program / LIST_FILE).write_bytes(signed)


def test_a_program_as_it_was_released_is_clear(program: Path) -> None:
    release(program)
    assert seen(program).verdict is Verdict.CLEAR
    assert seen(program).evidence == ("examroom-seat 1.4.2: 8 files",)


def test_changed_missing_and_added_files_are_named(program: Path) -> None:
    release(program)
    (program / "app/main.py").write_text("print(2)\n")
    (program / "sync/wire/ids.py").unlink()
    (program / "app/extra.py").write_text("")
    (program / "sitecustomize.py").write_text("import os\n")
    found = seen(program)
    assert found.verdict is Verdict.FOUND
    assert found.evidence == (
        "changed: app/main.py",
        "missing: sync/wire/ids.py",
        "added: app/extra.py",
        "added: sitecustomize.py",
    )
    assert found.facts == {"count": 4}


def test_looks_that_come_every_second_find_a_change_after_some_of_them(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctoring.checks.installed.SHARE", 1)
    release(program)
    known = expected(program)
    whole = Situation(build=known, environment={})
    brief = Situation(build=known, environment={}, briefly=True)
    assert build(Machine(program), whole).verdict is Verdict.CLEAR
    (program / "sync/wire/ids.py").write_text("ID = 8\n")
    looks = [build(Machine(program), brief).verdict for _ in range(9)]
    assert looks.count(Verdict.FOUND) in range(1, 9), "not at once, and from then on every time"
    assert looks == sorted(looks, key=lambda one: one is Verdict.FOUND)
    (program / "app/extra.py").write_text("")
    assert build(Machine(program), whole).evidence == ("changed: sync/wire/ids.py", "added: app/extra.py")


def test_a_tree_of_another_owner_is_a_difference(program: Path) -> None:
    release(program)
    known = ExpectedBuild.at(program, TRUST, RELEASE, os.getuid() + 1)
    of_root = os.getuid() == 0  # whose files are right in any tree
    assert seen(program, known).verdict is (Verdict.CLEAR if of_root else Verdict.FOUND)


@pytest.mark.parametrize(
    "environment",
    [
        {"LD_PRELOAD": "/home/li/inject.so"},
        {"LD_PRELOAD": "libx.so ./y.so"},
        {"PYTHONPATH": "/usr/lib/x:/home/li/site"},
        {"PYTHONPATH": "/usr/lib/x:"},
        {"PYTHONPATH": "evil"},
        {"PYTHONPATH": "/usr/lib/../../home/li"},
        {"PYTHONPATH": "/usr/.."},
        {"LD_LIBRARY_PATH": "."},
        {"LD_LIBRARY_PATH": "/usr/lib;evil"},
        {"LD_LIBRARY_PATH": "$ORIGIN"},
        {"LD_PRELOAD": "/usr/$LIB/x.so"},
        {"QT_PLUGIN_PATH": "/home/li"},
        {"QT_QPA_PLATFORM_PLUGIN_PATH": "/home/li"},
        {"PYTHONUSERBASE": "/home/li"},
        {"PYTHONSTARTUP": "/home/li/start.py"},
        {"GST_PLUGIN_PATH": "/home/li"},
        {"OPENSSL_CONF": "/home/li/openssl.cnf"},
    ],
    ids=str,
)
def test_a_variable_that_lets_other_code_in_is_a_difference(program: Path, environment: dict[str, str]) -> None:
    release(program)
    assert seen(program, environment=environment).verdict is Verdict.FOUND


def test_a_variable_that_names_the_systems_own_places_or_ours_is_none(program: Path) -> None:
    release(program)
    harmless = {"LD_PRELOAD": "libgtk3-nocsd.so.0:/usr/lib/libx.so", "PYTHONPATH": str(program), "LD_LIBRARY_PATH": ""}
    harmless |= {"QT_PLUGIN_PATH": f"{program}/PySide6/plugins:/usr/lib/qt6", "OPENSSL_CONF": "/etc/ssl/openssl.cnf"}
    assert seen(program, environment=harmless).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    "place",
    ["sitecustomize/__init__.py", "sitecustomize.pyc", "usercustomize.so", "json/__init__.py", "random.py", "re.pyc"],
)
def test_what_python_would_run_at_its_start_or_take_for_its_own_is_a_difference(program: Path, place: str) -> None:
    release(program)
    (program / place).parent.mkdir(exist_ok=True)
    (program / place).write_text("print('hello')\n")
    assert seen(program).evidence == (f"added: {place.partition('/')[0]}",)


def test_an_older_list_put_back_is_as_bad_as_changed_files(program: Path) -> None:
    release(program)
    newer = expected(program, "1.5.0")
    assert seen(program, newer).verdict is Verdict.FOUND
    assert seen(program, newer).evidence == (f"{LIST_FILE}: of release 1.4.2, and 1.5.0 runs",)


def test_a_list_taken_away_is_as_bad_as_changed_files(program: Path) -> None:
    release(program)
    (program / LIST_FILE).unlink()
    assert seen(program).verdict is Verdict.FOUND
    (program / "app/__init__.py").write_text("")
    (program / "examroom-1.4.2.dist-info").mkdir()
    (program / ".git").mkdir()
    assert seen(program).evidence == (f"{LIST_FILE}: there is none",)
    assert seen(program).verdict is Verdict.FOUND, "a folder called so makes no checkout of what was installed"


def test_in_a_checkout_without_a_list_nothing_can_be_told(program: Path) -> None:
    (program / ".git").mkdir()
    (program / "app/__init__.py").write_text("")
    assert expected(program) is None
    (observation,) = observe({"build": build}, Machine(program), Situation())
    assert observation.verdict is Verdict.UNKNOWN


def test_a_list_that_is_not_the_registrys_is_as_bad_as_changed_files(program: Path) -> None:
    stranger = World.make()
    (program / LIST_FILE).write_bytes(
        sign_build_list(list_tree(program, "examroom-seat", RELEASE), stranger.roles[RegistryRole.BUILD])
    )
    assert seen(program).verdict is Verdict.FOUND
    (program / LIST_FILE).write_bytes(
        sign_build_list(list_tree(program, "examroom-seat", RELEASE), WORLD.roles[RegistryRole.PLAN])
    )
    assert "not expected here" in seen(program).evidence[0]


@pytest.mark.parametrize("forged", [b"", b"{}", b"\xff" * 5000, b"{" * 100_000])
def test_a_forged_list_is_found_and_ends_no_check(program: Path, forged: bytes) -> None:
    (program / LIST_FILE).write_bytes(forged)
    assert seen(program).verdict is Verdict.FOUND


def test_a_list_that_is_a_link_or_a_pipe_is_not_followed_or_waited_for(program: Path) -> None:
    release(program)
    (program / LIST_FILE).rename(program / "elsewhere")
    (program / LIST_FILE).symlink_to(program / "elsewhere")
    assert seen(program).verdict is Verdict.FOUND
    (program / LIST_FILE).unlink()
    os.mkfifo(program / LIST_FILE)
    assert seen(program).verdict is Verdict.FOUND


def test_a_program_that_is_not_there_cannot_be_told(program: Path) -> None:
    release(program)
    known = expected(program)
    program.rename(program.with_name("gone"))
    assert seen(program, known).verdict is Verdict.UNKNOWN
