"""Our own files against a signed list: as released, changed, missing, added, and what only looks like a file."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.checks import tree as tree_module
from proctoring.checks.build import build
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE, ExpectedBuild, Kind, Tree, compare
from sync.trust.anchor import Trust
from sync.trust.build import sign_build_list
from sync.wire.build import BuildList
from sync.wire.enrolment import RegistryRole
from sync.wire.environment import Verdict
from tests.sync.trust.world import World

WORLD = World.make()
TRUST: Trust = WORLD.trust
RELEASE = "1.4.2"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A small program as it lies installed."""
    for path, text in {
        "app/main.py": "print(1)\n",
        "app/_resources/words/zh.toml": "a = 1\n",
        "proctoring/__init__.py": "",
        "sync/wire/ids.py": "ID = 7\n",
        "app/__pycache__/main.cpython-311.pyc": "code",
        "numpy/__init__.py": "somebody else's",
        "our.pth": "import site\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def listed(program: Path) -> BuildList:
    files, odd = Tree(program).files()
    assert odd == frozenset()
    return BuildList(product="examroom-seat", version=RELEASE, files=tuple(files[path] for path in sorted(files)))


def seen(
    program: Path, expected: ExpectedBuild | None = None, environment: dict[str, str] | None = None
) -> Observation:
    expected = expected or ExpectedBuild.beside(program, TRUST, RELEASE)
    situation = Situation(build=expected, environment=environment or {})
    (observation,) = observe({"build": build}, Machine(program), situation)
    return observation


def release(program: Path) -> None:
    signed = sign_build_list(listed(program), WORLD.roles[RegistryRole.BUILD])
    (program / LIST_FILE).write_bytes(signed)


def test_the_list_has_what_python_would_load_as_ours_and_run_by_itself(program: Path) -> None:
    (program / "sitecustomize.py").write_text("")
    found = listed(program)
    assert [one.path for one in found.files] == [
        "app/_resources/words/zh.toml",
        "app/main.py",
        "our.pth",
        "proctoring/__init__.py",
        "sitecustomize.py",
        "sync/wire/ids.py",
    ]
    by_path = {one.path: one for one in found.files}
    assert by_path["app/main.py"].sha256 == sha256(b"print(1)\n").hexdigest()
    assert by_path["proctoring/__init__.py"].size == 0


def test_a_program_as_it_was_released_is_clear(program: Path) -> None:
    release(program)
    assert seen(program).verdict is Verdict.CLEAR
    assert seen(program).evidence == ("examroom-seat 1.4.2: 5 files",)


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
    assert seen(program).evidence == (f"added: {place}",)


def test_what_others_have_beside_us_is_theirs(program: Path) -> None:
    release(program)
    (program / "structlog").mkdir()
    for name in ("structlog/json.py", "numpy/re.py", "random.txt", "json-1.0.dist-info", "jsonschema.py"):
        (program / name).write_text("")
    assert seen(program).verdict is Verdict.CLEAR


def test_an_older_list_put_back_is_as_bad_as_changed_files(program: Path) -> None:
    release(program)
    newer = ExpectedBuild.beside(program, TRUST, "1.5.0")
    assert seen(program, newer).verdict is Verdict.FOUND
    assert seen(program, newer).evidence == (f"{LIST_FILE}: of release 1.4.2, and 1.5.0 runs",)


def test_a_list_taken_away_is_as_bad_as_changed_files(program: Path) -> None:
    release(program)
    (program / LIST_FILE).unlink()
    assert seen(program).verdict is Verdict.FOUND
    (program / "examroom-1.4.2.dist-info").mkdir()
    (program / ".git").mkdir()
    assert seen(program).evidence == (f"{LIST_FILE}: there is none",)
    assert seen(program).verdict is Verdict.FOUND, "a folder called so makes no checkout of what was installed"


def test_in_a_checkout_without_a_list_nothing_can_be_told(program: Path) -> None:
    (program / ".git").mkdir()
    assert ExpectedBuild.beside(program, TRUST, RELEASE) is None
    (observation,) = observe({"build": build}, Machine(program), Situation())
    assert observation.verdict is Verdict.UNKNOWN


def test_a_list_that_is_not_the_registrys_is_as_bad_as_changed_files(program: Path) -> None:
    stranger = World.make()
    (program / LIST_FILE).write_bytes(sign_build_list(listed(program), stranger.roles[RegistryRole.BUILD]))
    assert seen(program).verdict is Verdict.FOUND
    (program / LIST_FILE).write_bytes(sign_build_list(listed(program), WORLD.roles[RegistryRole.PLAN]))
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


def test_links_and_pipes_in_the_program_are_odd_and_neither_followed_nor_waited_for(program: Path) -> None:
    release(program)
    (program / "app/main.py").rename(program / "app/real")
    (program / "app/main.py").symlink_to("real")
    (program / "app/folder").symlink_to(program / "sync")
    os.mkfifo(program / "sync/pipe")
    found = compare(Tree(program), listed_before(program))
    assert {(one.kind, one.path) for one in found} == {
        (Kind.ODD, "app/main.py"),
        (Kind.ODD, "app/folder"),
        (Kind.ODD, "sync/pipe"),
        (Kind.ADDED, "app/real"),
    }


def listed_before(program: Path) -> BuildList:
    expected = ExpectedBuild.beside(program, TRUST, RELEASE)
    assert expected is not None
    assert expected.listed is not None
    return expected.listed


def test_a_name_that_no_list_can_have_is_odd(program: Path) -> None:
    release(program)
    (program / "app/a\nb.py").write_text("")
    assert [one.kind for one in compare(Tree(program), listed_before(program))] == [Kind.ODD]


def test_a_file_is_read_again_only_if_it_is_not_the_one_that_was_read(program: Path) -> None:
    files = Tree(program)
    before, _ = files.files()
    again, _ = files.files()
    assert all(again[path] is before[path] for path in before)
    (program / "app/main.py").write_text("print(3)\n")  # as long as before
    changed, _ = files.files()
    assert changed["app/main.py"] != before["app/main.py"]


def test_a_file_whose_times_were_set_back_is_noticed_all_the_same(program: Path) -> None:
    files = Tree(program)
    before, _ = files.files()
    main = program / "app/main.py"
    times = main.stat()
    main.write_text("print(3)\n")
    os.utime(main, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert files.files()[0]["app/main.py"] != before["app/main.py"]


def test_more_than_any_release_has_is_not_read_to_its_end(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(program)
    monkeypatch.setattr(tree_module, "MOST_FILES", 3)
    assert seen(program).evidence == (f"{program}: more files than any release has",)
    assert seen(program).verdict is Verdict.FOUND
    monkeypatch.undo()
    monkeypatch.setattr(tree_module, "_MOST_BYTES", 10)
    assert seen(program).verdict is Verdict.FOUND


def test_a_program_that_is_not_there_cannot_be_told(program: Path) -> None:
    gone = ExpectedBuild(Tree(program / "no"), listed(program))
    assert seen(program, gone).verdict is Verdict.UNKNOWN


@given(where=st.integers(0, 8), byte=st.integers(0, 255))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_any_byte_is_noticed(program: Path, where: int, byte: int) -> None:
    (program / "app/main.py").write_bytes(b"print(1)\n")
    expected = listed(program)
    raw = bytearray(b"print(1)\n")
    raw[where] = byte
    (program / "app/main.py").write_bytes(raw)
    assert bool(compare(Tree(program), expected)) is (bytes(raw) != b"print(1)\n")
