"""Why an act is refused, by name: a person is told more than that it has no place."""

from datetime import UTC, datetime
from typing import Final

from proctoring.vault.retention.faults import (
    ActRefused,
    DestructionBegun,
    HoldGone,
    NeverLater,
    ProposalGone,
    ProposedAlready,
)
from proctoring.vault.retention.standing import Folded
from sync.wire.archive import CustodyAct, CustodyEntry

_LATEST_MS: Final = 253_402_128_000_000  # two days before the end of the year 9999: a day in every time zone


def why_refused(at: Folded, entry: CustodyEntry, detail: str) -> ActRefused:
    """Name the refusal of an entry that has no place after what stands."""
    if at.begun is not None:
        return DestructionBegun(detail)
    match entry.act:
        case CustodyAct.RELEASED:
            return HoldGone(detail)
        case CustodyAct.EXTENDED:
            return NeverLater(detail, until=day_here(at.retain_until_ms))
        case CustodyAct.DESTRUCTION_PROPOSED if at.proposal is not None:
            return ProposedAlready(detail)
        case CustodyAct.DESTRUCTION_APPROVED | CustodyAct.DESTRUCTION_WITHDRAWN:
            return ProposalGone(detail)
        case _:
            return ActRefused(detail)


def day_here(ms: int) -> str:
    """Write the day of a moment by the calendar here, as whoever typed it reads it everywhere else."""
    return f"{datetime.fromtimestamp(min(ms, _LATEST_MS) / 1000, tz=UTC).astimezone():%Y-%m-%d}"


def date_of(ms: int) -> str:
    """Write a date and time (UTC) as faults state it."""
    return f"{datetime.fromtimestamp(min(ms, _LATEST_MS) / 1000, tz=UTC):%Y-%m-%d %H:%M}"
