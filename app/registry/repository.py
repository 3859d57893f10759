"""The TUF repository packages are published in: consistent snapshots, one Ed25519 key a role.

Every file is written durably and the timestamp last, so that a crash at any moment leaves the repository at
its last whole state.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from tuf.api.exceptions import RepositoryError, StorageError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from app.registry.keyroom import KeyName, KeyRoom
from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder, write_durably

_LIFETIMES: Final[Mapping[str, timedelta]] = {
    Root.type: timedelta(days=3653),
    Targets.type: timedelta(days=365),
    Snapshot.type: timedelta(days=365),
    Timestamp.type: timedelta(days=90),
}
_KEYS: Final[Mapping[str, KeyName]] = {
    Root.type: KeyName.TUF_ROOT,
    Targets.type: KeyName.TUF_TARGETS,
    Snapshot.type: KeyName.TUF_SNAPSHOT,
    Timestamp.type: KeyName.TUF_TIMESTAMP,
}

Role = TypeVar("Role", Root, Targets, Snapshot, Timestamp)


class RepositoryUnreadable(EnvironmentFault):
    """The TUF repository's own files are missing or damaged."""

    code = "REPOSITORY_UNREADABLE"


class Repository:
    """The repository in `folder`: `metadata/` and `targets/`. Callers see to it that one writes at a time."""

    def __init__(self, folder: Path, keys: KeyRoom) -> None:
        self.metadata_folder: Final = folder / "metadata"
        self.targets_folder: Final = folder / "targets"
        self._keys = keys

    def create(self, now_ms: int) -> None:
        """Make an empty repository: version 1 of every role."""
        private_folder(self.metadata_folder)
        private_folder(self.targets_folder)
        root = Root(version=1, expires=_expiry(Root.type, now_ms), consistent_snapshot=True)
        for role, name in _KEYS.items():
            root.add_key(self._keys.key(name).public.as_signer_key(), role)
        self._write("1.root.json", self._signed(root))
        self._publish(Targets(version=1, expires=_expiry(Targets.type, now_ms)), 1, now_ms)

    def root_bytes(self) -> bytes:
        """Give the first root metadata, the one every seat starts from for ever.

        Raises:
            RepositoryUnreadable: it is not there.
        """
        return self._read(self.metadata_folder / "1.root.json")

    def add_target(self, path: str, data: bytes, custom: Mapping[str, str | int], now_ms: int) -> None:
        """Publish a file at target path `path`; `custom` is signed with it.

        Raises:
            RepositoryUnreadable: the metadata on disk is missing or damaged.
            DiskFull, DiskFault: the disk refused; the repository is what it was.
        """
        target = TargetFile.from_data(path, data, ["sha256"])
        target.unrecognized_fields["custom"] = dict(custom)
        file = self._target_file(path, target.hashes["sha256"])
        private_folder(file.parent)
        write_durably(file, data)
        targets, snapshot = self._current()
        targets.targets[path] = target
        targets.version += 1
        targets.expires = _expiry(Targets.type, now_ms)
        self._publish(targets, snapshot.version + 1, now_ms)

    def target(self, path: str, sha256: str) -> bytes:
        """Give a published file's bytes; the caller checks them.

        Raises:
            RepositoryUnreadable: it is not there.
        """
        return self._read(self._target_file(path, sha256))

    def refresh(self, now_ms: int) -> bool:
        """Sign again what has lived more than half of its time; tell whether anything had."""
        targets, snapshot = self._current()
        timestamp = self._load("timestamp.json", Timestamp)
        if not any(_is_old(signed, now_ms) for signed in (targets, snapshot, timestamp)):
            return False
        targets.version += 1
        targets.expires = _expiry(Targets.type, now_ms)
        self._publish(targets, snapshot.version + 1, now_ms)
        return True

    def _current(self) -> tuple[Targets, Snapshot]:
        timestamp = self._load("timestamp.json", Timestamp)
        snapshot = self._load(f"{timestamp.snapshot_meta.version}.snapshot.json", Snapshot)
        targets = self._load(f"{snapshot.meta['targets.json'].version}.targets.json", Targets)
        return targets, snapshot

    def _publish(self, targets: Targets, version: int, now_ms: int) -> None:
        targets_raw = self._signed(targets)
        snapshot = Snapshot(
            version=version,
            expires=_expiry(Snapshot.type, now_ms),
            meta={"targets.json": MetaFile.from_data(targets.version, targets_raw, ["sha256"])},
        )
        snapshot_raw = self._signed(snapshot)
        timestamp = Timestamp(
            version=version,
            expires=_expiry(Timestamp.type, now_ms),
            snapshot_meta=MetaFile.from_data(version, snapshot_raw, ["sha256"]),
        )
        self._write(f"{targets.version}.targets.json", targets_raw)
        self._write(f"{version}.snapshot.json", snapshot_raw)
        self._write("timestamp.json", self._signed(timestamp))

    def _signed(self, signed: Root | Targets | Snapshot | Timestamp) -> bytes:
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(self._keys.key(_KEYS[signed.type]).signer())
        return metadata.to_bytes()

    def _load(self, name: str, kind: type[Role]) -> Role:
        try:
            signed = Metadata[Role].from_bytes(self._read(self.metadata_folder / name)).signed
        except (RepositoryError, StorageError) as error:
            raise RepositoryUnreadable(f"{name}: {type(error).__name__}") from None
        if not isinstance(signed, kind):
            raise RepositoryUnreadable(f"{name}: not what it is called")
        return signed

    def _target_file(self, path: str, sha256: str) -> Path:
        """Give where TUF clients look for a target of a repository with consistent snapshots."""
        file = self.targets_folder / path
        return file.with_name(f"{sha256}.{file.name}")

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise RepositoryUnreadable(f"{path.name}: {error.strerror}") from None

    def _write(self, name: str, data: bytes) -> None:
        write_durably(self.metadata_folder / name, data)


def _time(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms // 1000, UTC)


def _expiry(role: str, now_ms: int) -> datetime:
    return _time(now_ms) + _LIFETIMES[role]


def _is_old(signed: Targets | Snapshot | Timestamp, now_ms: int) -> bool:
    return signed.expires - _time(now_ms) < _LIFETIMES[signed.type] / 2
