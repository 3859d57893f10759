"""What a registry holds, for its operator: the ids that a session file names."""

from dataclasses import dataclass

from sqlalchemy import select

from app.registry.models import Administrator, Device, Package, PlannedSession, Proctor
from app.registry.premises import Premises
from sync.wire.plan import PackageRef


@dataclass(frozen=True)
class Signer:
    """A device (by its seat's label), a proctor or an administrator (by name)."""

    id: str
    name: str
    revoked: bool


@dataclass(frozen=True)
class SessionLine:
    """A planned session; times in ms since the epoch, UTC."""

    id: str
    opens_ms: int
    released_ms: int | None


@dataclass(frozen=True)
class Overview:
    """Everything in the order of its ids, which is the order it was made in."""

    packages: tuple[PackageRef, ...]
    proctors: tuple[Signer, ...]
    devices: tuple[Signer, ...]
    sessions: tuple[SessionLine, ...]
    administrators: tuple[Signer, ...] = ()


def overview(premises: Premises) -> Overview:
    """Look at everything."""
    with premises.database.reading() as session:
        return Overview(
            packages=tuple(
                PackageRef(package=row.id, version=row.version, target=row.target, sha256=row.sha256, length=row.length)
                for row in session.scalars(select(Package).order_by(Package.id))
            ),
            proctors=tuple(
                Signer(row.id, row.name, row.revoked_ms is not None)
                for row in session.scalars(select(Proctor).order_by(Proctor.id))
            ),
            devices=tuple(
                Signer(row.id, row.seat_label, row.revoked_ms is not None)
                for row in session.scalars(select(Device).order_by(Device.id))
            ),
            sessions=tuple(
                SessionLine(row.id, row.opens_ms, row.released_ms)
                for row in session.scalars(select(PlannedSession).order_by(PlannedSession.id))
            ),
            administrators=tuple(
                Signer(row.id, row.name, row.revoked_ms is not None)
                for row in session.scalars(select(Administrator).order_by(Administrator.id))
            ),
        )
