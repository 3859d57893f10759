"""Scoring a session again under an erratum of an item: both scores are kept, each change is a correction of its own.

What a sitting's result has to be is a function of its packet and of the session's errata. So a run that is broken off
anywhere is simply run again: what agrees already is left alone, and packets that came since are corrected too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.correcting import Change, Decision, append_correction, check_decision, paper_of
from app.registry.errata import decided_errata, errata_of, with_erratum
from app.registry.models import ErratumRow, Packet
from app.registry.premises import Premises
from app.registry.rescoring import check_erratum
from app.registry.results import Account, account_of
from sync.wire.receipt import Result
from sync.wire.result import CorrectionKind, Erratum


@dataclass(frozen=True)
class Remark:
    """A sitting whose result changes, or would: from what to what."""

    sitting: str
    before: Result
    after: Result

    @property
    def flips(self) -> bool:
        """Whether it passes now and did not, or the other way round."""
        return self.before.passed != self.after.passed


@dataclass(frozen=True)
class Remarked:
    """What a run came to, or would come to: how many packets were looked at, and the changes."""

    packets: int
    changes: tuple[Remark, ...]

    @property
    def now_pass(self) -> int:
        """How many pass that did not."""
        return sum(one.flips and one.after.passed for one in self.changes)

    @property
    def now_fail(self) -> int:
        """How many fail that passed."""
        return sum(one.flips and not one.after.passed for one in self.changes)


def foresee(premises: Premises, session_id: str, erratum: Erratum) -> Remarked:
    """Say what an erratum would change; nothing is written.

    Raises:
        SessionUnknown, ErratumRefused: it says nothing for this session.
    """
    check_erratum(premises, session_id, erratum)
    with premises.database.reading() as session:
        errata = with_erratum(errata_of(session, session_id), erratum)
        sittings = _sittings(session, session_id)
        found = (_change(premises, session, account_of(premises, session, one), errata) for one in sittings)
        return Remarked(len(sittings), tuple(change for change in found if change))


def remark(premises: Premises, session_id: str, erratum: Erratum, decision: Decision) -> Remarked:
    """Write an erratum down and correct every result of the session that it changes, each in a transaction of its own.

    Raises:
        SessionUnknown, ErratumRefused, DecisionIncomplete: nothing is written.
    """
    check_erratum(premises, session_id, erratum)
    check_decision(decision)
    with premises.database.writing() as session:
        if erratum not in errata_of(session, session_id):
            session.add(
                ErratumRow(
                    session=session_id,
                    item=erratum.item,
                    rule=erratum.rule,
                    reason=decision.reason,
                    decided_by=json.dumps(decision.by, ensure_ascii=False),
                    decided_ms=decision.at_ms,
                )
            )
        sittings = _sittings(session, session_id)
    return Remarked(len(sittings), tuple(_corrections(premises, session_id, sittings)))


def pending(premises: Premises, session: Session, account: Account) -> Remark | None:
    """Give what a sitting's result has to be changed to because of its session's errata; None if it is as it has to be.

    A packet that came after a re-mark waits for the next run.
    """
    errata = errata_of(session, account.receipt.result.session)
    return _change(premises, session, account, errata) if errata else None


def _corrections(premises: Premises, session_id: str, sittings: Sequence[str]) -> Iterator[Remark]:
    for sitting in sittings:
        with premises.database.writing() as session:
            decided = decided_errata(session, session_id)
            errata = tuple(erratum for erratum, _ in decided)
            account = account_of(premises, session, sitting)
            found = _change(premises, session, account, errata)
            if found is None:
                continue
            why = max((row for erratum, row in decided if erratum not in account.stand.errata), key=_number)
            change = Change(CorrectionKind.REMARK, found.after, errata=errata)
            decision = Decision(why.reason, tuple(json.loads(why.decided_by)), why.decided_ms)
            append_correction(premises, session, account, change, decision)
        yield found


def _change(premises: Premises, session: Session, account: Account, errata: tuple[Erratum, ...]) -> Remark | None:
    stand = account.stand
    if stand.errata == errata:
        return None
    after = paper_of(premises, session, stand.packet_sha256).result(errata, voided=stand.result.voided)
    return Remark(account.sitting, stand.result, after) if after != stand.result else None


def _sittings(session: Session, session_id: str) -> Sequence[str]:
    return session.scalars(select(Packet.sitting).where(Packet.session == session_id).order_by(Packet.leaf)).all()


def _number(row: ErratumRow) -> int:
    return row.number
