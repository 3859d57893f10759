"""`examroom archive`: a site's archive of recordings; what is looked at, kept going, and set up."""

import json as json_module
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.archive.figures import size_words
from app.cli.archive_words import date_words, say_clock, say_event
from app.cli.console import command, out, print_fault, say, words
from app.cli.files import load_trust, read_file
from app.cli.recording_report import fault_json, is_good, report_json
from app.logbook import open_logbook
from sync.faults import Exit, Fault, Refused

if TYPE_CHECKING:
    from app.archive.heads import HeadsThatLeft
    from app.archive.home import ArchiveHome
    from app.archive.service import Event
    from proctoring.vault.retention.archive import Archive
    from proctoring.vault.retention.standing import Standing

app = typer.Typer(no_args_is_help=True, help="The archive of recordings (录像档案库).")

Home = Annotated[Path, typer.Option(help="The archive's folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
EVERY_S = 10.0


@contextmanager
def opened(home: Path) -> Iterator["tuple[ArchiveHome, Archive]"]:
    """Open an archive for a command."""
    from app.archive.home import ArchiveHome
    from proctoring.vault.retention.archive import Archive

    place = ArchiveHome(home)
    yield place, Archive.open(place)


@app.command("init")
@command
def init(
    home: Home,
    name: Annotated[str, typer.Option(help="The archive's name.")],
    store: Annotated[str, typer.Option(help="folder:/path or s3://bucket/prefix?endpoint=…")],
    trust: Annotated[Path, typer.Option(help="The registry's folder of public keys.")],
    registry: Annotated[str, typer.Option(help="https://…, to ask for heads of recordings that left the seats.")] = "",
    approvals: Annotated[int, typer.Option(min=1, max=7, help="Approvals a destruction needs.")] = 1,
) -> None:
    """Make an archive on a store. `approvals`: administrators beside the one who proposes."""
    from app.archive.home import ArchiveHome
    from proctoring.vault.retention.archive import Archive

    place, keys = ArchiveHome(home), load_trust(trust)
    place.make(store)
    keys.save(place.trust)
    if registry:
        place.tell_registry(registry, read_file(trust / "ca.pem").decode("ascii", "replace"))
    archive = Archive.create(place, name, approvals_needed=approvals)
    say("cli.archive_ready", name=name, archive=archive.identity.archive, address=store.partition("?")[0])
    say("cli.archive_key", keyid=archive.key.public.keyid)
    say_clock(archive.time())


@app.command("renew")
@command
def renew(home: Home, trust: Annotated[Path, typer.Option(help="The registry's folder of public keys.")]) -> None:
    """Take newer public keys of the registry, and the time it signed them at."""
    from app.archive.home import ArchiveHome

    keys = load_trust(trust)
    keys.save(ArchiveHome(home).trust)
    with opened(home) as (_, archive):
        archive.write_clock_line()
        say("cli.archive_renewed", sequence=archive.trust.directory.sequence)
        say_clock(archive.time())


@app.command("admit")
@command
def admit(home: Home, credential: Path) -> None:
    """Take an administrator's credential, as the registry wrote it."""
    from app.archive.home import ArchiveHome
    from app.archive.sign_in import AdministratorDesk

    with AdministratorDesk.opened(ArchiveHome(home)) as desk:
        say("cli.archive_admitted", name=desk.add(read_file(credential)).name)


@app.command("list")
@command
def list_recordings(home: Home, json: Json = False) -> None:
    """List every recording: how it stands, until when it is kept, its holds."""
    from proctoring.vault.retention.standing import State

    bad = False
    with opened(home) as (_, archive):
        evidence, found = archive.time(), 0
        for found, recording in enumerate(archive.recordings(), start=1):  # noqa: B007 - counted for below
            try:
                standing = archive.standing_at(recording, evidence)
            except Refused as fault:
                bad = True
                _tell_broken(recording, fault, json=json)
                continue
            bad = bad or standing.state is State.MISSING
            if json:
                _print_json({"recording": recording, **standing_json(standing)})
            else:
                state, until = words()(f"cli.archive_state.{standing.state}"), date_words(standing.retain_until_ms)
                say("cli.archive_line", recording=recording, state=state, until=until, holds=len(standing.holds))
        if not found and not json:
            say("cli.archive_none")
    if bad:
        raise typer.Exit(Exit.BAD)


@app.command("forecast")
@command
def show_forecast(home: Home, json: Json = False) -> None:
    """Say how many more sessions the disk lasts; ends with 3 if there is no room for one."""
    from proctoring.vault.retention.forecast import forecast

    with opened(home) as (_, archive):
        evidence = archive.time()
        kept, broken = [], False
        for recording in archive.recordings():
            try:
                kept.append(archive.kept_of(recording, evidence))
            except Refused as fault:
                broken = True
                _tell_broken(recording, fault, json=json)
        found = forecast(kept, archive.shelf.free_bytes(), archive.clock().wall_ms)
    if json:
        _print_json(
            {
                "sessions": found.sessions,
                "free_bytes": found.free_bytes,
                "bytes_per_hour": found.bytes_per_hour,
                "recordings_per_session": found.recordings_per_session,
                "bytes_per_session": found.bytes_per_session,
                "expected_bytes": found.expected_bytes,
                "until_ms": found.until_ms,
            }
        )
    elif found.free_bytes is None:
        say("cli.archive_forecast_endless", size=size_words(found.bytes_per_session or 0))
    elif found.sessions is None:
        say("cli.archive_forecast_unknown", free=size_words(found.free_bytes))
    else:
        say(
            "cli.archive_forecast",
            sessions=found.sessions,
            recordings=found.recordings_per_session or 0,
            hourly=size_words(found.bytes_per_hour or 0),
            free=size_words(found.free_bytes),
        )
        say(
            "cli.archive_forecast_release",
            until=date_words(found.until_ms),
            size=size_words(found.expected_bytes),
        )
    if found.full:
        if not json:
            say("cli.archive_full")
        raise typer.Exit(Exit.ENVIRONMENT)
    if broken:
        raise typer.Exit(Exit.BAD)


@app.command("rebuild")
@command
def rebuild(home: Home) -> None:
    """Make the index anew from what lies on the store."""
    from app.archive.catalogue import Catalogue, forget
    from app.archive.indexing import refresh
    from sync.trust.keystore import FileKeyStore

    with opened(home) as (place, archive):
        forget(place.index)
        catalogue = Catalogue.open(place.index, FileKeyStore(place.keys).replica_key())
        try:
            found = refresh(archive, catalogue, None, anew=True)
        finally:
            catalogue.close()
    say("cli.archive_rebuilt", recordings=found.recordings)


@app.command("verify")
@command
def verify(
    home: Home,
    recordings: Annotated[list[str] | None, typer.Argument(metavar="RECORDING...", help="Ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every recording.")] = False,
    json: Json = False,
) -> None:
    """Verify recordings byte by byte, with their custody; ends with 1 if any is not good."""
    from app.archive.heads import HeadsThatLeft
    from sync.client.connection import RegistryUnreachable

    with opened(home) as (place, archive):
        wanted = list(archive.recordings()) if everything else list(recordings or ())
        ends, unasked = set(), list[str]()

        def unanswered(recording: str, why: str) -> None:
            if not unasked and not json and why == RegistryUnreachable.code:
                say("cli.archive_heads_silent")
            unasked.append(recording)

        heads = HeadsThatLeft(place, unanswered, once=True)
        for done, recording in enumerate(wanted, start=1):
            ends.add(_verified(archive, heads, recording, (done, len(wanted)), json=json))
        if unasked and not json:
            say("cli.archive_heads_unasked", count=len(unasked))
        if everything:
            ends.add(_registered(archive, json=json))
    for worst in (Exit.BAD, Exit.ENVIRONMENT):
        if worst in ends:
            raise typer.Exit(worst)
    if not wanted and not json:
        say("cli.archive_none")


@app.command("run")
@command
def run(
    home: Home,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    json: Json = False,
) -> None:
    """Receive what arrives, write the clocks down, state what is due; until SIGTERM or Ctrl+C."""
    from app.archive.service import ArchiveService
    from proctoring.vault.retention.archive import Archive

    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stop.set())
    with opened(home) as (place, _):
        if not once:
            open_logbook(place.log, "archive")
        service = ArchiveService(place, lambda: Archive.open(place))
        while not stop.is_set():
            try:
                for event in service.turn():
                    _tell_event(event, json=json)
            except Fault as fault:
                if once:
                    raise
                # the disk or the store: said, and tried again; nothing that arrived is given up
                print_fault(fault)
            if once:
                break
            stop.wait(EVERY_S)


def standing_json(standing: "Standing") -> dict[str, object]:
    """Give a standing as JSON has it; times in ms since 1970 (UTC)."""
    proposal = standing.proposal
    return {
        "state": standing.state.value,
        "retain_until_ms": standing.retain_until_ms,
        "holds": [
            {"hold": hold.sequence, "by": hold.by.name, "reason": hold.reason, "review_ms": hold.review_ms}
            for hold in standing.holds
        ],
        "proposal": None
        if proposal is None
        else {
            "proposal": proposal.sequence,
            "by": proposal.by.name,
            "purpose": proposal.purpose,
            "approved_by": [one.name for one in proposal.approved_by],
            "needed": standing.approvals_needed,
        },
        "frozen": standing.frozen is not None,
    }


def _verified(archive: "Archive", heads: "HeadsThatLeft", recording: str, at: tuple[int, int], *, json: bool) -> Exit:
    """Verify one recording and its custody, say what was found, and give what it alone would end with."""
    from proctoring.vault.format import verify_recording
    from proctoring.vault.retention.standing import State

    path, (done, count) = Path(recording), at
    try:
        standing = archive.standing(recording)
        with archive.using(recording) as folder:
            report = verify_recording(folder, archive.trust, left=heads(recording))
    except Fault as fault:
        if json:
            out.print(fault_json(path, fault), markup=False)
        else:
            print_fault(fault)
        return fault.exit
    if json:
        told = json_module.loads(report_json(path, report))
        _print_json({**told, **standing_json(standing), "heads_asked": heads.answered, "done": done, "of": count})
    else:
        say("cli.archive_verifying", done=done, all=count)
        say("cli.archive_verified", recording=recording, verdict=words()(f"verdict.{report.verdict}"))
    if odd := archive.odd(recording):
        say("cli.archive_odd", recording=recording, names=" ".join(odd))
    return Exit.GOOD if is_good(report.verdict) and standing.state is not State.MISSING else Exit.BAD


def _registered(archive: "Archive", *, json: bool) -> Exit:
    """Verify the register of media."""
    from proctoring.vault.carrying.media_register import MediaRegister

    try:
        MediaRegister(archive.ledger.book).entries()
    except Fault as fault:
        if json:
            out.print(fault_json(Path("media"), fault), markup=False)
        else:
            print_fault(fault)
        return fault.exit
    return Exit.GOOD


def _tell_event(event: "Event", *, json: bool) -> None:
    if json:
        _print_json({"event": event.happening.value, **event.facts})
    else:
        say_event(event)
    out.file.flush()


def _tell_broken(recording: str, fault: Fault, *, json: bool) -> None:
    if json:
        _print_json({"recording": recording, "trouble": fault.code, "detail": fault.detail})
    else:
        say("cli.archive_broken", recording=recording, reason=words().fault(fault).what)


def _print_json(told: dict[str, object]) -> None:
    out.print(json_module.dumps(told, ensure_ascii=False), markup=False)
    out.file.flush()
