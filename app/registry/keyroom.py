"""The registry's secret keys in a folder only its user can enter (0700; each file 0600 and written durably).

A file is the secret followed by SHA-256(name ‖ secret), so that a damaged or exchanged file is noticed. A
hardware module would stand behind the same methods.
"""

import hashlib
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder, write_durably
from sync.trust.aead import KEY_BYTES
from sync.trust.keys import KeyRefused, SigningKey
from sync.wire.enrolment import RegistryRole

_DIGEST_BYTES: Final = 32
_OPEN_TO_OTHERS: Final = 0o077


class KeyName(StrEnum):
    """The Ed25519 keys that a registry works with every day: TUF's roles but the root's, and our own."""

    TUF_TARGETS = "tuf-targets"
    TUF_SNAPSHOT = "tuf-snapshot"
    TUF_TIMESTAMP = "tuf-timestamp"
    TUF_SOFTWARE = "tuf-software"
    PLAN = "plan"
    RECEIPT = "receipt"
    DIRECTORY = "directory"
    LOG = "log"
    RESULT = "result"
    BUILD = "build"

    @classmethod
    def of(cls, role: RegistryRole) -> Self:
        """Give the key that a role signs with."""
        return cls(role.value)


class RegistryKeysUnreadable(EnvironmentFault):
    """A secret key of the registry is missing, damaged, or readable by others."""

    code = "REGISTRY_KEYS_UNREADABLE"


@dataclass(frozen=True)
class PackageSecrets:
    """The two keys of a package, 32 bytes each."""

    content: bytes = field(repr=False)
    marking: bytes = field(repr=False)


class KeyRoom:
    """The keys in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> None:
        """Make every key that is not there yet."""
        for name in KeyName:
            if not self.has(name):
                self.make(name)

    def has(self, name: str) -> bool:
        """Tell whether there is a key of this name."""
        return self._path(name).exists()

    def make(self, name: str) -> SigningKey:
        """Make a signing key in place of any there was, and give it."""
        key = SigningKey.generate_ed25519()
        self.keep(name, key.to_pkcs8())
        return key

    def promote(self, name: str, to: str) -> None:
        """Give a key the place of another, whose secret is gone then; a file's digest covers its name, so it is new."""
        self.keep(to, self.secret(name))
        self._path(name).unlink()

    def key(self, name: str) -> SigningKey:
        """Give a signing key.

        Raises:
            RegistryKeysUnreadable: missing, damaged, or open to others.
        """
        try:
            return SigningKey.from_pkcs8(self.secret(name))
        except KeyRefused as fault:
            raise RegistryKeysUnreadable(f"{name}: {fault.detail}") from None

    def keep_package(self, package: str, secrets: PackageSecrets) -> None:
        """Keep the keys of a package."""
        self.keep(_package(package), secrets.content + secrets.marking)

    def package(self, package: str) -> PackageSecrets:
        """Give the keys of a package. Raises what `key` raises."""
        both = self.secret(_package(package))
        return PackageSecrets(both[:KEY_BYTES], both[KEY_BYTES:])

    def keep(self, name: str, secret: bytes) -> None:
        """Keep a secret under a name of ours."""
        private_folder(self._folder)
        write_durably(self._path(name), secret + _digest(name, secret))

    def secret(self, name: str) -> bytes:
        """Give a secret. Raises what `key` raises."""
        path = self._path(name)
        try:
            for place in (path.parent, path):
                if stat.S_IMODE(place.stat().st_mode) & _OPEN_TO_OTHERS:
                    raise RegistryKeysUnreadable(f"{place.name}: open to other users")
            raw = path.read_bytes()
        except OSError as error:
            raise RegistryKeysUnreadable(f"{path.name}: {error.strerror}") from None
        secret, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
        if digest != _digest(name, secret):
            raise RegistryKeysUnreadable(f"{path.name}: damaged")
        return secret

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"


def _package(package: str) -> str:
    return f"package-{package}"


def _digest(name: str, secret: bytes) -> bytes:
    return hashlib.sha256(name.encode() + secret).digest()
