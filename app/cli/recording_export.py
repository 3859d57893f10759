"""`examroom recording export`: one recording as a file, or a bundle on a registered medium."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.archive_acts import signed_in
from app.cli.console import CheckLine, Mark, command, err, print_checks, print_text, say, words
from app.cli.files import load_opener, read_file
from app.cli.recording_report import print_findings, print_verdict
from sync.faults import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from proctoring.vault.carrying.request import Exported, Progress

_EVERY_S = 0.5
_MINUTE_S = 60
_BUNDLE = "--all --session ID --home DIR --medium DIR --purpose TEXT --administrator NAME --key FILE"

Key = Annotated[Path, typer.Option(help="The site's or the escrow's key file.")]
Age = Annotated[
    list[str], typer.Option("--age", metavar="age1…", help="Encrypt to this age public key; again for more.")
]
AgeFile = Annotated[Path | None, typer.Option("--age-file", help="Encrypt to the age public keys in this file.")]


@command
def export(  # noqa: PLR0913 - two commands under one name, as people look for it
    key: Key,
    path: Annotated[Path | None, typer.Argument(metavar="[PATH", help="A recording's folder.")] = None,
    target: Annotated[Path | None, typer.Argument(metavar="TARGET]", help="The file to write.")] = None,
    *,
    age: Age = [],  # noqa: B006 - as typer wants it; nobody changes it
    age_file: AgeFile = None,
    everything: Annotated[bool, typer.Option("--all", help="All recordings of a session, to a medium.")] = False,
    session: Annotated[str | None, typer.Option(help="With --all: the session's id.")] = None,
    recording: Annotated[list[str], typer.Option(help="Instead of --all: these recordings.")] = [],  # noqa: B006 - as above
    home: Annotated[Path | None, typer.Option(help="The archive's folder.")] = None,
    medium: Annotated[Path | None, typer.Option(help="The folder where the registered medium is mounted.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
    administrator: Annotated[str | None, typer.Option(help="The administrator's id or name.")] = None,
    pin: Annotated[str | None, typer.Option(help="Asked for if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program: the signed list.")] = False,
) -> None:
    """Write a recording as one playable file, or a session's recordings with all proofs to a registered medium.

    With --age the recordings are encrypted to the given people.
    """
    from proctoring.vault.carrying.age import check_recipients, recipients_in

    recipients = check_recipients(age)
    if age_file is not None:
        recipients = check_recipients((*recipients, *recipients_in(read_file(age_file).decode("utf-8", "replace"))))
    if not everything and not recording:
        if path is None or target is None:
            raise typer.BadParameter(words()("export.said.what", bundle=_BUNDLE))
        _one(path, target, key, recipients)
        return
    if path is not None:
        raise typer.BadParameter(words()("export.said.what", bundle=_BUNDLE))
    if home is None or medium is None or administrator is None or purpose is None or not (session or recording):
        raise typer.BadParameter(words()("export.said.bundle_wants", bundle=_BUNDLE))
    pin = typer.prompt("PIN", hide_input=True, err=True) if pin is None else pin
    _bundle(
        home,
        medium=medium,
        purpose=purpose,
        who=(administrator, pin),
        recordings=tuple(recording),
        session=session,
        key=key,
        recipients=recipients,
        as_json=as_json,
    )


def _one(path: Path, target: Path, key: Path, recipients: tuple[str, ...]) -> None:
    from proctoring.vault.carrying.webm import export_recording
    from proctoring.vault.format import RecordingTampered

    try:
        report = export_recording(path, target, load_opener(key), recipients)
    except RecordingTampered as fault:
        print_findings(fault.findings)
        raise
    say(
        "cli.export_done",
        file=str(target),
        seconds=round(report.duration_ms / 1000),
        megabytes=f"{report.bytes / 1e6:.1f}",
        sha256=report.sha256,
    )
    print_findings(report.findings)
    print_verdict(report.verdict, report.findings)


def _bundle(  # noqa: PLR0913 - see `export`
    home: Path,
    *,
    medium: Path,
    purpose: str,
    who: tuple[str, str],
    recordings: tuple[str, ...],
    session: str | None,
    key: Path,
    recipients: tuple[str, ...],
    as_json: bool,
) -> None:
    from app.archive.window.cover_paper import export_papers
    from proctoring.vault.carrying.bundle import Carrier, export_bundle
    from proctoring.vault.carrying.holdings import ArchiveHoldings, recordings_of
    from proctoring.vault.carrying.media_register import MediaRegister
    from proctoring.vault.carrying.request import ExportRequest

    opener = load_opener(key)
    with signed_in(home, *who) as (archive, signer):
        wanted = recordings or recordings_of(archive, session or "")
        request = ExportRequest(wanted, session, purpose, opener, recipients)
        register = MediaRegister(archive.ledger.book)
        carrier = Carrier(medium, register, signer, archive.clock, home / "exports")
        done = export_bundle(ArchiveHoldings(archive), request, carrier, export_papers, _teller())
    if as_json:
        print_text(done.listed.to_bytes().decode())
    else:
        _print(done)
    if done.listed.left_out:
        raise typer.Exit(Exit.BAD)


def _print(done: "Exported") -> None:
    listed = done.listed
    for one in listed.recordings:
        print_checks([CheckLine(Mark.GOOD, one.recording, words()(f"verdict.{one.verdict}"))])
    for gone in listed.left_out:
        why = words()(f"export.cover.left.{gone.code}")
        print_checks([CheckLine(Mark.BAD, gone.recording, f"{why} [{gone.code}]")])
    say(
        "export.said.done",
        count=len(listed.recordings),
        files=len(listed.files) + 1,
        megabytes=f"{sum(file.bytes for file in listed.files) / 1e6:.1f}",
        folder=str(done.folder),
        label=listed.label,
    )
    say("export.said.next")


def _teller() -> "Callable[[Progress], None] | None":
    """Give what says on a terminal how far it is; a pipe is told nothing."""
    if not err.is_terminal:
        return None
    last = 0.0

    def tell(now: "Progress") -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY_S:
            return
        last = time.monotonic()
        percent = now.done_bytes * 100 // max(1, now.total_bytes)
        left = "–" if now.seconds_left is None else f"{now.seconds_left // _MINUTE_S}:{now.seconds_left % _MINUTE_S:02}"
        told = words()("export.said.progress", number=now.recording, count=now.recordings, percent=percent, left=left)
        err.print(told, end="\r", markup=False)

    return tell
