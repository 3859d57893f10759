"""A shelf that is a bucket of an S3 store with versions and Object Lock.

Every name has one version, the first; what somebody puts over it, or a delete marker, changes nothing for us
(`disturbed` names it). Retention is COMPLIANCE: until its end nobody can remove that version, the account's owner
included; it is only ever made longer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proctoring.vault.store.s3_faults import (
    NotThere,
    StorageNotLocking,
    StorageRefused,
    StorageUnreachable,
    ThereAlready,
    storage_faults,
)
from proctoring.vault.store.s3_upload import (
    COMPLIANCE,
    PART_BYTES,
    Place,
    abandon_uploads,
    upload_parts,
    upload_whole,
)
from proctoring.vault.store.shelf import (
    Lock,
    Pace,
    ShelfConflict,
    ShelfDamaged,
    ShelfNameMissing,
    checked_name,
    checked_prefix,
)
from proctoring.vault.store.source import Source
from sync.wire.ids import LATEST_MS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

_READ_BYTES: Final = 8 << 20
_TRIES: Final = 3


@dataclass(frozen=True)
class Version:
    """One version of an object as the bucket lists it; a delete marker has no bytes.

    `sha256`: if we just put it, and the store made sure of it. What metadata says of it proves nothing.
    """

    name: str
    version: str
    size: int
    marker: bool
    sha256: str = ""


class S3Shelf:
    """Names are objects of `bucket` below `prefix` ("" or without a "/" at its end).

    Raises:
        StorageNotLocking: the bucket keeps no versions, has no Object Lock, or is not there.
        StorageFault's kin: the store cannot be asked.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str = "", part_bytes: int = PART_BYTES) -> None:
        self._client: Final = client
        self.bucket: Final = bucket
        self.prefix: Final = f"{prefix}/" if prefix else ""
        self._part_bytes: Final = part_bytes
        self._require_locking()

    def names(self, prefix: str = "") -> Iterator[str]:
        """Give all names that have bytes, whatever was put over them since."""
        checked_prefix(prefix)
        for name, versions in groupby(self._listed(prefix), key=lambda one: one.name):
            if any(not one.marker for one in versions):
                yield name

    def disturbed(self, prefix: str = "") -> Iterator[str]:
        """Give the names that somebody tried to delete or to put something over; the first version is still there."""
        checked_prefix(prefix)
        for name, versions in groupby(self._listed(prefix), key=lambda one: one.name):
            if len(list(versions)) > 1:
                yield name

    def folders(self, place: str) -> Iterator[str]:
        """Give what comes next in the names under a place, by reading them all."""
        under = f"{checked_name(place)}/"
        inner = (name.removeprefix(under) for name in self.names(under))
        for part, _ in groupby(name.partition("/")[0] for name in inner if "/" in name):
            yield part

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Give all names under a prefix, with their length in bytes."""
        checked_prefix(prefix)
        return {one.name: one.size for one in self._listed(prefix) if not one.marker}  # the oldest comes last

    def size(self, name: str) -> int | None:
        """Give the object's length in bytes, or None."""
        found = self._first(checked_name(name))
        return found.size if found else None

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Read from the object; an answer that is cut short is asked for again."""
        found = self._require(name)
        end = found.size if length is None else min(found.size, start + length)
        data = bytearray()
        while start + len(data) < end:
            data += self._range(found, start + len(data), min(end, start + len(data) + _READ_BYTES))
        return bytes(data)

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        """Put an object there, its SHA-256 checked by the store; a large one in parts, going on at the next."""
        with Source.of(source) as data:
            found = self._first(name) or self._uploaded(name, data, retain_until_ms, pace)
            if found is None:  # an answer was lost, or somebody was quicker
                found = self._require(name)
            self._refuse_other(found, data.size, data.sha256)
        if retain_until_ms is not None:
            self._retain(found, retain_until_ms)

    def adopt(self, source: str, target: str) -> None:
        """Copy within the store."""
        old, new = self._first(checked_name(source)), self._first(checked_name(target))
        if old is None and new is None:
            raise ShelfNameMissing(source, name=source)
        if old is not None and new is not None:
            self._refuse_other(new, old.size, self._hashed(old))
        if new is None and old is not None:
            self._copy(old, target)

    def keep(self, name: str, sha256: str, until_ms: int | None) -> None:
        """Read one version, lock that very version, and make sure that the name still means it."""
        found = self._require(name)
        self._refuse_other(found, found.size, sha256)
        if until_ms is not None:
            self._retain(found, until_ms)
        now = self._require(name)
        if now.version != found.version:
            raise ShelfConflict(name, name=name)

    def set_hold(self, name: str, on: bool) -> None:  # noqa: FBT001 - as `Shelf` has it
        """Put the store's legal hold on the object, or take it off."""
        found = self._require(name)
        with storage_faults():
            self._client.put_object_legal_hold(
                Bucket=self.bucket,
                Key=self._key(name),
                VersionId=found.version,
                LegalHold={"Status": "ON" if on else "OFF"},
            )

    def extend(self, name: str, until_ms: int) -> None:
        """Let the store keep the object until then at least."""
        self._retain(self._require(name), until_ms)

    def lock(self, name: str) -> Lock:
        """Give until when the store itself keeps the object (COMPLIANCE), and whether its legal hold is on."""
        return self._locked(self._require(name))

    def free_bytes(self) -> int | None:
        """A bucket does not tell."""
        return None

    def local_folder(self, prefix: str) -> Path | None:
        """Nothing lies on this machine."""
        checked_prefix(prefix)
        return None

    def erase(self, name: str, *, overwrite: bool = False) -> None:
        """Remove every version of an object for good. Nobody calls this but `erasing`, which knows whether it may go.

        Raises:
            StorageForbidden: the store keeps it: its retention has not ended, or it is held.
        """
        del overwrite  # there is no disk of ours to write on
        for one in list(self._versions(checked_name(name))):
            with storage_faults():
                self._client.delete_object(Bucket=self.bucket, Key=self._key(name), VersionId=one.version)

    def erase_folders(self, prefix: str) -> None:
        """A bucket has no folders."""

    def erase_unfinished(self, prefix: str) -> None:
        """Let go of uploads in parts that never became an object. Only `erasing` calls this."""
        with storage_faults():
            abandon_uploads(self._client, self.bucket, self.prefix + checked_prefix(prefix))

    # inside

    def _key(self, name: str) -> str:
        return self.prefix + checked_name(name)

    def _name(self, key: str) -> str:
        return key.removeprefix(self.prefix)

    def _require_locking(self) -> None:
        try:
            with storage_faults():
                versions = self._client.get_bucket_versioning(Bucket=self.bucket).get("Status")
                lock = self._client.get_object_lock_configuration(Bucket=self.bucket)
        except NotThere:
            raise StorageNotLocking("no Object Lock", bucket=self.bucket) from None
        except StorageRefused as fault:
            if fault.detail in {"ObjectLockConfigurationNotFoundError", "NoSuchBucket"}:
                raise StorageNotLocking(fault.detail, bucket=self.bucket) from None
            raise
        enabled = lock.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled")
        if versions != "Enabled" or enabled != "Enabled":
            raise StorageNotLocking(f"versions {versions}, Object Lock {enabled}", bucket=self.bucket)

    def _listed(self, prefix: str) -> Iterator[Version]:
        """Give all versions and markers, by name, the newest of a name first."""
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        found: list[Version] = []
        with storage_faults():
            for page in pages:
                found += [
                    Version(self._name(one["Key"]), one["VersionId"], one["Size"], marker=False)
                    for one in page.get("Versions", [])
                ]
                found += [
                    Version(self._name(one["Key"]), one["VersionId"], 0, marker=True)
                    for one in page.get("DeleteMarkers", [])
                ]
        yield from sorted(found, key=lambda one: one.name)

    def _versions(self, name: str) -> Iterator[Version]:
        return (one for one in self._listed(name) if one.name == name)

    def _first(self, name: str) -> Version | None:
        """Give the oldest version: the one that was put when nothing was there."""
        real = [one for one in self._versions(checked_name(name)) if not one.marker]
        return real[-1] if real else None

    def _require(self, name: str) -> Version:
        found = self._first(name)
        if found is None:
            raise ShelfNameMissing(name, name=name)
        return found

    def _hashed(self, one: Version) -> str:
        """Read every byte: nothing else tells what lies there."""
        digest = new_sha256()
        for start in range(0, one.size, _READ_BYTES):
            digest.update(self._range(one, start, min(one.size, start + _READ_BYTES)))
        return digest.hexdigest()

    def _refuse_other(self, found: Version, size: int, sha256: str) -> None:
        if found.size != size or (found.sha256 or self._hashed(found)) != sha256:
            raise ShelfConflict(found.name, name=found.name)

    def _uploaded(self, name: str, data: Source, until_ms: int | None, pace: Pace | None) -> Version | None:
        """Upload; None if something lies there meanwhile."""
        place = Place(self._client, self.bucket, self._key(name), _end(until_ms))
        try:
            with storage_faults():
                if data.size <= self._part_bytes:
                    version = upload_whole(place, data, pace)
                else:
                    version = upload_parts(place, data, self._part_bytes, pace)
        except ThereAlready:
            return None
        except NotThere:
            raise StorageUnreachable("an upload that is gone") from None
        return Version(name, version, data.size, marker=False, sha256=data.sha256)

    def _copy(self, old: Version, target: str) -> None:
        copied: CopySourceTypeDef = {"Bucket": self.bucket, "Key": self._key(old.name), "VersionId": old.version}
        with storage_faults():
            self._client.copy_object(Bucket=self.bucket, Key=self._key(target), CopySource=copied)

    def _range(self, one: Version, start: int, end: int) -> bytes:
        asked = f"bytes={start}-{end - 1}"
        for attempt in range(1, _TRIES + 1):
            try:
                with storage_faults():
                    answer = self._client.get_object(
                        Bucket=self.bucket, Key=self._key(one.name), VersionId=one.version, Range=asked
                    )
                    data = answer["Body"].read()
            except NotThere:
                raise ShelfNameMissing(one.name, name=one.name) from None
            except StorageUnreachable:
                if attempt == _TRIES:
                    raise
                continue
            if len(data) == end - start:
                return data
        raise ShelfDamaged(f"{end - start} bytes asked for, fewer given", name=one.name)

    def _locked(self, one: Version) -> Lock:
        try:
            with storage_faults():
                head = self._client.head_object(Bucket=self.bucket, Key=self._key(one.name), VersionId=one.version)
        except NotThere:
            raise ShelfNameMissing(one.name, name=one.name) from None
        until = head.get("ObjectLockRetainUntilDate")
        keeps = head.get("ObjectLockMode") == COMPLIANCE and until is not None
        held = head.get("ObjectLockLegalHoldStatus") == "ON"
        return Lock(round(until.timestamp() * 1000) if keeps and until is not None else None, held)

    def _retain(self, one: Version, until_ms: int) -> None:
        kept = self._locked(one).until_ms
        if kept is not None and kept >= until_ms:
            return
        with storage_faults():
            self._client.put_object_retention(
                Bucket=self.bucket,
                Key=self._key(one.name),
                VersionId=one.version,
                Retention={"Mode": COMPLIANCE, "RetainUntilDate": _second(until_ms)},
            )
        kept = self._locked(one).until_ms
        if kept is None or kept < min(until_ms, LATEST_MS):
            raise StorageNotLocking("asked to keep it, and it does not", bucket=self.bucket)


def _second(ms: int) -> datetime:
    """Give a time in whole seconds, as stores have it, never earlier, but for what no calendar says."""
    return datetime.fromtimestamp(-(-min(ms, LATEST_MS) // 1000), UTC)


def _end(ms: int | None) -> datetime | None:
    return None if ms is None else _second(ms)
