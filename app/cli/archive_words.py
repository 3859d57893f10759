"""How the commands of an archive say dates, the clock, and what its service tells."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from app.cli.console import say, words
from sync.wire.ids import LATEST_MS

if TYPE_CHECKING:
    from app.archive.service import Event
    from proctoring.vault.retention.timekeeping import Evidence

_TIMES: Final = {"until": "until_ms", "due": "due_ms"}


def date_words(ms: int) -> str:
    """Give a date as a person here writes it."""
    return f"{datetime.fromtimestamp(min(ms, LATEST_MS) / 1000, tz=UTC).astimezone():%Y-%m-%d}"


def time_words(ms: int) -> str:
    """Give date and time in UTC."""
    return f"{datetime.fromtimestamp(min(ms, LATEST_MS) / 1000, tz=UTC):%Y-%m-%d %H:%M}"


def say_clock(evidence: "Evidence") -> None:
    """Say what time it surely is, or why the clock is not believed."""
    if evidence.freeze is None:
        say("cli.archive_clock_good", now=time_words(evidence.sure_ms))
    else:
        said, expected = time_words(evidence.freeze.said_ms), time_words(evidence.freeze.expected_ms)
        say("cli.archive_clock_frozen", said=said, expected=expected)


def say_event(event: "Event") -> None:
    """Say what an archive's service tells, in words."""
    from app.archive.service import Happening

    facts, recording = event.facts, str(event.facts.get("recording", ""))
    match event.happening:
        case Happening.CLOCK:
            say("cli.archive_clock_good", now=time_words(int(facts["sure_ms"])))
        case Happening.FROZEN:
            said, expected = time_words(int(facts["said_ms"])), time_words(int(facts["expected_ms"]))
            say("cli.archive_clock_frozen", said=said, expected=expected)
        case Happening.DISK_FULL:
            say("cli.archive_full")
        case Happening.TROUBLE if "stranger" in facts and recording:
            say("cli.archive_odd", recording=recording, names=facts["stranger"])
        case Happening.TROUBLE if "stranger" in facts:
            say("cli.archive_event.stranger", name=facts["stranger"])
        case Happening.TROUBLE if "register" in facts:
            say("cli.archive_event.register", why=_why(facts))
        case Happening.TROUBLE:
            command = f"examroom archive verify {recording}"
            say("cli.archive_event.trouble", recording=recording, why=_why(facts), command=command)
        case _:
            dates = {name: date_words(int(facts[fact])) for name, fact in _TIMES.items() if fact in facts}
            told = {"recording": recording, "serial": facts.get("serial", ""), "why": _why(facts), **dates}
            say(f"cli.archive_event.{event.happening}", **told)


def _why(facts: dict[str, str | int]) -> str:
    """Say why, or what was found, as far as an event knows: it carries a verdict, a reason, or a fault's code."""
    said = words()
    if "reason" in facts:
        return said(f"cli.archive_aside.{facts['reason']}")
    if "code" not in facts:
        return said(f"verdict.{facts['verdict']}") if "verdict" in facts else ""
    try:
        code = facts["code"]
        return f"{said(f'fault.{code}.what')} [{code}]"
    except KeyError:  # what it says needs facts that no event carries
        return f"[{facts['code']}]"
