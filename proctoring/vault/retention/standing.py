"""Where a recording stands: a pure fold over its custody. No clock is read here and nothing is written.

`retain_until_ms` is the latest of what the manifest asks for and every extension, so it only ever moves later. Holds
are beside the states: each stands until it is released by itself. A hold, an extension or a withdrawal ends a proposal
and with it every approval.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from proctoring.vault.retention.faults import CustodyRefused
from proctoring.vault.retention.people import among
from sync.wire.archive import CustodyAct, CustodyEntry, Person

DAY_MS: Final = 86_400_000


class State(StrEnum):
    """How far a recording has come in the archive."""

    MISSING = "missing"  # custody says that it was taken over, and it is not there, or not all of it
    ARRIVED = "arrived"  # it lies there, but no custody says that it was verified and taken over
    RETAINED = "retained"
    EXPIRABLE = "expirable"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class Terms:
    """What the archive's papers ask for, before any custody: times in ms since 1970 (UTC)."""

    manifest_sha256: str
    ended_ms: int
    retention_days: int
    approvals_needed: int = 1

    @property
    def retain_until_ms(self) -> int:
        """The end of the retention that the manifest asks for."""
        return self.ended_ms + self.retention_days * DAY_MS


@dataclass(frozen=True)
class Hold:
    """A hold (保全): it stands until it is released. `review_ms`: the day somebody looks at it again."""

    sequence: int
    by: Person
    reason: str
    since_ms: int
    review_ms: int | None


@dataclass(frozen=True)
class Proposal:
    """A proposed destruction and who has approved it."""

    sequence: int
    by: Person
    purpose: str
    at_ms: int
    approved_by: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Freeze:
    """Why the clock is not believed. `expected_ms`: what evidence expects, ms since 1970 (UTC)."""

    said_ms: int
    expected_ms: int
    since_sequence: int | None


@dataclass(frozen=True)
class Standing:
    """Where a recording stands, judged at `sure_ms`: the time it surely is, ms since 1970 (UTC)."""

    state: State
    retain_until_ms: int
    holds: tuple[Hold, ...]
    proposal: Proposal | None
    approvals_needed: int
    manifest_sha256: str
    sure_ms: int
    frozen: Freeze | None = None

    @property
    def held(self) -> bool:
        """Tell whether a hold stands."""
        return bool(self.holds)

    @property
    def may_be_destroyed(self) -> bool:
        """Tell whether everything a destruction needs is there."""
        return self.state in (State.APPROVED, State.DESTROYING) and not self.holds and self.frozen is None


@dataclass(frozen=True)
class Folded:
    """What custody says by itself, without a clock."""

    retain_until_ms: int
    taken_over: bool = False
    holds: tuple[Hold, ...] = ()
    proposal: Proposal | None = None
    begun: CustodyEntry | None = None
    keys_erased: CustodyEntry | None = None
    destroyed: CustodyEntry | None = None


def fold(terms: Terms, entries: Iterable[CustodyEntry]) -> Folded:
    """Fold a verified chain of custody.

    Raises:
        CustodyRefused: an entry has no place after those before it.
    """
    at = Folded(terms.retain_until_ms)
    for entry in entries:
        if entry.manifest_sha256 != terms.manifest_sha256:
            raise CustodyRefused(f"entry {entry.sequence} is about another manifest")
        at = step(terms, at, entry)
    return at


def step(terms: Terms, at: Folded, entry: CustodyEntry) -> Folded:
    """Take one entry more.

    Raises:
        CustodyRefused: it has no place here; the detail says why.
    """
    if at.begun is not None:
        return _after_begin(at, entry)
    if entry.act in _BEYOND:
        raise CustodyRefused(f"entry {entry.sequence}: {entry.act} before a destruction began")
    if entry.act in _BY_THE_ARCHIVE:
        return replace(at, taken_over=True) if entry.act is CustodyAct.ARRIVED else at
    if entry.by is None:
        raise CustodyRefused(f"entry {entry.sequence}: {entry.act} needs a person")
    taken = _STEPS.get(entry.act)
    return taken(terms, at, entry, entry.by) if taken else at


def standing(
    terms: Terms, folded: Folded, now_ms: int, frozen: Freeze | None, *, removed: bool = False, missing: bool = False
) -> Standing:
    """Say where a recording stands at `now_ms`, the time that it surely is.

    `removed`: the store has a destruction record. `missing`: it is not there, or not all of it.
    """
    return Standing(
        State.MISSING if missing else _state(terms, folded, now_ms, removed=removed),
        folded.retain_until_ms,
        folded.holds,
        folded.proposal,
        terms.approvals_needed,
        terms.manifest_sha256,
        now_ms,
        frozen,
    )


_BY_THE_ARCHIVE: Final = frozenset({CustodyAct.ARRIVED, CustodyAct.VERIFIED})
_BEYOND: Final = frozenset({CustodyAct.KEYS_ERASED, CustodyAct.DESTROYED})


def _state(terms: Terms, at: Folded, now_ms: int, *, removed: bool) -> State:
    if at.destroyed is not None or removed:
        return State.DESTROYED
    if at.begun is not None:
        return State.DESTROYING
    if not at.taken_over:
        return State.ARRIVED
    if now_ms < at.retain_until_ms:
        return State.RETAINED
    if at.proposal is None:
        return State.EXPIRABLE
    return State.APPROVED if len(at.proposal.approved_by) >= terms.approvals_needed else State.PROPOSED


def _held(_: Terms, at: Folded, entry: CustodyEntry, by: Person) -> Folded:
    hold = Hold(entry.sequence, by, entry.purpose or "", entry.at.wall_ms, entry.until_ms)
    return replace(at, holds=(*at.holds, hold), proposal=None)


def _released(_: Terms, at: Folded, entry: CustodyEntry, __: Person) -> Folded:
    rest = tuple(hold for hold in at.holds if hold.sequence != entry.about)
    if len(rest) == len(at.holds):
        raise CustodyRefused(f"entry {entry.sequence} releases a hold that does not stand")
    return replace(at, holds=rest)


def _extended(_: Terms, at: Folded, entry: CustodyEntry, __: Person) -> Folded:
    if entry.until_ms is None or entry.until_ms <= at.retain_until_ms:
        raise CustodyRefused(f"entry {entry.sequence} does not extend")
    return replace(at, retain_until_ms=entry.until_ms, proposal=None)


def _proposed(_: Terms, at: Folded, entry: CustodyEntry, by: Person) -> Folded:
    if at.holds or at.proposal is not None or entry.at.wall_ms < at.retain_until_ms or not at.taken_over:
        raise CustodyRefused(f"entry {entry.sequence} proposes what cannot be proposed")
    return replace(at, proposal=Proposal(entry.sequence, by, entry.purpose or "", entry.at.wall_ms))


def _approved(_: Terms, at: Folded, entry: CustodyEntry, by: Person) -> Folded:
    proposal = _proposal(at, entry)
    if among(by, (proposal.by, *proposal.approved_by)):
        raise CustodyRefused(f"entry {entry.sequence}: one person approves twice, or their own proposal")
    return replace(at, proposal=replace(proposal, approved_by=(*proposal.approved_by, by)))


def _withdrawn(_: Terms, at: Folded, entry: CustodyEntry, __: Person) -> Folded:
    _proposal(at, entry)
    return replace(at, proposal=None)


def _begun(terms: Terms, at: Folded, entry: CustodyEntry, _: Person) -> Folded:
    approvals = len(_proposal(at, entry).approved_by)
    if approvals < terms.approvals_needed or at.holds or entry.at.wall_ms < at.retain_until_ms:
        raise CustodyRefused(f"entry {entry.sequence} begins what was not approved")
    return replace(at, begun=entry)


def _proposal(at: Folded, entry: CustodyEntry) -> Proposal:
    if at.proposal is None or at.proposal.sequence != entry.about:
        raise CustodyRefused(f"entry {entry.sequence} is about a proposal that does not stand")
    return at.proposal


def _after_begin(at: Folded, entry: CustodyEntry) -> Folded:
    if entry.act is CustodyAct.KEYS_ERASED and at.keys_erased is None:
        return replace(at, keys_erased=entry)
    if entry.act is CustodyAct.DESTROYED and at.keys_erased is not None and at.destroyed is None:
        return replace(at, destroyed=entry)
    raise CustodyRefused(f"entry {entry.sequence}: {entry.act} after a destruction began")


_STEPS: Final[Mapping[CustodyAct, Callable[[Terms, Folded, CustodyEntry, Person], Folded]]] = {
    CustodyAct.HELD: _held,
    CustodyAct.RELEASED: _released,
    CustodyAct.EXTENDED: _extended,
    CustodyAct.DESTRUCTION_PROPOSED: _proposed,
    CustodyAct.DESTRUCTION_APPROVED: _approved,
    CustodyAct.DESTRUCTION_WITHDRAWN: _withdrawn,
    CustodyAct.DESTRUCTION_BEGUN: _begun,
}
