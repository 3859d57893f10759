"""The secrets that lie in sealed files, whatever holds the device key."""

import secrets
from typing import Final

from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable
from sync.trust.keys import KeyRefused, SealingKey, SigningKey
from sync.trust.unlocking import Seal

DEVICE: Final = "device.key"
NEXT_DEVICE: Final = "device.next"
SEALING: Final = "sealing.key"
TLS: Final = "tls.key"
REPLICA: Final = "replica.key"
GENERATION: Final = "generation"
_REPLICA_KEY_BYTES: Final = 32
_GENERATION_BYTES: Final = 8


class SealedKeys:
    """What both kinds of store keep in sealed files: all but the device key."""

    FILES: Final = (SEALING, TLS, REPLICA, GENERATION)

    def __init__(self, folder: KeyFolder, seal: Seal) -> None:
        self._folder = folder
        self.seal: Final = seal

    @staticmethod
    def fresh() -> dict[str, bytes]:
        """Draw new secrets, by file name."""
        return {
            SEALING: SealingKey.generate().raw(),
            TLS: SigningKey.generate_p256().to_pkcs8(),
            REPLICA: secrets.token_bytes(_REPLICA_KEY_BYTES),
            GENERATION: bytes(_GENERATION_BYTES),
        }

    def read_all(self) -> None:
        """Read every one of them. Raises `KeyStoreUnreadable`."""
        self.tls()
        self.sealing()
        self.replica()
        self.generation()

    def p256(self, name: str) -> SigningKey:
        """Read a P-256 key. Raises `KeyStoreUnreadable`."""
        try:
            key = SigningKey.from_pkcs8(self.seal.open(self._folder, name))
        except KeyRefused as fault:
            raise KeyStoreUnreadable(f"{name}: {fault.detail}") from None
        if not key.public.is_p256:
            raise KeyStoreUnreadable(f"{name}: not a P-256 key")
        return key

    def write_p256(self, name: str, key: SigningKey) -> None:
        """Write a P-256 key durably. Raises `KeyStoreUnwritable`."""
        self._folder.replace(name, self.seal.close(name, key.to_pkcs8()))

    def tls(self) -> SigningKey:
        """Read the key of the PC's certificate. Raises `KeyStoreUnreadable`."""
        return self.p256(TLS)

    def sealing(self) -> SealingKey:
        """Read the sealing key. Raises `KeyStoreUnreadable`."""
        try:
            return SealingKey.from_raw(self.seal.open(self._folder, SEALING))
        except KeyRefused as fault:
            raise KeyStoreUnreadable(f"{SEALING}: {fault.detail}") from None

    def replica(self) -> bytes:
        """Read the replica's key. Raises `KeyStoreUnreadable`."""
        key = self.seal.open(self._folder, REPLICA)
        if len(key) != _REPLICA_KEY_BYTES:
            raise KeyStoreUnreadable(f"{REPLICA}: {len(key)} bytes, wanted {_REPLICA_KEY_BYTES}")
        return key

    def generation(self) -> int:
        """Read the generation. Raises `KeyStoreUnreadable`."""
        return int.from_bytes(self.seal.open(self._folder, GENERATION))

    def raise_generation(self, to: int) -> None:
        """Write the generation if it is higher than before. Raises `KeyStoreUnreadable`, `KeyStoreUnwritable`."""
        with self._folder.alone():
            if to > self.generation():
                self._folder.replace(GENERATION, self.seal.close(GENERATION, to.to_bytes(_GENERATION_BYTES)))
