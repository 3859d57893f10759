"""What a verification found, for a person and for a program."""

import json
from collections.abc import Iterable
from pathlib import Path

from app.cli.console import CheckLine, Mark, language, print_checks, print_text, say, words
from app.exam.prose import Language
from proctoring.vault.format import Finding, FindingCode, RecordingReport, Verdict
from proctoring.vault.format.report import ABOUT_SIGNER, EXPLAINED, SignerState
from sync.faults import Fault
from sync.wire.packet import GapRef

_NAMING_FILES = {FindingCode.FILE_EXTRA, FindingCode.FILE_UNFINISHED}
_OPEN_END = "not_closed"


def print_report(folder: Path, report: RecordingReport) -> bool:
    """Say what was found; tell whether it is good."""
    if report.recording:
        say("cli.recording_is", recording=report.recording, sitting=report.sitting)
    else:
        say("cli.recording_unnamed", folder=folder.name)
    print_findings(report.findings)
    print_checks(CheckLine(Mark.NOTE, gap_words(gap)) for gap in report.gaps)
    open_end = report.open_end_ms is not None
    if report.open_end_ms is not None:
        print_checks([CheckLine(Mark.NOTE, open_end_words(report.open_end_ms))])
    if report.duration_ms and not report.media_ms:
        print_checks([CheckLine(Mark.NOTE, words()("cli.recording_nothing"))])
    say("cli.recording_length", seconds=round(report.duration_ms / 1000), gaps=len(report.gaps) + open_end)
    if report.flags:
        say("cli.recording_flags", count=len(report.flags))
    for source in report.sources:
        say("cli.recording_simulated" if source.simulated else "cli.recording_source", label=source.label)
    if report.signer is SignerState.CHECKED:
        say("cli.recording_signer")
    elif report.signer is SignerState.UNCHECKED:
        say("cli.recording_signer_unchecked")
    return print_verdict(report.verdict, report.findings)


def print_findings(findings: Iterable[Finding]) -> None:
    """Name everything that was found, and where."""
    print_checks(
        CheckLine(
            Mark.NOTE if found.code in EXPLAINED else Mark.BAD,
            finding_words(found),
            _place(found),
        )
        for found in findings
    )


def print_verdict(verdict: Verdict, findings: Iterable[Finding]) -> bool:
    """Say what the recording is worth; tell whether that is good."""
    codes = {found.code for found in findings} - EXPLAINED
    if verdict is Verdict.TAMPERED and codes and codes <= ABOUT_SIGNER:
        revoked = FindingCode.SIGNER_REVOKED in codes
        key = "cli.recording_signer_revoked" if revoked else "cli.recording_signer_unknown"
        print_text(words()(key), style="bold red")
        return False
    good = is_good(verdict)
    print_text(words()(f"verdict.{verdict}"), style="bold green" if good else "bold red")
    return good


def is_good(verdict: Verdict) -> bool:
    """Tell whether everything that is there is genuine and what is missing is stated."""
    return verdict in (Verdict.COMPLETE, Verdict.RECOVERED)


def report_json(path: Path, report: RecordingReport) -> str:
    """Give a report as one JSON object: times in seconds, but for gaps, which are as the manifest has them."""
    found = [(finding.code in EXPLAINED, _problem(finding)) for finding in report.findings]
    told = {
        "path": str(path),
        "recording": report.recording or None,
        "sitting": report.sitting or None,
        "verdict": report.verdict,
        "media_seconds": report.media_ms / 1000,
        "duration_seconds": report.duration_ms / 1000,
        "segments": report.segments,
        "records": report.records,
        "gaps": gaps_json(report),
        "problems": [problem for explained, problem in found if not explained],
        "notes": [problem for explained, problem in found if explained],
        "flags": len(report.flags),
        "sources": [source.model_dump(mode="json") for source in report.sources],
        "signer": report.signer,
        "signer_checked": report.signer_checked,
    }
    return json.dumps(told, ensure_ascii=False)


def fault_json(path: Path, fault: Fault) -> str:
    """Say as one JSON object that a recording cannot be read."""
    problem = {"code": fault.code, "what": words().fault(fault).what, "segment": None, "record": None}
    told = {
        "path": str(path),
        "verdict": "unreadable",
        "media_seconds": 0,
        "segments": 0,
        "records": 0,
        "gaps": [],
        "problems": [{**problem, "detail": fault.detail}],
    }
    return json.dumps(told, ensure_ascii=False)


def finding_words(found: Finding) -> str:
    """Give a finding's sentence."""
    return words()(f"recording.finding.{found.code}")


def gap_words(gap: GapRef) -> str:
    """Say when, how long and why nothing was recorded."""
    return words()(
        "cli.recording_gap", at=_seconds(gap.start_ms), seconds=_seconds(gap.length_ms), why=gap_reason(gap.reason)
    )


def gaps_json(report: RecordingReport) -> list[dict[str, str | int | None]]:
    """Give the gaps as the manifest has them, and the open end of a recording that nobody closed as one more."""
    gaps: list[dict[str, str | int | None]] = [dict(gap.model_dump(mode="json")) for gap in report.gaps]
    if report.open_end_ms is not None:
        gaps.append({"track": "both", "start_ms": report.open_end_ms, "length_ms": None, "reason": _OPEN_END})
    return gaps


def open_end_words(at_ms: int) -> str:
    """Say from when on nothing was recorded, because nobody ended it."""
    return words()("cli.recording_open_end", at=_seconds(at_ms))


def gap_reason(reason: str) -> str:
    """Give a gap's reason in words; a recorder of another version may know more reasons."""
    key = f"recording.gap.{reason}"
    return words()(key) if words().has(key) else reason


def _problem(found: Finding) -> dict[str, str | int | None]:
    return {
        "code": found.code,
        "what": finding_words(found),
        "segment": found.segment,
        "record": found.record,
        "detail": found.detail,
    }


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}"


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
