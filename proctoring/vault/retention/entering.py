"""What an archive writes down by its own hand: acts into custody, judged by what stands at that moment; the clock."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from proctoring.vault.retention.custody import Act, Custody, append
from proctoring.vault.retention.faults import CustodyRefused, DestructionBegun, RecordingMissing
from proctoring.vault.retention.ledger import Ledger, Situation
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.papers import require_id
from proctoring.vault.retention.people import Signer, require_acting
from proctoring.vault.retention.refusals import why_refused
from proctoring.vault.retention.standing import step
from proctoring.vault.retention.timekeeping import Evidence, moment
from proctoring.vault.store.ending import claimed_ms, ended_ms
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.wire.archive import ClockAct, ClockEntry, CustodyAct, CustodyEntry, Moment

NOTED: Final = frozenset(
    {
        CustodyAct.VIEWED,
        CustodyAct.SNAPSHOT,
        CustodyAct.EXPORT_BEGUN,
        CustodyAct.EXPORTED,
        CustodyAct.VERIFIED,
    }
)
"""What is entered without changing where a recording stands."""
WITHOUT_IT: Final = frozenset({CustodyAct.HELD, CustodyAct.VERIFIED})
"""What may be entered of a recording that is missing."""


@dataclass(frozen=True)
class Clerk:
    """Who enters: with the archive's key, into the papers of its ledger, at what the machine's clock says."""

    ledger: Ledger
    key: SigningKey
    clock: Callable[[], ClockReading]

    def now(self) -> Moment:
        """Give this moment as entries carry it."""
        return moment(self.clock())

    def enter(
        self, recording: str, judge: Callable[[Situation], Act], person: Signer | None = None
    ) -> tuple[CustodyEntry, Situation]:
        """Enter an act into custody; `judge` sees what stands, again whenever somebody else was quicker.

        Raises:
            RecordingMissing: the recording is not there, and the act needs it.
            ActRefused: the act has no place. AdministratorRefused, RecordingUnknown, CustodyRefused.
        """
        require_id(recording)
        if person is not None:
            require_acting(person.person, self.ledger.trust)
        seen: list[Situation] = []

        def judged(chain: Custody) -> tuple[str, Act, int]:
            seen.append(self.ledger.situation_of(recording, chain))
            act = judge(seen[-1])
            if seen[-1].missing and act.act not in WITHOUT_IT:
                raise RecordingMissing(recording=recording)
            kept_ms = max(seen[-1].folded.retain_until_ms, act.until_ms or 0)
            return seen[-1].terms.manifest_sha256, act, papers_until(act.at.wall_ms, kept_ms)

        def check(entry: CustodyEntry) -> None:
            try:
                step(seen[-1].terms, seen[-1].folded, entry)
            except CustodyRefused as fault:
                raise why_refused(seen[-1].folded, entry, fault.detail) from None

        chain = append(self.ledger.book, recording, self.key, judged, check)
        entry = chain.entries[-1]
        return entry, replace(seen[-1], chain=chain, folded=step(seen[-1].terms, seen[-1].folded, entry))

    def write_clock_line(self) -> Evidence:
        """Write what the clocks say now into the line, and what time the registry signed if that is news.

        Raises:
            ClockLineRefused: the line so far does not hold together.
            DiskFull, DiskFault: it could not be written; then nothing is destroyed either.
        """
        line, issued = self.ledger.clock_line, self.ledger.trust.directory.issued_ms
        known = [entry.stated_ms or 0 for entry in line.entries() if entry.act is ClockAct.REGISTRY]
        if not line.entries():
            line.write(self.key, self.clock, stated_ms=self.ledger.latest_signed_ms())
        else:
            line.write(self.key, self.clock)
        if issued > max(known, default=0):
            line.write(self.key, self.clock, act=ClockAct.REGISTRY, stated_ms=issued)
        return self.ledger.evidence(self.clock)

    def state_time(self, person: Signer, stated_ms: int) -> ClockEntry:
        """Enter that an administrator says what time it is; two of them settle what the clock left open.

        What the archive sees of the clocks goes before: a person's line proves nothing of them.

        Raises:
            AdministratorRefused, ClockLineRefused.
        """
        require_acting(person.person, self.ledger.trust)
        self.write_clock_line()
        return self.ledger.clock_line.write(self.key, self.clock, act=ClockAct.STATED, stated_ms=stated_ms, by=person)


def require_there(situation: Situation) -> None:
    """Refuse what comes after the beginning of a destruction. Raises DestructionBegun."""
    if situation.folded.begun is not None or situation.record is not None:
        raise DestructionBegun


def arrival_facts(situation: Situation, facts: dict[str, str], arrived_ms: int) -> tuple[tuple[str, str], ...]:
    """Give what custody has to say even if the recording itself is gone one day: whose it is, how long it is kept.

    `arrived_ms`: what time it is, by the archive.
    """
    if situation.manifest is None:
        raise CustodyRefused(f"{situation.recording}: the manifest is missing")
    document = situation.manifest.document
    kept = {
        "session": document.session,
        "ended_ms": str(ended_ms(document, arrived_ms)),
        "retention_days": str(document.retention_days),
    }
    if kept["ended_ms"] != str(claimed_ms(document)):
        kept["claimed_ended_ms"] = str(claimed_ms(document))  # an odd clock at the seat: stated, not followed
    return ordered({**facts, **kept})


def ordered(facts: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Give facts as an act has them."""
    return tuple(sorted(facts.items()))
