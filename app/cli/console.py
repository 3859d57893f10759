"""How commands speak: in the person's language, on two streams, and with an exit code that means something."""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import platformdirs
import typer
from rich.console import Console
from rich.table import Table

from app.exam.item import Language
from app.words import Words
from sync.faults import Exit, Fault

P = ParamSpec("P")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


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
    out.print(words()(key, **facts), markup=False)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Turn a fault into words and an exit code, and a defect of ours into a note with a report's path."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except Fault as fault:
            print_fault(fault)
            raise typer.Exit(fault.exit) from None
        except KeyboardInterrupt:
            raise typer.Exit(Exit.ENVIRONMENT) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception:  # noqa: BLE001 - the last door: a defect is reported to a file, not thrown at a person
            err.print(words()("cli.defect", file=str(_report())), markup=False)
            raise typer.Exit(Exit.ENVIRONMENT) from None

    return run


def print_fault(fault: Fault) -> None:
    """Say what happened, what is safe, what to do, and the code."""
    said = words().fault(fault)
    err.print(said.what, style="bold red", markup=False)
    err.print(said.safe, markup=False)
    err.print(said.do, style="bold", markup=False)
    detail = f" · {fault.detail}" if fault.detail else ""
    err.print(f"[{said.code}{detail}]", style="dim", markup=False)


def print_checks(rows: list[tuple[str, bool, str]]) -> None:
    """Print checks as a table: name, good or not, what was seen."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, good, detail in rows:
        mark = words()("cli.good") if good else words()("cli.bad")
        table.add_row(mark, name, detail, style="" if good else "bold red")
    out.print(table)


def _report() -> Path:
    folder = Path(platformdirs.user_log_dir("examroom"))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"defect-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return file
