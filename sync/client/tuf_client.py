"""The TUF library's client as seats use it: our clock, our disk, bounded files, and each key counted once."""

import json
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, unquote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from tuf.api import exceptions
from tuf.api.metadata import Key, Metadata, Root, Signature, Signed, Targets, Timestamp
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from sync.client.source import NotThere, Source
from sync.replica.durable import private_folder, write_durably
from sync.trust.files import read_bounded

MOST_ROOTS: Final = 256
"""New roots that are followed from the embedded one."""
MOST_DELEGATIONS: Final = 32
MOST_METADATA_BYTES: Final = 5_000_000
_ROOT_BYTES: Final = 512_000
_TIMESTAMP_BYTES: Final = 16_384
_ROOT_NAME: Final = re.compile(r"[0-9]+\.root\.json")
_ROLE_NAME: Final = re.compile(r"(?:[0-9]+\.)?(.+)\.json")
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)

_CONFIG: Final = UpdaterConfig(
    max_root_rotations=MOST_ROOTS,
    max_delegations=MOST_DELEGATIONS,
    root_max_length=_ROOT_BYTES,
    timestamp_max_length=_TIMESTAMP_BYTES,
    snapshot_max_length=MOST_METADATA_BYTES,
    targets_max_length=MOST_METADATA_BYTES,
)

TARGETS: Final[str] = Targets.type
_BASE: Final = "metadata/"

T = TypeVar("T", bound=Signed)


class _Load(Protocol):
    """How the library reads and verifies a metadata file."""

    def __call__(
        self, kind: type[T], data: bytes, delegator: Root | Targets | None = None, role: str | None = None, /
    ) -> tuple[T, bytes, dict[str, Signature]]: ...


class Client(Updater):
    """TUF's client workflow from `root` on, over the metadata kept in `folder`, judging expiry at `now_ms`.

    The library has no public way to say another time, another disk or how keys are counted, so this sets and overrides
    parts of it that are private; `tests/sync/client/test_channel*.py` fail if a later one no longer heeds them.
    """

    def __init__(self, folder: Path, root: bytes, fetcher: FetcherInterface, now_ms: int) -> None:
        self._embedded: Final = _version_of(root)
        _sweep_roots(private_folder(folder), self._embedded)
        super().__init__(
            metadata_dir=str(folder),
            metadata_base_url=_BASE,
            fetcher=fetcher,
            config=_CONFIG,
            bootstrap=root,  # never the cache, which anybody who once held the disk could have written
        )
        self._trusted_set.reference_time = _time(now_ms)
        trusted: Any = self._trusted_set
        trusted._load_data = _counting_keys_once(trusted._load_data)  # noqa: SLF001

    def refresh(self) -> None:
        """See `Updater.refresh`; besides, more new roots than are followed are refused instead of passed over."""
        super().refresh()
        if self.root.version >= self._embedded + MOST_ROOTS:
            raise exceptions.RepositoryError(f"more than {MOST_ROOTS} new roots")

    @property
    def root(self) -> Root:
        """The newest root that was followed."""
        return self._trusted_set.root

    @property
    def loaded(self) -> int:
        """How many roles are loaded."""
        return len(self._trusted_set)

    def load_again(self, kept: Mapping[str, str]) -> None:
        """Load the roles that the list itself delegates to and that were whole before; one not believed is dropped."""
        delegations = self._trusted_set.targets.delegations
        names = {unquote(match[1]) for match in map(_ROLE_NAME.fullmatch, kept) if match}
        for name in sorted(names & set(delegations.roles or ()) if delegations else ()):
            with suppress(exceptions.RepositoryError):
                self._load_targets(name, TARGETS)

    def role(self, name: str, delegator: str) -> Targets | None:
        """Give a targets role if it is loaded, and was verified against this delegator."""
        if not self._trusted_set.contains(name, delegator):
            return None
        found = self._trusted_set[name]
        return found if isinstance(found, Targets) else None

    def kept(self) -> dict[str, str]:
        """Give every metadata file that this client trusts now, by the name that a repository has it under."""
        roots = (f"{version}.root.json" for version in range(self._embedded + 1, self.root.version + 1))
        files = {name: self._read(f"root_history/{name}", _ROOT_BYTES) for name in roots}
        snapshot = self._trusted_set.timestamp.snapshot_meta
        versions = {"snapshot": snapshot.version, **self._targets_roles()}
        for role, version in versions.items():
            prefix = f"{version}." if self.root.consistent_snapshot else ""
            files[f"{prefix}{quote(role, '')}.json"] = self._load_local_metadata(role)
        files["timestamp.json"] = self._load_local_metadata(Timestamp.type)
        return {name: raw.decode() for name, raw in files.items()}

    def _targets_roles(self) -> Mapping[str, int]:
        """Give the version of each role of the snapshot whose metadata is here in that version."""
        found = {}
        for name, meta in self._trusted_set.snapshot.meta.items():
            role = name.removesuffix(".json")
            try:
                raw = self._load_local_metadata(role)
                version = Metadata[Targets].from_bytes(raw).signed.version
            except (OSError, exceptions.RepositoryError):
                continue
            if version == meta.version:
                found[role] = version
        return found

    def _read(self, name: str, most: int) -> bytes:
        raw = read_bounded(Path(self._dir, name), most)
        if len(raw) > most:
            raise OSError(f"{name} is too long")
        return raw

    def _load_local_metadata(self, rolename: str) -> bytes:
        return self._read(f"{quote(rolename, '')}.json", MOST_METADATA_BYTES)

    def _persist_file(self, filename: str, data: bytes) -> None:
        write_durably(Path(filename), data)


class Fetcher(FetcherInterface):
    """Gives the library the metadata of a source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_BASE)
        try:
            # one byte more than is right, so that it is the library that says that a file is too long
            yield self._source.metadata(name, _most(name) + 1)
        except NotThere as answer:
            raise exceptions.DownloadHTTPError(str(answer), HTTPStatus.NOT_FOUND) from None


class KeptFetcher(FetcherInterface):
    """Gives the library metadata that was whole before, when no source answers."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_BASE)
        if name in self._files:
            yield self._files[name].encode()
        elif _ROOT_NAME.fullmatch(name):
            raise exceptions.DownloadHTTPError("not kept", HTTPStatus.NOT_FOUND)  # the newest root is the last kept
        else:
            raise exceptions.DownloadError("not kept")


def _most(name: str) -> int:
    if name == "timestamp.json":
        return _TIMESTAMP_BYTES
    return _ROOT_BYTES if _ROOT_NAME.fullmatch(name) else MOST_METADATA_BYTES


def _time(now_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(now_ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return _LATEST


def _sweep_roots(folder: Path, embedded: int) -> None:
    """Remove from the kept roots what the library must not open: it reads them whole, whatever they are."""
    history = folder / "root_history"
    if history.is_symlink():
        history.unlink()
    for version in range(embedded + 1, embedded + MOST_ROOTS + 1):
        file = history / f"{version}.root.json"
        with suppress(FileNotFoundError, IsADirectoryError):
            found = file.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_size > _ROOT_BYTES:
                file.unlink()


def _counting_keys_once(load: _Load) -> _Load:
    """Make of the library's loading one that counts a key once, under however many key ids it is listed."""

    def load_counting(
        kind: type[T], data: bytes, delegator: Root | Targets | None = None, role: str | None = None, /
    ) -> tuple[T, bytes, dict[str, Signature]]:
        signed, payload, signatures = load(kind, data, delegator, role)
        if delegator is not None:
            _require_distinct(delegator, role or kind.type, payload, signatures)
        if isinstance(signed, Root):
            _require_distinct(signed, Root.type, payload, signatures)
        return signed, payload, signatures

    return load_counting


def _version_of(root: bytes) -> int:
    """Give the version of an embedded root that so many different keys signed as it itself demands."""
    metadata = Metadata[Root].from_bytes(root)
    if not isinstance(metadata.signed, Root):
        raise exceptions.RepositoryError("no root metadata")
    _require_distinct(metadata.signed, Root.type, metadata.signed_bytes, metadata.signatures)
    return metadata.signed.version


def _require_distinct(delegator: Root | Targets, role: str, payload: bytes, signatures: dict[str, Signature]) -> None:
    result = delegator.get_verification_result(role, payload, signatures)
    distinct = {_material(key) for key in result.signed.values()}
    if len(distinct) < result.threshold:
        raise exceptions.UnsignedMetadataError(f"{role}: {len(distinct)} keys of {result.threshold}")


def _material(key: Key) -> bytes:
    """Give what a key is, whatever it is called or written like."""
    public = str(key.keyval.get("public", ""))
    if "-----BEGIN" not in public:
        return public.strip().lower().encode()
    try:
        return load_pem_public_key(public.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return public.encode()


def pack_kept(files: Mapping[str, str]) -> bytes:
    """Write down metadata that was whole, as one file."""
    return json.dumps(files, sort_keys=True).encode()


def unpack_kept(raw: bytes) -> Mapping[str, str]:
    """Read it again; what is damaged or foreign is as good as nothing, for it is all verified anew."""
    try:
        files = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        return {}
    return files
