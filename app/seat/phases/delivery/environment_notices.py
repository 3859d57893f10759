"""What stands on this PC for a proctor to look at, each with what was seen, what it may mean and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.exam.events import Occurred
from app.seat.environment import Look, Weighed, said_of
from app.seat.guard.events import GuardEvent, GuardKind
from app.ui.text import Sentence, Text
from proctoring.checks.observation import found, lines
from sync.wire.environment import CheckStatement, LockdownLevel, Severity, Verdict

LEVEL: Final = "lockdown_level"
"""The lock-down level as a finding of its own, while it is lower than it has to be. Nobody can allow that."""
OF_CONDUCT: Final = "conduct:"
"""What the keys of notices of answering begin with (`app.seat.phases.delivery.conduct_watch`)."""
UNDONE: Final = frozenset(
    {
        GuardKind.FOCUS_LOST,
        GuardKind.GRAB_LOST,
        GuardKind.WINDOW_CHANGED,
        GuardKind.CLOSE_REFUSED,
        GuardKind.CLIPBOARD,
    }
)
"""What the guard stopped or undid by itself: it stands in the journal, and nobody has to come for it."""

SEEN_BY: Final = MappingProxyType(
    {
        GuardKind.SECOND_SCREEN: "screens",
        GuardKind.MIRRORED_SCREEN: "screens",
        GuardKind.ACCESSIBILITY: "accessibility_bus",
        GuardKind.USER_SWITCH: "other_users",
    }
)
"""The check that sees the same thing as the guard does: one matter is one notice, and goes when the check is clear."""
NOT_SETTLED: Final = "NOTICE_NOT_SETTLED"
"""The code of the incident that says that a notice stood when the sitting, or the session, was over."""
_BETWEEN: Final = " · "
_LONGEST: Final = 400


@dataclass(frozen=True)
class Notice:
    """One thing. `statement`: the finding, None for what the guard noticed; `settles`: two proctors can settle it."""

    key: str
    seen: Sentence
    meaning: Sentence
    remedy: Sentence
    evidence: tuple[Text, ...]
    wall_ms: int
    statement: CheckStatement | None = None
    settles: bool = True

    @property
    def code(self) -> str:
        """The check, what the guard noticed, or the oddity of answering."""
        return self.key.rpartition(":")[2]

    @property
    def not_settled(self) -> str:
        """Give the detail of the incident that says that it was not settled."""
        shown = _BETWEEN.join(line for line in self.evidence if isinstance(line, str))
        return f"{self.code}: {shown or '–'}"[:_LONGEST]


def not_settled(notices: Iterable[Notice]) -> tuple[Occurred, ...]:
    """Give what a sitting's journal says of what nobody had settled when it was over."""
    return tuple(Occurred(code=NOT_SETTLED, detail=one.not_settled) for one in notices)


def notice_of(one: Weighed, statement: CheckStatement, wall_ms: int) -> Notice:
    """Give a finding that came."""
    said = said_of(one.observation)
    shown: tuple[Text, ...] = statement.evidence
    if statement.check == LEVEL:  # its lines are codes, which have words
        shown = tuple(Sentence(f"lockdown.short_of.{code}") for code in statement.evidence[1:])
    return Notice(statement.check, *said[1:], shown, wall_ms, statement, one.overridable)


def notice_of_event(event: GuardEvent) -> Notice:
    """Give what the guard noticed."""
    return Notice(
        f"guard:{event.kind.value}",
        event.name,
        event.meaning,
        event.remedy,
        lines(event.evidence),
        event.wall_ms,
    )


def level_finding(look: Look, reference: LockdownLevel) -> Weighed:
    """Give the lock-down level as a finding: found while it is below `reference`, the level at the start."""
    if look.level.level.reaches(reference):
        return Weighed(found(LEVEL, ()), None, overridable=False)
    evidence = (f"{reference.value} -> {look.level.level.value}", *look.level.short_of)
    severity = Severity.ATTENTION if look.level_reached else Severity.BLOCKING
    statement = CheckStatement(check=LEVEL, verdict=Verdict.FOUND, severity=severity, evidence=lines(evidence))
    return Weighed(found(LEVEL, evidence), statement, overridable=False)
