"""What a check came to: a verdict, the evidence for it, and the facts that its words are filled with."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from sync.wire.ids import plain_line

LONGEST_LINE: Final = 200
MOST_LINES: Final = 10
_PROCESS: Final = re.compile(r"(/proc/|/fd/|\bpid |\bprocess )[0-9]+(?![0-9.])")
"""A process's id, or the number of a file it holds, where evidence names one: "/proc/812/fd/17", "pid 812"."""
_LONGEST_ID: Final = 10
"""A line is cut by its length with the longest ids, so that it is cut alike with any."""
_ALL: Final = re.compile(r"and [0-9]+ more; SHA-256 of all: ([0-9a-f]{16})")
_ALIKE: Final = re.compile(r"and [0-9]+ more of the same")


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
    """Give evidence as it may stand in documents: plain lines of at most 200 characters, at most 10 of them.

    Of more lines than that the tenth says how many and gives a digest of them all, so that nothing can be seen beside
    them that would not count; a longer line ends with its digest for the same reason.
    """
    plain = dict.fromkeys(line for line in map(_line, evidence) if line)
    if len(plain) <= MOST_LINES:
        return tuple(plain)
    kinds: dict[str, str] = {}
    for line in plain:
        kinds.setdefault(_lasting(line), line)
    kept = tuple(dict.fromkeys((*kinds.values(), *plain)))[: MOST_LINES - 1]
    more = f"and {len(plain) - len(kept)} more"
    if len(kinds) < MOST_LINES:
        return (*kept, f"{more} of the same")
    return (*kept, f"{more}; SHA-256 of all: {_digest(sorted(kinds))}")


def essential(evidence: tuple[str, ...]) -> frozenset[str]:
    """Give what tells evidence, as `lines` gives it, from other evidence: neither order nor process ids do.

    Of evidence that was cut it is the digest of all its lines.
    """
    if len(evidence) == MOST_LINES and (cut := _ALL.fullmatch(evidence[-1])):
        return frozenset({cut[1]})
    return known_by(evidence)


def known_by(evidence: tuple[str, ...]) -> frozenset[str]:
    """Give all that is known to whoever was shown this evidence: each line by itself, and what they are together."""
    shown = (line for line in evidence if not _ALIKE.fullmatch(line))
    return frozenset(cut[1] if (cut := _ALL.fullmatch(line)) else _lasting(line) for line in shown)


def _lasting(line: str) -> str:
    """Give a line without what changes by itself."""
    return _PROCESS.sub(r"\1#", line)


def _digest(these: Iterable[str]) -> str:
    return sha256("\n".join(these).encode()).hexdigest()[:16]


@lru_cache(maxsize=512)
def _line(text: str) -> str:
    """Give a line as it may stand in documents; the same ones come every second."""
    plain = plain_line(text)
    lasting, ids = _PROCESS.subn(r"\1#", plain)
    if len(plain) <= LONGEST_LINE and len(lasting) + _LONGEST_ID * ids <= LONGEST_LINE:
        return plain
    end = f"… SHA-256 {_digest([lasting])}"
    return lasting[: LONGEST_LINE - len(end)] + end


def _plain(facts: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """Give facts as they may be shown: what a process or a user calls itself may hold anything."""
    shown = {name: plain_line(fact)[:LONGEST_LINE] if isinstance(fact, str) else fact for name, fact in facts.items()}
    return MappingProxyType(shown)


def _made(name: str, check: Check, machine: Machine, situation: Situation) -> Observation:
    try:
        return check(machine, situation)
    except Unreadable as problem:
        path, reason = problem.args
        return unknown(name, (f"/{path.lstrip('/')}: {reason}",))
