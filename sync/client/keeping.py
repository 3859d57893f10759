"""How long a packet's bytes stay at the seat after everything is proven, and by whose word they may go.

Not by this PC's clock, which anybody can set: a packet may go when the registry itself has signed a time that lies
behind the plan's retention, counted from the time in the registry's receipt. And only if receipt and proof are found
good once more, from the bytes on the disk.
"""

from typing import Final

from sync.client.plans import load_plan
from sync.faults import Fault
from sync.replica.database import Replica
from sync.replica.outbox import OutboxRow, Stage
from sync.trust.anchor import Trust
from sync.trust.envelope import peek
from sync.trust.evidence import check_receipt
from sync.wire.document import DocumentRefused
from sync.wire.packet import ScorePacket
from sync.wire.receipt import Receipt

_DAY_MS: Final = 86_400_000


def mark_purgeable(replica: Replica, trust: Trust) -> list[str]:
    """Move to `purgeable` what is proven and past its time; give the digests. What cannot be judged stays.

    Raises:
        DiskFull, DiskFault: the outbox could not be written.
    """
    signed_ms = replica.cabinet.highest_signed_ms()
    marked = []
    for line in replica.outbox.lines():
        row = replica.outbox.get(line.sha256) if line.stage is Stage.PROVEN else None
        if row is None:
            continue
        until_ms = _keep_until_ms(row, replica, trust)
        if until_ms is not None and until_ms <= signed_ms:
            replica.outbox.move(row.sha256, Stage.PURGEABLE)
            marked.append(row.sha256)
    return marked


def let_go(replica: Replica) -> int:
    """Erase the bytes of every purgeable packet; give the count. Lines, receipts and proofs stay."""
    lines = [line for line in replica.outbox.lines() if line.stage is Stage.PURGEABLE and line.size]
    for line in lines:
        replica.outbox.let_go(line.sha256)
    return len(lines)


def _keep_until_ms(row: OutboxRow, replica: Replica, trust: Trust) -> int | None:
    checked = check_receipt(row.receipt or b"", row.envelope, row.proof, trust)
    if row.proof is None or not checked.good or not isinstance(checked.document, Receipt):
        return None
    try:
        packet = ScorePacket.parse(peek(row.envelope, ScorePacket.PAYLOAD_TYPE).payload)
        plan, sha256 = load_plan(replica, trust, packet.session)
    except (Fault, DocumentRefused):
        return None
    if sha256 != packet.plan_sha256:
        return None
    return checked.document.received_ms + plan.policy.retention_days * _DAY_MS
