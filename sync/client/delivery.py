"""Delivery: every packet in exactly once, however the line behaves.

A row is `in_flight` on the disk before the first byte leaves. What comes back is worth what its signature is worth: a
status code moves nothing, a verified receipt does. Whatever else happens, the row goes back to `queued` and is tried
again, later and later, for ever. Packets go before proofs: a packet that is only here is what can be lost.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from sync.client.connection import (
    CertificateNotTaken,
    RegistryAnswerBad,
    RegistryConnection,
    RegistryUnreachable,
    Reply,
)
from sync.faults import Fault
from sync.replica.database import Replica
from sync.replica.outbox import Hold, Now, Outbox, OutboxRow, Stage, StageRefused, Why
from sync.trust.anchor import Trust
from sync.trust.clock import read_clock
from sync.trust.evidence import EvidenceReport, check_receipt
from sync.wire.receipt import InclusionProof, Receipt

CONFLICT: Final = "PACKET_CONFLICT"
FIRST_WAIT_MS: Final = 5_000
LONGEST_WAIT_MS: Final = 15 * 60_000
LONGEST_OBEYED_MS: Final = 60 * 60_000  # a server may ask for patience, not for silence
EVERY_S: Final = 2.0
QUIETEST_S: Final = 60.0
_RECEIPT_BYTES: Final = 100_000
_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_DETAIL_CHARACTERS: Final = 300


@dataclass(frozen=True)
class DeliveryReport:
    """What one pass came to: digests of packets, how many still wait, the last reason for waiting.

    `waiting` counts those without a receipt and those without a proof. `answered` is false if nobody was there at all.
    """

    receipted: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    waiting: int = 0
    why: Why | None = None
    detail: str = ""
    answered: bool = True

    @property
    def moved(self) -> int:
        """How many steps were made for good."""
        return len(self.receipted) + len(self.proven) + len(self.quarantined)


class _NotYet(Exception):  # noqa: N818 - not an error: the row waits
    """This row waits; `wait_ms` is what the server asked for."""

    def __init__(self, why: Why, detail: str, wait_ms: int = 0) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.wait_ms = wait_ms


class _Conflict(Exception):  # noqa: N818 - an answer, not an error
    """The registry keeps this packet aside: another one with its id or sitting was there first."""


def deliver_due(
    replica: Replica,
    connection: RegistryConnection,
    trust: Trust,
    clock: Callable[[], Now] = read_clock,
    *,
    chance: Callable[[], float] = random.random,
    stop: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Try everything that is due once: send what is queued, then fetch proofs for what is receipted.

    A receipt's time is signed, so it also raises the latest signed time this seat has seen, if it can be right (see
    `Cabinet.raise_highest_signed_ms`). `chance` gives numbers in [0, 1) that keep a room's seats from asking all at
    once. Nothing is begun while the outbox is paused, or once `stop` says so. If nobody answers at all the pass ends
    early; what was not tried stays as it is.

    Raises:
        DiskFull, DiskFault, ReplicaUnreadable: the outbox could not be written; nothing is lost.
    """
    delivery, report = _Delivery(replica, connection, trust, clock, chance), DeliveryReport()
    for stage, step in ((Stage.QUEUED, delivery.send), (Stage.RECEIPTED, delivery.prove)):
        for sha256 in replica.outbox.due(stage, clock()):
            row = replica.outbox.get(sha256)
            if stop() or not report.answered or replica.outbox.paused():
                break
            if row is not None and row.stage is stage:
                report = _one(step, row, report)
    state = replica.outbox.state()
    return replace(report, waiting=state.waiting + state.unproven)


def wait_ms(tries: int, asked_ms: int, chance: float) -> int:
    """Give how long to wait after the try number `tries`: doubling, between half and all of it, ms.

    What the server asked for is obeyed up to an hour.
    """
    usual = min(FIRST_WAIT_MS * 2 ** min(max(tries, 1) - 1, 20), LONGEST_WAIT_MS)
    return max(int(usual * (0.5 + chance / 2)), min(asked_ms, LONGEST_OBEYED_MS))


class Courier:
    """Takes one pass after another, and knows how long to leave the line alone between two.

    Where nobody answers at all, the line is tried ever less often, up to once in `QUIETEST_S`; each row's own wait is
    kept besides. `connect` and `trust` are asked for each pass that has work, so that renewed keys are used at once.
    """

    def __init__(
        self,
        replica: Replica,
        connect: Callable[[], RegistryConnection],
        trust: Callable[[], Trust],
        *,
        clock: Callable[[], Now] = read_clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._replica: Final = replica
        self._connect: Final = connect
        self._trust: Final = trust
        self._clock: Final = clock
        self._chance: Final = chance
        self._quiet_s = EVERY_S

    def turn(self, stop: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """Take a pass, if anything is due. Raises what `deliver_due` and the two callables raise."""
        outbox, now = self._replica.outbox, self._clock()
        if outbox.paused() or not (outbox.due(Stage.QUEUED, now) or outbox.due(Stage.RECEIPTED, now)):
            state = outbox.state()
            return DeliveryReport(waiting=state.waiting + state.unproven)
        trust, connection = self._trust(), self._connect()
        try:
            return deliver_due(self._replica, connection, trust, self._clock, chance=self._chance, stop=stop)
        finally:
            connection.close()

    def wait_s(self, report: DeliveryReport) -> float:
        """Give how long to wait after a turn that came to this, s."""
        self._quiet_s = EVERY_S if report.answered else min(self._quiet_s * 2, QUIETEST_S)
        return self._quiet_s * (0.5 + self._chance() / 2) if self._quiet_s > EVERY_S else EVERY_S


_Step = Callable[[OutboxRow, DeliveryReport], DeliveryReport]


def _one(step: _Step, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
    try:
        return step(row, report)
    except StageRefused:
        return report  # somebody else moved it meanwhile: a receipt came by hand


@dataclass(frozen=True)
class _Delivery:
    replica: Replica
    connection: RegistryConnection
    trust: Trust
    clock: Callable[[], Now]
    chance: Callable[[], float]

    @property
    def outbox(self) -> Outbox:
        return self.replica.outbox

    def send(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        """Send one packet; it is `receipted`, `quarantined`, or `queued` again when this returns."""
        self.outbox.move(row.sha256, Stage.IN_FLIGHT)
        try:
            receipt, document = self._receipt(row)
        except _Conflict as conflict:
            hold = Hold(Why.CONFLICT, str(conflict)[:_DETAIL_CHARACTERS], 0, self.clock())
            self.outbox.move(row.sha256, Stage.QUARANTINED, hold=hold)
            return replace(report, quarantined=(*report.quarantined, row.sha256))
        except (_NotYet, Fault) as error:
            not_yet = _reason(error)
            self.outbox.move(row.sha256, Stage.QUEUED, hold=self._hold(row.tries + 1, not_yet))
            return _with_reason(report, not_yet)
        self.outbox.move(row.sha256, Stage.RECEIPTED, receipt=receipt)
        self.replica.cabinet.raise_highest_signed_ms(document.received_ms, self.clock().wall_ms)
        return replace(report, receipted=(*report.receipted, row.sha256))

    def prove(self, row: OutboxRow, report: DeliveryReport) -> DeliveryReport:
        """Fetch the proof for one packet the registry has signed for."""
        try:
            proof = self._proof(row)
        except (_NotYet, Fault) as error:
            not_yet = _reason(error)
            self.outbox.postpone(row.sha256, self._hold(row.tries, not_yet))
            return _with_reason(report, not_yet)
        self.outbox.move(row.sha256, Stage.PROVEN, proof=proof)
        return replace(report, proven=(*report.proven, row.sha256))

    def _receipt(self, row: OutboxRow) -> tuple[bytes, Receipt]:
        reply = self.connection.put(f"/v1/packets/{row.sha256}", row.envelope, _RECEIPT_BYTES)
        if reply.status == HTTPStatus.CONFLICT and reply.error().code == CONFLICT:
            raise _Conflict(reply.error().detail)
        if reply.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise _not_yet(reply)
        checked = check_receipt(reply.body, row.envelope, None, self.trust)
        if not checked.good or not isinstance(checked.document, Receipt):
            raise _NotYet(Why.NOT_REGISTRY, f"not a receipt: {_first_bad(checked)}")
        return reply.body, checked.document

    def _proof(self, row: OutboxRow) -> bytes:
        reply = self.connection.get(f"/v1/proofs/{row.sha256}", InclusionProof.MAX_BYTES)
        if reply.status == HTTPStatus.TOO_EARLY:
            raise _NotYet(Why.NO_PROOF, reply.error().code, (reply.retry_after_s or 0) * 1000)
        if reply.status != HTTPStatus.OK:
            raise _not_yet(reply)
        checked = check_receipt(row.receipt or b"", row.envelope, reply.body, self.trust)
        if not checked.good:
            raise _NotYet(Why.NO_PROOF, f"not a proof: {_first_bad(checked)}")
        return reply.body

    def _hold(self, tries: int, not_yet: _NotYet) -> Hold:
        nobody = not_yet.why is Why.NO_NETWORK  # nothing was sent: that is a matter of the line, not of this packet
        wait = wait_ms(1 if nobody else tries, not_yet.wait_ms, self.chance())
        return Hold(not_yet.why, not_yet.detail[:_DETAIL_CHARACTERS], wait, self.clock())


def _reason(error: _NotYet | Fault) -> _NotYet:
    match error:
        case _NotYet():
            return error
        case RegistryUnreachable(reached=True):
            return _NotYet(Why.BROKEN_OFF, str(error))
        case RegistryUnreachable():
            return _NotYet(Why.NO_NETWORK, str(error))
        case RegistryAnswerBad():
            return _NotYet(Why.NOT_REGISTRY, str(error))
        case CertificateNotTaken():
            return _NotYet(Why.REFUSED, str(error))
        case _:
            return _NotYet(Why.FAILS, str(error))


def _with_reason(report: DeliveryReport, not_yet: _NotYet) -> DeliveryReport:
    return replace(report, why=not_yet.why, detail=not_yet.detail, answered=not_yet.why is not Why.NO_NETWORK)


def _not_yet(reply: Reply) -> _NotYet:
    try:
        code, why = reply.error().code, Why.REFUSED
    except RegistryAnswerBad:
        code, why = "no reason given", Why.NOT_REGISTRY
    if reply.status in _BUSY:
        why = Why.BUSY
    elif reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why = Why.FAILS
    return _NotYet(why, f"status {reply.status}: {code}", (reply.retry_after_s or 0) * 1000)


def _first_bad(report: EvidenceReport) -> str:
    return next((f"{check.name} {check.detail}" for check in report.checks if not check.good), "no document")
