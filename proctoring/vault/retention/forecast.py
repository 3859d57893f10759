"""How long the disk lasts, reckoned from what is kept. A full disk alarms; nothing is ever deleted to make room."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proctoring.vault.retention.standing import State

_HOUR_MS: Final = 3_600_000
_AHEAD_MS: Final = 90 * 86_400_000


@dataclass(frozen=True)
class Kept:
    """What a forecast needs to know of one recording: bytes, lengths in ms, end of retention (wall clock, UTC, ms)."""

    recording: str
    session: str
    bytes: int
    duration_ms: int
    retain_until_ms: int
    held: bool
    state: State


@dataclass(frozen=True)
class Forecast:
    """What the disk will do. None where nobody can tell: a store that says nothing of its room, or nothing kept yet.

    `sessions`: so many more fit into what is free. `expected_bytes` expire before `until_ms` and are not held; two
    administrators have to agree before they make any room, so they are not counted in.
    """

    free_bytes: int | None
    bytes_per_hour: int | None
    recordings_per_session: int | None
    bytes_per_session: int | None
    sessions: int | None
    expected_bytes: int
    until_ms: int

    @property
    def full(self) -> bool:
        """Tell whether there is no room for one more session."""
        return self.sessions == 0


def forecast(kept: Iterable[Kept], free_bytes: int | None, now_ms: int) -> Forecast:
    """Reckon from everything that is kept (`now_ms`: wall clock, UTC)."""
    until_ms = now_ms + _AHEAD_MS
    size = length = recordings = expected = 0
    sessions: set[str] = set()
    for one in kept:
        if one.state in (State.DESTROYED, State.DESTROYING, State.MISSING):
            continue
        size, length, recordings = size + one.bytes, length + one.duration_ms, recordings + 1
        sessions.add(one.session)
        if not one.held and one.retain_until_ms < until_ms:
            expected += one.bytes
    per_session = -(-size // len(sessions)) if sessions else None
    return Forecast(
        free_bytes=free_bytes,
        bytes_per_hour=size * _HOUR_MS // length if length else None,
        recordings_per_session=-(-recordings // len(sessions)) if sessions else None,
        bytes_per_session=per_session,
        sessions=free_bytes // per_session if free_bytes is not None and per_session else None,
        expected_bytes=expected,
        until_ms=until_ms,
    )
