"""A release's files by commands: listed where it is built, signed by the registry, compared on a PC."""

import stat
from pathlib import Path

import pytest

from app.registry.service import Registry
from tests.app.cli.terminal import Terminal


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("build") / "registry"
    Registry.initialise(home, name="Test registry").close()
    return home


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A small program as it lies installed."""
    folder = tmp_path / "program"
    for package in ("app", "proctoring", "sync"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text(f"# {package}\n")
    return folder


def release(registry: Path, program: Path) -> Path:
    terminal, plain, signed = Terminal(), program.parent / "list.json", program.parent / "list.dsse"
    told = terminal.run("build", "list", "--tree", program, "--version", "1.4.2", "--out", plain)
    assert told.code == 0, told.errors
    told = terminal.run("registry", "channel", "sign-build", "--home", registry, plain, signed)
    assert told.code == 0, told.errors
    assert "examroom-seat 1.4.2" in told.output
    return signed


def test_a_release_is_listed_signed_and_found_as_it_is(registry: Path, program: Path) -> None:
    signed = release(registry, program)
    assert stat.S_IMODE(signed.stat().st_mode) == 0o644  # every user of a PC compares with it
    told = Terminal().run("build", "verify", signed, "--trust", registry / "trust", "--tree", program)
    assert (told.code, told.output) == (0, "✓ examroom-seat 1.4.2: all 3 files are as they were released.\n")


@pytest.mark.parametrize(
    ("language", "changed"), [("en", "Changed: app/__init__.py"), ("zh", "已改动：app/__init__.py")]
)
def test_a_changed_program_ends_with_one_and_names_the_places(
    registry: Path, program: Path, language: str, changed: str
) -> None:
    signed = release(registry, program)
    (program / "app/__init__.py").write_text("# another\n")
    (program / "sync/more.py").write_text("")
    told = Terminal(language).run("build", "verify", signed, "--trust", registry / "trust", "--tree", program)
    assert told.code == 1
    assert changed in told.output
    assert "sync/more.py" in told.output


def test_a_list_that_was_not_signed_is_not_believed(registry: Path, program: Path) -> None:
    release(registry, program)
    plain = program.parent / "list.json"
    told = Terminal().run("build", "verify", plain, "--trust", registry / "trust", "--tree", program)
    assert told.code == 1
    assert "BUILD_LIST_REFUSED" in told.errors


def test_what_is_no_list_is_not_signed(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("[[[")
    told = Terminal().run(
        "registry", "channel", "sign-build", "--home", registry, tmp_path / "bad", tmp_path / "signed"
    )
    assert told.code == 1
    assert not (tmp_path / "signed").exists()


def test_a_program_with_a_link_in_it_or_none_at_all_is_not_listed(program: Path, tmp_path: Path) -> None:
    (program / "app/link.py").symlink_to("__init__.py")
    for tree in (program, tmp_path / "nothing"):
        told = Terminal().run("build", "list", "--tree", tree, "--out", tmp_path / "list.json")
        assert told.code == 3
        assert "BUILD_TREE_ODD" in told.errors
    assert not (tmp_path / "list.json").exists()


def test_an_odd_version_is_a_usage_mistake(program: Path, tmp_path: Path) -> None:
    told = Terminal().run("build", "list", "--tree", program, "--version", "new", "--out", tmp_path / "list.json")
    assert told.code == 2


def test_this_very_program_can_be_listed_and_is_what_was_listed(registry: Path, tmp_path: Path) -> None:
    plain, signed = tmp_path / "list.json", tmp_path / "list.dsse"
    assert Terminal().run("build", "list", "--out", plain).code == 0
    assert Terminal().run("registry", "channel", "sign-build", "--home", registry, plain, signed).code == 0
    told = Terminal().run("build", "verify", signed, "--trust", registry / "trust")
    assert told.code == 0, told.output
