"""Provinces publish their own banks beside the national one: delegated roles of the repository.

A province's key is here, or with the province: then it hands in its signed targets with the files they name.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256 as digest
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Targets

from app.registry.premises import Premises
from app.registry.repository import Repository, add_delegation, drop_delegation, expiry, key_name, sign
from sync.faults import Refused
from sync.trust.files import read_bounded
from sync.trust.keys import PublicKey

_CODE: Final = re.compile(r"[a-z0-9]{2,12}")
_METADATA_BYTES: Final = 5_000_000
_TARGET_BYTES: Final = 512_000_000
_TARGETS: Final = 10_000
_SAFE_PATH: Final = re.compile(r"packages(/[A-Za-z0-9][A-Za-z0-9._\-]{0,99}){2}")


class ProvinceRefused(Refused):
    """A province cannot be taken in with this code or this key; the detail says why."""

    code = "PROVINCE_REFUSED"


class ProvinceKnown(ProvinceRefused):
    """This province may publish already. Fact: `code`."""

    code = "PROVINCE_KNOWN"


class ProvinceUnknown(ProvinceRefused):
    """No such province may publish. Fact: `code`."""

    code = "PROVINCE_UNKNOWN"


class HandedInRefused(ProvinceRefused):
    """What a province handed in is not as it signed it, or not its own to publish; the detail says why."""

    code = "HANDED_IN_REFUSED"


class HandedInOlder(ProvinceRefused):
    """What a province handed in is published already, or older. Fact: `published`, the version that is."""

    code = "HANDED_IN_OLDER"


@dataclass(frozen=True)
class Province:
    """A province as the repository has it. `here`: whether its key is kept here. Times: ms since the epoch, UTC."""

    code: str
    keyid: str
    here: bool
    version: int
    targets: int
    expires_ms: int


def role_name(code: str) -> str:
    """Give the name of a province's role.

    Raises:
        ProvinceRefused: not a code: 2 to 12 lower-case letters and digits.
    """
    if not _CODE.fullmatch(code):
        raise ProvinceRefused("a code has 2 to 12 lower-case letters and digits")
    return f"province-{code}"


def add_province(premises: Premises, code: str, key: PublicKey | None = None) -> None:
    """Delegate `packages/<code>-…/…` to a province: to its own Ed25519 key, or to one that is made here.

    Raises:
        ProvinceRefused: not a code, or no Ed25519 key.
        ProvinceKnown: it is there already.
    """
    role, repository, now_ms = role_name(code), premises.repository, premises.clock()
    if key is not None and key.is_p256:
        raise ProvinceRefused("a province signs with an Ed25519 key")
    with premises.database.writing():
        snapshot, targets = repository.current()
        if role in repository.delegated_names(targets):
            raise ProvinceKnown(code=code)
        holder = repository.keys.make(key_name(role)) if key is None else None
        earlier = snapshot.meta.get(f"{role}.json")  # of a delegation that was taken back: versions only rise
        first = Targets(version=earlier.version + 1 if earlier else 1, expires=expiry(Targets.type, now_ms))
        public = key or repository.keys.key(key_name(role)).public
        add_delegation(targets, role, (f"packages/{code}-*/*",), public)
        repository.publish_targets(targets, {role: (first.version, sign(first, holder))} if holder else {}, now_ms)


def remove_province(premises: Premises, code: str) -> None:
    """Take a delegation back: nothing new under it is believed by a seat that hears of it.

    Raises:
        ProvinceUnknown: there is none.
    """
    role, repository = role_name(code), premises.repository
    with premises.database.writing():
        _, targets = repository.current()
        if role not in repository.delegated_names(targets):
            raise ProvinceUnknown(code=code)
        drop_delegation(targets, role)
        repository.publish_targets(targets, {}, premises.clock())


def accept(premises: Premises, code: str, raw: bytes, folder: Path) -> int:
    """Publish what a province signed itself: its targets (`raw`), with the files they name in `folder`.

    Gives the number of files that are new. Nothing is published unless everything is there as it was signed for.

    Raises:
        ProvinceUnknown: there is none.
        HandedInRefused: not signed by the province, expired, of others' paths, or a file is missing or another.
        HandedInOlder: not newer than what is published.
    """
    role, repository, now_ms = role_name(code), premises.repository, premises.clock()
    with premises.database.writing():
        snapshot, targets = repository.current()
        if role not in repository.delegated_names(targets):
            raise ProvinceUnknown(code=code)
        signed = _believed(targets, role, raw, now_ms)
        known = snapshot.meta.get(f"{role}.json")
        if known is not None and signed.version <= known.version:
            raise HandedInOlder(f"version {signed.version}, {known.version} is published", published=known.version)
        earlier = repository.delegated(role, snapshot).targets if known else {}
        new = {path: facts for path, facts in signed.targets.items() if earlier.get(path) != facts}
        for path, facts in new.items():  # nobody looks for them before the metadata names them
            sha256 = facts.hashes.get("sha256", "")
            repository.keep_target(path, sha256, _file(folder, path, facts.length, sha256))
        repository.publish(snapshot, {role: (signed.version, raw)}, now_ms)
    return len(new)


def provinces(repository: Repository) -> tuple[Province, ...]:
    """Give the provinces there are, by code."""
    snapshot, targets = repository.current()
    found = []
    for role in sorted(repository.delegated_names(targets)):
        if not role.startswith("province-") or not targets.delegations or not targets.delegations.roles:
            continue
        signed = repository.delegated(role, snapshot) if f"{role}.json" in snapshot.meta else None
        found.append(
            Province(
                code=role.removeprefix("province-"),
                keyid=targets.delegations.roles[role].keyids[0],
                here=repository.keys.has(key_name(role)),
                version=signed.version if signed else 0,
                targets=len(signed.targets) if signed else 0,
                expires_ms=int(signed.expires.timestamp() * 1000) if signed else 0,
            )
        )
    return tuple(found)


def _believed(targets: Targets, role: str, raw: bytes, now_ms: int) -> Targets:
    if len(raw) > _METADATA_BYTES:
        raise HandedInRefused(f"more than {_METADATA_BYTES} bytes of metadata")
    try:
        metadata: Metadata[Any] = Metadata.from_bytes(raw)
        targets.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError, RecursionError) as error:
        raise HandedInRefused(f"not signed by the province: {type(error).__name__}") from None
    signed = metadata.signed
    if not isinstance(signed, Targets) or signed.delegations is not None:
        raise HandedInRefused("not targets without delegations")
    if signed.is_expired(datetime.fromtimestamp(now_ms // 1000, UTC)):
        raise HandedInRefused("expired")
    delegated = targets.delegations.roles[role] if targets.delegations and targets.delegations.roles else None
    for path in signed.targets:
        if delegated is None or not delegated.is_delegated_path(path) or not _SAFE_PATH.fullmatch(path):
            raise HandedInRefused(f"a path that is not the province's: {path[:100]!a}")
    if len(signed.targets) > _TARGETS:
        raise HandedInRefused(f"more than {_TARGETS} files")
    return signed


def _file(folder: Path, path: str, length: int, sha256: str) -> bytes:
    if length > _TARGET_BYTES:
        raise HandedInRefused(f"{path}: more than {_TARGET_BYTES} bytes")
    try:
        data = read_bounded(folder / path, length)
    except OSError as error:
        raise HandedInRefused(f"{path}: {error.strerror}") from None
    if len(data) != length or digest(data).hexdigest() != sha256:
        raise HandedInRefused(f"{path}: not the bytes that were signed for")
    return data
