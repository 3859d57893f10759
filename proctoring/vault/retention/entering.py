"""Entering an act into a recording's custody: judged by what stands at that moment, refused where it has no place."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from proctoring.vault.retention.custody import Act, Chain, append
from proctoring.vault.retention.faults import CustodyRefused, DestructionBegun, RecordingMissing
from proctoring.vault.retention.ledger import Ledger, Situation
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.papers import require_id
from proctoring.vault.retention.people import Signer, require_acting
from proctoring.vault.retention.refusals import why_refused
from proctoring.vault.retention.standing import step
from proctoring.vault.store.ending import ended_ms
from sync.trust.keys import SigningKey
from sync.wire.archive import CustodyAct, CustodyEntry, Moment

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


def enter(
    ledger: Ledger, own: SigningKey, recording: str, judge: Callable[[Situation], Act], person: Signer | None
) -> tuple[CustodyEntry, Situation]:
    """Enter an act into custody; `judge` sees what stands, again whenever somebody else was quicker.

    Raises:
        RecordingMissing: the recording is not there, and the act needs it.
        ActRefused: the act has no place. AdministratorRefused, RecordingUnknown, CustodyRefused.
    """
    require_id(recording)
    if person is not None:
        require_acting(person.person, ledger.trust)
    seen: list[Situation] = []

    def judged(chain: Chain) -> tuple[str, Act, int]:
        seen.append(ledger.situation_of(recording, chain))
        act = judge(seen[-1])
        if seen[-1].missing and act.act not in WITHOUT_IT:
            raise RecordingMissing(recording=recording)
        kept_ms = max(seen[-1].folded.retain_until_ms, act.until_ms or 0)
        return seen[-1].terms.manifest_sha256, act, papers_until(act.at.wall_ms, kept_ms)

    def check(_: Chain, entry: CustodyEntry) -> None:
        try:
            step(seen[-1].terms, seen[-1].folded, entry)
        except CustodyRefused as fault:
            raise why_refused(seen[-1].folded, entry, fault.detail) from None

    entry, chain = append(ledger.book, recording, own, judged, check)
    return entry, replace(seen[-1], chain=chain, folded=step(seen[-1].terms, seen[-1].folded, entry))


def require_there(situation: Situation) -> None:
    """Refuse what comes after the beginning of a destruction. Raises DestructionBegun."""
    if situation.folded.begun is not None or situation.record is not None:
        raise DestructionBegun


def arrival_facts(situation: Situation, facts: dict[str, str], now: Moment) -> tuple[tuple[str, str], ...]:
    """Give what custody has to say even if the recording itself is gone one day: whose it is, how long it is kept."""
    if situation.manifest is None:
        raise CustodyRefused(f"{situation.recording}: the manifest is missing")
    document = situation.manifest.document
    kept = {
        "session": document.session,
        "ended_ms": str(ended_ms(document, now.wall_ms)),
        "retention_days": str(document.retention_days),
    }
    return ordered({**facts, **kept})


def ordered(facts: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Give facts as an act has them."""
    return tuple(sorted(facts.items()))
