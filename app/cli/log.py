"""`examroom log`: what anybody with the trust folder can check of a registry's log."""

import json as json_module
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, detail_here, out, print_checks, print_text, say, words
from app.cli.files import FileUnreadable, load_trust, read_file
from sync.client.log_audit import LogReport, audit_log
from sync.client.log_source import LogAddress, LogFolder, LogSource
from sync.faults import EnvironmentFault, Exit
from sync.replica.durable import write_durably
from sync.trust.anchor import Trust
from sync.trust.checkpoint import CheckpointRefused
from sync.trust.evidence import Check
from sync.trust.log_head import LogHead, read_log_head

app = typer.Typer(no_args_is_help=True, help="The registry's public log.")

_CA_FILE = "ca.pem"
_RECEIPTS = 100_000


class SeenHeadUnusable(EnvironmentFault):
    """The file with the head that was seen before holds none of this log. Fact: `file`."""

    code = "SEEN_HEAD_UNUSABLE"


class CaMissing(EnvironmentFault):
    """There is no CA certificate to know the address by. Fact: `folder`."""

    code = "CA_MISSING"


@app.command("audit")
@command
def audit(
    place: Annotated[str, typer.Argument(metavar="URL_OR_DIR", help="The registry's address, or a copy of its log.")],
    trust: Annotated[Path, typer.Option(help="The registry's public keys (and ca.pem, for an address).")],
    state: Annotated[Path | None, typer.Option(help="The head that was seen last; a good one is kept.")] = None,
    receipts: Annotated[
        Path | None, typer.Option(help="A folder of *.receipt.json and *.corrections.json to find in it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Say the report as one JSON line.")] = False,
) -> None:
    """Read a whole log and recompute it: head, witnesses, every entry, and that it continues what was seen before."""
    keys = load_trust(trust)
    seen = _seen(state, keys)
    found = None if receipts is None else dict(_receipts(receipts))
    with _source(place, trust) as source:
        report = audit_log(source, keys, seen=seen, receipts=found)
    if state is not None and report.head is not None:
        _keep(state, report, report.head)
    if json:
        out.print(json_module.dumps(_as_json(report, keys)), markup=False)
    else:
        _say(report)
    if not report.good:
        raise typer.Exit(Exit.BAD)


@contextmanager
def _source(place: str, trust: Path) -> Iterator[LogSource]:
    if not place.startswith(("https://", "http://")):
        yield LogFolder(Path(place))
        return
    address = LogAddress(place, ca_of(trust))
    try:
        yield address
    finally:
        address.close()


def ca_of(trust: Path) -> str:
    """Give the registry's CA, or the machine's: what the log says is believed for its signatures, not for TLS."""
    public = ssl.get_default_verify_paths().cafile
    file = trust / _CA_FILE if (trust / _CA_FILE).exists() or public is None else Path(public)
    try:
        return read_file(file).decode("ascii", "replace")
    except EnvironmentFault:
        raise CaMissing(file.name, folder=str(trust)) from None


def _seen(state: Path | None, trust: Trust) -> LogHead | None:
    if state is None or not state.exists():
        return None
    try:
        return read_log_head(read_file(state).decode("utf-8", "replace"), trust)
    except CheckpointRefused as fault:
        raise SeenHeadUnusable(fault.detail, file=str(state)) from None


def _keep(state: Path, report: LogReport, head: LogHead) -> None:
    """Keep a good head for the next time; one that contradicts what was seen beside it, as proof."""
    if report.good:
        write_durably(state, head.note.encode())
    elif any(check.name == "log_continues" and not check.good for check in report.checks):
        digest = sha256(head.note.encode()).hexdigest()[:16]
        write_durably(state.with_name(f"{state.name}.contradiction-{digest}"), head.note.encode())


def _receipts(folder: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted([*folder.glob("*.receipt.json"), *folder.glob("*.corrections.json")])
    if not folder.is_dir() or len(files) > _RECEIPTS:
        raise FileUnreadable("no folder, or too many receipts", file=str(folder))
    for file in files:
        yield file.name, read_file(file)


def _as_json(report: LogReport, trust: Trust) -> dict[str, object]:
    head = report.head
    return {
        "good": report.good,
        "origin": trust.log_origin,
        "size": head.size if head else None,
        "root": head.root.hex() if head else None,
        "witnesses": [{"name": one.witness, "at_s": one.at_s} for one in head.cosignatures] if head else [],
        "checks": [{"name": one.name, "good": one.good, "detail": one.detail} for one in report.checks],
    }


def _say(report: LogReport) -> None:
    print_checks(
        CheckLine(Mark.GOOD if check.good else Mark.BAD, words()(f"check.{check.name}"), _detail(check, report.head))
        for check in report.checks
    )
    if report.head is not None:
        say("cli.log_head", size=report.head.size, root=report.head.root.hex())
    if report.good:
        print_text(words()("cli.log_good"), style="bold green")
    elif all(check.good or check.name == "log_witnesses" for check in report.checks):
        print_text(words()("cli.log_not_yet"), style="bold yellow")
    else:
        print_text(words()("cli.log_bad"), style="bold red")


def _detail(check: Check, head: LogHead | None) -> str:
    if check.name == "log_witnesses" and head is not None:
        return words()("cli.log_cosigned", count=len(head.cosignatures), quorum=head.quorum)
    return detail_here(check.detail)
