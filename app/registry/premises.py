"""What every part of the registry works with, opened once and handed to those who need it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from tuf.api.metadata import Root

from app.content.packing.package import SealedPackage
from app.registry.database import Database
from app.registry.keyroom import KeyName, KeyRoom
from app.registry.log import TransparencyLog
from app.registry.models import Package, PlannedSession
from app.registry.repository import Repository, RepositoryUnreadable
from app.registry.rootkeys import RootKeys
from sync.faults import Refused
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateAuthority
from sync.trust.envelope import verify
from sync.trust.keys import SigningKey
from sync.wire.plan import SessionPlan

URL: Final = "url"  # where seats find the registry …
PUBLIC_URL: Final = "public_url"  # … as it was told, if it was told
_KEPT: Final = 8  # plans and packages in memory; a room's packets come together, a nation's are other processes' work


class SessionUnknown(Refused):
    """There is no such session, or it is not this device's."""

    code = "SESSION_UNKNOWN"


class SessionNotPlanned(SessionUnknown):
    """An operator names a session that was never planned here. Fact: `session`."""

    code = "SESSION_NOT_PLANNED"


@dataclass(frozen=True)
class Planned:
    """A session as it was planned and signed."""

    plan: SessionPlan
    envelope: bytes
    sha256: str
    release_share: bytes


class Shelf:
    """Plans, packages and the public material, parsed once and kept for the next packet.

    Plans and packages never change once they are there; the public material is asked for by its bytes.
    """

    def __init__(self, database: Database, repository: Repository, keys: KeyRoom) -> None:
        self._database = database
        self._repository = repository
        self._keys = keys
        self.session = lru_cache(maxsize=_KEPT)(self._session)
        self.package = lru_cache(maxsize=_KEPT)(self._package)
        self.trust = lru_cache(maxsize=1)(Trust)

    def _session(self, session_id: str) -> Planned:
        """Give a session.

        Raises:
            SessionUnknown: there is none of that id.
        """
        with self._database.reading() as session:
            row = session.get(PlannedSession, session_id)
            if row is None:
                raise SessionUnknown(session_id)
            envelope, sha256, share = row.plan, row.plan_sha256, row.release_share
        verified = verify(envelope, SessionPlan.PAYLOAD_TYPE, [self._keys.key(KeyName.PLAN).public])
        return Planned(SessionPlan.parse(verified.payload), envelope, sha256, share)

    def _package(self, package_id: str) -> SealedPackage:
        """Give a published package.

        Raises:
            RepositoryUnreadable: its file is missing or was changed.
        """
        with self._database.reading() as session:
            row = session.get_one(Package, package_id)
            target, sha256 = row.target, row.sha256
        package = SealedPackage.parse(self._repository.target(target, sha256))
        if package.sha256 != sha256:
            raise RepositoryUnreadable(f"{target}: changed on the disk")
        return package


@dataclass(frozen=True)
class Premises:
    """The registry's rooms. `clock` gives the time in ms since the epoch (UTC); `root_folder`: where root keys are."""

    home: Path
    keys: KeyRoom
    authority: CertificateAuthority
    database: Database
    repository: Repository
    log: TransparencyLog
    shelf: Shelf
    clock: Callable[[], int]
    root_folder: Path

    def root_keys(self) -> tuple[SigningKey, ...]:
        """Give the root keys at hand that count today. Raises `RootKeysMissing` if they are too few to sign."""
        return RootKeys.at(self.root_folder).enough(self.repository.root().roles[Root.type].keyids)

    @property
    def public_folder(self) -> Path:
        """Where the public material lies, as files: root, registry keys, directory, CA certificate."""
        return self.home / "trust"
