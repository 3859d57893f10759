"""How a part of this program is started: by Python, and by a program that has Python inside."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import frozen
from sync.own_program import BE_MODULE, COMMAND_LINE, own_program

ROOT = Path(__file__).parents[2]
FLOORS = ("app", "proctoring", "sync")
NOT_STARTED_BY_US = {"app.cli.content_repo", COMMAND_LINE}
"""One is run by hand in a checkout, the other is what a frozen program is by itself."""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'


def sources() -> dict[str, str]:
    files = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py")]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__main__").replace("/", ".")


def test_python_runs_a_module_by_its_name_and_takes_nothing_from_the_folder_one_stands_in(tmp_path: Path) -> None:
    (tmp_path / "proctoring").mkdir()
    (tmp_path / "proctoring" / "__init__.py").write_text("raise SystemExit('taken from here')")
    program = own_program("proctoring.lockdown.windows")
    assert program == [sys.executable, "-P", "-m", "proctoring.lockdown.windows"]
    told = subprocess.run([*program, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "run a program on the exam's own desktop" in told.stdout


def test_a_python_that_looks_at_nothing_of_its_users_starts_others_in_the_same_way() -> None:
    asked = "from sync.own_program import own_program; print(*own_program('proctoring.recorder'))"
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {asked}"
    told = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [sys.executable, "-I", "-m", "proctoring.recorder"]


def test_a_frozen_program_is_told_which_of_its_modules_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_program("proctoring.recorder") == [sys.executable, BE_MODULE, "proctoring.recorder"]
    assert own_program(COMMAND_LINE) == [sys.executable]


def test_nothing_starts_python_but_by_the_one_door() -> None:
    others = [path for path, text in sources().items() if re.search(r"sys\.executable", text)]
    assert others == ["sync/own_program.py"]


def test_every_module_that_can_be_run_is_one_that_a_frozen_program_can_be() -> None:
    runnable = {module_of(path) for path, text in sources().items() if '__name__ == "__main__"' in text}
    assert runnable - NOT_STARTED_BY_US == frozen.MODULES


def test_every_module_that_the_code_starts_is_one_that_a_frozen_program_can_be() -> None:
    words = {
        word.value
        for text in sources().values()
        if re.search(r"\b(own_program|run_confined|Process)\(", text)
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"own_program", "run_confined", "Process"}
        for word in call.args
        if isinstance(word, ast.Constant) and str(word.value).startswith(("app.", "proctoring."))
    }
    assert words - {COMMAND_LINE} == frozen.MODULES


def frozen_run(*words: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    program = f"import sys; from app.cli.frozen import run; sys.exit(run(['examroom', *{list(words)!r}]))"
    return subprocess.run([sys.executable, "-P", "-c", program], input=data, capture_output=True, check=False)


def test_a_module_gets_its_own_words_and_its_exit_code_counts() -> None:
    done = frozen_run(BE_MODULE, "app.content.media.svg_drawing", data=SVG)
    assert (done.returncode, done.stdout[:4]) == (0, b"\x89PNG")
    done = frozen_run(BE_MODULE, "proctoring.lockdown.windows", "home")
    assert (done.returncode, done.stdout) == (3, b"")  # this is no Windows, it says on stderr


@pytest.mark.parametrize("words", [("os",), ("app.cli.content_repo",), ("proctoring.recorder.",), ("",), ()])
def test_a_frozen_program_can_be_nothing_else(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert frozen.run(["examroom", BE_MODULE, *words]) == 2
    assert "proctoring.recorder.worker" in capsys.readouterr().err


def test_without_a_module_it_is_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["other"])
    with pytest.raises(SystemExit) as ended:
        frozen.run(["examroom", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "Usage: examroom" in told
    assert "doctor" in told
