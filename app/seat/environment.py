"""What the checks of this PC and its lock-down come to in one session: how each weighs, and who went on over it.

An override fits a finding only while it is the same one: the same check, the same verdict, and nothing seen that was
not seen then. A new tool is a new finding; a process that was only started again is not, so process ids do not count.
Where a check measures (a level, a distance between clocks), other figures are no other finding.

A plan that asks for no lock-down (`LockdownLevel.OPEN`, for practice) is not stopped by a check either, unless its
policy names that check: what blocks by default is then for proctors to look at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from app.exam.prose import Language
from app.ui.text import Sentence
from app.words import all_keys
from proctoring.checks.catalogue import CHECKS, WATCHED, rule_of, statement_of, unknown_rules
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Check, Observation, essential, known_by, observe
from proctoring.checks.situation import Situation
from proctoring.lockdown.level import Level
from sync.wire.environment import (
    MOST_CHECKS,
    CheckRule,
    CheckStatement,
    EnvironmentPolicy,
    EnvironmentStatement,
    LockdownLevel,
    Override,
    Severity,
    Verdict,
)

MEASURED: Final = frozenset({"battery", "clock_offset", "clock_sync", "disk_forecast", "microphone_level"})
"""Checks whose evidence is figures."""
_MOST_SHORT_OF: Final = 20


@dataclass(frozen=True)
class Weighed:
    """One observation in a session. `statement`: what the packet says of it, None if it is clear."""

    observation: Observation
    statement: CheckStatement | None
    overridable: bool
    override: Override | None = None

    @property
    def blocks(self) -> bool:
        """Whether nothing goes on until this is settled."""
        weighs = self.statement is not None and self.statement.severity is Severity.BLOCKING
        return weighs and self.override is None


@dataclass(frozen=True)
class Look:
    """One look at this PC. `strange`: checks that the policy names and this program does not have."""

    level: Level
    demanded: LockdownLevel
    weighed: tuple[Weighed, ...]
    strange: tuple[str, ...] = ()

    @property
    def level_reached(self) -> bool:
        """Whether the PC is shut down as far as the plan demands; nobody may go on below that."""
        return self.level.level.reaches(self.demanded)

    @property
    def may_go_on(self) -> bool:
        """Whether nothing here keeps the session from starting."""
        return self.level_reached and not any(one.blocks for one in self.weighed)

    @property
    def statements(self) -> tuple[CheckStatement, ...]:
        """What was not clear, overridden or not."""
        return tuple(one.statement for one in self.weighed if one.statement is not None)

    def stated(self, overrides: Iterable[Override]) -> EnvironmentStatement:
        """Give what the packet says: all that was not clear now, and every override there was in this session."""
        return EnvironmentStatement(
            level=self.level.level,
            short_of=self.level.short_of[:_MOST_SHORT_OF],
            checks=self.statements[:MOST_CHECKS],
            overrides=tuple(dict.fromkeys(overrides))[-MOST_CHECKS:],
        )


def essence(statement: CheckStatement) -> frozenset[str]:
    """Give what tells a finding from another one of its check: its lines without what changes by itself."""
    seen = frozenset[str]() if statement.check in MEASURED else essential(statement.evidence)
    return seen | {statement.verdict.value}


def known_with(statement: CheckStatement) -> frozenset[str]:
    """Give what is known to whoever was told of a finding; another one is told of unless its essence is in that."""
    return essence(statement) | known_by(statement.evidence)


def covers(override: Override, statement: CheckStatement) -> bool:
    """Tell whether an override is of this finding: nothing is seen now that was not seen then."""
    same = override.statement.check == statement.check and override.statement.verdict is statement.verdict
    return same and essence(statement) <= known_with(override.statement)


def rule_in(policy: EnvironmentPolicy, check: str) -> CheckRule:
    """Give how a check weighs in a session. Raises KeyError for a check there is not."""
    rule = rule_of(policy, check)
    if policy.level is not LockdownLevel.OPEN or rule in policy.rules:
        return rule
    softened = {kind: _softer(getattr(rule, kind)) for kind in ("found", "unknown")}
    return rule.model_copy(update=softened)


def weigh(
    policy: EnvironmentPolicy, observations: Iterable[Observation], overrides: Iterable[Override]
) -> tuple[Weighed, ...]:
    """Say what follows from each observation in this session. Raises KeyError for a check there is not."""
    known = tuple(overrides)
    return tuple(_weighed(rule_in(policy, one.check), one, known) for one in observations)


def again(look: Look, policy: EnvironmentPolicy, overrides: Iterable[Override]) -> Look:
    """Weigh what was seen once more, with the overrides there are by now."""
    return replace(look, weighed=weigh(policy, (one.observation for one in look.weighed), overrides))


class Said(NamedTuple):
    """One observation in words: the check's name, what was seen, what it may mean, what to do about it."""

    name: Sentence
    seen: Sentence
    meaning: Sentence
    remedy: Sentence


def said_of(observation: Observation) -> Said:
    """Put an observation in words. What could not be told is neither guilty nor fine, and is never said as if found.

    A check may have words of its own for that (`unknown_meaning`, `unknown_remedy`); the others have them in common.
    """
    check, verdict, facts = observation.check, observation.verdict, dict(observation.facts)

    def part(name: str) -> Sentence:
        if verdict is not Verdict.UNKNOWN:
            return Sentence(f"check.{check}.{name}", facts)
        own = f"check.{check}.unknown_{name}"
        return Sentence(own if own in all_keys(Language.ZH) else f"environment.unknown.{name}")

    name, seen = Sentence(f"check.{check}.name"), Sentence(f"check.{check}.{verdict.value}", facts)
    return Said(name, seen, part("meaning"), part("remedy"))


class EnvironmentDesk:
    """Looks at the PC for one session. May be used from any thread; never from the one that shows, it takes a second.

    `situation`: what is known beyond the PC's files, as it is now; `level`: how far the PC is shut down, as it is now;
    `see`: takes what only the thread that shows can see, and is to be called there, before a look.
    """

    def __init__(
        self,
        policy: EnvironmentPolicy,
        machine: Machine,
        situation: Callable[[], Situation],
        level: Callable[[], Level],
        see: Callable[[], None] = lambda: None,
        checks: Mapping[str, Check] = CHECKS,
        watched: tuple[str, ...] = WATCHED,
    ) -> None:
        self.policy = policy
        self.see = see
        self._machine, self._situation, self._level = machine.remembering(), situation, level
        self._checks = checks
        self._watched = {name: checks[name] for name in watched}

    def look(self, overrides: Iterable[Override]) -> Look:
        """Make all checks; at most 2 s."""
        return self._look(self._checks, self._situation(), overrides)

    def glance(self, overrides: Iterable[Override]) -> Look:
        """Make the checks that are cheap enough to be made every second."""
        return self._look(self._watched, replace(self._situation(), briefly=True), overrides)

    def _look(self, checks: Mapping[str, Check], situation: Situation, overrides: Iterable[Override]) -> Look:
        observations = observe(checks, self._machine, situation)
        weighed = weigh(self.policy, observations, overrides)
        return Look(self._level(), self.policy.level, weighed, unknown_rules(self.policy))


def _softer(severity: Severity) -> Severity:
    return Severity.ATTENTION if severity is Severity.BLOCKING else severity


def _weighed(rule: CheckRule, observation: Observation, overrides: tuple[Override, ...]) -> Weighed:
    statement = statement_of(observation, rule)
    if statement is None or observation.verdict is Verdict.CLEAR:
        return Weighed(observation, None, rule.overridable)
    fitting = (one for one in reversed(overrides) if rule.overridable and covers(one, statement))
    return Weighed(observation, statement, rule.overridable, next(fitting, None))
