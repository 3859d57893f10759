"""What the check of an export found, for a person and for a program."""

import json
from pathlib import Path

from app.cli.console import CheckLine, Mark, print_checks, print_text, say, words
from app.cli.recording_report import finding_words
from proctoring.vault.carrying.export_check import ONLY_SIGNERS, ExportReport, ExportVerdict, Problem
from proctoring.vault.format import Finding
from proctoring.vault.format.report import SignerState
from sync.wire.export import ExportList

_ROOT = "trust/root.json"


def print_export(folder: Path, report: ExportReport) -> bool:
    """Say what was checked and what was found; tell whether the export is as it was signed."""
    listed = report.listed
    if listed is None:
        say("export.check.unnamed", folder=folder.name)
    else:
        say("export.check.is", export=listed.export, name=listed.by.name, purpose=listed.purpose)
        say(
            "export.check.checked",
            files=len(listed.files),
            recordings=len(listed.recordings),
            entries=report.custody_entries,
        )
    print_checks(CheckLine(Mark.BAD, problem_words(found), _place(found)) for found in report.problems)
    if listed is not None:
        good = not report.problems
        for one in listed.recordings if good else ():
            print_checks([CheckLine(Mark.GOOD, one.recording, words()(f"verdict.{one.verdict}"))])
        if report.signer is SignerState.CHECKED:
            say("export.check.signer")
        elif report.signer is SignerState.UNCHECKED:
            say("export.check.signer_unchecked", root=_ROOT, sha256=_root_sha256(listed))
    intact = report.verdict is ExportVerdict.INTACT
    print_text(words()(f"export.verdict.{_sentence(report)}"), style="bold green" if intact else "bold red")
    return intact


def export_json(path: Path, report: ExportReport) -> str:
    """Give a report as one JSON object; the recordings are as the signed list has them."""
    listed = report.listed
    told = {
        "path": str(path),
        "kind": "export",
        "verdict": report.verdict,
        "signer": report.signer,
        "export": listed.export if listed else None,
        "session": listed.session if listed else None,
        "by": listed.by.model_dump(mode="json") if listed else None,
        "purpose": listed.purpose if listed else None,
        "root_sha256": _root_sha256(listed) if listed else None,
        "files": len(listed.files) if listed else 0,
        "custody_entries": report.custody_entries,
        "recordings": [one.model_dump(mode="json") for one in listed.recordings] if listed else [],
        "problems": [
            {
                "code": found.code,
                "what": problem_words(found),
                "where": found.where,
                "finding": found.finding,
                "detail": found.detail,
            }
            for found in report.problems
        ],
    }
    return json.dumps(told, ensure_ascii=False)


def problem_words(found: Problem) -> str:
    """Give a problem's sentence."""
    return words()(f"export.problem.{found.code}")


def _sentence(report: ExportReport) -> str:
    if report.problems and {found.code for found in report.problems} <= ONLY_SIGNERS:
        return "revoked" if report.signer is SignerState.REVOKED else "unknown"
    return report.verdict


def _place(found: Problem) -> str:
    what = finding_words(Finding(found.finding)) if found.finding else ""
    return " · ".join(part for part in (found.where, what) if part)


def _root_sha256(listed: ExportList) -> str:
    return next((file.sha256 for file in listed.files if file.path == _ROOT), "–")
