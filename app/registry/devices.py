"""What the registry knows of its devices and proctors, for its operator; and settling that a device had a twin."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.enrolling import SignerUnknown
from app.registry.models import Device, DeviceTwin, FormerKey, Proctor, SeenRequest
from app.registry.premises import Premises
from sync.faults import Refused
from sync.trust.certificates import certificate_until_ms

_R = TypeVar("_R")


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
        more = _More.of(session)
        return tuple(more.line(row) for row in rows)


def device_line(premises: Premises, device: str) -> DeviceLine:
    """Give one device. Raises `SignerUnknown`."""
    with premises.database.reading() as session:
        row = session.get(Device, device)
        if row is None:
            raise SignerUnknown
        return _More.of(session, device).line(row)


def proctor_lines(premises: Premises) -> tuple[ProctorLine, ...]:
    """Give all proctors in the order they were enrolled in."""
    with premises.database.reading() as session:
        former = _former(session)
        return tuple(
            ProctorLine(row.id, row.name, row.enrolled_ms, row.revoked_ms, _keys(row, former))
            for row in session.scalars(select(Proctor).order_by(Proctor.id))
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


@dataclass(frozen=True)
class _More:
    """What other tables say of devices, read at once: a nation has many."""

    labels: Counter[str]
    former: Mapping[str, Sequence[FormerKey]]
    twins: Mapping[str, Sequence[DeviceTwin]]
    asked_ms: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, device: str | None = None) -> Self:
        """Read it, of all devices or of one."""
        twins = select(DeviceTwin).order_by(DeviceTwin.number)
        asked = select(SeenRequest.device, func.max(SeenRequest.received_ms)).group_by(SeenRequest.device)
        if device is not None:
            twins, asked = twins.where(DeviceTwin.device == device), asked.where(SeenRequest.device == device)
        labels = session.scalars(select(Device.seat_label).where(Device.revoked_ms.is_(None)))
        return cls(
            labels=Counter(labels),
            former=_former(session),
            twins=_by(session.scalars(twins), lambda twin: twin.device),
            asked_ms={row[0]: row[1] for row in session.execute(asked)},
        )

    def line(self, row: Device) -> DeviceLine:
        """Put one device together."""
        return DeviceLine(
            id=row.id,
            label=row.seat_label,
            enrolled_ms=row.enrolled_ms,
            revoked_ms=row.revoked_ms,
            certificate_until_ms=certificate_until_ms(row.certificate_pem),
            rotation_asked=row.rotation_asked_ms is not None,
            requests=row.counter,
            last_asked_ms=self.asked_ms.get(row.id),
            shares_label=row.revoked_ms is None and self.labels[row.seat_label] > 1,
            keys=_keys(row, self.former),
            twins=tuple(
                TwinLine(one.counter, one.noticed_ms, one.settled_ms, one.why) for one in self.twins.get(row.id, ())
            ),
        )


def _former(session: Session) -> Mapping[str, Sequence[FormerKey]]:
    return _by(session.scalars(select(FormerKey).order_by(FormerKey.from_ms)), lambda key: key.holder)


def _by(rows: Iterable[_R], whose: Callable[[_R], str]) -> dict[str, list[_R]]:
    found: dict[str, list[_R]] = {}
    for row in rows:
        found.setdefault(whose(row), []).append(row)
    return found


def _keys(row: Device | Proctor, former: Mapping[str, Sequence[FormerKey]]) -> tuple[KeyLine, ...]:
    before = tuple(KeyLine(one.keyid, one.from_ms, one.until_ms) for one in former.get(row.id, ()))
    return (*before, KeyLine(row.keyid, row.key_from_ms, None))
