"""Administrators sign in: a PIN opens their sealed key; the registry's directory says whether it still counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from app.archive.home import ArchiveHome
from proctoring.vault.retention.people import Signer, require_acting
from sync.client.sign_in import PinDesk
from sync.faults import Refused
from sync.replica.cabinet import Cabinet
from sync.replica.database import Replica
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading, read_clock
from sync.trust.files import read_bounded
from sync.trust.keys import PublicKey
from sync.trust.keystore import FileKeyStore
from sync.trust.pin import CredentialRefused, open_administrator_credential
from sync.wire.archive import AdministratorCredential, Person
from sync.wire.enrolment import named_sha256
from sync.wire.ids import plain_line

_MOST_NAMED: Final = 5
_NAME_SHOWN: Final = 60


class UnknownAdministrator(Refused):
    """Nobody of this name or id has a credential here."""

    code = "UNKNOWN_ADMINISTRATOR"


class CredentialsUnreadable(Refused):
    """Files among the administrators' credentials are none, or damaged. Fact: `files`."""

    code = "CREDENTIALS_UNREADABLE"


class AdministratorDesk:
    """Opens administrators' credentials, counting failures on the disk before saying anything."""

    def __init__(
        self, home: ArchiveHome, trust: Trust, cabinet: Cabinet, clock: Callable[[], ClockReading] = read_clock
    ) -> None:
        self._home = home
        self._trust = trust
        self._desk = PinDesk(cabinet, clock)

    @classmethod
    @contextmanager
    def opened(cls, home: ArchiveHome, clock: Callable[[], ClockReading] = read_clock) -> Iterator[Self]:
        """Open the desk of a home for as long as the block lasts.

        Raises:
            KeyStoreUnreadable, ReplicaUnreadable, TrustRefused: the home does not hold together.
        """
        replica = Replica.open(home.replica, FileKeyStore(home.keys).replica_key())
        try:
            yield cls(home, Trust.load(home.trust), replica.cabinet, clock)
        finally:
            replica.close()

    def people(self) -> tuple[Person, ...]:
        """Give the administrators who may sign in here, by name; not whose file is unreadable. CredentialRefused."""
        return tuple(sorted(map(_person, self._credentials().values()), key=lambda person: person.name))

    def unreadable(self) -> CredentialsUnreadable | None:
        """Say which files among the credentials are none, if any; nobody signs in with them. CredentialRefused."""
        good = self._credentials()
        odd = [plain_line(file.name)[:_NAME_SHOWN] for file in self._files() if file not in good]
        return CredentialsUnreadable(files=", ".join(odd[:_MOST_NAMED])) if odd else None

    def add(self, raw: bytes) -> Person:
        """Keep a credential as the registry gave it to its owner.

        Raises:
            AdministratorRefused: not an administrator of this registry, or revoked.
            CredentialRefused, DocumentRefused: damaged, or changed since the registry made it.
            DiskFault: the disk refuses.
        """
        credential = AdministratorCredential.parse(raw)
        person = _person(credential)
        self._require_unchanged(person)
        require_acting(person, self._trust)
        write_durably(private_folder(self._home.administrators) / f"{person.administrator}.json", raw)
        return person

    def sign_in(self, who: str, pin: str) -> Signer:
        """Open an administrator's key; `who` is their id, or their name if only one has it.

        Raises:
            UnknownAdministrator, LockedOut, PinRefused.
            CredentialRefused: it is not as the registry made it; no try is counted.
            AdministratorRefused: revoked, or not in the registry's directory.
        """
        credential = self._named(who)
        person = _person(credential)
        self._require_unchanged(person)
        require_acting(person, self._trust)
        key = self._desk.open(person.administrator, lambda: open_administrator_credential(credential, pin))
        return Signer(person, key)

    def locked_for_ms(self, administrator: str) -> int:
        """Give how long an administrator (by id) must still wait, ms; 0 when a PIN may be tried."""
        return self._desk.locked_for_ms(administrator)

    def _named(self, who: str) -> AdministratorCredential:
        there = self._credentials().values()
        found = [one for one in there if one.administrator == who] or [one for one in there if one.name == who]
        if len(found) != 1:
            raise UnknownAdministrator
        return found[0]

    def _require_unchanged(self, person: Person) -> None:
        found = self._trust.administrator(person.administrator)
        if found is not None and found[0].named_sha256 != named_sha256(person.administrator, person.name):
            raise CredentialRefused("it gives another name than the registry's directory")

    def _files(self) -> list[Path]:
        try:
            return sorted(self._home.administrators.glob("*.json"))
        except OSError as error:
            raise CredentialRefused(error.strerror or "") from None

    def _credentials(self) -> dict[Path, AdministratorCredential]:
        found = {}
        for file in self._files():
            with suppress(OSError, Refused):  # one that is damaged keeps only its owner out
                credential = AdministratorCredential.parse(read_bounded(file, AdministratorCredential.MAX_BYTES))
                if _person(credential).administrator == file.stem:
                    found[file] = credential
        return found


def _person(credential: AdministratorCredential) -> Person:
    public = PublicKey.from_pem(credential.public_key_pem)
    return Person(administrator=credential.administrator, name=credential.name, keyid=public.keyid)
