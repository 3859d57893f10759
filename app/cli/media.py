"""`examroom media`: the register of media (介质登记) that recordings may be carried on."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.archive.days import day_of, ends_ms
from app.archive.figures import size_words
from app.cli.archive import opened
from app.cli.archive_acts import Home, Pin, Who, signed_in
from app.cli.archive_words import date_words
from app.cli.console import CheckLine, Mark, command, print_checks, print_text, say, words
from sync.faults import Refused
from sync.wire.ids import is_name, plain_line

if TYPE_CHECKING:
    from proctoring.vault.carrying.media_register import MediaRegister, Medium

app = typer.Typer(no_args_is_help=True, help="The register of media (介质登记).")

Label = Annotated[str, typer.Argument(metavar="LABEL", help="The medium's label, or its serial number.")]
_MOST_DAYS = 366


class MediumTextRefused(Refused):
    """A label or a name that cannot be written on one line, or is empty. Fact: `text`."""

    code = "MEDIUM_TEXT_REFUSED"


@app.command("register")
@command
def register(
    home: Home,
    place: Annotated[Path, typer.Argument(metavar="PLACE", help="The folder where the medium is mounted.")],
    label: Annotated[str, typer.Option(help="What is written on its outside.")],
    administrator: Who,
    pin: Pin,
) -> None:
    """Take a medium that is plugged in into the register, by the serial number of its disk."""
    from proctoring.vault.carrying.media_register import MediaRegister
    from proctoring.vault.carrying.medium import medium_at

    found, named = medium_at(place), _line(label)
    with signed_in(home, administrator, pin) as (archive, person):
        medium = MediaRegister(archive.ledger.book).register(found, named, person, archive.clock())
    say(
        "media.registered",
        label=medium.label,
        serial=medium.serial,
        size=size_words(medium.capacity_bytes),
        model=found.model,
    )


@app.command("out")
@command
def out(
    home: Home,
    label: Label,
    bearer: Annotated[str, typer.Option(help="Who takes it.")],
    purpose: Annotated[str, typer.Option(help="Why, in your own words.")],
    administrator: Who,
    pin: Pin,
    days: Annotated[int, typer.Option(min=1, max=_MOST_DAYS, help="To be back within so many days.")] = 1,
) -> None:
    """Give a medium out (领用): who takes it, why, and until when."""
    from proctoring.vault.carrying.media_register import MediaRegister
    from proctoring.vault.carrying.request import checked_purpose

    who, why = _line(bearer), checked_purpose(purpose)
    with signed_in(home, administrator, pin) as (archive, person):
        book = MediaRegister(archive.ledger.book)
        due_ms = _end_of_day(archive.clock().wall_ms, days)
        medium = book.give_out(
            _serial(book, label), bearer=who, purpose=why, due_ms=due_ms, signer=person, now=archive.clock()
        )
    say("media.given_out", label=medium.label, bearer=medium.bearer or "", due=date_words(due_ms))


@app.command("in")
@command
def back_in(home: Home, label: Label, administrator: Who, pin: Pin) -> None:
    """Take a medium back in (归还)."""
    from proctoring.vault.carrying.media_register import MediaRegister

    with signed_in(home, administrator, pin) as (archive, person):
        book = MediaRegister(archive.ledger.book)
        medium = book.take_back(_serial(book, label), person, archive.clock())
    say("media.taken_back", label=medium.label)


@app.command("retire")
@command
def retire(
    home: Home,
    label: Label,
    purpose: Annotated[str, typer.Option(help="Why, and what becomes of it.")],
    administrator: Who,
    pin: Pin,
) -> None:
    """Take a medium out of use for good."""
    from proctoring.vault.carrying.media_register import MediaRegister
    from proctoring.vault.carrying.request import checked_purpose

    why = checked_purpose(purpose)
    with signed_in(home, administrator, pin) as (archive, person):
        book = MediaRegister(archive.ledger.book)
        medium = book.retire(_serial(book, label), why, person, archive.clock())
    say("media.retired", label=medium.label)


@app.command("list")
@command
def list_media(
    home: Home,
    as_json: Annotated[bool, typer.Option("--json", help="For a program: one JSON object a medium.")] = False,
) -> None:
    """List all media: where each is, who has it, and what should be back."""
    from proctoring.vault.carrying.media_register import MediaRegister

    with opened(home) as (_, archive):
        media, now_ms = MediaRegister(archive.ledger.book).media(), archive.clock().wall_ms
    if as_json:
        for one in media:
            print_text(json.dumps(_as_json(one, now_ms), ensure_ascii=False))
        return
    if not media:
        say("media.none", command="examroom media register")
    print_checks(_row(one, now_ms) for one in media)


def _as_json(one: "Medium", now_ms: int) -> dict[str, str | int | bool | None]:
    return {
        "serial": one.serial,
        "label": one.label,
        "capacity_bytes": one.capacity_bytes,
        "state": one.state.value,
        "overdue": one.overdue(now_ms),
        "bearer": one.bearer,
        "purpose": one.purpose,
        "due_ms": one.due_ms,
        "since_ms": one.since_ms,
        "by": one.by.name,
    }


def _row(one: "Medium", now_ms: int) -> CheckLine:
    state = words()(f"media.state.{one.state}")
    late = one.overdue(now_ms)
    parts = [one.serial, size_words(one.capacity_bytes)]
    if one.bearer is not None:
        parts.append(words()("media.has", bearer=one.bearer, due=date_words(one.due_ms or 0)))
    if one.purpose:
        parts.append(one.purpose)
    head = f"{one.label}  {words()('media.overdue') if late else state}"
    return CheckLine(Mark.BAD if late else Mark.GOOD, head, " · ".join(parts))


def _serial(book: "MediaRegister", label: str) -> str:
    """Give the serial number of the medium with this label; what is no label is taken for a serial number."""
    return next((one.serial for one in book.media() if one.label.casefold() == label.casefold()), label)


def _line(text: str) -> str:
    line = plain_line(text)
    if not is_name(line):
        raise MediumTextRefused(text=ascii(text[:40]))
    return line


def _end_of_day(now_ms: int, days: int) -> int:
    """Give the last second of the day so many days from now, ms since 1970 (UTC)."""
    return ends_ms(day_of(now_ms) + timedelta(days=days))
