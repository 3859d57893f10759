"""What leaves the registry by hand for one session: the public keys, each seat's plan, and a mirror of the content.

All of it is signed or sealed already; whoever finds the medium can read no item, and change nothing unnoticed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.registry.models import Device
from app.registry.premises import Planned
from app.registry.repository import RepositoryUnreadable
from app.registry.service import Registry
from sync.client.medium import BUNDLE, METADATA, TARGETS, Medium, plan_file
from sync.client.plans import seal_plan

_TIMESTAMP: Final = "timestamp.json"
_ROOT: Final = "root.json"


@dataclass(frozen=True)
class Carried:
    """What was written onto the medium: plans (one for each seat), files of the repository, and all bytes."""

    plans: int
    files: int
    size: int


def carry(registry: Registry, medium: Medium, session: str) -> Carried:
    """Write what the seats of a session need, so that they can be made ready without a network.

    Raises:
        SessionUnknown: there is no such session.
        RepositoryUnreadable: the repository's own files are missing.
        DiskFull, MediumUnwritable: not all is on the medium; the same again goes on.
    """
    planned = registry.premises.shelf.session(session)
    registry.refresh_repository()
    medium.write({BUNDLE: registry.trust_bundle().to_bytes()})
    plans = {
        plan_file(grant.device, session): _plan_for(registry, planned, grant.device) for grant in planned.plan.grants
    }
    medium.write(plans)
    files = size = 0
    for place, file in _mirrored(registry, planned):  # the timestamp last: what it speaks of is there then
        raw = _read(file)
        medium.write({place: raw})
        files, size = files + 1, size + len(raw)
    return Carried(len(plans), files, size + sum(map(len, plans.values())))


def _plan_for(registry: Registry, planned: Planned, device: str) -> bytes:
    """Give a seat's plan in the form that the network gives it."""
    with registry.premises.database.reading() as session:
        return seal_plan(planned.envelope, session.get_one(Device, device).sealing_key, device)


def _mirrored(registry: Registry, planned: Planned) -> list[tuple[str, Path]]:
    repository, package = registry.premises.repository, planned.plan.package
    folder, _, name = package.target.rpartition("/")
    target = f"{folder}/{package.sha256}.{name}"
    return [
        (f"{TARGETS}/{target}", repository.targets_folder / target),
        *((f"{METADATA}/{file.name}", file) for file in _metadata(repository.metadata_folder)),
    ]


def _metadata(folder: Path) -> list[Path]:
    """Give every root, of each other role the newest, and the timestamp."""
    newest: dict[str, tuple[int, Path]] = {}
    for file in sorted(folder.glob("*.json")):
        version, dot, role = file.name.partition(".")
        if dot and version.isdecimal():
            name = file.name if role == _ROOT else role
            newest[name] = max(newest.get(name, (0, file)), (int(version), file))
    return [*(file for _, file in newest.values()), folder / _TIMESTAMP]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RepositoryUnreadable(f"{file.name}: {error.strerror}") from None
