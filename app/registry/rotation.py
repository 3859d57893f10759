"""A new root: a key that was lost or stolen is replaced, and every seat follows from the root it began with.

A root counts for a client if the one before it and it itself are each signed by enough of their keys, so a rotation
needs two of the root's keys that stay. After a crash at any step the repository is the old one or
the new one: the next key of an online role lies beside the old one until a root names it, and `Repository.refresh`
signs again what only the old root believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root

from app.registry.directory import KEYS_DOCUMENT, trust_of, write_public_files
from app.registry.models import PublishedDocument
from app.registry.premises import Premises
from app.registry.repository import ONLINE, Repository, expiry, next_name, sign
from app.registry.rootkeys import RootKeys
from sync.faults import Refused
from sync.trust.anchor import sign_registry_keys
from sync.trust.keys import SigningKey


class RotationRefused(Refused):
    """No new root can be made like this; the detail says why."""

    code = "ROTATION_REFUSED"


class RotationEmpty(Refused):
    """A new root was wanted that changes nothing."""

    code = "ROTATION_EMPTY"


@dataclass(frozen=True)
class Rotation:
    """What a new root is to change: the id of a root key to replace, online roles to get a new key."""

    replace: str | None = None
    renew: tuple[str, ...] = ()


def rotate(premises: Premises, rotation: Rotation) -> Root:
    """Make and publish the next root; everything that only the old one believed is signed again.

    Raises:
        RootKeysMissing: too few root keys are at hand.
        RotationEmpty: nothing is to be changed.
        RotationRefused: no such root key or role, or the keys at hand are not enough of the old root's or the new's.
    """
    if rotation == Rotation():
        raise RotationEmpty
    rotation = Rotation(rotation.replace, tuple(dict.fromkeys(rotation.renew)))  # a role named twice is renewed once
    root_keys, now_ms = RootKeys.at(premises.root_folder), premises.clock()
    staying = set(premises.repository.root().roles[Root.type].keyids) - {rotation.replace}
    _sign_registry_keys(premises, root_keys.enough(staying))
    with premises.database.writing():
        made = _rotate(premises.repository, root_keys, rotation, now_ms)
    write_public_files(premises)
    return made


def _sign_registry_keys(premises: Premises, staying: tuple[SigningKey, ...]) -> None:
    """Sign which key is for what by root keys that stay, first: so that both the old root and the new one say it."""
    keys = trust_of(premises).registry_keys
    document = keys.model_copy(update={"issued_ms": max(premises.clock(), keys.issued_ms + 1)})
    envelope = sign_registry_keys(document, *staying)
    with premises.database.writing() as session:
        session.merge(PublishedDocument(name=KEYS_DOCUMENT, envelope=envelope))
    write_public_files(premises)


def _rotate(repository: Repository, root_keys: RootKeys, rotation: Rotation, now_ms: int) -> Root:
    old: Metadata[Root] = repository.metadata(f"{repository.root().version}.root.json")
    new = Metadata[Root].from_bytes(old.to_bytes()).signed
    new.version, new.expires = old.signed.version + 1, expiry(Root.type, now_ms)
    _check(new, rotation)
    if rotation.replace is not None:
        root_keys, fresh = root_keys.with_another()
        new.revoke_key(rotation.replace, Root.type)
        new.add_key(fresh.public.as_signer_key(), Root.type)
    _renew(repository, new, rotation.renew)
    wanted = {*old.signed.roles[Root.type].keyids, *new.roles[Root.type].keyids}
    raw = sign(new, *(key for key in root_keys.keys if key.public.keyid in wanted))
    _verify(old.signed, Metadata[Root].from_bytes(raw))
    repository.write(f"{new.version}.root.json", raw)
    repository.refresh(now_ms)
    for role in rotation.renew:
        repository.keys.promote(next_name(role), ONLINE[role])
    return new


def _check(root: Root, rotation: Rotation) -> None:
    if rotation.replace is not None and rotation.replace not in root.roles[Root.type].keyids:
        raise RotationRefused("no such root key")
    if unknown := [role for role in rotation.renew if role not in ONLINE]:
        raise RotationRefused(f"no such role: {unknown[0][:50]!a}")


def _renew(repository: Repository, root: Root, roles: Iterable[str]) -> None:
    for role in roles:
        named, upcoming = root.roles[role].keyids, next_name(role)
        if repository.keys.has(upcoming) and repository.keys.key(upcoming).public.keyid in named:
            repository.keys.promote(upcoming, ONLINE[role])  # the last rotation died before it did
        key = repository.keys.make(upcoming)
        for keyid in list(root.roles[role].keyids):
            root.revoke_key(keyid, role)
        root.add_key(key.public.as_signer_key(), role)


def _verify(old: Root, new: Metadata[Root]) -> None:
    """Ask what every client will ask, before anybody can."""
    try:
        for judge in (old, new.signed):
            judge.verify_delegate(Root.type, new.signed_bytes, new.signatures)
    except RepositoryError:
        raise RotationRefused("the keys at hand are not enough of the old root's and of the new one's") from None
