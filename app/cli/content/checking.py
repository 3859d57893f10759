"""`examroom content check`: what must not be used of a bank, what to look at, and what is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.console import CheckLine, Mark, command, print_checks, print_text, words
from app.cli.content.group import app
from app.content.checks.finding import Finding, Severity
from app.exam.prose import Language
from app.words import Words
from app.words.reasons import reason_in
from sync.faults import Exit

if TYPE_CHECKING:
    from app.content.checks.check import BankReport
    from app.content.checks.statistics import Counts, Statistics

_MARKS: Final = {Severity.ERROR: Mark.BAD, Severity.WARNING: Mark.NOTE, Severity.NOTE: Mark.NOTE}
_TOLD: Final = 20
"""Findings of one kind that are told; the JSON has all."""
_NAMED: Final = 12
"""Items that a line names; the JSON has all."""


@app.command("check")
@command
def check(
    bank: Annotated[Path, typer.Argument(help="A bank: a folder or a zip.", metavar="DIR")],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Check a bank: duplicates, keys, scores, media, length, language, what can be drawn; and count what is in it."""
    from app.content.checks.check import check_bank
    from app.content.qti.reading import read_bank

    found, rejected = read_bank(bank)
    report = check_bank(found, rejected)
    if as_json:
        typer.echo(json.dumps(report_json(report), ensure_ascii=False, separators=(",", ":")))
    else:
        print_report(report, {item.id: item.label for item in found.items})
    if report.count(Severity.ERROR):
        raise typer.Exit(Exit.BAD)


def report_json(report: "BankReport") -> dict[str, Any]:
    """Give a report as JSON has it; what is found is told in English."""
    said = Words(Language.EN)
    return {
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.NOTE),
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code.value,
                "items": list(finding.items),
                "detail": said(f"bank_check.{finding.code}.what", **finding.facts),
            }
            for finding in report.findings
        ],
        "statistics": asdict(report.statistics),
    }


def print_report(report: "BankReport", labels: Mapping[str, str]) -> None:
    """Say a report in the terminal's language: what was found, worst first, then the figures; `labels` by item id."""
    for severity in Severity:
        found = [finding for finding in report.findings if finding.severity is severity]
        if found:
            print_text(words()(f"bank_report.{severity}", count=len(found)), style="bold")
            for _code, alike in groupby(found, key=lambda finding: finding.code):
                print_checks(_lines(list(alike), _MARKS[severity], labels))
    print_text(words()("bank_report.figures"), style="bold")
    for text in _figures(report.statistics):
        print_text(text)
    bad = bool(report.count(Severity.ERROR))
    print_text(words()("bank_report.bad" if bad else "bank_report.good"), style="bold red" if bad else "bold green")


def _lines(findings: Sequence[Finding], mark: Mark, labels: Mapping[str, str]) -> Iterator[CheckLine]:
    """Give a line for each finding of one code, as far as they are told, and under the last what to do."""
    said = words()
    advice = said(f"bank_check.{findings[0].code}.do")
    if len(findings) > _TOLD:
        advice = said("bank_report.untold", count=len(findings) - _TOLD) + "\n  " + advice
    told = findings[:_TOLD]
    for place, finding in enumerate(told, start=1):
        what = said(f"bank_check.{finding.code}.what", **_facts(finding, said.language))
        yield CheckLine(mark, f"{_names(finding, labels)}{what}", advice if place == len(told) else "")


def _facts(finding: Finding, language: Language) -> dict[str, str | int]:
    """Give what fills a finding's sentence; a reason in the language of whoever reads it."""
    reason = {key: reason_in(language, str(value)) for key, value in finding.facts.items() if key == "reason"}
    return {**finding.facts, **reason}


def _names(finding: Finding, labels: Mapping[str, str]) -> str:
    told = ((one, labels.get(one, "")) for one in finding.items[:_NAMED])
    names = ", ".join(f"{one} “{label}”" if label else one for one, label in told)
    if len(finding.items) > _NAMED:
        names += " " + words()("bank_report.more", count=len(finding.items) - _NAMED)
    return words()("bank_report.items", items=names) + " " if names else ""


def _figures(found: "Statistics") -> Iterator[str]:
    said = words()
    yield said("bank_report.items_total", count=found.items)
    for key, counts in (
        ("bank_report.kinds", found.kinds),
        ("bank_report.subjects", found.subjects),
        ("bank_report.difficulties", found.difficulties),
        ("bank_report.languages", found.languages),
        ("bank_report.options", found.options),
        ("bank_report.true_false", found.true_false),
        ("bank_report.positions", found.positions),
    ):
        if counts:
            yield said(key, counts=_counts(counts))
    length = found.characters
    yield said("bank_report.characters", least=length.least, median=length.median, most=length.most)
    yield said("bank_report.media", files=found.media_files, kilobytes=found.media_bytes // 1000)
    if found.form:
        yield said(
            "bank_report.form",
            count=found.form.items,
            percent=found.form.share_permille // 10,
            forms=found.form.independent_forms,
        )


def _counts(counts: "Counts") -> str:
    """Write counts in one line, each under its name where it has one."""
    return " · ".join(f"{_name(name)} {count}" for name, count in counts.items())


def _name(name: str) -> str:
    key = f"bank_report.named.{name}"
    return words()(key) if words().has(key) else name
