"""The TUF repository packages and programs are published in: plain files that any mirror or medium can carry.

Consistent snapshots. The root is two of three keys (`rootkeys`), every other role one Ed25519 key. National banks and
the list of delegations stand in the role `targets`; a province's banks in `province-<code>` (`packages/<code>-…/…`),
programs in `software` (`software/…`). A delegated role may be signed by somebody else (`accept`).

Every file is written durably and the timestamp last, so that a crash at any moment leaves the repository at
its last whole state.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from tuf.api.exceptions import RepositoryError, StorageError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from app.registry.keyroom import KeyName, KeyRoom
from app.registry.rootkeys import THRESHOLD
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import private_folder, write_durably
from sync.trust.keys import PublicKey, SigningKey

LIFETIMES: Final[Mapping[str, timedelta]] = {
    Root.type: timedelta(days=3653),
    Targets.type: timedelta(days=365),
    Snapshot.type: timedelta(days=365),
    Timestamp.type: timedelta(days=90),
}
ONLINE: Final[Mapping[str, KeyName]] = {
    Targets.type: KeyName.TUF_TARGETS,
    Snapshot.type: KeyName.TUF_SNAPSHOT,
    Timestamp.type: KeyName.TUF_TIMESTAMP,
}
"""The roles whose keys the registry works with every day."""
SOFTWARE: Final = "software"
_SOFTWARE_PATHS: Final = ("software/*/*/*",)

Signed = TypeVar("Signed", Root, Targets, Snapshot, Timestamp)


class RepositoryUnreadable(EnvironmentFault):
    """The TUF repository's own files are missing or damaged."""

    code = "REPOSITORY_UNREADABLE"


class SignedElsewhere(Refused):
    """This path belongs to a role whose key is not here. Fact: `role`."""

    code = "SIGNED_ELSEWHERE"


class Repository:
    """The repository in `folder`: `metadata/` and `targets/`. Callers see to it that one writes at a time."""

    def __init__(self, folder: Path, keys: KeyRoom) -> None:
        self.metadata_folder: Final = folder / "metadata"
        self.targets_folder: Final = folder / "targets"
        self.keys: Final = keys

    def create(self, now_ms: int, root_keys: tuple[SigningKey, ...]) -> None:
        """Make a repository without packages: version 1 of every role."""
        private_folder(self.metadata_folder)
        private_folder(self.targets_folder)
        root = Root(version=1, expires=expiry(Root.type, now_ms), consistent_snapshot=True)
        for key in root_keys:
            root.add_key(key.public.as_signer_key(), Root.type)
        root.roles[Root.type].threshold = THRESHOLD
        for role, name in ONLINE.items():
            root.add_key(self.keys.key(name).public.as_signer_key(), role)
        self.write("1.root.json", sign(root, *root_keys))
        software = Targets(version=1, expires=expiry(Targets.type, now_ms))
        targets = Targets(version=1, expires=expiry(Targets.type, now_ms))
        add_delegation(targets, SOFTWARE, _SOFTWARE_PATHS, self.keys.key(KeyName.TUF_SOFTWARE).public)
        raws = {
            SOFTWARE: (1, sign(software, self.keys.key(KeyName.TUF_SOFTWARE))),
            Targets.type: (1, sign(targets, self.keys.key(KeyName.TUF_TARGETS))),
        }
        self.publish(None, raws, now_ms)

    def root_bytes(self) -> bytes:
        """Give the first root metadata, the one every seat starts from for ever.

        Raises:
            RepositoryUnreadable: it is not there.
        """
        return self.read("1.root.json")

    def later_roots(self) -> tuple[bytes, ...]:
        """Give the roots that followed the first one, in order."""
        found: list[bytes] = []
        while (self.metadata_folder / f"{len(found) + 2}.root.json").exists():
            found.append(self.read(f"{len(found) + 2}.root.json"))
        return tuple(found)

    def root(self) -> Root:
        """Give the newest root. Raises what `root_bytes` raises."""
        return self.load(f"{len(self.later_roots()) + 1}.root.json", Root)

    def add_target(self, path: str, data: bytes, custom: Mapping[str, str | int], now_ms: int) -> None:
        """Publish a file at target path `path`, under the role that the path belongs to; `custom` is signed with it.

        Raises:
            SignedElsewhere: that role's key is not here.
            RepositoryUnreadable: the metadata on disk is missing or damaged.
            DiskFull, DiskFault: the disk refused; the repository is what it was.
        """
        snapshot, targets = self.current()
        role = role_of(targets, path)
        signer = self.signer(role, targets)
        target = TargetFile.from_data(path, data, ["sha256"])
        target.unrecognized_fields["custom"] = dict(custom)
        self.keep_target(path, target.hashes["sha256"], data)
        changed = targets if role == Targets.type else self.delegated(role, snapshot)
        changed.targets[path] = target
        self.publish(snapshot, {role: _renewed(changed, signer, now_ms)}, now_ms)

    def target(self, path: str, sha256: str) -> bytes:
        """Give a published file's bytes; the caller checks them.

        Raises:
            RepositoryUnreadable: it is not there.
        """
        return _read(self._target_file(path, sha256))

    def keep_target(self, path: str, sha256: str, data: bytes) -> None:
        """Keep a file's bytes where TUF clients will look for them; nobody does before the metadata says so."""
        file = self._target_file(path, sha256)
        private_folder(file.parent)
        write_durably(file, data)

    def publish_targets(self, targets: Targets, raws: Mapping[str, tuple[int, bytes]], now_ms: int) -> None:
        """Publish changed top-level targets, with files of delegated roles (version, bytes) that go with them."""
        snapshot, _ = self.current()
        signer = self.signer(Targets.type, targets)
        self.publish(snapshot, {**raws, Targets.type: _renewed(targets, signer, now_ms)}, now_ms)

    def refresh(self, now_ms: int) -> bool:
        """Sign again what has lived more than half of its time, or is signed by a key that the root replaced.

        Tells whether there was any. A role that is signed elsewhere is left to those who sign it.
        """
        snapshot, targets = self.current()
        timestamp = self.load("timestamp.json", Timestamp)
        ours = {name: self.delegated(name, snapshot) for name in self.delegated_names(targets) if self._holds(name)}
        old = {name: role for name, role in {Targets.type: targets, **ours}.items() if _is_old(role, now_ms)}
        if not old and not any(_is_old(each, now_ms) for each in (snapshot, timestamp)) and self._is_signed():
            return False
        renewed = {name: _renewed(role, self.signer(name, targets), now_ms) for name, role in old.items()}
        if Targets.type not in renewed and not self._is_signed():
            renewed[Targets.type] = _renewed(targets, self.signer(Targets.type, targets), now_ms)
        self.publish(snapshot, renewed, now_ms)
        return True

    # for the rooms beside this one: delegations (`delegating`) and a new root (`rotation`)

    def current(self) -> tuple[Snapshot, Targets]:
        """Give the snapshot and the top-level targets that the timestamp speaks of."""
        timestamp = self.load("timestamp.json", Timestamp)
        snapshot = self.load(f"{timestamp.snapshot_meta.version}.snapshot.json", Snapshot)
        return snapshot, self.load(f"{snapshot.meta['targets.json'].version}.targets.json", Targets)

    def delegated(self, role: str, snapshot: Snapshot) -> Targets:
        """Give a delegated role's targets."""
        return self.load(f"{snapshot.meta[f'{role}.json'].version}.{role}.json", Targets)

    @staticmethod
    def delegated_names(targets: Targets) -> tuple[str, ...]:
        """Give the names of the roles that the top-level targets delegate to."""
        return tuple((targets.delegations.roles or {}) if targets.delegations else {})

    def signer(self, role: str, targets: Targets) -> SigningKey:
        """Give the key that `targets` or a role that it delegates to is signed with.

        Raises:
            SignedElsewhere: it is not here.
        """
        if role == Targets.type:
            return self.online_key(role)
        delegations = targets.delegations
        wanted = delegations.roles[role].keyids if delegations and delegations.roles else []
        return self._key_among(role, wanted, key_name(role))

    def online_key(self, role: str) -> SigningKey:
        """Give the key of one of the roles that the registry signs every day: the one that the newest root names."""
        return self._key_among(role, self.root().roles[role].keyids, ONLINE[role], next_name(role))

    def _key_among(self, role: str, wanted: list[str], *names: str) -> SigningKey:
        for name in names:
            if self.keys.has(name) and (key := self.keys.key(name)).public.keyid in wanted:
                return key
        raise SignedElsewhere(role, role=role)

    def publish(self, before: Snapshot | None, raws: Mapping[str, tuple[int, bytes]], now_ms: int) -> None:
        """Write changed roles (version, signed bytes), then a snapshot of them with what was, then the timestamp.

        A role that is no longer delegated to stays in the snapshot: one that forgets a role is refused by every client.
        """
        version, meta = (before.version + 1, dict(before.meta)) if before else (1, {})
        for role, (number, raw) in raws.items():
            self.write(f"{number}.{role}.json", raw)
            meta[f"{role}.json"] = MetaFile.from_data(number, raw, ["sha256"])
        snapshot = sign(
            Snapshot(version, expires=expiry(Snapshot.type, now_ms), meta=meta), self.online_key("snapshot")
        )
        timestamp = Timestamp(
            version=version,
            expires=expiry(Timestamp.type, now_ms),
            snapshot_meta=MetaFile.from_data(version, snapshot, ["sha256"]),
        )
        self.write(f"{version}.snapshot.json", snapshot)
        self.write("timestamp.json", sign(timestamp, self.online_key("timestamp")))

    def load(self, name: str, kind: type[Signed]) -> Signed:
        """Give what is signed in one of our own metadata files."""
        signed = self.metadata(name).signed
        if not isinstance(signed, kind):
            raise RepositoryUnreadable(f"{name}: not what it is called")
        return signed

    def metadata(self, name: str) -> Metadata[Any]:
        """Give one of our own metadata files."""
        try:
            return Metadata.from_bytes(self.read(name))
        except (RepositoryError, StorageError) as error:
            raise RepositoryUnreadable(f"{name}: {type(error).__name__}") from None

    def read(self, name: str) -> bytes:
        """Give the bytes of one of our own metadata files."""
        return _read(self.metadata_folder / name)

    def write(self, name: str, data: bytes) -> None:
        """Write a metadata file durably."""
        write_durably(self.metadata_folder / name, data)

    def _holds(self, role: str) -> bool:
        return self.keys.has(key_name(role))

    def _is_signed(self) -> bool:
        """Tell whether the newest root believes what is out: not so between a new root and the new signatures."""
        root, timestamp = self.root(), self.metadata("timestamp.json")
        snapshot = self.metadata(f"{timestamp.signed.snapshot_meta.version}.snapshot.json")
        targets = self.metadata(f"{snapshot.signed.meta['targets.json'].version}.targets.json")
        try:
            for each in (timestamp, snapshot, targets):
                root.verify_delegate(each.signed.type, each.signed_bytes, each.signatures)
        except RepositoryError:
            return False
        return True

    def _target_file(self, path: str, sha256: str) -> Path:
        """Give where TUF clients look for a target of a repository with consistent snapshots."""
        file = self.targets_folder / path
        return file.with_name(f"{sha256}.{file.name}")


def role_of(targets: Targets, path: str) -> str:
    """Give the role that a path belongs to: a delegated one if its paths have it, else the top-level targets."""
    delegations = targets.delegations
    for name, role in (delegations.roles or {}).items() if delegations else ():
        if role.is_delegated_path(path):
            return name
    return Targets.type


def next_name(role: str) -> str:
    """Give the name of an online role's next key, from before a root names it until it has the old one's place."""
    return f"{ONLINE[role]}.next"


def key_name(role: str) -> str:
    """Give the name under which a delegated role's key is kept, if it is kept here."""
    return f"tuf-{role}"


def expiry(role: str, now_ms: int) -> datetime:
    """Give until when something of a role that is signed now is believed."""
    return datetime.fromtimestamp(now_ms // 1000, UTC) + LIFETIMES[role]


def add_delegation(targets: Targets, role: str, paths: tuple[str, ...], key: PublicKey) -> None:
    """Delegate `paths` to a role with one key, in place of what the role had before."""
    delegations = targets.delegations or Delegations(keys={}, roles={})
    roles = delegations.roles or {}
    roles[role] = DelegatedRole(role, [key.keyid], threshold=1, terminating=True, paths=list(paths))
    known: dict[str, Key] = {**delegations.keys, key.keyid: key.as_signer_key()}
    used = {keyid for each in roles.values() for keyid in each.keyids}
    targets.delegations = Delegations({keyid: each for keyid, each in known.items() if keyid in used}, roles)


def drop_delegation(targets: Targets, role: str) -> None:
    """Delegate nothing to a role any more."""
    delegations = targets.delegations
    roles = {name: each for name, each in (delegations.roles or {}).items() if name != role} if delegations else {}
    used = {keyid for each in roles.values() for keyid in each.keyids}
    targets.delegations = Delegations(
        {k: v for k, v in (delegations.keys if delegations else {}).items() if k in used}, roles
    )


def _renewed(targets: Targets, signer: SigningKey, now_ms: int) -> tuple[int, bytes]:
    targets.version += 1
    targets.expires = expiry(Targets.type, now_ms)
    return targets.version, sign(targets, signer)


def sign(signed: Root | Targets | Snapshot | Timestamp, *keys: SigningKey) -> bytes:
    """Sign metadata with one key or several."""
    metadata: Metadata[Any] = Metadata(signed)
    for key in keys:
        metadata.sign(key.signer(), append=True)
    return metadata.to_bytes()


def _is_old(signed: Targets | Snapshot | Timestamp, now_ms: int) -> bool:
    return signed.expires - datetime.fromtimestamp(now_ms // 1000, UTC) < LIFETIMES[signed.type] / 2


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RepositoryUnreadable(f"{path.name}: {error.strerror}") from None
