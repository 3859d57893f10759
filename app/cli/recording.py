"""`examroom recording`: verify a recording without any secret, export it with a key."""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import (
    CheckLine,
    Mark,
    command,
    language,
    print_checks,
    print_fault,
    print_text,
    say,
    words,
)
from app.cli.files import load_trust, read_file
from app.exam.prose import Language
from proctoring.vault.format import Finding, FindingCode, RecordingTampered, Verdict, verify_recording
from proctoring.vault.format.report import EXPLAINED
from sync.faults import Exit, Fault, Refused
from sync.trust.anchor import Trust
from sync.wire.packet import GapRef

app = typer.Typer(no_args_is_help=True, help="Recordings (录音录像).")

_NAMING_FILES = {FindingCode.FILE_EXTRA, FindingCode.FILE_UNFINISHED}


class KeyFileRefused(Refused):
    """The key file does not hold a key that opens recordings."""

    code = "KEY_FILE_REFUSED"


@app.command("verify")
@command
def verify(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Recordings' folders.")],
    trust: Annotated[Path | None, typer.Option(help="Also check who signed, with this folder of public keys.")] = None,
) -> None:
    """Check recordings' folders: every record, every segment, the manifest. Needs no secret."""
    keys = load_trust(trust) if trust else None
    ends = {_verified(path, keys) for path in paths}
    for worst in (Exit.BAD, Exit.ENVIRONMENT):  # one that is bad weighs more than one that cannot be read
        if worst in ends:
            raise typer.Exit(worst)


@app.command("export")
@command
def export(
    path: Path, target: Path, key: Annotated[Path, typer.Option(help="The site's or the escrow's key file.")]
) -> None:
    """Write a recording as one playable WebM file, and say what the recording was found to be."""
    from proctoring.vault.carrying.webm import export_recording
    from sync.trust.keys import KeyRefused, SealingKey

    try:
        opener = SealingKey.from_raw(base64.b64decode(read_file(key).strip(), validate=True))
    except (binascii.Error, KeyRefused):
        raise KeyFileRefused from None
    try:
        report = export_recording(path, target, opener)
    except RecordingTampered as fault:
        _print_findings(fault.findings)
        raise
    say(
        "cli.export_done",
        file=str(target),
        seconds=round(report.duration_ms / 1000),
        megabytes=f"{report.bytes / 1e6:.1f}",
        sha256=report.sha256,
    )
    _print_findings(report.findings)
    _print_verdict(report.verdict, report.findings)


def _verified(folder: Path, keys: Trust | None) -> Exit:
    """Check one recording, say what was found, and give what it alone would end with."""
    try:
        report = verify_recording(folder, keys)
    except Fault as fault:
        print_fault(fault)
        return fault.exit
    if report.recording:
        say("cli.recording_is", recording=report.recording, sitting=report.sitting)
    else:
        say("cli.recording_unnamed", folder=folder.name)
    _print_findings(report.findings)
    print_checks(CheckLine(Mark.NOTE, _gap(gap)) for gap in report.gaps)
    say("cli.recording_length", seconds=round(report.duration_ms / 1000), gaps=len(report.gaps))
    for source in report.sources:
        say("cli.recording_simulated" if source.simulated else "cli.recording_source", label=source.label)
    say("cli.recording_signer" if report.signer_checked else "cli.recording_signer_unchecked")
    return Exit.GOOD if _print_verdict(report.verdict, report.findings) else Exit.BAD


def _print_findings(findings: Iterable[Finding]) -> None:
    print_checks(
        CheckLine(
            Mark.NOTE if found.code in EXPLAINED - {FindingCode.MANIFEST_MISSING} else Mark.BAD,
            words()(f"recording.finding.{found.code}"),
            _place(found),
        )
        for found in findings
    )


def _print_verdict(verdict: Verdict, findings: Iterable[Finding]) -> bool:
    """Say what the recording is worth; tell whether that is good."""
    closed = all(found.code is not FindingCode.MANIFEST_MISSING for found in findings)
    good = closed and verdict in (Verdict.COMPLETE, Verdict.RECOVERED)
    sentence = f"verdict.{verdict}" if closed or verdict is not Verdict.RECOVERED else "cli.recording_unclosed"
    print_text(words()(sentence), style="bold green" if good else "bold red")
    return good


def _gap(gap: GapRef) -> str:
    key = f"recording.gap.{gap.reason}"
    why = words()(key) if words().has(key) else gap.reason  # a recorder of another version may know more reasons
    return words()("cli.recording_gap", at=f"{gap.start_ms / 1000:.1f}", seconds=f"{gap.length_ms / 1000:.1f}", why=why)


def _place(found: Finding) -> str:
    """Say where; what the checker noted about it in English is for an English terminal, a file's name for any."""
    parts = []
    if found.segment is not None:
        parts.append(words()("cli.segment", number=found.segment))
    if found.record is not None:
        parts.append(words()("cli.record", number=found.record))
    if found.detail and (language() is Language.EN or found.code in _NAMING_FILES):
        parts.append(found.detail)
    return " · ".join(parts)
