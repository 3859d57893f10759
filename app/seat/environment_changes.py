"""Changes of the PC while somebody sits: what came, what went; each told once, never so often as to flood a journal.

A finding is known by what was seen (`app.seat.environment.essence`). What is known is not told again; what is seen
beside it is. It has gone when so many looks in a row were without it. Whoever makes a finding come and go, or change
its face every second, is told of less and less often: the first five times at once, from then on after pauses that
double up to ten minutes; what was seen meanwhile is told then, so that nothing is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from app.seat.environment import Weighed, essence, known_with
from sync.wire.environment import CheckStatement, Severity, Verdict

CALM_LOOKS: Final = 5
"""So many looks without it, and a finding has gone."""
UNKNOWN_LOOKS: Final = 3
"""So many looks must not be able to tell, before that is told: a file may be away for a moment."""
AT_ONCE: Final = 5
"""So many changes of one check are told as they come."""
USUAL: Final = frozenset({"input_devices", "routes"})
"""Checks that compare with what was here at the start (`Surroundings.take_as_usual`)."""
FIRST_PAUSE_MS: Final = 10_000
LONGEST_PAUSE_MS: Final = 600_000


@dataclass(frozen=True)
class Change:
    """A finding that came, with what was seen, or (`gone`) one that has gone."""

    statement: CheckStatement
    gone: bool = False


@dataclass
class _Kept:
    """What is known of one check: everything seen of it that was told, and how often something was told."""

    told: frozenset[str] = frozenset()
    stands: CheckStatement | None = None
    waiting: CheckStatement | None = None
    missed: int = 0
    unsure: int = 0
    times: int = 0
    next_ms: int = 0
    went: bool = False


@dataclass
class Changes:
    """Keeps what is known of every check, one look after another. All times are of one monotonic clock, ms."""

    _kept: dict[str, _Kept] = field(default_factory=dict)

    def know(self, statements: Iterable[CheckStatement]) -> None:
        """Take this as known: it was told elsewhere (at the start of the session, before a restart).

        What was only new here (`USUAL`) is taken as usual at the start; that it is not seen again is no change.
        """
        for one in statements:
            kept = self._kept.setdefault(one.check, _Kept())
            kept.told = kept.told | known_with(one)
            kept.stands = None if one.check in USUAL else one

    def look(self, weighed: Iterable[Weighed], now_ms: int) -> tuple[Change, ...]:
        """Take one look, and give what is to be told. What this look did not check is as it was."""
        found: list[Change] = []
        for one in weighed:
            kept = self._kept.setdefault(one.observation.check, _Kept())
            if one.statement is not None and not self._unsure(kept, one.statement):
                self._see(kept, one)
            elif one.statement is None:
                self._miss(kept)
            found += self._due(kept, now_ms)
        return tuple(found)

    @staticmethod
    def _unsure(kept: _Kept, statement: CheckStatement) -> bool:
        """Tell whether it could not be told for a moment only."""
        kept.unsure = kept.unsure + 1 if statement.verdict is Verdict.UNKNOWN else 0
        return statement.verdict is Verdict.UNKNOWN and kept.unsure < UNKNOWN_LOOKS

    @staticmethod
    def _see(kept: _Kept, one: Weighed) -> None:
        statement, kept.missed, kept.went = one.statement, 0, False
        if statement is None:
            return
        if one.override is not None:
            kept.told |= known_with(statement)
        if essence(statement) <= kept.told:
            kept.stands = statement
        else:
            kept.waiting = statement

    @staticmethod
    def _miss(kept: _Kept) -> None:
        kept.unsure, kept.missed = 0, kept.missed + 1
        if kept.missed == CALM_LOOKS and kept.stands is not None:
            kept.went = True

    @staticmethod
    def _due(kept: _Kept, now_ms: int) -> list[Change]:
        if now_ms < kept.next_ms or not (kept.waiting is not None or kept.went):
            return []
        told: list[Change] = []
        if kept.waiting is not None:
            told.append(Change(kept.waiting))
            kept.told, kept.stands, kept.waiting = kept.told | known_with(kept.waiting), kept.waiting, None
            kept.went = kept.missed >= CALM_LOOKS
        if kept.went and kept.stands is not None:
            told.append(Change(kept.stands, gone=True))
            kept.told, kept.stands, kept.went = frozenset(), None, False
        kept.times += 1
        kept.next_ms = now_ms + pause_ms(kept.times)
        return told


def needs_a_person(one: Weighed) -> bool:
    """Tell whether a proctor has to come for it."""
    noted = one.statement is None or one.statement.severity is Severity.NOTE
    return not noted and one.override is None


def pause_ms(times: int) -> int:
    """Give how long nothing more is told of a thing after it was told so often, ms."""
    if times < AT_ONCE:
        return 0
    return min(FIRST_PAUSE_MS << min(times - AT_ONCE, 10), LONGEST_PAUSE_MS)
