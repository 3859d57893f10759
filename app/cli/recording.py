"""`examroom recording`: verify a recording without any secret, export it with a key."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, print_checks, print_text, say, words
from app.cli.files import load_trust, read_file
from sync.faults import Exit, Refused
from sync.wire.packet import GapRef

app = typer.Typer(no_args_is_help=True, help="Recordings (录音录像).")


class KeyFileRefused(Refused):
    """The key file does not hold a key that opens recordings."""

    code = "KEY_FILE_REFUSED"


@app.command("verify")
@command
def verify(
    path: Path,
    trust: Annotated[Path | None, typer.Option(help="Also check who signed, with this folder of public keys.")] = None,
) -> None:
    """Check a recording's folder: every record, every segment, the manifest. Needs no secret."""
    from proctoring.vault.report import EXPLAINED, FindingCode, Verdict
    from proctoring.vault.verify import verify_recording

    report = verify_recording(path, load_trust(trust) if trust else None)
    print_checks(
        CheckLine(
            Mark.NOTE if found.code in EXPLAINED - {FindingCode.MANIFEST_MISSING} else Mark.BAD,
            words()(f"recording.finding.{found.code}"),
            _place(found.segment, found.record, found.detail),
        )
        for found in report.findings
    )
    print_checks(CheckLine(Mark.NOTE, _gap(gap)) for gap in report.gaps)
    say("cli.recording_length", seconds=round(report.duration_ms / 1000), gaps=len(report.gaps))
    for source in report.sources:
        say("cli.recording_simulated" if source.simulated else "cli.recording_source", label=source.label)
    say("cli.recording_signer" if report.signer_checked else "cli.recording_signer_unchecked")
    closed = all(found.code is not FindingCode.MANIFEST_MISSING for found in report.findings)
    good = closed and report.verdict in (Verdict.COMPLETE, Verdict.RECOVERED)
    sentence = f"verdict.{report.verdict}" if closed else "cli.recording_unclosed"
    print_text(words()(sentence), style="bold green" if good else "bold red")
    if not good:
        raise typer.Exit(Exit.BAD)


@app.command("export")
@command
def export(
    path: Path, target: Path, key: Annotated[Path, typer.Option(help="The site's or the escrow's key file.")]
) -> None:
    """Write a recording as one playable WebM file."""
    from proctoring.vault.export import export_recording
    from sync.trust.keys import KeyRefused, SealingKey

    try:
        opener = SealingKey.from_raw(base64.b64decode(read_file(key).strip(), validate=True))
    except (binascii.Error, KeyRefused):
        raise KeyFileRefused from None
    report = export_recording(path, target, opener)
    say(
        "cli.export_done",
        file=str(target),
        seconds=round(report.duration_ms / 1000),
        megabytes=f"{report.bytes / 1e6:.1f}",
        sha256=report.sha256,
    )


def _gap(gap: GapRef) -> str:
    key = f"recording.gap.{gap.reason}"
    why = words()(key) if words().has(key) else gap.reason  # a recorder of another version may know more reasons
    return words()("cli.recording_gap", at=f"{gap.start_ms / 1000:.1f}", seconds=f"{gap.length_ms / 1000:.1f}", why=why)


def _place(segment: int | None, record: int | None, detail: str) -> str:
    parts = []
    if segment is not None:
        parts.append(words()("cli.segment", number=segment))
    if record is not None:
        parts.append(words()("cli.record", number=record))
    return " · ".join([*parts, detail]) if detail else " · ".join(parts)
