"""The Windows recipe tried as far as this system goes: built here, and what it makes is run.

    .venv/bin/python -m installer.windows.trial

It makes a Linux program: that the recipe takes in everything, that a frozen program can start its own parts, and that
a whole sitting runs in it. It shows nothing of Windows. PyInstaller is fetched into an environment of its own.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from installer.windows.contents import ROOT
from proctoring.recorder.client import RecorderClient
from sync.own_program import BE_MODULE

BUILD: Final = ROOT / "build" / "windows"
PROGRAM: Final = ROOT / "dist" / "windows" / "examroom" / "examroom"
_HERE: Final = "installer/windows"
_LONGEST_S: Final = 900
_ANSWER_S: Final = 30.0
_ITEMS: Final = 3


def environment() -> Path:
    """Give the Python of an environment that has PyInstaller, and sees what this one has."""
    folder = BUILD / "venv"
    python = folder / "bin" / "python"
    _must([sys.executable, "-m", "venv", str(folder)])
    ours = sysconfig.get_path("purelib")
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (libraries / "locked.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    lock = ("--require-hashes", "--only-binary", ":all:", "-r", f"{_HERE}/freezing.lock")
    _must([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *lock])
    return python


def build(python: Path) -> None:
    """Freeze the program into `dist/windows/examroom`."""
    folders = ("--distpath", str(PROGRAM.parents[1]), "--workpath", str(BUILD / "work"))
    surroundings = os.environ | {"PYTHONHASHSEED": "0"}
    command = [
        str(python),
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--log-level",
        "WARN",
        *folders,
        f"{_HERE}/examroom.spec",
    ]
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True)


def says_its_commands(program: Path) -> str:
    """Run `--help`."""
    told = _must([str(program), "--help"])
    return f"{sum(1 for line in told.splitlines() if line.startswith('  '))} lines"


def takes_nothing_from_its_surroundings(program: Path) -> str:
    """Run it where others would have it take their code: beside a folder of our name, with Python's own variables."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("app/__init__.py", "sitecustomize.py", "encodings.py"):
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text("raise SystemExit('taken from here')\n")
        variables = dict.fromkeys(("PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR"), folder)
        surroundings = os.environ | variables | {"PYTHONINSPECT": "1", "PYTHONSTARTUP": f"{folder}/sitecustomize.py"}
        words = [str(program), BE_MODULE, "proctoring.lockdown.windows", "--help"]
        done = subprocess.run(
            words, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=True
        )
    return done.stdout.splitlines()[0][:60]


def lists_its_own_files(program: Path) -> str:
    """Run `build list` over its own folder, as a release would to have it signed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "list.json")
        words = ("build", "list", "--tree", str(program.parent), "--version", "1.2.3", "--out", str(out))
        _must([str(program), *words])
        return f"{len(json.loads(out.read_bytes())['files'])} files"


def looks_at_this_pc(program: Path) -> str:
    """Run `doctor --json`; that this PC is not fit for an exam is an answer, too."""
    words = [str(program), "doctor", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    return f"{len(json.loads(done.stdout))} entries, exit code {done.returncode}"


def draws_in_a_confined_process(program: Path) -> str:
    """Run the process that draws pictures of the content."""
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'
    words = [str(program), BE_MODULE, "app.content.media.svg_drawing"]
    done = subprocess.run(words, input=picture.encode(), capture_output=True, timeout=_LONGEST_S, check=True)
    if not done.stdout.startswith(b"\x89PNG"):
        raise AssertionError(done.stdout[:80])
    return f"{len(done.stdout)} bytes"


def records(program: Path) -> str:
    """Record simulated pictures for two seconds, then have the recorder as a process of its own, and ask it."""
    with tempfile.TemporaryDirectory() as folder:
        keys, control = f"{folder}/keys", Path(folder, "recorder")
        simulated = ("--source", "synthetic", "--seconds", "2", "--keys", keys)
        _must([str(program), "recorder", "run", "--out", f"{folder}/recording", *simulated, "--json"])
        size = sum(file.stat().st_size for file in Path(folder, "recording").rglob("*") if file.is_file())
        _must([str(program), BE_MODULE, "proctoring.recorder", "--detach", "--control", str(control), "--keys", keys])
        client = RecorderClient.attach(control, _ANSWER_S)
        state = client.status().state
        client.quit()
    return f"{size} bytes; its process says {state}"


def sits_an_exam(program: Path) -> str:
    """Run a whole sitting with a simulated candidate: registry, agent, seat and recorder are frozen programs."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("demo", "--autopilot", "--json", "--items", str(_ITEMS), "--home", f"{folder}/demo")
        told = json.loads(_must([str(program), *words]).splitlines()[-1])
    return json.dumps(told, ensure_ascii=False)[:400]


TRIED: Final[Sequence[Callable[[Path], str]]] = (
    says_its_commands,
    takes_nothing_from_its_surroundings,
    lists_its_own_files,
    looks_at_this_pc,
    draws_in_a_confined_process,
    records,
    sits_an_exam,
)


def main() -> int:
    """Build and try; 0 if everything ran."""
    build(environment())
    good = True
    for tried in TRIED:
        began = time.monotonic()
        try:
            said = tried(PROGRAM)
        except (AssertionError, KeyError, ValueError, OSError, subprocess.SubprocessError) as problem:
            good, said = False, f"FAILED: {problem}"
        sys.stdout.write(f"{tried.__name__:30} {time.monotonic() - began:6.1f} s  {said}\n")
    return 0 if good else 1


def _must(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if done.returncode:
        raise subprocess.SubprocessError(f"{' '.join(command[:4])} …: {done.returncode}: {done.stderr.strip()[-600:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
