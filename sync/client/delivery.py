"""Delivery: every packet in exactly once, however the line behaves.

A row is `in_flight` on the disk before the first byte leaves. What comes back is worth what its signature is worth: a
status code moves nothing, a verified receipt does. Whatever else happens, the row goes back to `queued` and is tried
again, later and later, for ever.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable, Reply
from sync.faults import Fault
from sync.replica.database import Replica
from sync.replica.outbox import Outbox, OutboxRow, Stage
from sync.trust.anchor import Trust
from sync.trust.evidence import EvidenceReport, check_receipt
from sync.wire.receipt import InclusionProof, Receipt

CONFLICT: Final = "PACKET_CONFLICT"
FIRST_WAIT_MS: Final = 5_000
LONGEST_WAIT_MS: Final = 15 * 60_000
LONGEST_OBEYED_MS: Final = 60 * 60_000  # a server may ask for patience, not for silence
_RECEIPT_BYTES: Final = 100_000
_END_OF_TIME_MS: Final = 2**62


@dataclass(frozen=True)
class DeliveryReport:
    """What one pass came to: digests of packets, how many still wait, the last reason for waiting."""

    receipted: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    waiting: int = 0
    reason: str = ""

    @property
    def moved(self) -> int:
        """How many steps were made for good."""
        return len(self.receipted) + len(self.proven) + len(self.quarantined)


class _NotYet(Exception):  # noqa: N818 - not an error: the row waits
    """This row waits; `wait_ms` is what the server asked for."""

    def __init__(self, reason: str, wait_ms: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_ms = wait_ms


def deliver_due(
    replica: Replica,
    connection: RegistryConnection,
    trust: Trust,
    now_ms: int,
    *,
    chance: Callable[[], float] = random.random,
) -> DeliveryReport:
    """Try every packet that is due once: send what is queued, fetch the proof of what is receipted.

    A receipt's time is signed, so it also raises the latest signed time this seat has seen. `now_ms` is the wall
    clock; `chance` gives numbers in [0, 1) that keep a room's seats from asking all at once. If nobody answers at
    all the pass ends early; what was not tried stays as it is.

    Raises:
        DiskFull, DiskFault, ReplicaUnreadable: the outbox could not be written; nothing is lost.
    """
    delivery = _Delivery(replica, connection, trust, now_ms, chance)
    report = DeliveryReport()
    for row in _due(replica.outbox, now_ms):
        try:
            report = delivery.advance(row, report)
        except RegistryUnreachable as fault:
            report = replace(report, reason=fault.detail)
            break
    return replace(report, waiting=len(replica.outbox.due(_END_OF_TIME_MS)))


def wait_ms(tries: int, asked_ms: int, chance: float) -> int:
    """Give how long to wait after the try number `tries`: doubling, between half and all of it, ms.

    What the server asked for is obeyed up to an hour.
    """
    usual = min(FIRST_WAIT_MS * 2 ** min(max(tries, 1) - 1, 20), LONGEST_WAIT_MS)
    return max(int(usual * (0.5 + chance / 2)), min(asked_ms, LONGEST_OBEYED_MS))


def _due(outbox: Outbox, now_ms: int) -> list[OutboxRow]:
    """Give what is due; also what waits for longer than anything ever has to, because the clock was set back."""
    latest = now_ms + max(LONGEST_WAIT_MS, LONGEST_OBEYED_MS)
    return [row for row in outbox.due(_END_OF_TIME_MS) if not now_ms < row.next_try_ms <= latest]


@dataclass(frozen=True)
class _Delivery:
    replica: Replica
    connection: RegistryConnection
    trust: Trust
    now_ms: int
    chance: Callable[[], float]

    @property
    def outbox(self) -> Outbox:
        return self.replica.outbox

    def advance(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        """Take one row as far as it goes now. Raises `RegistryUnreachable` only if there was no connection."""
        if row.stage is Stage.QUEUED:
            report = self._send(row, report)
        sent = self.outbox.get(row.sha256)
        return self._prove(sent, report) if sent and sent.stage is Stage.RECEIPTED else report

    def _send(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        self.outbox.move(row.sha256, Stage.IN_FLIGHT)
        try:
            receipt, document = self._receipt(row)
        except _NotYet as not_yet:
            self._queue_again(row, not_yet.reason, not_yet.wait_ms)
            return replace(report, reason=not_yet.reason)
        except _Conflict as conflict:
            self.outbox.move(row.sha256, Stage.QUARANTINED, reason=conflict.reason)
            return replace(report, quarantined=(*report.quarantined, row.sha256))
        except Fault as fault:
            self._queue_again(row, str(fault), 0)
            if isinstance(fault, RegistryUnreachable) and not fault.reached:
                raise
            return replace(report, reason=str(fault))
        self.outbox.move(row.sha256, Stage.RECEIPTED, receipt=receipt)
        self.replica.cabinet.raise_highest_signed_ms(document.received_ms)
        return replace(report, receipted=(*report.receipted, row.sha256))

    def _receipt(self, row: OutboxRow) -> tuple[bytes, Receipt]:
        reply = self.connection.put(f"/v1/packets/{row.sha256}", row.envelope, _RECEIPT_BYTES)
        if reply.status == HTTPStatus.CONFLICT and reply.error().code == CONFLICT:
            raise _Conflict(reply.error().detail)
        if reply.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise _not_yet(reply)
        checked = check_receipt(reply.body, row.envelope, None, self.trust)
        if not checked.good or not isinstance(checked.document, Receipt):
            raise _NotYet(f"not a receipt: {_first_bad(checked)}")
        return reply.body, checked.document

    def _prove(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        try:
            proof = self._proof(row)
        except (_NotYet, Fault) as not_yet:
            asked = not_yet.wait_ms if isinstance(not_yet, _NotYet) else 0
            self.outbox.postpone(row.sha256, reason=str(not_yet), next_try_ms=self._next_try(row.tries, asked))
            if isinstance(not_yet, RegistryUnreachable) and not not_yet.reached:
                raise
            return replace(report, reason=str(not_yet))
        self.outbox.move(row.sha256, Stage.PROVEN, proof=proof)
        return replace(report, proven=(*report.proven, row.sha256))

    def _proof(self, row: OutboxRow) -> bytes:
        reply = self.connection.get(f"/v1/proofs/{row.sha256}", InclusionProof.MAX_BYTES)
        if reply.status != HTTPStatus.OK:
            raise _not_yet(reply)
        checked = check_receipt(row.receipt or b"", row.envelope, reply.body, self.trust)
        if not checked.good:
            raise _NotYet(f"not a proof: {_first_bad(checked)}")
        return reply.body

    def _queue_again(self, row: OutboxRow, reason: str, asked_ms: int) -> None:
        next_try_ms = self._next_try(row.tries + 1, asked_ms)
        self.outbox.move(row.sha256, Stage.QUEUED, reason=reason, next_try_ms=next_try_ms)

    def _next_try(self, tries: int, asked_ms: int) -> int:
        return self.now_ms + wait_ms(tries, asked_ms, self.chance())


class _Conflict(Exception):  # noqa: N818 - an answer, not an error
    """The registry keeps this packet aside: another one with its id or sitting was there first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _not_yet(reply: Reply) -> _NotYet:
    try:
        reason = reply.error().code
    except RegistryAnswerBad:
        reason = "no reason given"
    return _NotYet(f"status {reply.status}: {reason}", (reply.retry_after_s or 0) * 1000)


def _first_bad(report: EvidenceReport) -> str:
    return next((f"{check.name} {check.detail}" for check in report.checks if not check.good), "no document")
