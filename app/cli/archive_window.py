"""`examroom archive window` and `examroom archive find`: the archive for people, and its catalogue for programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.archive import Home, Json, opened
from app.cli.archive_words import date_words
from app.cli.console import command, language, print_text, say, words
from app.cli.files import load_opener
from app.exam.prose import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.archive.catalogue import Entry, Query
    from app.archive.desk import ArchiveDesk
    from app.archive.dossier import Dossier
    from app.archive.home import ArchiveHome
    from proctoring.vault.retention.archive import Archive

app = typer.Typer(help="Windows and searches; part of `examroom archive`.")

Key = Annotated[Path | None, typer.Option(help="The site's key file; without it nothing can be watched or named.")]
_LISTED = 50
_OF_RECORD = {"proposed_by", "approved_by", "data_erased", "purpose"}


@app.command("window")
@command
def window(
    home: Home,
    key: Key = None,
    shown: Annotated[Language | None, typer.Option("--language", help="The language to begin with.")] = None,
) -> None:
    """Open the archive window: sign in, find, watch, verify, hold, export, destroy by two."""
    from app.seat.display import require_display

    require_display()
    from app.archive.sign_in import AdministratorDesk
    from app.archive.window.program import run_window
    from app.seat.program import make_application

    with opened(home) as (place, archive), AdministratorDesk.opened(place) as people:
        desk = _desk(place, archive, key)
        try:
            code = run_window(make_application(), desk, people, place, shown or language())
        finally:
            desk.close()
    if code:
        raise typer.Exit(code)


@app.command("find")
@command
def find(  # noqa: PLR0913 - every field of the find page
    home: Home,
    text: Annotated[str, typer.Argument(help="Parts of a name, an admission number, an exam's title.")] = "",
    *,
    key: Key = None,
    session: Annotated[str, typer.Option(help="A session's id.")] = "",
    seat: Annotated[str, typer.Option(help="A seat's label.")] = "",
    flag: Annotated[str, typer.Option(help="A kind of flag, e.g. several_faces.")] = "",
    condition: Annotated[str, typer.Option("--state", help="held, review, expirable, proposed, gaps, damaged …")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="So many are listed.")] = _LISTED,
    json: Json = False,
) -> None:
    """Find recordings by the catalogue, which is brought up to date first."""
    from app.archive.catalogue import Condition, Query
    from sync.wire.recording import FlagKind

    try:
        kind, state = FlagKind(flag) if flag else None, Condition(condition) if condition else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with opened(home) as (place, archive):
        desk = _desk(place, archive, key)
        try:
            desk.refresh(lambda _done, _of: None, lambda: False)
            wall_ms = archive.clock().wall_ms
            query = Query(text, session, seat, flag=kind, condition=state, now_ms=desk.now_ms(), wall_ms=wall_ms)
            found = list(_listed(desk, query, limit))
            number = desk.count(query)
            gone = {one.recording: desk.look(one.recording) for one in found if one.state == "destroyed"}
        finally:
            desk.close()
    for entry in found:
        _print(entry, gone.get(entry.recording), json=json)
    if not json:
        say("cli.archive_found_count", count=number, shown=len(found))


def _desk(place: "ArchiveHome", archive: "Archive", key: Path | None) -> "ArchiveDesk":
    from app.archive.catalogue import Catalogue
    from app.archive.desk import ArchiveDesk
    from app.archive.heads import HeadsThatLeft
    from sync.trust.keystore import FileKeyStore

    opener = load_opener(key) if key is not None else None
    return ArchiveDesk(
        archive, Catalogue.open(place.index, FileKeyStore(place.keys).replica_key()), opener, HeadsThatLeft(place)
    )


def _listed(desk: "ArchiveDesk", query: "Query", limit: int) -> "Iterator[Entry]":
    after, given = None, 0
    while page := desk.page(query, after):
        for entry in page:
            if given >= limit:
                return
            given += 1
            yield entry
        after = page[-1]


def _print(entry: "Entry", gone: "Dossier | None", *, json: bool) -> None:
    if json:
        from dataclasses import asdict

        from sync.wire.document import canonical_json

        said = {name: value for name, value in asdict(entry).items() if name != "print"}
        said["flags"] = [kind.value for kind in entry.flags]
        if gone is not None and gone.situation.record is not None:
            said["destruction"] = {
                "record_sha256": gone.record_sha256,
                **gone.situation.record.model_dump(mode="json", include=_OF_RECORD),
            }
        print_text(canonical_json(said).decode())
        return
    verdict = "state.destroyed" if gone is not None else f"verdict.{entry.verdict or 'unknown'}"
    print_text(
        words()(
            "cli.archive_found",
            when=date_words(entry.started_ms),
            name=entry.name or "—",
            number=entry.id_number_masked or "—",
            verdict=words()(f"screen.archive.{verdict}"),
            recording=entry.recording,
        )
    )
    record = gone.situation.record if gone is not None else None
    if gone is not None and record is not None:
        destroyed = words()(
            "cli.archive_found_destroyed",
            proposed=record.proposed_by.name,
            approved=", ".join(one.name for one in record.approved_by),
            when=date_words(record.data_erased.wall_ms),
            why=record.purpose,
            digest=gone.record_sha256,
        )
        print_text(f"    {destroyed}")
