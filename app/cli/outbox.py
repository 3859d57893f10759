"""`examroom outbox`: what of this seat's packets is on its way, and how to carry them by hand."""

import json as json_module
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import command, out, print_text, say, words
from app.seat.home import SeatHome
from sync.faults import Exit, Refused
from sync.wire.ids import is_name

if TYPE_CHECKING:
    from app.seat.workplace import Workplace
    from sync.client.medium import Medium
    from sync.replica.outbox import OutboxLine, OutboxState

app = typer.Typer(no_args_is_help=True, help="Score packets on their way (待送成绩包).")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]
MediumPlace = Annotated[Path, typer.Argument(metavar="MEDIUM", help="The folder where the medium is mounted.")]
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_LATEST_MS = 253_402_300_799_000  # the end of the year 9999


class PacketNotHere(Refused):
    """No packet with this digest is in the outbox. Fact: `sha256`."""

    code = "PACKET_NOT_HERE"


class PauseReasonRefused(Refused):
    """A reason that cannot be read on one line, or is empty."""

    code = "PAUSE_REASON_REFUSED"


@contextmanager
def opened(home: Path, *, reading: bool = False) -> Iterator["Workplace"]:
    """Open a seat for a command; one that only reads also works while the disk is full."""
    from app.seat.workplace import Workplace

    workplace = Workplace.open(SeatHome(home), reading=reading)
    try:
        yield workplace
    finally:
        workplace.close()


@app.command("list")
@command
def list_packets(home: Home, json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """List the packets of this seat, how far each has come, and why it waits."""
    with opened(home, reading=True) as workplace:
        state, lines = workplace.replica.outbox.state(), workplace.replica.outbox.lines()
        refused_ms = workplace.replica.cabinet.refused_signed_ms()
    if json:
        packets = [{key: value for key, value in asdict(line).items() if key != "wait_ms"} for line in lines]
        out.print(json_module.dumps({**state_json(state), "packets": packets}), markup=False, soft_wrap=True)
        return
    say_state(state)
    for line in lines:
        _say_line(line)
    say_refused_time(refused_ms)


@app.command("pause")
@command
def pause(home: Home, reason: Annotated[str, typer.Option(help="Why, for whoever comes next.")]) -> None:
    """Send nothing until `resume`, also after a restart. Packets are kept; a medium may still take them away."""
    if not is_name(reason):
        raise PauseReasonRefused
    with opened(home) as workplace:
        workplace.replica.outbox.pause(reason, workplace.clock().wall_ms)
        say_state(workplace.replica.outbox.state())


@app.command("resume")
@command
def resume(home: Home) -> None:
    """Send again."""
    with opened(home) as workplace:
        workplace.replica.outbox.resume()
        say_state(workplace.replica.outbox.state())


@app.command("retry")
@command
def retry(
    home: Home, sha256: Annotated[str | None, typer.Argument(help="One packet's digest; all if none is named.")] = None
) -> None:
    """Try again at once, also what was kept aside; otherwise each waits its time."""
    with opened(home) as workplace:
        if sha256 is not None and workplace.replica.outbox.line(sha256) is None:
            raise PacketNotHere(sha256=sha256[:64])
        say("outbox.retried", count=workplace.replica.outbox.retry(sha256))
        say_state(workplace.replica.outbox.state())


@app.command("limit")
@command
def limit(
    home: Home,
    bytes_per_s: Annotated[int, typer.Argument(min=0, metavar="BYTES", help="A second, at least 10000; 0: no limit.")],
) -> None:
    """Bound how fast packets and content may use the line; it holds over restarts."""
    from sync.client.pace import LEAST_BYTES_PER_S

    if 0 < bytes_per_s < LEAST_BYTES_PER_S:
        raise typer.BadParameter(f"0, or at least {LEAST_BYTES_PER_S}", param_hint="BYTES")
    with opened(home) as workplace:
        workplace.set_pace(bytes_per_s)
    if bytes_per_s:
        say("outbox.limited", kilobytes=-(-bytes_per_s // 1_000))
    else:
        say("outbox.unlimited")


@app.command("export")
@command
def export(home: Home, medium: MediumPlace) -> None:
    """Write the packets that the registry has not proven yet onto a medium. They stay here too."""
    from sync.client.carried import export_packets
    from sync.client.medium import Medium

    stick = Medium(medium)
    with opened(home) as workplace:
        came = export_packets(workplace.replica, workplace.enrolment.device, stick, workplace.clock().wall_ms)
    say("outbox.exported", written=came.written, known=came.known)
    if came.unsigned:
        say("outbox.unsigned", count=came.unsigned)
    say_odd(stick)


@app.command("receipts")
@command
def receipts(home: Home, medium: MediumPlace) -> None:
    """Take the registry's receipts and proofs from a medium; each is verified."""
    from app.seat.taking import take_trust
    from sync.client.carried import fetch_receipts
    from sync.client.medium import Medium

    stick = Medium(medium)
    with opened(home) as workplace:
        trust = take_trust(workplace, stick)
        came = fetch_receipts(workplace.replica, stick, trust)
        state, refused_ms = workplace.replica.outbox.state(), workplace.replica.cabinet.refused_signed_ms()
    say("outbox.fetched", receipted=len(came.receipted), proven=len(came.proven), others=came.others)
    for sha256, check in came.refused:
        say("outbox.receipt_refused", sha256=sha256, check=check)
    say_odd(stick)
    say_state(state)
    say_refused_time(refused_ms)
    if came.refused:
        raise typer.Exit(Exit.BAD)


@app.command("purge")
@command
def purge(home: Home) -> None:
    """Erase the bytes of packets whose time to be kept has run out by the registry's own signed time."""
    from sync.client.keeping import let_go, mark_purgeable

    with opened(home) as workplace:
        mark_purgeable(workplace.replica, workplace.trust)
        say("outbox.purged", count=let_go(workplace.replica))


def state_json(state: "OutboxState") -> dict[str, object]:
    """Give the state of an outbox for a program."""
    return {
        "waiting": state.waiting,
        "unproven": state.unproven,
        "quarantined": state.quarantined,
        "undelivered": state.undelivered,
        "oldest_ms": state.oldest_ms,
        "why": {why.value: count for why, count in sorted(state.whys.items())},
        "paused": None if state.pause is None else asdict(state.pause),
    }


def say_state(state: "OutboxState") -> None:
    """Say in a line or a few what waits, since when and why."""
    if state.pause is not None:
        say("outbox.paused", since=_time_words(state.pause.since_ms), reason=state.pause.reason)
    if state.undelivered:
        age = age_words(time.time_ns() // 1_000_000 - (state.oldest_ms or 0))
        say("outbox.waiting", count=state.undelivered, age=age, why=_whys(state))
    elif not state.unproven:
        say("outbox.none")
    if state.unproven:
        say("outbox.unproven", count=state.unproven)
    if state.quarantined:
        say("outbox.quarantined", count=state.quarantined)


def say_refused_time(refused_ms: int | None) -> None:
    """Say that the registry signed with a wrong clock, if it did."""
    if refused_ms is not None:
        say("outbox.time_refused", at=_time_words(refused_ms))


def say_odd(medium: "Medium") -> None:
    """Say what lies on a medium and was passed over."""
    for odd in medium.odd:
        say("outbox.odd", place=odd.place, why=words()(f"outbox.odd_why.{odd.why}"))
    if medium.odd_count > len(medium.odd):
        say("outbox.odd_more", count=medium.odd_count - len(medium.odd))


def age_words(ms: int) -> str:
    """Say how long something has been waiting; a clock that was set back makes it no time at all."""
    if ms >= _DAY_MS:
        return words()("carrying.days", count=ms // _DAY_MS)
    if ms >= _HOUR_MS:
        return words()("carrying.hours", count=ms // _HOUR_MS)
    return words()("carrying.minutes", count=max(0, ms) // _MINUTE_MS)


def _whys(state: "OutboxState") -> str:
    said = words()
    several = len(state.whys) > 1
    named = [
        said("outbox.why_counted", why=said(f"outbox.why.{why}"), count=count) if several else said(f"outbox.why.{why}")
        for why, count in sorted(state.whys.items())
    ]
    return said("screen.simulated.between").join(named)


def _say_line(line: "OutboxLine") -> None:
    said = words()
    say(
        "outbox.line",
        sha256=line.sha256,
        stage=said(f"outbox.stage.{line.stage}"),
        tries=line.tries,
        since=_time_words(line.queued_ms),
    )
    if line.detail:
        print_text(f"  {said(f'outbox.why.{line.why}')} · {line.detail}", style="dim")
    if line.carried_ms:
        print_text(f"  {said('outbox.carried', at=_time_words(line.carried_ms))}", style="dim")


def _time_words(ms: int) -> str:
    return f"{datetime.fromtimestamp(min(ms, _LATEST_MS) / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M}"
