"""Doubts about a packet that was taken in: evidence is never turned away, but people are told what does not fit."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.heads import journal_heads_of
from app.registry.models import PacketDoubt
from app.registry.premises import Premises
from sync.wire.environment import EnvironmentPolicy, EnvironmentStatement, Severity
from sync.wire.packet import ScorePacket


class DoubtKind(StrEnum):
    """What does not fit."""

    JOURNAL_BEHIND_HEAD = "journal_behind_head"
    """The packet's journal is shorter than a head that had left the seat: the seat was set back."""
    JOURNAL_BESIDE_HEAD = "journal_beside_head"
    """The packet's journal is another one than that of a head that had left the seat."""
    TWO_JOURNALS = "two_journals"
    """Two heads with one number and other contents have left the seat."""
    LEVEL_BELOW_PLAN = "level_below_plan"
    """The PC was less locked down than the plan demands: the seat's program should not have begun."""
    CHECK_UNSETTLED = "check_unsettled"
    """A check found what nothing may go on over, and no two proctors decided about it."""


@dataclass(frozen=True)
class Doubt:
    """A doubt about a packet; `noticed_ms`: ms since the epoch, UTC."""

    packet_sha256: str
    sitting: str
    kind: DoubtKind
    noticed_ms: int


def note_doubts(premises: Premises, session: Session, sha256: str, packet: ScorePacket) -> None:
    """Hold a packet against the journal's heads that left its seat, and its PC against the plan; write down doubts."""
    heads = journal_heads_of(session, packet.sitting)
    found = set()
    if any(head.sequence > packet.journal.count for head in heads):
        found.add(DoubtKind.JOURNAL_BEHIND_HEAD)
    if any((head.sequence, head.hash != packet.journal.head) == (packet.journal.count, True) for head in heads):
        found.add(DoubtKind.JOURNAL_BESIDE_HEAD)
    if len({head.sequence for head in heads}) < len(heads):
        found.add(DoubtKind.TWO_JOURNALS)
    found |= _doubts_about_the_pc(packet.environment, premises.shelf.session(packet.session).plan.policy.environment)
    for kind in sorted(found):
        session.add(
            PacketDoubt(packet_sha256=sha256, sitting=packet.sitting, kind=kind.value, noticed_ms=premises.clock())
        )


def _doubts_about_the_pc(stated: EnvironmentStatement, policy: EnvironmentPolicy) -> set[DoubtKind]:
    settled = {override.statement.check for override in stated.overrides}
    found = set() if stated.level.reaches(policy.level) else {DoubtKind.LEVEL_BELOW_PLAN}
    if any(one.severity is Severity.BLOCKING and one.check not in settled for one in stated.checks):
        found.add(DoubtKind.CHECK_UNSETTLED)
    return found


def doubts(premises: Premises) -> tuple[Doubt, ...]:
    """Give all doubts, the oldest first."""
    with premises.database.reading() as session:
        rows = session.scalars(select(PacketDoubt).order_by(PacketDoubt.number))
        return tuple(Doubt(row.packet_sha256, row.sitting, DoubtKind(row.kind), row.noticed_ms) for row in rows)
