"""All checks of a Linux PC: by name, how each weighs unless a session's policy says otherwise, and when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from proctoring.checks import ourselves
from proctoring.checks.observation import Check, Observation
from sync.wire.environment import CheckRule, CheckStatement, EnvironmentPolicy, Severity, Verdict

NOTE, ATTENTION, BLOCKING = Severity.NOTE, Severity.ATTENTION, Severity.BLOCKING


@dataclass(frozen=True)
class Entry:
    """One check, and what follows from it unless the policy has a rule of its own.

    `found`, `unknown`: severities. `watched`: cheap enough to be made again every second all through the exam.
    """

    check: Check
    found: Severity
    unknown: Severity
    overridable: bool = True
    watched: bool = False


_ENTRIES: Final[Mapping[str, Entry]] = {
    # A superuser's rights in the kiosk undo every other lock; to start it as the right user takes a minute.
    "elevated": Entry(ourselves.elevated, BLOCKING, ATTENTION),
    # There is no innocent debugger at an exam, and the fault that one was meant to find can wait.
    "debugger": Entry(ourselves.debugger, BLOCKING, ATTENTION, watched=True),
}

CHECKS: Final[Mapping[str, Check]] = MappingProxyType({name: entry.check for name, entry in _ENTRIES.items()})
"""The checks by name, in the order in which they are made and shown."""

DEFAULTS: Final[Mapping[str, CheckRule]] = MappingProxyType(
    {
        name: CheckRule(check=name, found=entry.found, unknown=entry.unknown, overridable=entry.overridable)
        for name, entry in _ENTRIES.items()
    }
)
"""How each check weighs in a session that says nothing else."""

WATCHED: Final[tuple[str, ...]] = tuple(name for name, entry in _ENTRIES.items() if entry.watched)
"""The checks that are made again every second all through the exam."""


def rule_of(policy: EnvironmentPolicy, check: str) -> CheckRule:
    """Give how a check of the catalogue weighs in a session. Raises KeyError for a check there is not."""
    return next((rule for rule in policy.rules if rule.check == check), DEFAULTS[check])


def unknown_rules(policy: EnvironmentPolicy) -> tuple[str, ...]:
    """Give the checks that a policy names and this program does not have."""
    return tuple(rule.check for rule in policy.rules if rule.check not in CHECKS)


def statement_of(observation: Observation, rule: CheckRule) -> CheckStatement | None:
    """Give what goes into the packet for an observation: nothing if it is clear."""
    if observation.verdict is Verdict.CLEAR:
        return None
    return CheckStatement(
        check=observation.check,
        verdict=observation.verdict,
        severity=rule.found if observation.verdict is Verdict.FOUND else rule.unknown,
        evidence=observation.evidence,
    )
