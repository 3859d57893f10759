"""What a check came to: a verdict, the evidence for it, and the facts that its words are filled with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from sync.wire.ids import plain_line

LONGEST_LINE: Final = 200
MOST_LINES: Final = 10


@dataclass(frozen=True)
class Observation:
    """One check's result. `evidence`: lines "where: what", the weightiest first; the words are `check.<check>.*`."""

    check: str
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))


Check = Callable[[Machine, Situation], Observation]
"""Looks once; at most 50 ms. May let `Unreadable` through: that comes to `Verdict.UNKNOWN`."""


def clear(check: str, evidence: Iterable[str] = (), **facts: str | int) -> Observation:
    """Nothing is wrong."""
    return Observation(check, Verdict.CLEAR, lines(evidence), _plain(facts))


def found(check: str, evidence: Iterable[str], **facts: str | int) -> Observation:
    """It is there, and this shows it."""
    return Observation(check, Verdict.FOUND, lines(evidence), _plain(facts))


def unknown(check: str, evidence: Iterable[str], **facts: str | int) -> Observation:
    """It could not be told, for this reason."""
    return Observation(check, Verdict.UNKNOWN, lines(evidence), _plain(facts))


def observe(checks: Mapping[str, Check], machine: Machine, situation: Situation) -> tuple[Observation, ...]:
    """Make these checks one after the other. What cannot be read is unknown; no check ends another."""
    at_once = machine.glance()
    return tuple(_made(name, check, at_once, situation) for name, check in checks.items())


def lines(evidence: Iterable[str]) -> tuple[str, ...]:
    """Give evidence as it may stand in documents: plain lines of at most 200 characters, at most 10 of them."""
    plain = (_line(line) for line in evidence)
    return tuple(dict.fromkeys(line for line in plain if line))[:MOST_LINES]


@lru_cache(maxsize=512)
def _line(text: str) -> str:
    """Give a line as it may stand in documents; the same ones come every second."""
    return plain_line(text)[:LONGEST_LINE]


def _plain(facts: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """Give facts as they may be shown: what a process or a user calls itself may hold anything."""
    shown = {name: _line(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return MappingProxyType(shown)


def _made(name: str, check: Check, machine: Machine, situation: Situation) -> Observation:
    try:
        return check(machine, situation)
    except Unreadable as problem:
        path, reason = problem.args
        return unknown(name, (f"/{path.lstrip('/')}: {reason}",))
