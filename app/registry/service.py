"""The registry (登记中心) as its operator and its HTTP service use it: one object over the rooms of this package."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from app.registry import answering, claims, directory, enrolling, heads, intake, planning, publishing, rotating
from app.registry.database import Database
from app.registry.keyroom import KeyName, KeyRoom, PackageSecrets
from app.registry.log import TransparencyLog
from app.registry.models import Packet, PublishedDocument
from app.registry.planning import SessionRequest
from app.registry.premises import PUBLIC_URL, URL, Premises, Shelf
from app.registry.repository import Repository
from app.registry.rootkeys import RootKeys
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import sign_registry_keys
from sync.trust.certificates import CertificateAuthority, make_ca
from sync.trust.keys import SigningKey
from sync.wire.archive import AdministratorCredential
from sync.wire.enrolment import (
    CertificateReply,
    ClaimReply,
    EnrolmentReply,
    Introduction,
    Invitation,
    PlansReply,
    RegistryKeys,
    RegistryRole,
    RoleKey,
    RotationReply,
    TrustBundle,
)
from sync.wire.journal import JournalHeadReply
from sync.wire.plan import PackageRef
from sync.wire.receipt import InclusionProof

_DATABASE: Final = "registry.db"
_CA_KEY: Final = "ca"
_CA_FILE: Final = "ca.pem"
_NAME: Final = "name"
_ORIGIN: Final = "log_origin"
_OPERATOR: Final = "operator"
_ROOT_KEYS: Final = "root-keys"


class RegistryExists(EnvironmentFault):
    """There is a registry at this place already."""

    code = "REGISTRY_EXISTS"


class RegistryMissing(EnvironmentFault):
    """There is no registry at this place."""

    code = "REGISTRY_MISSING"


class ProofUnknown(Refused):
    """No packet with this digest stands here."""

    code = "PACKET_UNKNOWN"


def wall_ms() -> int:
    """Give the time of this machine's clock, ms since the epoch (UTC)."""
    return time.time_ns() // 1_000_000


class Registry:
    """A registry in a folder (0700): `registry.db`, `keys/`, `tuf/`, `log/`, and the public `trust/`.

    Several processes may have the same registry open; the database decides who writes.
    """

    def __init__(self, premises: Premises) -> None:
        self.premises: Final = premises

    @classmethod
    def initialise(cls, home: Path, *, name: str, url: str | None = None, root_keys: Path | None = None) -> Self:
        """Make a new registry. `url` is its public https address; without one, its first start decides.

        `root_keys`: the folder for its three root keys, `root-keys/` beside the others if not given.

        Raises:
            NameRefused: nobody could read this name.
            RegistryExists: there is one here already.
            DiskFull, DiskFault: the disk refused; call again.
        """
        enrolling.check_name(name)
        private_folder(home)
        database = Database.open(home / _DATABASE)
        try:
            return cls(_found(home, database, name, url, root_keys or home / _ROOT_KEYS))
        except BaseException:
            database.close()
            raise

    @classmethod
    def open(cls, home: Path, *, clock: Callable[[], int] = wall_ms, root_keys: Path | None = None) -> Self:
        """Open the registry at `home`; `clock` gives the time in ms since the epoch (UTC).

        `root_keys`: where the root keys are, for those few acts that need them.

        Raises:
            RegistryMissing: there is none.
            RegistryUnreadable, RegistryNewer, RegistryKeysUnreadable: it cannot work as it is.
        """
        try:
            found = (home / _DATABASE).exists()
        except OSError as error:  # a name that no file can have, a folder nobody may look into
            raise RegistryMissing(f"{home.name[:100]}: {error.strerror}") from None
        if not found:
            raise RegistryMissing(home.name)
        database = Database.open(home / _DATABASE)
        try:
            return cls(_premises(home, database, KeyRoom(home / "keys"), clock, root_keys or home / _ROOT_KEYS))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self.premises.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The registry's name."""
        return self.premises.database.setting(_NAME) or ""

    # what an operator does

    def publish(self, package: bytes, content_key: bytes, marking_key: bytes) -> PackageRef:
        """Publish a sealed package. See `publishing.publish`."""
        return publishing.publish(self.premises, package, PackageSecrets(content_key, marking_key))

    def introduction(self) -> Introduction:
        """See `enrolling.introduction`."""
        return enrolling.introduction(self.premises)

    def invite(self, seat_label: str, ttl_ms: int) -> Invitation:
        """Invite one PC. See `enrolling.invite`."""
        return enrolling.invite(self.premises, seat_label, ttl_ms)

    def enrol_proctor(self, name: str, pin: str) -> str:
        """Enrol a proctor and give their id. See `enrolling.enrol_proctor`."""
        return enrolling.enrol_proctor(self.premises, name, pin)

    def enrol_administrator(self, name: str, pin: str) -> AdministratorCredential:
        """Enrol a site administrator and give their credential. See `enrolling.enrol_administrator`."""
        return enrolling.enrol_administrator(self.premises, name, pin)

    def sign_of_the_day(self) -> bool:
        """Sign the directory anew if that was longer than a day ago. See `directory.sign_of_the_day`."""
        return directory.sign_of_the_day(self.premises)

    def revoke_administrator(self, administrator: str) -> None:
        """Revoke a site administrator. See `enrolling.revoke_administrator`."""
        enrolling.revoke_administrator(self.premises, administrator)

    def revoke_device(self, device: str) -> None:
        """Revoke a device. See `enrolling.revoke_device`."""
        enrolling.revoke_device(self.premises, device)

    def revoke_proctor(self, proctor: str) -> None:
        """Revoke a proctor. See `enrolling.revoke_proctor`."""
        enrolling.revoke_proctor(self.premises, proctor)

    def plan_session(self, request: SessionRequest) -> str:
        """Plan a session and give its id. See `planning.plan_session`."""
        return planning.plan_session(self.premises, request)

    def release(self, session: str, now_ms: int, *, operator: str = _OPERATOR) -> None:
        """Release a session by hand. See `answering.release`."""
        answering.release(self.premises, session, now_ms, operator)

    def release_code(self, session: str, now_ms: int, *, operator: str = _OPERATOR) -> str:
        """Give a released session's code, to read out. See `answering.release_code`."""
        return answering.release_code(self.premises, session, now_ms, operator)

    def refresh_repository(self) -> bool:
        """Sign again the TUF metadata that has lived half of its time; tell whether there was any."""
        with self.premises.database.writing():
            return self.premises.repository.refresh(self.premises.clock())

    def mend_what_died(self) -> None:
        """Finish what a rotation left that was killed: sign again what the newest root does not believe, and show it.

        Raises what `refresh_repository` and `directory.write_public_files` raise.
        """
        self.refresh_repository()
        directory.follow_root(self.premises)

    # what seats ask; `peer` is the device whose certificate was shown, None where a document came another way

    def trust_bundle(self) -> TrustBundle:
        """Give the public material."""
        return directory.trust_of(self.premises).bundle()

    def enrol(self, envelope: bytes) -> EnrolmentReply:
        """Enrol a device. See `enrolling.enrol_device`."""
        return enrolling.enrol_device(self.premises, envelope)

    def certificate_for(self, request: bytes) -> CertificateReply:
        """Give a device its certificate, or a newer one. See `rotating.certificate_for`."""
        return rotating.certificate_for(self.premises, request)

    def rotate_device_key(self, request: bytes, peer: str | None = None) -> RotationReply:
        """Take a device's next key. See `rotating.rotate_device_key`."""
        return rotating.rotate_device_key(self.premises, request, peer)

    def plans_for(self, request: bytes, peer: str | None = None) -> PlansReply:
        """Answer a signed request for plans. See `answering.plans_for`."""
        return answering.plans_for(self.premises, request, peer)

    def release_for(self, request: bytes, peer: str | None = None) -> bytes:
        """Answer a signed request for a release share. See `answering.release_for`."""
        return answering.release_for(self.premises, request, peer)

    def claim_for(self, request: bytes, peer: str | None = None) -> ClaimReply:
        """Answer a signed claim of a sitting. See `claims.claim_for`."""
        return claims.claim_for(self.premises, request, peer)

    def take_packet(self, sha256: str, envelope: bytes, peer: str | None = None) -> intake.Taken:
        """Take a score packet in. See `intake.take_packet`."""
        return intake.take_packet(self.premises, sha256, envelope, peer)

    def take_head(self, recording: str, envelope: bytes, peer: str | None = None) -> None:
        """Take a recording's head in. See `heads.take_head`."""
        heads.take_head(self.premises, recording, envelope, peer)

    def take_journal_head(self, sitting: str, envelope: bytes, peer: str | None = None) -> JournalHeadReply:
        """Take a journal's head in. See `heads.take_journal_head`."""
        return heads.take_journal_head(self.premises, sitting, envelope, peer)

    def heads_of(self, recording: str) -> tuple[bytes, ...]:
        """Give the heads of a recording that came here. See `heads.heads_of`."""
        return heads.heads_of(self.premises, recording)

    def proof(self, packet_sha256: str) -> InclusionProof:
        """Prove that a packet's leaf stands in the log.

        Raises:
            ProofUnknown: no such packet.
            LogInconsistent: the log on the disk is not the database's.
        """
        with self.premises.database.reading() as session:
            row = session.get(Packet, packet_sha256)
        if row is None:
            raise ProofUnknown
        return self.premises.log.proof(row.leaf)


def _found(home: Path, database: Database, name: str, url: str | None, root_keys: Path) -> Premises:
    """Make everything a registry has. Its name is set last: before that there is none, and this is done again."""
    if database.setting(_NAME) is not None:
        raise RegistryExists(home.name)
    keys = KeyRoom(home / "keys")
    keys.create()
    authority = make_ca(f"{name} CA")
    keys.keep(_CA_KEY, authority.key.to_pkcs8())
    write_durably(private_folder(home / "trust") / _CA_FILE, authority.certificate_pem.encode(), 0o644)
    Repository(home / "tuf", keys).create(wall_ms(), RootKeys.make(root_keys).keys)
    database.set_setting(_ORIGIN, f"examroom-registry/{keys.key(KeyName.LOG).public.keyid[:16]}")
    if url is not None:
        database.set_setting(PUBLIC_URL, url)
        database.set_setting(URL, url)
    premises = _premises(home, database, keys, wall_ms, root_keys)
    _publish_keys(premises, name)
    database.set_setting(_NAME, name)
    return premises


def _premises(home: Path, database: Database, keys: KeyRoom, clock: Callable[[], int], root_keys: Path) -> Premises:
    origin, repository = database.setting(_ORIGIN), Repository(home / "tuf", keys)
    if origin is None:
        raise RegistryMissing(home.name)
    try:
        ca_pem = (home / "trust" / _CA_FILE).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryMissing(f"{_CA_FILE}: {error}") from None
    return Premises(
        home=home,
        keys=keys,
        authority=CertificateAuthority(ca_pem, SigningKey.from_pkcs8(keys.secret(_CA_KEY))),
        database=database,
        repository=repository,
        log=TransparencyLog(home / "log", origin, keys.key(KeyName.LOG), database),
        shelf=Shelf(database, repository, keys),
        clock=clock,
        root_folder=root_keys,
    )


def _publish_keys(premises: Premises, name: str) -> None:
    """Say once, signed by the root keys, which key is for what; and sign the first, empty directory."""
    origin = premises.database.setting(_ORIGIN) or ""
    document = RegistryKeys(
        registry=name,
        issued_ms=premises.clock(),
        log_origin=origin,
        keys=tuple(
            RoleKey(role=role, public_key_pem=premises.keys.key(KeyName.of(role)).public.pem) for role in RegistryRole
        ),
    )
    envelope = sign_registry_keys(document, *premises.root_keys())
    with premises.database.writing() as session:
        session.merge(PublishedDocument(name=directory.KEYS_DOCUMENT, envelope=envelope))
        directory.renew_directory(premises, session)
    directory.write_public_files(premises)
