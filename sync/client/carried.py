"""Packets that go by hand: onto a medium, and their receipts back from it. The bytes are those of the network.

Writing a packet onto a medium moves no row: only a verified receipt does, whichever way it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sync.client.medium import Kind, Medium, packet_file, proof_file, receipt_file
from sync.replica.database import Replica
from sync.replica.outbox import OutboxRow, Stage, StageRefused
from sync.trust.anchor import Trust
from sync.trust.clock import read_clock
from sync.trust.evidence import check_receipt
from sync.wire.packet import ScorePacket
from sync.wire.receipt import InclusionProof, Receipt

PACKET_BYTES: Final = ScorePacket.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures
RECEIPT_BYTES: Final = Receipt.MAX_BYTES * 4 // 3 + 10_000
_GOES: Final = (Stage.QUEUED, Stage.IN_FLIGHT, Stage.RECEIPTED)
_UNRECEIPTED: Final = (Stage.QUEUED, Stage.IN_FLIGHT, Stage.QUARANTINED)
_AT_ONCE: Final = 20  # packets that are written together; none is larger than 5.4 MB


@dataclass(frozen=True)
class Exported:
    """What was written: packets new on the medium, those that lay on it already, those nobody has countersigned yet."""

    written: int
    known: int
    unsigned: int


@dataclass(frozen=True)
class Fetched:
    """What the medium brought back, as digests of packets; `refused`: with the check that failed.

    `others` counts receipts for packets of other seats, which are none of this seat's business.
    """

    receipted: tuple[str, ...]
    proven: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    others: int


def export_packets(replica: Replica, device: str, medium: Medium, now_ms: int) -> Exported:
    """Write every packet onto the medium that has no proof yet; what lies there already is not written again.

    Raises:
        DiskFull, MediumUnwritable, MediumUnreadable: what was written before is whole and may be taken away.
    """
    lines = replica.outbox.lines()
    going = [line for line in lines if line.stage in _GOES]
    written = known = 0
    for start in range(0, len(going), _AT_ONCE):
        some = going[start : start + _AT_ONCE]
        rows = [row for line in some if (row := replica.outbox.get(line.sha256)) is not None and row.envelope]
        new = {
            packet_file(device, row.sha256): row.envelope
            for row in rows
            if medium.read(packet_file(device, row.sha256), PACKET_BYTES) != row.envelope
        }
        if new:
            medium.write(new)
        replica.outbox.mark_carried([row.sha256 for row in rows], now_ms)
        written, known = written + len(new), known + len(rows) - len(new)
    return Exported(written, known, sum(line.stage is Stage.SEALED for line in lines))


def fetch_receipts(replica: Replica, medium: Medium, trust: Trust) -> Fetched:
    """Take the receipts and proofs for this seat's packets from a medium; each is verified as one from the network is.

    Raises:
        MediumUnreadable: the medium breaks; what was taken before stays.
        DiskFull, DiskFault: the replica could not be written.
    """
    receipted: list[str] = []
    proven: list[str] = []
    refused: list[tuple[str, str]] = []
    others = 0
    for entry in medium.entries(Kind.RECEIPTS):
        row = replica.outbox.get(entry.name)
        if row is None:
            others += 1
            continue
        if row.stage in _UNRECEIPTED:
            raw = medium.read(receipt_file(row.sha256), RECEIPT_BYTES)
            if raw is None:
                continue
            checked = check_receipt(raw, row.envelope, None, trust)
            if not checked.good or not isinstance(checked.document, Receipt):
                refused.append((row.sha256, ", ".join(check.name for check in checked.checks if not check.good)))
                continue
            if _moved(replica, row, Stage.RECEIPTED, raw):
                replica.cabinet.raise_highest_signed_ms(checked.document.received_ms, read_clock().wall_ms)
                receipted.append(row.sha256)
        proven += _prove(replica, medium, trust, row.sha256)
    return Fetched(tuple(receipted), tuple(proven), tuple(refused), others)


def _prove(replica: Replica, medium: Medium, trust: Trust, sha256: str) -> Iterator[str]:
    """Take the proof for a packet, if there is a good one; a proof that is not good is one that has not come yet."""
    row = replica.outbox.get(sha256)
    if row is None or row.stage is not Stage.RECEIPTED:
        return
    raw = medium.read(proof_file(sha256), InclusionProof.MAX_BYTES)
    if (
        raw is not None
        and check_receipt(row.receipt or b"", row.envelope, raw, trust).good
        and _moved(replica, row, Stage.PROVEN, raw)
    ):
        yield sha256


def _moved(replica: Replica, row: OutboxRow, to: Stage, evidence: bytes) -> bool:
    """Move a row, unless the network was faster."""
    try:
        if to is Stage.RECEIPTED:
            replica.outbox.move(row.sha256, to, receipt=evidence)
        else:
            replica.outbox.move(row.sha256, to, proof=evidence)
    except StageRefused:
        return False
    return True
