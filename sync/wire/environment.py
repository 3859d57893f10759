"""What a seat says of the PC it runs on: how far it is shut down to one program, and what the checks came to."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from sync.wire.document import Part
from sync.wire.ids import KeyId, PlainText, WallMillis

MOST_CHECKS: Final = 60

CheckCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""A check by its name. A plan may name one that this program does not have; the seat says so."""

EvidenceLine = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""One thing that was seen, where and what: "/proc/812/comm: x11vnc"."""


class LockdownLevel(StrEnum):
    """How far a PC is shut down to one program, the strongest first.

    `SESSION`: a session of its own, with nothing else on the display. `DESKTOP`: an ordinary desktop, held by what a
    program can do from within. `OPEN`: not locked down, for practice.
    """

    SESSION = "session"
    DESKTOP = "desktop"
    OPEN = "open"

    def reaches(self, demanded: "LockdownLevel") -> bool:
        """Tell whether this is at least what is demanded."""
        order = list(LockdownLevel)
        return order.index(self) <= order.index(demanded)


class Verdict(StrEnum):
    """What a check came to. What could not be told is neither guilty nor fine."""

    CLEAR = "clear"
    FOUND = "found"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What follows from a finding: it is noted, a proctor has to look, or nothing goes on until it is settled."""

    NOTE = "note"
    ATTENTION = "attention"
    BLOCKING = "blocking"


class CheckRule(Part):
    """How one check weighs in a session.

    `found`, `unknown`: the severity of those verdicts. `overridable`: whether two proctors may go on all the same.
    """

    check: CheckCode
    found: Severity
    unknown: Severity
    overridable: bool = True


class EnvironmentPolicy(Part):
    """What a session asks of the PCs: the level, and rules for those checks that weigh otherwise than by default."""

    level: LockdownLevel = LockdownLevel.SESSION
    rules: Annotated[tuple[CheckRule, ...], Field(max_length=MOST_CHECKS)] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len({rule.check for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules for one check")
        return self


class CheckStatement(Part):
    """A check that was not clear, and how that weighed."""

    check: CheckCode
    verdict: Verdict
    severity: Severity
    evidence: Annotated[tuple[EvidenceLine, ...], Field(max_length=10)] = ()


class Override(Part):
    """Two proctors let the exam go on over a finding: which one, why, and when."""

    statement: CheckStatement
    reason: Annotated[PlainText, Field(min_length=1)]
    by: Annotated[tuple[KeyId, ...], Field(min_length=2, max_length=4)]
    wall_ms: WallMillis

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.by)) < len(self.by):
            raise ValueError("one proctor counted twice")
        return self


class EnvironmentStatement(Part):
    """The PC a sitting ran on. `checks`: whatever was not clear, overridden or not; `overrides`: who went on over it.

    `level`: the lowest the seat had since the sitting's start. `short_of`: what kept it from the level above, as codes.
    """

    level: LockdownLevel = LockdownLevel.OPEN
    short_of: Annotated[tuple[CheckCode, ...], Field(max_length=20)] = ()
    checks: Annotated[tuple[CheckStatement, ...], Field(max_length=MOST_CHECKS)] = ()
    overrides: Annotated[tuple[Override, ...], Field(max_length=MOST_CHECKS)] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len({one.check for one in self.checks}) < len(self.checks) or len(set(self.overrides)) < len(self.overrides):
            raise ValueError("stated twice")
        return self

    def joined(self, later: "EnvironmentStatement") -> "EnvironmentStatement":
        """Give what both say together: the lower level, the newest word on each check, every override once."""
        checks = {one.check: one for one in (*self.checks, *later.checks)}
        overrides = dict.fromkeys((*self.overrides, *later.overrides))
        lower = later if self.level.reaches(later.level) else self
        return EnvironmentStatement(
            level=lower.level,
            short_of=lower.short_of,
            checks=tuple(checks.values())[-MOST_CHECKS:],
            overrides=tuple(overrides)[-MOST_CHECKS:],
        )
