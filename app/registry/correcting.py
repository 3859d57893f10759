"""Correcting a result: people decide, the registry writes it down as a new entry, and nothing before it changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from app.registry.errata import errata_of
from app.registry.keyroom import KeyName
from app.registry.models import Conflict, CorrectionRow, Packet
from app.registry.premises import Premises
from app.registry.rescoring import Paper, lay_out
from app.registry.results import Account, account_of, believed_packet
from sync.faults import Refused
from sync.trust.corrections import CorrectionRefused, corrected
from sync.trust.envelope import sign
from sync.trust.leaf import correction_leaf
from sync.wire.document import DocumentRefused, Part
from sync.wire.ids import Name
from sync.wire.packet import EndReason
from sync.wire.receipt import Result
from sync.wire.result import Correction, CorrectionKind, Erratum, Reason, ResultState


class DecisionIncomplete(Refused):
    """A decision without a reason, or without enough people who made it."""

    code = "DECISION_INCOMPLETE"


class _Decided(Part):
    reason: Reason
    by: Annotated[tuple[Name, ...], Field(min_length=1, max_length=8)]


@dataclass(frozen=True)
class Decision:
    """Why a result is corrected and who decided it, by name; `at_ms` is when (ms since the epoch, UTC)."""

    reason: str
    by: tuple[str, ...]
    at_ms: int


@dataclass(frozen=True)
class Change:
    """What a correction makes of an account; what is not given stays."""

    kind: CorrectionKind
    result: Result
    packet_sha256: str = ""
    decides: tuple[str, ...] = ()
    errata: tuple[Erratum, ...] | None = field(default=None)


def void(premises: Premises, sitting: str, decision: Decision) -> Account:
    """Let a sitting not count any more.

    Raises:
        DecisionIncomplete, ResultUnknown, CorrectionRefused: not as it stands.
    """

    def change(account: Account, _session: Session) -> Change:
        result = account.stand.result.model_copy(update={"voided": True, "passed": False})
        return Change(CorrectionKind.VOID, result)

    return _correct(premises, sitting, decision, change)


def reinstate(premises: Premises, sitting: str, decision: Decision) -> Account:
    """Let a voided sitting count again, with what its responses earn. Raises what `void` raises."""

    def change(account: Account, session: Session) -> Change:
        paper = paper_of(premises, session, account.stand.packet_sha256)
        return Change(CorrectionKind.REINSTATED, paper.result(account.stand.errata, voided=False))

    return _correct(premises, sitting, decision, change)


def decide(premises: Premises, sitting: str, packet_sha256: str, decision: Decision) -> Account:
    """Decide which of the packets that dispute a sitting counts; all that were set aside so far are settled by it.

    Raises:
        CorrectionRefused: there is no open dispute, or the packet is not one of this sitting in it; and what `void`
            raises.
    """

    def change(account: Account, session: Session) -> Change:
        open_now = {one.aside_sha256 for one in account.disputes} - account.stand.decided
        if account.state is not ResultState.WITHHELD:
            raise CorrectionRefused("no packets dispute this sitting")
        known = {account.stand.first_sha256, *(one.aside_sha256 for one in account.disputes)}
        if packet_sha256 not in known:
            raise CorrectionRefused("this packet is not among those in dispute")
        paper = paper_of(premises, session, packet_sha256)
        if paper.packet.sitting != sitting:
            raise CorrectionRefused("this packet is another sitting's")
        voided = account.stand.by_people or paper.packet.end_reason is EndReason.VOIDED
        if packet_sha256 == account.stand.packet_sha256:
            voided = account.stand.result.voided
        errata = errata_of(session, paper.packet.session)
        result = paper.result(errata, voided=voided)
        return Change(CorrectionKind.DECIDED, result, packet_sha256, tuple(sorted(open_now)), errata)

    return _correct(premises, sitting, decision, change)


def paper_of(premises: Premises, session: Session, packet_sha256: str) -> Paper:
    """Open what a packet that is kept here is scored with."""
    row = session.get(Packet, packet_sha256) or session.get_one(Conflict, packet_sha256)
    return lay_out(premises, believed_packet(row.envelope))


def check_decision(decision: Decision) -> None:
    """Refuse a decision without a reason or a person's name. Raises DecisionIncomplete."""
    try:
        _Decided.model_validate({"reason": decision.reason, "by": decision.by})
    except ValidationError:
        raise DecisionIncomplete from None


def append_correction(
    premises: Premises, session: Session, account: Account, change: Change, decision: Decision
) -> None:
    """Sign a correction, log it and keep it, within the caller's transaction.

    Raises:
        DecisionIncomplete: people or a reason are wanting.
        CorrectionRefused: it does not follow.
    """
    stand = account.stand
    try:
        document = Correction(
            kind=change.kind,
            packet_sha256=change.packet_sha256 or stand.packet_sha256,
            before_sha256=stand.last_sha256,
            replaces=stand.leaf,
            decides=change.decides,
            errata=stand.errata if change.errata is None else change.errata,
            reason=decision.reason,
            decided_by=decision.by,
            decided_ms=decision.at_ms,
            result=change.result,
        )
        document = Correction.parse(document.to_bytes())
    except (DocumentRefused, ValidationError):
        raise DecisionIncomplete from None
    envelope = sign(document.to_bytes(), Correction.PAYLOAD_TYPE, premises.keys.key(KeyName.RESULT))
    digest = sha256(envelope).hexdigest()
    log = premises.log.append(session, correction_leaf(digest, document.result))
    corrected(stand, document, digest, log, account.disputes)
    session.add(CorrectionRow(leaf=log.index, sha256=digest, sitting=account.sitting, envelope=envelope))
    session.flush()


def _correct(
    premises: Premises, sitting: str, decision: Decision, change: Callable[[Account, Session], Change]
) -> Account:
    with premises.database.writing() as session:
        account = account_of(premises, session, sitting)
        append_correction(premises, session, account, change(account, session), decision)
        return account_of(premises, session, sitting)
