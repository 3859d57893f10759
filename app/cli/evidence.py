"""`examroom packet` and `examroom receipt`: check evidence with public material only."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, detail_here, print_checks, print_text, say, words
from app.cli.files import load_trust, read_file
from app.cli.packet_report import marks, print_packet, verdict_json
from app.registry.check_html import day
from sync.faults import Exit
from sync.trust.evidence import EvidenceReport, check_packet, check_receipt
from sync.trust.result_evidence import CorrectionReport, check_corrections
from sync.wire.packet import ScorePacket
from sync.wire.receipt import Receipt
from sync.wire.result import ResultState

packet = typer.Typer(no_args_is_help=True, help="Score packets (成绩包).")
receipt = typer.Typer(no_args_is_help=True, help="Receipts (回执).")

TrustFolder = Annotated[Path, typer.Option(help="The folder of public keys, for example DIR/trust.")]
AsJson = Annotated[bool, typer.Option("--json", help="For a program: one JSON object.")]


@packet.command("verify")
@command
def verify_packet(file: Path, trust: TrustFolder, as_json: AsJson = False) -> None:
    """Check a score packet: its form, its signatures, and its sums; and tell what PC it comes from."""
    raw, keys = read_file(file), load_trust(trust)
    report = check_packet(raw, keys)
    if as_json:
        print_text(verdict_json(raw, report))
        if not report.good:
            raise typer.Exit(Exit.BAD)
        return
    _print(report)
    if isinstance(report.document, ScorePacket) and report.good:
        print_packet(raw, report.document, keys)
    _end(report, "cli.packet_good", "cli.packet_bad")


@receipt.command("verify")
@command
def verify_receipt(
    file: Path,
    packet: Annotated[Path, typer.Option(help="The packet the receipt is for.")],
    trust: TrustFolder,
    proof: Annotated[Path | None, typer.Option(help="The proof that it stands in the registry's log.")] = None,
    corrections: Annotated[Path | None, typer.Option(help="What came after it (*.corrections.json).")] = None,
) -> None:
    """Check a receipt against its packet, that it stands in the log (--proof), and what stands now (--corrections)."""
    raw, keys = read_file(file), load_trust(trust)
    report = check_receipt(raw, read_file(packet), read_file(proof) if proof else None, keys)
    later = check_corrections(raw, read_file(corrections), keys) if corrections and report.good else None
    if later is not None:
        report = EvidenceReport((*report.checks, *later.checks), report.document)
    _print(report)
    if isinstance(report.document, Receipt) and report.good:
        _print_receipt(report.document)
        if proof is None:
            say("cli.receipt_unproven")
        if later is not None:
            _print_later(later)
    _end(report, "cli.receipt_good", "cli.receipt_bad")


def _print(report: EvidenceReport) -> None:
    print_checks(
        CheckLine(
            Mark.GOOD if check.good else Mark.BAD,
            words()(f"check.{check.name}"),
            "" if check.good else detail_here(check.detail),
        )
        for check in report.checks
    )


def _print_receipt(found: Receipt) -> None:
    result = found.result
    say("cli.packet_score", score=marks(result.score_milli), most=marks(result.max_milli))
    say("cli.receipt_agrees" if found.agrees else "cli.receipt_differs")
    say("cli.receipt_log", origin=found.log.origin, number=found.log.index + 1)  # as an audit counts


def _print_later(later: CorrectionReport) -> None:
    for correction in later.corrections:
        result = correction.result
        people = words()("screen.simulated.between").join(correction.decided_by)
        at = day(correction.decided_ms)
        say(f"result.kind.{correction.kind.value}", at=at, by=people, reason=correction.reason)
        say("cli.packet_score", score=marks(result.score_milli), most=marks(result.max_milli))
    if later.state is ResultState.STANDS and later.stand is not None:
        say("cli.packet_passed" if later.stand.result.passed else "cli.packet_failed")
    elif later.state is not None:
        say(f"check_page.{later.state.value}")


def _end(report: EvidenceReport, good: str, bad: str) -> None:
    if not report.good:
        failed = next(check for check in report.checks if not check.good)
        say(bad, check=words()(f"check.{failed.name}"))
        raise typer.Exit(Exit.BAD)
    print_text(words()(good), style="bold green")
