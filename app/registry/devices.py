"""What the registry knows of its devices and proctors, for its operator; and settling that a device had a twin."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.enrolling import SignerUnknown
from app.registry.models import Device, DeviceTwin, FormerKey, Proctor, SeenRequest
from app.registry.premises import Premises
from sync.faults import Refused
from sync.trust.certificates import read_device_certificate


class NoTwin(Refused):
    """This device has no twin that is not settled."""

    code = "NO_TWIN"


@dataclass(frozen=True)
class KeyLine:
    """A key by its id; times in ms since the epoch, UTC. `until_ms`: None for the one in use."""

    keyid: str
    from_ms: int
    until_ms: int | None


@dataclass(frozen=True)
class TwinLine:
    """Two requests with one figure of a device's count, when this was noticed, and how it was settled."""

    counter: int
    noticed_ms: int
    settled_ms: int | None
    why: str


@dataclass(frozen=True)
class DeviceLine:
    """A device. `shares_label`: another one that is not revoked has its label, as after a PC was enrolled anew."""

    id: str
    label: str
    enrolled_ms: int
    revoked_ms: int | None
    certificate_until_ms: int
    rotation_asked: bool
    requests: int
    last_asked_ms: int | None
    shares_label: bool
    keys: tuple[KeyLine, ...]
    twins: tuple[TwinLine, ...]

    @property
    def has_twin(self) -> bool:
        """Whether somebody has to settle something."""
        return any(twin.settled_ms is None for twin in self.twins)


@dataclass(frozen=True)
class ProctorLine:
    """A proctor."""

    id: str
    name: str
    enrolled_ms: int
    revoked_ms: int | None
    keys: tuple[KeyLine, ...]


def device_lines(premises: Premises) -> tuple[DeviceLine, ...]:
    """Give all devices in the order they were enrolled in."""
    with premises.database.reading() as session:
        rows = session.scalars(select(Device).order_by(Device.id)).all()
        labels = Counter(row.seat_label for row in rows if row.revoked_ms is None)
        return tuple(_device_line(premises, session, row, labels) for row in rows)


def device_line(premises: Premises, device: str) -> DeviceLine:
    """Give one device. Raises `SignerUnknown`."""
    for line in device_lines(premises):
        if line.id == device:
            return line
    raise SignerUnknown


def proctor_lines(premises: Premises) -> tuple[ProctorLine, ...]:
    """Give all proctors in the order they were enrolled in."""
    with premises.database.reading() as session:
        rows = session.scalars(select(Proctor).order_by(Proctor.id))
        return tuple(
            ProctorLine(row.id, row.name, row.enrolled_ms, row.revoked_ms, _key_lines(session, row)) for row in rows
        )


def settle_twin(premises: Premises, device: str, why: str) -> int:
    """Write down that a device's twin is dealt with, and why; give how many notices this settles.

    The device is answered again. If it was set back, it is told once where to go on counting; if the other PC still
    asks, that is noticed again.

    Raises:
        SignerUnknown: no such device.
        NoTwin: there is nothing to settle.
    """
    with premises.database.writing() as session:
        row = session.get(Device, device)
        if row is None:
            raise SignerUnknown
        unsettled = session.scalars(
            select(DeviceTwin).where(DeviceTwin.device == device, DeviceTwin.settled_ms.is_(None))
        ).all()
        if not unsettled:
            raise NoTwin
        for twin in unsettled:
            twin.settled_ms, twin.why = premises.clock(), why
        row.may_go_on = True
        return len(unsettled)


def _device_line(premises: Premises, session: Session, row: Device, labels: Counter[str]) -> DeviceLine:
    twins = session.scalars(select(DeviceTwin).where(DeviceTwin.device == row.id).order_by(DeviceTwin.number))
    newest = select(SeenRequest.received_ms).where(SeenRequest.device == row.id).order_by(SeenRequest.counter.desc())
    return DeviceLine(
        id=row.id,
        label=row.seat_label,
        enrolled_ms=row.enrolled_ms,
        revoked_ms=row.revoked_ms,
        certificate_until_ms=read_device_certificate(row.certificate_pem, premises.authority.certificate_pem).until_ms,
        rotation_asked=row.rotation_asked_ms is not None,
        requests=row.counter,
        last_asked_ms=session.scalar(newest.limit(1)),
        shares_label=row.revoked_ms is None and labels[row.seat_label] > 1,
        keys=_key_lines(session, row),
        twins=tuple(TwinLine(one.counter, one.noticed_ms, one.settled_ms, one.why) for one in twins),
    )


def _key_lines(session: Session, row: Device | Proctor) -> tuple[KeyLine, ...]:
    former = session.scalars(select(FormerKey).where(FormerKey.holder == row.id).order_by(FormerKey.from_ms))
    before = tuple(KeyLine(one.keyid, one.from_ms, one.until_ms) for one in former)
    return (*before, KeyLine(row.keyid, row.key_from_ms, None))
