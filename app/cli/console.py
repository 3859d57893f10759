"""How commands speak: in the person's language, on two streams, and with an exit code that means something."""

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import ClassVar, ParamSpec
from unicodedata import category

import platformdirs
import typer
from rich.console import Console
from rich.text import Text

from app.exam.prose import Language
from app.words import Words
from sync.faults import EnvironmentFault, Exit, Fault
from sync.replica.durable import private_folder, write_durably

P = ParamSpec("P")

_COMMANDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what is not shown but does something: controls, directions, line ends."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EPIPE, errno.EIO}
"""What writing to an open stream fails with; files are opened and written by doors with faults of their own."""

_OURS = {"app", "proctoring", "sync"}

_ENGLISH = re.compile(r"[A-Za-z]+[,:;]? [A-Za-z]+|[0-9]+ [a-z]+|[A-Za-z]+ [0-9]")
"""Words and figures with words beside each other: a sentence, which the source gives in English."""

out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


class OutputUnwritable(EnvironmentFault):
    """What a command says cannot be written where it is to go: a full disk, a pipe that nobody reads."""

    code: ClassVar[str] = "OUTPUT_UNWRITABLE"


class PartNotInstalled(EnvironmentFault):
    """A command needs a library that this package of the programs does not bring. Fact: `name`, the library's."""

    code: ClassVar[str] = "PART_NOT_INSTALLED"


class Mark(StrEnum):
    """What a line of checks says; the value is the style it is printed in."""

    GOOD = ""
    NOTE = "yellow"
    BAD = "bold red"


@dataclass(frozen=True)
class CheckLine:
    """One thing that was checked, in words, and a detail for whoever looks further."""

    mark: Mark
    name: str
    detail: str = ""


def language() -> Language:
    """Give the language of the terminal: `EXAMROOM_LANGUAGE`, else the locale's; English unless it is Chinese."""
    wanted = next(
        (os.environ[name] for name in ("EXAMROOM_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)),
        "",
    )
    return Language.ZH if wanted.lower().startswith("zh") else Language.EN


def words() -> Words:
    """Give the terminal's sentences."""
    return Words(language())


def say(key: str, **facts: str | int) -> None:
    """Print a sentence."""
    print_text(words()(key, **facts))


def print_text(text: str, style: str = "") -> None:
    """Print a text; what could command the terminal (it may come from a hostile file) is shown as a mark."""
    out.print(_harmless(text), style=style, markup=False)


def simulated_parts(parts: Iterable[str]) -> str:
    """Name what was simulated: `candidate`, or a recording's tracks."""
    said = words()
    keys = {part: f"cli.simulated.{part}" for part in parts}
    named = (said(key) if said.has(key) else part for part, key in keys.items())
    return said("screen.simulated.between").join(named)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Turn a fault into words and an exit code, and a defect of ours into a note with a report's path."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            _with_output(function, *args, **kwargs)
        except Fault as fault:
            print_fault(fault)
            raise typer.Exit(fault.exit) from None
        except KeyboardInterrupt:
            raise typer.Exit(Exit.ENVIRONMENT) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception:  # noqa: BLE001 - the last door: a defect is reported to a file, not thrown at a person
            _print_defect(traceback.format_exc())
            raise typer.Exit(Exit.ENVIRONMENT) from None

    return run


def _with_output(function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a command and see to it that what it said is out, which only the last flush tells.

    Raises:
        OutputUnwritable: it cannot be.
        PartNotInstalled: the command is one of another package's (a seat serves no registry, a registry has no screen).
    """
    try:
        function(*args, **kwargs)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        _drop_output()
        raise OutputUnwritable(error.strerror or "") from None
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or missing in _OURS:
            raise
        raise PartNotInstalled(name=missing) from None


def _drop_output() -> None:
    """Send what is left of the output nowhere, or Python would complain of it at its end."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def print_fault(fault: Fault) -> None:
    """Say what happened, why if the fault brings a reason, what is safe, what to do, and the code."""
    said = words().fault(fault)
    why = words()("cli.reason", reason=said.reason) if said.reason else ""
    detail = f" · {fault.detail}" if fault.detail and not why else ""
    safe, advice = _of_a_command(fault, "safe") or said.safe, _of_a_command(fault, "do") or said.do
    lines = ((said.what, "bold red"), (why, ""), (safe, ""), (advice, "bold"), (f"[{said.code}{detail}]", "dim"))
    for text, style in lines:
        if not text:
            continue
        err.print(_harmless(text), style=style, markup=False)


def _of_a_command(fault: Fault, part: str) -> str:
    """Give what a command says instead of a window's sentence: nobody sits there, and nothing tries again by itself."""
    key = f"command.{fault.code}.{part}"
    return words()(key, **fault.facts) if words().has(key) else ""


def print_checks(lines: Iterable[CheckLine]) -> None:
    """Print checks one under the other, each with its detail beneath; long ones are indented where they break.

    In a pipe nothing is broken: a line is a line.
    """
    signs = {Mark.GOOD: words()("cli.good"), Mark.NOTE: words()("cli.note"), Mark.BAD: words()("cli.bad")}
    for line in lines:
        _print_hanging(f"{signs[line.mark]} ", line.name, line.mark.value)
        if line.detail:
            _print_hanging("  ", line.detail, "dim")


def detail_here(detail: str) -> str:
    """Give a check's detail where it can be read: figures, ids and names anywhere, English sentences in English."""
    return detail if language() is Language.EN or not _ENGLISH.search(detail) else ""


def _harmless(text: str) -> str:
    return "".join(
        char if char == "\n" or category(char) not in _COMMANDING else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def _print_hanging(head: str, text: str, style: str) -> None:
    if not out.is_terminal:
        print_text(head + text)
        return
    body = Text(_harmless(text), style=style, overflow="fold")
    for number, part in enumerate(body.wrap(out, max(out.width - len(head), 1))):
        out.print(Text(head if number == 0 else " " * len(head), style=style) + part)


def _print_defect(trace: str) -> None:
    try:
        folder = private_folder(Path(platformdirs.user_log_dir("examroom")))
        file = folder / f"defect-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
        write_durably(file, trace.encode())
    except Fault as fault:
        print_fault(fault)
        err.print(words()("cli.defect_unwritten"), markup=False)
    else:
        err.print(words()("cli.defect", file=str(file)), markup=False)


def local_time(ms: int) -> str:
    """Say a time (ms since the epoch, UTC) as this machine's clock shows it, with its zone."""
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M %z}"
