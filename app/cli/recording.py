"""`examroom recording`: verify a recording, or an export, without any secret, and show what a recording is."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, print_fault, print_text
from app.cli.files import load_trust
from app.cli.recording_contents import contents_json, print_contents
from app.cli.recording_heads import heads_from
from app.cli.recording_report import (
    fault_json,
    is_good,
    print_report,
    print_verdict,
    report_json,
)
from proctoring.vault.format import RecordingReport, verify_recording
from proctoring.vault.format.verify import examine
from sync.faults import Exit, Fault
from sync.trust.anchor import Trust

app = typer.Typer(no_args_is_help=True, help="Recordings (录音录像).")

AsJson = Annotated[bool, typer.Option("--json", help="For a program: one JSON object a recording.")]


@app.command("verify")
@command
def verify(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Folders of recordings or exports.")],
    trust: Annotated[Path | None, typer.Option(help="Also check who signed, with this folder of public keys.")] = None,
    heads: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR|URL",
            help="Also hold it against signed heads that left the seat: a file, a folder, or the registry's address.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check recordings' folders: every record, every segment, the manifest. Needs no secret.

    An export is checked as one: its signed list, every file, the papers, the custody.
    """
    from proctoring.vault.carrying.export_check import export_at

    keys = load_trust(trust) if trust else None
    left = heads_from(heads, trust)
    ends = set()
    for path in paths:
        try:
            exported = export_at(path)
            if exported is not None:
                ends.add(_checked(path, exported, keys, as_json=as_json))
                continue
            report = verify_recording(path, keys, left=left(path))
        except Fault as fault:
            _tell_fault(path, fault, as_json=as_json)
            ends.add(fault.exit)
        else:
            ends.add(_told(path, report, as_json=as_json))
    for worst in (Exit.BAD, Exit.ENVIRONMENT):  # one that is bad weighs more than one that cannot be read
        if worst in ends:
            raise typer.Exit(worst)


@app.command("show")
@command
def show(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A recording's folder.")], as_json: AsJson = False
) -> None:
    """Show what a recording is: ids, times, sources, segments, gaps, marks, flags, and to whom it was sealed."""
    seen = examine(path)
    if as_json:
        print_text(contents_json(path, seen))
        return
    print_contents(path, seen)
    print_verdict(seen.report.verdict, seen.report.findings)


def _checked(path: Path, exported: Path, keys: Trust | None, *, as_json: bool) -> Exit:
    from app.cli.export_check import export_json, print_export
    from proctoring.vault.carrying.export_check import ExportVerdict, check_export

    report = check_export(exported, keys)
    if as_json:
        print_text(export_json(path, report))
        return Exit.GOOD if report.verdict is ExportVerdict.INTACT else Exit.BAD
    return Exit.GOOD if print_export(exported, report) else Exit.BAD


def _told(path: Path, report: RecordingReport, *, as_json: bool) -> Exit:
    if as_json:
        print_text(report_json(path, report))
        return Exit.GOOD if is_good(report.verdict) else Exit.BAD
    return Exit.GOOD if print_report(path, report) else Exit.BAD


def _tell_fault(path: Path, fault: Fault, *, as_json: bool) -> None:
    if as_json:
        print_text(fault_json(path, fault))
    else:
        print_fault(fault)
