"""The keys of one PC: one interface, whether they lie in sealed files or the device key in a token.

`open_key_store` finds out by the folder's `store.json` (format: `sync.trust.unlocking`).
"""

from pathlib import Path
from typing import Final, Protocol

from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.sealedkeys import DEVICE, NEXT_DEVICE, SealedKeys
from sync.trust.tokenstore import TokenKeyStore
from sync.trust.unlocking import STORE_FILE, UNLOCK_FILE, StoreFacts, StoreKind, Surroundings, fresh_unlock, unlocked


class KeyStore(Protocol):
    """The keys of one PC.

    Whatever reads may raise `KeyStoreUnreadable`, `KeyStoreLocked` and `KeyStoreOtherMachine`, whatever writes
    `KeyStoreUnwritable` too, and a store with a token `TokenFault`.
    """

    @property
    def folder(self) -> Path:
        """Where the store is."""
        ...

    def exists(self) -> bool:
        """Tell whether there is anything in the folder; a damaged store exists, and is never written over."""
        ...

    def create(self) -> None:
        """Make the keys, unless they are there already. All of them appear at once or not at all."""
        ...

    def destroy(self) -> None:
        """Remove the keys for ever: what they sealed is unreadable from now on."""
        ...

    def facts(self) -> StoreFacts:
        """Say what kind of store this is. Nothing secret."""
        ...

    def device_key(self) -> SigningKey:
        """Give the key this PC signs documents with (P-256); it may live in a token."""
        ...

    def next_device_key(self) -> SigningKey:
        """Give the device key that is to follow, made durably if there is none yet."""
        ...

    def adopt_next_device_key(self) -> None:
        """Make the next device key the device key, in one step; the one before is removed. Without one: nothing."""
        ...

    def sealing_key(self) -> SealingKey:
        """Give the key others seal to for this PC (X25519)."""
        ...

    def tls_key(self) -> SigningKey:
        """Give the key of this PC's certificate (P-256, software): TLS never makes signatures of ours."""
        ...

    def replica_key(self) -> bytes:
        """Give the 32-byte key of the local database."""
        ...

    def generation(self) -> int:
        """Give the highest generation of the replica that was raised to; 0 at first."""
        ...

    def raise_generation(self, to: int) -> None:
        """Remember durably that the replica has reached a generation; it never goes back."""
        ...


class FileKeyStore:
    """The key store in `folder`, all of it in sealed files. Its methods are described at `KeyStore`."""

    def __init__(self, folder: Path, around: Surroundings | None = None) -> None:
        self.folder: Final = folder
        self._around: Final = around
        self._files: Final = KeyFolder(folder)

    def exists(self) -> bool:
        """Tell whether there is anything in the folder."""
        return self._files.exists()

    def create(self) -> None:
        """Make the keys, unless they are there already. All of them appear at once or not at all.

        Raises:
            KeyStoreUnwritable: the folder cannot be written.
            KeyStoreUnreadable, KeyStoreLocked, KeyStoreOtherMachine: there is a store already that does not open.
        """
        if not self.exists():
            fresh = fresh_unlock(self._surroundings())
            secret = {DEVICE: SigningKey.generate_p256().to_pkcs8(), **SealedKeys.fresh()}
            facts = {STORE_FILE: fresh.facts().to_bytes()}
            self._files.make({**fresh.files, **fresh.seal.close_all(secret), **facts})
        keys = self._keys()
        keys.p256(DEVICE)
        keys.read_all()

    def destroy(self) -> None:
        """Remove the keys for ever."""
        self._files.destroy((DEVICE, NEXT_DEVICE, *SealedKeys.FILES, UNLOCK_FILE, STORE_FILE))

    def facts(self) -> StoreFacts:
        """Say what kind of store this is."""
        facts = StoreFacts.of(self._files)
        if facts.kind is not StoreKind.FILE:
            raise KeyStoreUnreadable(f"{STORE_FILE}: not a store of files")
        return facts

    def device_key(self) -> SigningKey:
        """Give the key this PC signs documents with."""
        return self._keys().p256(DEVICE)

    def next_device_key(self) -> SigningKey:
        """Give the device key that is to follow."""
        keys = self._keys()
        with self._files.alone():
            stale = self._files.has(NEXT_DEVICE) and keys.p256(NEXT_DEVICE).public == keys.p256(DEVICE).public
            if stale or not self._files.has(NEXT_DEVICE):  # stale: adopted, and killed before it was removed
                keys.write_p256(NEXT_DEVICE, SigningKey.generate_p256())
            return keys.p256(NEXT_DEVICE)

    def adopt_next_device_key(self) -> None:
        """Make the next device key the device key."""
        keys = self._keys()
        with self._files.alone():
            if self._files.has(NEXT_DEVICE):
                keys.write_p256(DEVICE, keys.p256(NEXT_DEVICE))
                self._files.remove(NEXT_DEVICE)

    def sealing_key(self) -> SealingKey:
        """Give the key others seal to."""
        return self._keys().sealing()

    def tls_key(self) -> SigningKey:
        """Give the key of this PC's certificate."""
        return self._keys().tls()

    def replica_key(self) -> bytes:
        """Give the key of the local database."""
        return self._keys().replica()

    def generation(self) -> int:
        """Give the highest generation raised to."""
        return self._keys().generation()

    def raise_generation(self, to: int) -> None:
        """Remember a generation."""
        self._keys().raise_generation(to)

    def _surroundings(self) -> Surroundings:
        return Surroundings.here() if self._around is None else self._around

    def _keys(self) -> SealedKeys:
        return SealedKeys(self._files, unlocked(self._files, self.facts(), self._surroundings()))


def open_key_store(folder: Path, around: Surroundings | None = None) -> KeyStore:
    """Give the store in `folder` as it says it is; where there is none yet, one of files.

    Raises:
        KeyStoreUnreadable: there is something, but it does not say what.
    """
    files = KeyFolder(folder)
    if files.exists() and StoreFacts.of(files).kind is StoreKind.TOKEN:
        return TokenKeyStore(folder, around)
    return FileKeyStore(folder, around)
