"""`examroom doctor`: is this seat ready for tomorrow? Everything that can be known, in words, and on one page."""

import json
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.console import CheckLine, Mark, command, language, local_time, print_checks, print_text, say, words
from app.cli.lockdown import DEFAULT_HOME
from app.seat.doctor.diagnosis import Diagnosis, Line, Standing
from app.ui.text import Text
from app.ui.text import say as put
from sync.faults import Exit
from sync.software import software

_MARKS: Final = {
    Standing.GOOD: Mark.GOOD,
    Standing.NOTE: Mark.NOTE,
    Standing.ATTENTION: Mark.NOTE,
    Standing.BLOCKED: Mark.BAD,
}


@command
def doctor(
    home: Annotated[
        Path | None, typer.Option(help="The seat's folder [the installed seat's, else the PC alone].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program: one JSON object.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write one page to print (PDF) into this file, too.")] = None,
) -> None:
    """Look at everything about this seat, the day before. Ends with 0 ready, 1 not ready."""
    from app.seat.doctor.examining import examine
    from app.seat.home import SeatHome
    from proctoring.checks.machine import Machine

    seat = home or _installed_seat()
    diagnosis = examine(None if seat is None else SeatHome(seat), Machine())
    if as_json:
        print_text(_json(diagnosis))
    else:
        _print(diagnosis)
    if report is not None:
        _write(diagnosis, report)
        if not as_json:
            say("doctor.report_written", file=str(report))
    if not diagnosis.ready:
        raise typer.Exit(Exit.BAD)


def _installed_seat() -> Path | None:
    """Give the folder of the seat that is installed here, if whoever asks may look into it."""
    return DEFAULT_HOME if os.access(DEFAULT_HOME, os.R_OK | os.X_OK) else None


def _print(diagnosis: Diagnosis) -> None:
    if diagnosis.seat_label:
        say("doctor.head", seat=diagnosis.seat_label, at=local_time(diagnosis.made_ms))
    print_checks(_check(line) for line in (*diagnosis.of(Standing.GOOD), *reversed(diagnosis.told)))
    print_text(put(diagnosis.verdict, words()), "bold")


def _check(line: Line) -> CheckLine:
    said = words()
    if line.standing is Standing.GOOD:
        return CheckLine(Mark.GOOD, said("doctor.line", name=_put(line.name), seen=_put(line.seen)))
    standing = said(f"doctor.standing.{line.standing.value}")
    told = [said("doctor.evidence", text=text) for text in line.evidence]
    told += [said("doctor.meaning", text=_put(line.meaning)), said("doctor.remedy", text=_put(line.remedy))]
    name = said("doctor.line_told", name=_put(line.name), standing=standing, seen=_put(line.seen))
    return CheckLine(_MARKS[line.standing], name, "\n  ".join(told))


def _put(text: Text | None) -> str:
    return "" if text is None else put(text, words())


def _json(diagnosis: Diagnosis) -> str:
    told = {
        "ready": diagnosis.ready,
        "seat": diagnosis.seat_label,
        "made_ms": diagnosis.made_ms,
        "took_ms": diagnosis.took_ms,
        "software": software(),
        "checks": [
            {
                "part": line.part.value,
                "check": line.check,
                "standing": line.standing.value,
                "name": _put(line.name),
                "seen": _put(line.seen),
                "meaning": _put(line.meaning),
                "remedy": _put(line.remedy),
                "evidence": list(line.evidence),
            }
            for line in diagnosis.lines
        ],
    }
    return json.dumps(told, ensure_ascii=False)


def _write(diagnosis: Diagnosis, file: Path) -> None:
    """Print the page. Qt is only needed here, and never a display."""
    from app.seat.doctor.page import print_page
    from sync.replica.durable import write_durably

    write_durably(file, print_page(diagnosis, language()).pdf)
