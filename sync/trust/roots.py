"""The chain of TUF roots: the one a PC was enrolled with, and those that followed it.

A root follows the one before it if its version is the next and it is signed by enough keys of both (TUF specification,
section 5.3). So keys can be replaced, and what a PC began with stays what it began with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Key, Metadata, Root

from sync.faults import Refused
from sync.trust.keys import PublicKey

MAX_BYTES: Final = 512_000
MOST: Final = 64
"""Roots that may follow the first one: one a year for longer than anybody keeps a record."""


class RootRefused(Refused):
    """A root is not believed, or does not follow the one before; the detail says why."""

    code = "ROOT_REFUSED"


@dataclass(frozen=True)
class RootKeys:
    """The keys of the root role, and how many of them have to sign."""

    keys: tuple[PublicKey, ...]
    threshold: int


def follow(pinned: bytes, later: Sequence[bytes]) -> RootKeys:
    """Follow the chain from the pinned root, and give the keys of its last one.

    Raises:
        RootRefused: too many or too large, unreadable, not signed by itself, or not following the one before.
    """
    if len(later) > MOST:
        raise RootRefused(f"more than {MOST} roots")
    last = _read(pinned)
    _verify(last.signed, last)
    for raw in later:
        following = _read(raw)
        if following.signed.version != last.signed.version + 1:
            raise RootRefused(f"root {following.signed.version} does not follow {last.signed.version}")
        _verify(last.signed, following)
        _verify(following.signed, following)
        last = following
    return _keys(last.signed)


def _read(raw: bytes) -> Metadata[Root]:
    if len(raw) > MAX_BYTES:
        raise RootRefused(f"more than {MAX_BYTES} bytes")
    try:
        metadata = Metadata[Root].from_bytes(raw)
    except (RepositoryError, ValueError, RecursionError):
        raise RootRefused("unreadable") from None
    if not isinstance(metadata.signed, Root):
        raise RootRefused("TUF metadata, but not of the root")
    return metadata


def _verify(judge: Root, found: Metadata[Root]) -> None:
    try:
        judge.verify_delegate(Root.type, found.signed_bytes, found.signatures)
    except (RepositoryError, ValueError):
        raise RootRefused(f"root {found.signed.version} is not signed by root {judge.version}'s keys") from None


def _keys(root: Root) -> RootKeys:
    role = root.get_delegated_role(Root.type)
    try:
        keys = tuple(_from_tuf(root.get_key(keyid)) for keyid in role.keyids)
    except (RepositoryError, ValueError):
        raise RootRefused("a key of the root role is unreadable") from None
    if len({key.keyid for key in keys}) != len(keys):
        raise RootRefused("one key under two ids")
    return RootKeys(keys, role.threshold)


def _from_tuf(key: Key) -> PublicKey:
    public = str(key.keyval.get("public", ""))
    if key.keytype == "ed25519":
        return PublicKey.of(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    return PublicKey.from_pem(public)
