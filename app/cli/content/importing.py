"""`examroom content import`: any bank into a bank's folder."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.console import command, print_text, say, words
from app.cli.content.group import app
from app.exam.prose import Language
from app.words import Words
from app.words.reasons import reason_in
from sync.faults import Exit

if TYPE_CHECKING:
    from app.content.bank import Rejection
    from app.content.formats.warning import SourceWarning
    from app.content.importing import ImportReport

_SHOWN: Final = 50  # so many rejections and warnings are listed for a person; JSON has all


@app.command("import")
@command
def import_bank(
    file: Annotated[
        Path,
        typer.Argument(help="QTI (zip, folder or item), Moodle XML, GIFT, Aiken or .xlsx.", metavar="FILE"),
    ],
    bank: Annotated[Path, typer.Option(help="The bank's folder; made if it is not there.", metavar="DIR")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put items in the place of those that have their identifiers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Put the items of a file into a bank. What cannot be used is put aside and named; the rest is in."""
    from app.content.importing import import_file

    report = import_file(file, bank, replace=replace)
    if as_json:
        typer.echo(json.dumps(report_json(report), ensure_ascii=False, separators=(",", ":")))
    else:
        _print(report)
    if report.rejected:
        raise typer.Exit(Exit.BAD)


def report_json(report: "ImportReport") -> dict[str, Any]:
    """Give a report as JSON has it; its sentences are English."""
    return {
        "read": report.read,
        "accepted": report.accepted,
        "known": report.known,
        "replaced": report.replaced,
        "rejected": [{"source": one.source, "item": one.item, "reason": one.reason} for one in report.rejected],
        "by_type": report.by_type,
        "warnings": [_warned(warning, Words(Language.EN)) for warning in report.warnings],
        "encoding": report.encoding,
        "format": report.source.value if report.source else "",
    }


def _put_aside(one: "Rejection", reason: str) -> str:
    """Say what is put aside, where it stands, and why."""
    place = str(one.fault.facts["place"])
    if one.item in {"", f"row {one.fault.line}"}:  # the place says the same
        return words()("content_import.put_aside", place=place, reason=reason)
    return words()("content_import.item_put_aside", item=one.item, place=place, reason=reason)


def _print(report: "ImportReport") -> None:
    if report.source:
        say("content_import.format", format=report.source.value, encoding=report.encoding or "-")
    say("content_import.counts", read=report.read, accepted=report.accepted, rejected=len(report.rejected))
    if report.replaced:
        say("content_import.replaced", replaced=report.replaced)
    if report.known:
        say("content_import.known", known=report.known)
    for kind, count in report.by_type.items():
        print_text(f"  {words()(f'content_import.kind.{kind}')}: {count}")
    for warning in report.warnings[:_SHOWN]:
        print_text(f"{words()('cli.note')} {_warned(warning, words())}", style="yellow")
    for one in report.rejected[:_SHOWN]:
        said = words().fault(one.fault)
        print_text(f"{words()('cli.bad')} {_put_aside(one, said.reason)}", style="bold red")
        print_text(f"  {said.do} [{said.code}]")
    left = max(len(report.warnings) - _SHOWN, 0) + max(len(report.rejected) - _SHOWN, 0)
    if left:
        say("content_import.more", count=left)


def _warned(warning: "SourceWarning", said: Words) -> str:
    """Say a warning, its place first and its reason, if it has one, last."""
    sentence = said(f"content_import.warning.{warning.kind}", **warning.facts)
    reason = f" ({reason_in(said.language, warning.reason)})" if warning.reason else ""
    return f"{warning.place}: {sentence}{reason}"
