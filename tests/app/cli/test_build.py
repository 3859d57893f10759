"""A release's files by commands: listed where it is built, signed by the registry, compared on a PC."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from app.registry.service import Registry
from app.resources import program_folder
from tests.app.cli.terminal import Terminal
from tests.proctoring.checks.released import as_packaged, program_in


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("build") / "registry"
    Registry.initialise(home, name="Test registry").close()
    return home


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A small program as it lies installed."""
    return program_in(tmp_path / "program")


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
    assert (told.code, told.output) == (0, "✓ examroom-seat 1.4.2: all 8 files are as they were released.\n")


@pytest.mark.parametrize(("language", "changed"), [("en", "Changed: app/main.py"), ("zh", "已改动：app/main.py")])
def test_a_changed_program_ends_with_one_and_names_the_places(
    registry: Path, program: Path, language: str, changed: str
) -> None:
    signed = release(registry, program)
    (program / "app/main.py").write_text("# another\n")
    (program / "sync/more.py").write_text("")
    (program / "bin/examroom").chmod(0o4757)
    (program / "our.pth").unlink()
    os.mkfifo(program / "our.pth")
    told = Terminal(language).run("build", "verify", signed, "--trust", registry / "trust", "--tree", program)
    assert told.code == 1
    assert changed in told.output
    assert told.output.count("bin/examroom") == 2, "others may write to it, and it lends its owner's rights"
    assert "sync/more.py" in told.output
    assert "our.pth" in told.output
    assert "5" in told.output.splitlines()[0]


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


def test_a_tree_with_a_link_out_of_it_or_none_at_all_is_not_listed(program: Path, tmp_path: Path) -> None:
    (program / "app/link.py").symlink_to("/etc/passwd")
    for tree, place in ((program, "app/link.py"), (tmp_path / "nothing", "nothing")):
        told = Terminal().run("build", "list", "--tree", tree, "--version", "1.4.2", "--out", tmp_path / "list.json")
        assert told.code == 3
        assert "BUILD_TREE_ODD" in told.errors
        assert place in told.errors
    assert not (tmp_path / "list.json").exists()


def test_a_registrys_tree_is_listed_under_its_own_name(program: Path, tmp_path: Path) -> None:
    told = Terminal().run(
        *("build", "list", "--tree", program, "--version", "1.4.2", "--product", "examroom-registry"),
        *("--out", tmp_path / "list.json"),
    )
    assert told.code == 0
    assert "examroom-registry 1.4.2: 8 files" in told.output


def test_a_tree_that_is_not_there_is_not_compared(registry: Path, program: Path) -> None:
    signed = release(registry, program)
    told = Terminal().run("build", "verify", signed, "--trust", registry / "trust", "--tree", program / "none")
    assert told.code == 3
    assert "BUILD_TREE_ODD" in told.errors


@pytest.mark.parametrize("odd", [("--version", "new"), ("--version", "1.4.2", "--product", "a seat")])
def test_an_odd_version_or_product_is_a_usage_mistake(program: Path, tmp_path: Path, odd: tuple[str, ...]) -> None:
    told = Terminal().run("build", "list", "--tree", program, *odd, "--out", tmp_path / "list.json")
    assert told.code == 2


def test_this_very_program_can_be_listed_and_is_what_was_listed(registry: Path, tmp_path: Path) -> None:
    tree, plain, signed = tmp_path / "tree", tmp_path / "list.json", tmp_path / "list.dsse"
    ours, no_byte_code = program_folder(), shutil.ignore_patterns("__pycache__")
    with as_packaged():
        for name in ("app", "proctoring", "sync"):
            shutil.copytree(ours / name, tree / name, ignore=no_byte_code, copy_function=shutil.copyfile)
        _drop_empty(tree)
    assert Terminal().run("build", "list", "--tree", tree, "--version", "1.4.2", "--out", plain).code == 0
    assert Terminal().run("registry", "channel", "sign-build", "--home", registry, plain, signed).code == 0
    told = Terminal().run("build", "verify", signed, "--trust", registry / "trust", "--tree", tree)
    assert told.code == 0, told.output


def _drop_empty(tree: Path) -> None:
    """Drop folders that held nothing but byte code; whoever changes branches leaves such behind."""
    for folder, _, _ in os.walk(tree, topdown=False):
        if not any(Path(folder).iterdir()):
            Path(folder).rmdir()
