"""The root keys: two of three say which key is for what. They are needed rarely, and belong into three safes.

They begin as files in a folder (`root-keys/` beside the registry's own keys, or where the operator said). Each may be
carried away; what needs them is told a folder that has enough of them. A file is `root-<begin of the key's id>.key`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from app.registry.keyroom import KeyRoom, RegistryKeysUnreadable
from sync.faults import EnvironmentFault
from sync.trust.keys import KeyRefused, SigningKey

COUNT: Final = 3
THRESHOLD: Final = 2
_PREFIX: Final = "root-"
_MOST: Final = 100


class RootKeysMissing(EnvironmentFault):
    """There are fewer root keys in the folder than it takes. Facts: `folder`, `found`, `needed`."""

    code = "ROOT_KEYS_MISSING"


@dataclass(frozen=True)
class RootKeys:
    """The root keys that are at hand in `folder`, in the order of their ids."""

    folder: Path
    keys: tuple[SigningKey, ...] = field(repr=False)

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Make the first root keys in a folder, or give those that are there: the same again after a crash."""
        found = cls.at(folder)
        while len(found.keys) < COUNT:
            found, _ = found.with_another()
        return found

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Give the root keys that lie in a folder; maybe none.

        Raises:
            RegistryKeysUnreadable: one is damaged, or others can read it.
        """
        room = KeyRoom(folder)
        keys = [_read(room, file.stem) for file in sorted(folder.glob(f"{_PREFIX}*.key"))[:_MOST]]
        return cls(folder, tuple(sorted(keys, key=lambda key: key.public.keyid)))

    def enough(self, counting: Collection[str]) -> tuple[SigningKey, ...]:
        """Give those of the keys at hand whose ids count.

        Raises:
            RootKeysMissing: they are too few to sign.
        """
        found = tuple(key for key in self.keys if key.public.keyid in counting)
        if len(found) < THRESHOLD:
            raise RootKeysMissing(folder=str(self.folder), found=len(found), needed=THRESHOLD)
        return found

    def with_another(self) -> tuple[Self, SigningKey]:
        """Make one key more."""
        key = SigningKey.generate_ed25519()
        KeyRoom(self.folder).keep(f"{_PREFIX}{key.public.keyid[:16]}", key.to_pkcs8())
        return self.at(self.folder), key


def _read(room: KeyRoom, name: str) -> SigningKey:
    try:
        return SigningKey.from_pkcs8(room.secret(name))
    except KeyRefused as fault:
        raise RegistryKeysUnreadable(f"{name}: {fault.detail}") from None
