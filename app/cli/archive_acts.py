"""`examroom archive hold|release|extend|destroy|state-date`: what an administrator signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.archive import days
from app.cli.archive import opened
from app.cli.archive_words import date_words, say_clock
from app.cli.console import command, print_fault, say
from sync.faults import Refused
from sync.wire.ids import plain_line

if TYPE_CHECKING:
    from proctoring.vault.retention.archive import Archive
    from proctoring.vault.retention.people import Signer

app = typer.Typer(help="What an administrator signs; part of `examroom archive`.")

Home = Annotated[Path, typer.Option(help="The archive's folder.")]
Who = Annotated[str, typer.Option("--administrator", help="The administrator's id or name.")]
Pin = Annotated[str, typer.Option(prompt="PIN", hide_input=True, help="Asked for if not given.")]
Reason = Annotated[str, typer.Option(help="Why, in your own words.")]


_SHORTEST, _LONGEST = 2, 400  # as `sync.wire.archive.Purpose` has it


class DateRefused(Refused):
    """What was typed is not a date. Fact: `date`."""

    code = "DATE_REFUSED"


class ReasonMissing(Refused):
    """What an administrator signs has a reason, 2 to 400 characters."""

    code = "REASON_MISSING"


@contextmanager
def signed_in(home: Path, who: str, pin: str) -> Iterator["tuple[Archive, Signer]"]:
    """Open an archive and sign an administrator in."""
    from app.archive.sign_in import AdministratorDesk

    with opened(home) as (place, archive), AdministratorDesk.opened(place) as desk:
        unreadable = desk.unreadable()
        if unreadable is not None:
            print_fault(unreadable)
        yield archive, desk.sign_in(who, pin)


@app.command("hold")
@command
def hold(
    home: Home,
    recording: str,
    administrator: Who,
    pin: Pin,
    reason: Reason,
    review: Annotated[str, typer.Option(help="The day to look at it again by, YYYY-MM-DD; today at the earliest.")],
) -> None:
    """Hold a recording (保全): it is not destroyed until this hold is released."""
    day = _day(review)
    with signed_in(home, administrator, pin) as (archive, person):
        review_ms = days.review_ms(day, archive.clock().wall_ms)
        entry = archive.hold(recording, person, _required(reason), review_ms)
        say("cli.archive_held", hold=entry.sequence, review=date_words(review_ms))


@app.command("release")
@command
def release(
    home: Home,
    recording: str,
    number: Annotated[int, typer.Argument(metavar="HOLD", help="The hold's number.")],
    administrator: Who,
    pin: Pin,
    reason: Reason,
) -> None:
    """Release one hold."""
    with signed_in(home, administrator, pin) as (archive, person):
        archive.release(recording, person, number, _required(reason))
    say("cli.archive_released", hold=number)


@app.command("extend")
@command
def extend(
    home: Home,
    recording: str,
    until: Annotated[str, typer.Argument(help="The last day it is kept, YYYY-MM-DD.")],
    administrator: Who,
    pin: Pin,
    reason: Reason,
) -> None:
    """Keep a recording longer; never shorter."""
    until_ms = days.ends_ms(_day(until))
    with signed_in(home, administrator, pin) as (archive, person):
        archive.extend(recording, person, until_ms, _required(reason))
    say("cli.archive_extended", until=date_words(until_ms))


@app.command("destroy")
@command
def destroy(
    home: Home,
    recording: str,
    administrator: Who,
    pin: Pin,
    reason: Annotated[str | None, typer.Option(help="Why it is proposed or withdrawn.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the proposal that stands.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw the proposal that stands.")] = False,
) -> None:
    """Propose that an expired recording is destroyed; another administrator approves, and with the last it is done.

    A destruction that was interrupted is gone on with.
    """
    from proctoring.vault.retention.archive import State

    with signed_in(home, administrator, pin) as (archive, person):
        stands = archive.standing(recording)
        number = stands.proposal.sequence if stands.proposal else -1
        if stands.state in (State.DESTROYING, State.DESTROYED):
            _carry_out(archive, recording, person)
        elif withdraw:
            archive.withdraw_destruction(recording, person, number, _required(reason))
            say("cli.archive_withdrawn", proposal=number)
        elif approve:
            if stands.state is not State.APPROVED:
                archive.approve_destruction(recording, person, number)
                stands = archive.standing(recording)
                missing = stands.approvals_needed - (len(stands.proposal.approved_by) if stands.proposal else 0)
                say("cli.archive_approved", proposal=number, needed=max(0, missing))
            if stands.may_be_destroyed:
                _carry_out(archive, recording, person)
        else:
            entry = archive.propose_destruction(recording, person, _required(reason))
            say("cli.archive_proposed", proposal=entry.sequence, needed=stands.approvals_needed)


@app.command("state-date")
@command
def state_date(
    home: Home,
    today: Annotated[str, typer.Argument(metavar="DATE", help="Today's date, YYYY-MM-DD.")],
    administrator: Who,
    pin: Pin,
) -> None:
    """State today's date; two administrators who do settle what the archive's clock left open."""
    stated_ms = days.begins_ms(_day(today))
    with signed_in(home, administrator, pin) as (archive, person):
        archive.state_time(person, stated_ms)
        say("cli.archive_stated", name=person.person.name, date=date_words(stated_ms))
        say_clock(archive.time())


def _carry_out(archive: "Archive", recording: str, person: "Signer") -> None:
    archive.destroy(recording, person)
    say("cli.archive_destroyed", recording=recording)


def _required(reason: str | None) -> str:
    line = plain_line(reason or "")
    if not _SHORTEST <= len(line) <= _LONGEST:
        raise ReasonMissing
    return line


def _day(text: str) -> date:
    """Read a day as the window does."""
    day = days.day_typed(text)
    if day is None:
        raise DateRefused(date=ascii(text[:40]))
    return day
