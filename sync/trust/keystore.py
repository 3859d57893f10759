"""The keys of one PC in a folder that only its user can read.

Each file is the secret followed by SHA-256(file name ‖ secret), so that a damaged or exchanged file is told
apart from a damaged database. A TPM or a PKCS#11 token would stand behind the same methods.
"""

import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault
from sync.trust.files import sync_folder, write_new
from sync.trust.keys import KeyRefused, SealingKey, SigningKey

_DEVICE: Final = "device.key"
_SEALING: Final = "sealing.key"
_REPLICA: Final = "replica.key"
_FILES: Final = (_DEVICE, _SEALING, _REPLICA)
_DIGEST_BYTES: Final = 32
_REPLICA_KEY_BYTES: Final = 32
_MAX_BYTES: Final = 1_000
_OPEN_TO_OTHERS: Final = 0o077


class KeyStoreUnreadable(EnvironmentFault):
    """The PC's keys cannot be used: missing, damaged, or readable by others."""

    code = "KEY_STORE_UNREADABLE"


class KeyStoreUnwritable(EnvironmentFault):
    """The PC's keys could not be made: the folder cannot be written."""

    code = "KEY_STORE_UNWRITABLE"


class FileKeyStore:
    """The key store in `folder`: device key (P-256), sealing key (X25519), replica key (32 bytes)."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    def exists(self) -> bool:
        """Tell whether there is anything in the folder; a damaged store exists, and is never written over."""
        try:
            return any(self.folder.iterdir())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise KeyStoreUnreadable(f"{self.folder}: {error.strerror}") from None

    def create(self) -> None:
        """Make the keys, unless they are there already. All of them appear at once or not at all.

        Raises:
            KeyStoreUnwritable: the folder cannot be written.
            KeyStoreUnreadable: there is a store already and it is damaged.
        """
        if not self.exists():
            self._make()
        self.device_key()
        self.sealing_key()
        self.replica_key()

    def device_key(self) -> SigningKey:
        """Give the key this PC signs with (P-256)."""
        try:
            key = SigningKey.from_pkcs8(self._read(_DEVICE))
        except KeyRefused as fault:
            raise KeyStoreUnreadable(f"{_DEVICE}: {fault.detail}") from None
        if not key.public.is_p256:
            raise KeyStoreUnreadable(f"{_DEVICE}: not a P-256 key")
        return key

    def sealing_key(self) -> SealingKey:
        """Give the key others seal to for this PC (X25519)."""
        try:
            return SealingKey.from_raw(self._read(_SEALING))
        except KeyRefused as fault:
            raise KeyStoreUnreadable(f"{_SEALING}: {fault.detail}") from None

    def replica_key(self) -> bytes:
        """Give the 32-byte key of the local database."""
        key = self._read(_REPLICA)
        if len(key) != _REPLICA_KEY_BYTES:
            raise KeyStoreUnreadable(f"{_REPLICA}: {len(key)} bytes, wanted {_REPLICA_KEY_BYTES}")
        return key

    def destroy(self) -> None:
        """Remove the keys for ever: what they sealed is unreadable from now on."""
        if not self.folder.exists():
            return
        try:
            with _opened(self.folder) as folder:
                for name in _FILES:
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=folder)
                os.fsync(folder)
            self.folder.rmdir()
        except OSError as error:
            raise KeyStoreUnwritable(f"{self.folder}: {error.strerror}") from None

    def _make(self) -> None:
        # A whole folder is renamed into place: a power cut leaves no store or a complete one.
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
            try:
                _write(fresh, _DEVICE, SigningKey.generate_p256().to_pkcs8())
                _write(fresh, _SEALING, SealingKey.generate().raw())
                _write(fresh, _REPLICA, secrets.token_bytes(_REPLICA_KEY_BYTES))
                sync_folder(fresh)
                _move_into_place(fresh, self.folder)
                sync_folder(self.folder.parent)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        except OSError as error:
            raise KeyStoreUnwritable(f"{self.folder}: {error.strerror}") from None

    def _read(self, name: str) -> bytes:
        try:
            with _opened(self.folder) as folder:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise KeyStoreUnreadable(f"{name}: not a plain file")
                _check_private(name, status)
                raw = file.read(_MAX_BYTES + 1)
        except OSError as error:
            raise KeyStoreUnreadable(f"{self.folder / name}: {error.strerror}") from None
        secret, digest = raw[:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
        if len(raw) > _MAX_BYTES or digest != _digest(name, secret):
            raise KeyStoreUnreadable(f"{name}: damaged")
        return secret


def _digest(name: str, secret: bytes) -> bytes:
    return hashlib.sha256(name.encode() + secret).digest()


def _write(folder: Path, name: str, secret: bytes) -> None:
    write_new(folder / name, secret + _digest(name, secret))


def _move_into_place(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)  # an empty folder is replaced, one with anything in it never
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        # Another process made the store in the meantime: theirs stays, ours is thrown away.


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _check_private(folder.name, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _check_private(name: str, status: os.stat_result) -> None:
    if status.st_mode & _OPEN_TO_OTHERS:
        raise KeyStoreUnreadable(f"{name}: open to other users (mode {stat.S_IMODE(status.st_mode):04o})")
    if status.st_uid != os.geteuid():
        raise KeyStoreUnreadable(f"{name}: belongs to another user")
