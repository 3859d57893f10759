"""What a key store's secrets are sealed under, and how a copy elsewhere is told.

**Format** of `store.json`: canonical JSON, the fields of `StoreFacts`; nothing in it is secret. A secret's file is
`aead.seal(key, secret, "examroom-keystore-v1|" + file name)` with key = HKDF-SHA256(unlock secret, salt = machine id,
info = "examroom-keystore-v1"). The unlock secret is the systemd credential `examroom-keystore` if there was one when
the store was made, else the file `unlock` beside. The machine id is systemd's (machine-id(5)); a PC that has none
makes an unbound store, and `store.json` says so.

What this protects: a folder that was copied, backed up or put into another PC does not open there. With a credential
(which systemd seals to the TPM or to the PC's own key) neither does the disk alone. Without one, whoever can read the
whole disk as its owner has the folder, the unlock file and the machine id, and so the keys: only a token keeps them.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import StringConstraints

from sync.faults import EnvironmentFault
from sync.trust.aead import KEY_BYTES, SealRefused, open_sealed, seal
from sync.trust.files import read_bounded
from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable
from sync.wire.document import Document, DocumentRefused, Part, payload_type

STORE_FILE: Final = "store.json"
UNLOCK_FILE: Final = "unlock"
CREDENTIAL: Final = "examroom-keystore"
_SEAL_INFO: Final = b"examroom-keystore-v1"
_CHECK_INFO: Final = b"examroom-keystore-check-v1"
_MACHINE_INFO: Final = b"examroom-machine-v1"
_MIN_CREDENTIAL: Final = 32
_MAX_CREDENTIAL: Final = 4_000
_CHECK_BYTES: Final = 16
_MACHINE_ID: Final = re.compile(rb"[0-9a-f]{32}\n?")
_Check = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class KeyStoreLocked(EnvironmentFault):
    """The keys are here, but what unlocks them is not given to this program: the systemd credential."""

    code = "KEY_STORE_LOCKED"


class KeyStoreOtherMachine(EnvironmentFault):
    """The keys were made on another PC: this folder is a copy."""

    code = "KEY_STORE_OTHER_MACHINE"


class StoreKind(StrEnum):
    """Where the device key is."""

    FILE = "file"
    TOKEN = "token"  # noqa: S105 - a kind, not a password


class UnlockKind(StrEnum):
    """Where the unlock secret is."""

    FILE = "file"
    CREDENTIAL = "credential"


class OaepHash(StrEnum):
    """What a token's wrapping key works with, the better first: a TPM has the first only, SoftHSM 2.6 the second."""

    SHA256 = "SHA-256"
    SHA1 = "SHA-1"


class TokenFacts(Part):
    """Which token holds the device key, and under which id its objects are there."""

    module: _Text
    label: _Text
    serial: _Text
    objects: _Check
    oaep: OaepHash
    """The hash that its wrapping key works with."""
    counts: bool
    """Whether the generation is kept in the token."""


class StoreFacts(Document):
    """`store.json`: what kind of store this is. Nothing secret."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("key-store")
    MAX_BYTES: ClassVar[int] = 4_000

    format: Literal[1]
    kind: StoreKind
    unlock: UnlockKind
    check: _Check
    """Tells the right unlock secret from a wrong one."""
    machine: _Check | None
    """Tells the PC from others; none: unbound."""
    token: TokenFacts | None

    @classmethod
    def of(cls, folder: KeyFolder) -> Self:
        """Read a store's facts. Raises `KeyStoreUnreadable`."""
        try:
            facts = cls.parse(folder.read(STORE_FILE))
        except DocumentRefused as fault:
            raise KeyStoreUnreadable(f"{STORE_FILE}: {fault.detail}") from None
        if (facts.kind is StoreKind.TOKEN) != (facts.token is not None):
            raise KeyStoreUnreadable(f"{STORE_FILE}: kind and token do not agree")
        return facts


@dataclass(frozen=True)
class Surroundings:
    """What of this PC and this process a store hangs from."""

    credentials: Path | None
    machine_files: tuple[Path, ...] = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))

    @classmethod
    def here(cls) -> Self:
        """Give those of this process (systemd.exec(5), `$CREDENTIALS_DIRECTORY`)."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        return cls(Path(folder) if folder else None)

    @classmethod
    def movable(cls) -> Self:
        """Give those of this process, but no PC: for a store that has to open elsewhere after a disaster."""
        return cls(cls.here().credentials, ())

    def credential(self) -> bytes | None:
        """Give the credential that systemd handed to this process; none if it handed none.

        Raises:
            KeyStoreUnreadable: it is there, but is no secret of 32 bytes and more.
        """
        if self.credentials is None:
            return None
        try:
            secret = read_bounded(self.credentials / CREDENTIAL, _MAX_CREDENTIAL)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyStoreUnreadable(f"credential {CREDENTIAL}: {error.strerror}") from None
        if not _MIN_CREDENTIAL <= len(secret) <= _MAX_CREDENTIAL:
            raise KeyStoreUnreadable(f"credential {CREDENTIAL}: {len(secret)} bytes, at least {_MIN_CREDENTIAL}")
        return secret

    def machine(self) -> bytes | None:
        """Give this PC's id; none if it has none."""
        for file in self.machine_files:
            try:
                found = read_bounded(file, 100)
            except OSError:
                continue
            if _MACHINE_ID.fullmatch(found):
                return found.strip()
        return None


@dataclass(frozen=True)
class Seal:
    """Seals secrets, each under its file's name."""

    key: bytes = field(repr=False)

    @classmethod
    def under(cls, secret: bytes, machine: bytes | None) -> Self:
        """Derive the key from a secret, bound to a machine."""
        return cls(_derive(secret, _SEAL_INFO, machine))

    def close(self, name: str, secret: bytes) -> bytes:
        """Seal a secret as the file `name`."""
        return seal(self.key, secret, _SEAL_INFO + b"|" + name.encode())

    def open(self, folder: KeyFolder, name: str) -> bytes:
        """Read and open the file `name`. Raises `KeyStoreUnreadable`."""
        try:
            return open_sealed(self.key, folder.read(name), _SEAL_INFO + b"|" + name.encode())
        except SealRefused:
            raise KeyStoreUnreadable(f"{name}: damaged") from None

    def close_all(self, secrets_by_name: Mapping[str, bytes]) -> dict[str, bytes]:
        """Seal each secret under its name."""
        return {name: self.close(name, secret) for name, secret in secrets_by_name.items()}


@dataclass(frozen=True)
class Fresh:
    """A new store's unlock secret: the seal it gives, the facts about it, and the files it needs."""

    seal: Seal
    unlock: UnlockKind
    check: str
    machine: str | None
    files: Mapping[str, bytes] = field(repr=False)

    def facts(self, token: TokenFacts | None = None) -> StoreFacts:
        """Give the facts of a store that has this unlock secret."""
        kind = StoreKind.FILE if token is None else StoreKind.TOKEN
        return StoreFacts(format=1, kind=kind, unlock=self.unlock, check=self.check, machine=self.machine, token=token)


def fresh_unlock(around: Surroundings) -> Fresh:
    """Draw an unlock secret for a new store, or take the credential if there is one. Raises `KeyStoreUnreadable`."""
    credential, machine = around.credential(), around.machine()
    secret = secrets.token_bytes(KEY_BYTES) if credential is None else credential
    unlock, files = (UnlockKind.FILE, {UNLOCK_FILE: secret}) if credential is None else (UnlockKind.CREDENTIAL, {})
    return Fresh(Seal.under(secret, machine), unlock, _check_of(secret), _fingerprint(machine), files)


def unlocked(folder: KeyFolder, facts: StoreFacts, around: Surroundings) -> Seal:
    """Give what opens a store's secrets on this PC.

    Raises:
        KeyStoreLocked: the credential it was made with is not given, or is another.
        KeyStoreOtherMachine: it was made on another PC.
        KeyStoreUnreadable: the unlock file is missing or damaged.
    """
    machine = around.machine() if facts.machine is not None else None
    if _fingerprint(machine) != facts.machine:
        raise KeyStoreOtherMachine
    if facts.unlock is UnlockKind.FILE:
        secret = folder.read(UNLOCK_FILE)
        if not hmac.compare_digest(_check_of(secret), facts.check):
            raise KeyStoreUnreadable(f"{UNLOCK_FILE}: damaged")
    else:
        given = around.credential()
        if given is None:
            raise KeyStoreLocked(f"no credential {CREDENTIAL}")
        if not hmac.compare_digest(_check_of(given), facts.check):
            raise KeyStoreLocked(f"another credential {CREDENTIAL}")
        secret = given
    return Seal.under(secret, machine)


def _derive(secret: bytes, info: bytes, salt: bytes | None, length: int = KEY_BYTES) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _check_of(secret: bytes) -> str:
    return _derive(secret, _CHECK_INFO, None, _CHECK_BYTES).hex()


def _fingerprint(machine: bytes | None) -> str | None:
    """Name a PC without giving its id away (machine-id(5) asks for that)."""
    if machine is None:
        return None
    return hmac.new(machine, _MACHINE_INFO, hashlib.sha256).digest()[:_CHECK_BYTES].hex()
