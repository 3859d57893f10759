"""Byte code: the same bytes in every folder, for the place on the PC, and believed without a look at the source."""

import subprocess
from pathlib import Path

import pytest

from installer.package.bytecode import compile_all
from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target

SOURCE = (
    'NAMES = {"b", "a", None, ("c", 1)}\n\n\ndef told(what: str = "x") -> bool:\n    return what in {"p", "q", "r"}\n'
)
ROOT = "/opt/examroom/tried"


@pytest.fixture(scope="module")
def target() -> Target:
    return Target.of_this_machine()


def compiled(folder: Path, target: Target, source: str = SOURCE) -> Path:
    (folder / "one").mkdir(parents=True)
    (folder / "one/__init__.py").write_text(source)
    (folder / "one/two.py").write_text("from one import NAMES\nprint(sorted(map(str, NAMES)))\n")
    compile_all(folder, ROOT, target)
    return next((folder / "one/__pycache__").glob("__init__.*.pyc"))


def test_two_folders_give_equal_bytes(tmp_path: Path, target: Target) -> None:
    first, second = compiled(tmp_path / "first", target), compiled(tmp_path / "a" / "longer" / "second", target)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    assert f"{ROOT}/one/__init__.py".encode() in first.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()


def test_the_time_of_a_source_does_not_count(tmp_path: Path, target: Target) -> None:
    written = compiled(tmp_path, target)
    assert written.read_bytes()[4:8] == b"\x01\0\0\0"  # PEP 552: by hash, and not checked
    (tmp_path / "one/__init__.py").write_text("NAMES = {'changed'}\n")
    run = (str(target.python), "-P", "-B", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import one.two")
    done = subprocess.run(run, env=CLEAN, check=True, capture_output=True, text=True)
    assert "'a'" in done.stdout


def test_what_is_no_python_stops_the_build(tmp_path: Path, target: Target) -> None:
    with pytest.raises(Refused, match=r"one/__init__\.py"):
        compiled(tmp_path, target, "print 'of long ago'\n")
