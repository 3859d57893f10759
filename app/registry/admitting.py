"""Requests that devices sign: believed, counted, and written down before anything is answered.

Each figure of a device's count belongs to one request. The same figure with another nonce, or one that is far behind,
comes from a second PC with the identity, or from a replica that was set back: it is written down, and the device gets
no plans, releases or claims any more until the operator has settled it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.registry.directory import renew_directory, write_public_files
from app.registry.guarding import DeviceRevoked, must_be_of
from app.registry.models import Device, DeviceTwin, FormerKey, SeenRequest
from app.registry.premises import Premises
from sync.faults import Refused
from sync.trust.envelope import peek, verify
from sync.trust.keys import PublicKey
from sync.wire.enrolment import DeviceRequest, RequestKind

REQUEST_BYTES: Final = DeviceRequest.MAX_BYTES * 4 // 3 + 4_000  # base64 and signatures
LATE: Final = 64
"""So many figures a request may be late: processes of one seat ask at once, and lines reorder."""
FURTHEST: Final = 10_000_000
"""So many figures no seat takes without being heard; one that leaps would use the device's figures up."""
KEPT: Final = 1_000
"""So many figures of each device are kept."""
_ALWAYS: Final = frozenset({RequestKind.CERTIFICATE})
"""What a device gets even while it has a twin: without a certificate its packets would not come in."""
_log = structlog.get_logger(__name__)


class DeviceUnknown(Refused):
    """Not an enrolled device."""

    code = "DEVICE_UNKNOWN"


class RequestRepeated(Refused):
    """This very request was answered before; somebody may be playing it again."""

    code = "REQUEST_REPEATED"


class TwinNoticed(Refused):
    """Two PCs ask with one identity, or one was set back; an operator has to settle it."""

    code = "DEVICE_TWIN"


class CounterBehind(Refused):
    """The operator has settled that this device was set back: it goes on from the fact `counter`."""

    code = "COUNTER_BEHIND"


@dataclass(frozen=True)
class Admitted:
    """A request that is believed, and whether it is seen for the first time."""

    asked: DeviceRequest
    is_new: bool


def claimed_in(request: bytes) -> DeviceRequest:
    """Look, unverified, what is asked. Raises `EnvelopeRefused`, `DocumentRefused`."""
    return DeviceRequest.parse(peek(request, DeviceRequest.PAYLOAD_TYPE, max_bytes=REQUEST_BYTES).payload)


def device_of(session: Session, device_id: str) -> Device:
    """Give a device that may ask. Raises `DeviceUnknown`, `DeviceRevoked`."""
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceUnknown
    if device.revoked_ms is not None:
        raise DeviceRevoked
    return device


def admit_request(
    premises: Premises,
    request: bytes,
    kinds: tuple[RequestKind, ...],
    *,
    peer: str | None = None,
    once: bool = True,
    others: Iterable[PublicKey] = (),
) -> Admitted:
    """Believe a device's request and write it down, in a transaction of its own: what is noticed here stays noticed.

    `peer` is the device whose certificate was shown; `others` may have signed, too. Unless it is good `once` only, the
    caller answers a repeated one without doing it again.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, DeviceRevoked, CertificateOfAnother: it is not believed.
        RequestRepeated, TwinNoticed, CounterBehind: its figure says no.
    """
    asked = claimed_in(request)
    must_be_of(peer, asked.device)
    with premises.database.writing() as session:
        device, now_ms = device_of(session, asked.device), premises.clock()
        keys = [*device_keys(session, device, now_ms), *others]
        signed = verify(request, DeviceRequest.PAYLOAD_TYPE, keys, max_bytes=REQUEST_BYTES)
        if asked.kind not in kinds:
            raise RequestRepeated(f"a request for {asked.kind}")
        refusal, is_new = _count(session, device, asked, now_ms)
        shown = device.keyid in signed.keyids and asked.kind is not RequestKind.ROTATE
        is_changed = shown and _end_former_keys(premises, session, device.id, now_ms)
    if is_changed:
        write_public_files(premises)
    if refusal is not None and not (isinstance(refusal, TwinNoticed) and asked.kind in _ALWAYS):
        raise refusal
    if once and not is_new:
        raise RequestRepeated
    return Admitted(asked, is_new)


def device_keys(session: Session, device: Device, now_ms: int) -> list[PublicKey]:
    """Give what a device may sign requests with: its key, and the one before until it has shown the new one."""
    former = select(FormerKey).where(FormerKey.holder == device.id, FormerKey.until_ms > now_ms)
    return [PublicKey.from_pem(row.public_key_pem) for row in (device, *session.scalars(former))]


def _end_former_keys(premises: Premises, session: Session, device: str, now_ms: int) -> bool:
    """End the time of a device's key from before, now that it has shown the new one; tell whether there was any."""
    former = select(FormerKey).where(FormerKey.holder == device, FormerKey.until_ms > now_ms)
    rows = session.scalars(former).all()
    for row in rows:
        row.until_ms = now_ms
    if rows:
        renew_directory(premises, session)
    return bool(rows)


def has_twin(session: Session, device: str) -> bool:
    """Tell whether a device has a twin that nobody has settled."""
    unsettled = select(DeviceTwin.number).where(DeviceTwin.device == device, DeviceTwin.settled_ms.is_(None))
    return session.scalar(unsettled.limit(1)) is not None


def _count(session: Session, device: Device, asked: DeviceRequest, now_ms: int) -> tuple[Refused | None, bool]:
    """Write a request's figure down; give why it is refused, if it is, and whether it is a new request."""
    seen = session.get(SeenRequest, (device.id, asked.counter))
    if seen is not None and seen.nonce == asked.nonce:
        return (TwinNoticed() if has_twin(session, device.id) else None), False
    if seen is not None or not device.counter - LATE < asked.counter <= device.counter + FURTHEST:
        if device.may_go_on:
            device.may_go_on = False
            return CounterBehind(counter=device.counter), True
        _notice(session, asked, seen.nonce if seen else "", now_ms)
        return TwinNoticed(), True
    session.add(
        SeenRequest(
            device=device.id, counter=asked.counter, nonce=asked.nonce, kind=asked.kind.value, received_ms=now_ms
        )
    )
    if asked.counter > device.counter:
        device.counter, device.may_go_on = asked.counter, False
        session.execute(
            delete(SeenRequest).where(SeenRequest.device == device.id, SeenRequest.counter <= asked.counter - KEPT)
        )
    return (TwinNoticed() if has_twin(session, device.id) else None), True


def _notice(session: Session, asked: DeviceRequest, first_nonce: str, now_ms: int) -> None:
    """Write two different requests with one figure down, once; the first that is noticed tells the operator."""
    _log.error("device twin", device=asked.device, counter=asked.counter, kind=asked.kind.value)
    if has_twin(session, asked.device):
        return
    session.add(
        DeviceTwin(
            device=asked.device,
            counter=asked.counter,
            first_nonce=first_nonce,
            other_nonce=asked.nonce,
            noticed_ms=now_ms,
            settled_ms=None,
            why="",
        )
    )
