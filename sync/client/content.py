"""Packages: fetched through TUF from the root this PC was enrolled with, and only what the signed plan asks for."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tuf.api import exceptions
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater

from sync.client.connection import RegistryConnection
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.replica.durable import disk_faults, private_folder
from sync.trust.anchor import Trust
from sync.trust.clock import read_clock, trusted_now
from sync.wire.plan import PackageRef

_METADATA: Final = "/tuf/metadata/"
_TARGETS: Final = "/tuf/targets/"
_METADATA_BYTES: Final = 5_000_000
_ANY_REQUEST_S: Final = 60
_SLOWEST_BYTES_PER_S: Final = 32_000  # a town's line on a bad day


class ContentRefused(Refused):
    """A package, or the metadata that speaks for it, is not believed."""

    code = "CONTENT_REFUSED"


class ContentExpired(ContentRefused):
    """The metadata is past its date: the registry has said nothing for too long, or the seat is kept from hearing."""

    code = "CONTENT_EXPIRED"


class ContentRolledBack(ContentRefused):
    """The metadata is older than what this seat has seen."""

    code = "CONTENT_ROLLED_BACK"


class ContentNotSigned(ContentRefused):
    """The metadata is not signed by the keys that the seat's root names."""

    code = "CONTENT_NOT_SIGNED"


class ContentAltered(ContentRefused):
    """A file is not the one that was signed for."""

    code = "CONTENT_ALTERED"


class ContentNotPublished(ContentRefused):
    """The registry's signed list does not have this package, or has another one in its place."""

    code = "CONTENT_NOT_PUBLISHED"


class PackageOlder(ContentRefused):
    """A later version of the same bank is on this seat already. Facts: `offered`, `kept`."""

    code = "PACKAGE_OLDER"


def fetch_package(
    connection: RegistryConnection,
    replica: Replica,
    package: PackageRef,
    folder: Path,
    trust: Trust,
    wall_ms: int | None = None,
) -> None:
    """Fetch the package a plan names and keep its bytes; nothing to do if it is kept already.

    `folder` is for TUF's cache; trust never begins there but with the root this PC was enrolled with. Expiry is
    judged at the later of `wall_ms` (now, if not given) and the latest signed time this seat has seen.

    Raises:
        ContentExpired, ContentRolledBack, ContentNotSigned, ContentAltered, ContentNotPublished, PackageOlder,
        ContentRefused: it is not believed; nothing was kept.
        RegistryUnreachable, RegistryAnswerBad: it was not fetched.
        DiskFull, DiskFault: it was not kept.
    """
    kept = replica.cabinet.document(DocumentKind.PACKAGE, package.package)
    if kept is not None and hashlib.sha256(kept).hexdigest() == package.sha256:
        return
    wall_ms = read_clock().wall_ms if wall_ms is None else wall_ms
    now_ms = trusted_now(wall_ms, replica.cabinet.highest_signed_ms())
    with disk_faults(folder, needed=package.length):
        raw, bank = _download(connection, trust.root, package, private_folder(folder), now_ms)
    _refuse_older(replica, bank, package.version)
    replica.cabinet.put_document(DocumentKind.PACKAGE, package.package, raw, wall_ms)
    replica.cabinet.set_setting(_version_of(bank), str(package.version))


def _download(
    connection: RegistryConnection, root: bytes, package: PackageRef, folder: Path, now_ms: int
) -> tuple[bytes, str]:
    file = folder / "package.part"
    try:
        updater = Updater(
            metadata_dir=str(private_folder(folder / "metadata")),
            metadata_base_url=connection.url + _METADATA,
            target_base_url=connection.url + _TARGETS,
            fetcher=_Fetcher(connection, package.length),
            bootstrap=root,  # never the cache, which anybody who once held the disk could have written
        )
        _judge_expiry_at(updater, now_ms)
        updater.refresh()
        target = updater.get_targetinfo(package.target)
        if target is None:
            raise ContentNotPublished("not in the signed list")
        bank = _bank_of(target, package)
        updater.download_target(target, str(file))
        return file.read_bytes(), bank
    except (exceptions.RepositoryError, exceptions.DownloadError) as error:
        raise _refusal(error) from error
    finally:
        file.unlink(missing_ok=True)


def _judge_expiry_at(updater: Updater, now_ms: int) -> None:
    """Give the updater its reference time.

    tuf 7 reads the machine's clock when the updater is made and has no public way to say another time, so this sets a
    private attribute; `test_a_clock_set_back_does_not_revive_expired_metadata` fails if a later tuf no longer heeds it.
    """
    updater._trusted_set.reference_time = datetime.fromtimestamp(now_ms // 1000, UTC)  # noqa: SLF001


def _bank_of(target: TargetFile, package: PackageRef) -> str:
    """Check that what is published is what the plan asks for, and give the bank it is of."""
    if target.length != package.length or target.hashes.get("sha256") != package.sha256:
        raise ContentNotPublished("the signed list and the plan name different bytes")
    custom = target.custom or {}
    bank = custom.get("bank")
    if custom.get("version") != package.version or not isinstance(bank, str):
        raise ContentNotPublished("the signed list and the plan name different versions")
    return bank


def _refuse_older(replica: Replica, bank: str, version: int) -> None:
    kept = int(replica.cabinet.setting(_version_of(bank)) or 0)
    if version < kept:
        raise PackageOlder(f"{bank}: {version} < {kept}", offered=version, kept=kept)


def _version_of(bank: str) -> str:
    return f"package_version:{bank}"


def _refusal(error: exceptions.RepositoryError | exceptions.DownloadError) -> ContentRefused:
    reason = f"{type(error).__name__}: {error}"
    match error:
        case exceptions.ExpiredMetadataError():
            return ContentExpired(reason)
        case exceptions.BadVersionNumberError():
            return ContentRolledBack(reason)
        case exceptions.UnsignedMetadataError():
            return ContentNotSigned(reason)
        case exceptions.LengthOrHashMismatchError() | exceptions.DownloadLengthMismatchError():
            return ContentAltered(reason)
        case exceptions.DownloadHTTPError():
            return ContentNotPublished(f"status {error.status_code}")
        case _:
            return ContentRefused(reason)


class _Fetcher(FetcherInterface):
    """Gives TUF our connection: its CA, its bounds, no redirects."""

    def __init__(self, connection: RegistryConnection, package_bytes: int) -> None:
        self._connection = connection
        self._package_bytes = package_bytes

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.removeprefix(self._connection.url)
        # one byte more than is right, so that it is TUF who says that a file is too long
        most = self._package_bytes + 1 if path.startswith(_TARGETS) else _METADATA_BYTES
        reply = self._connection.get(path, most, total_s=_ANY_REQUEST_S + most / _SLOWEST_BYTES_PER_S)
        if reply.status != 200:  # noqa: PLR2004 - as every HTTP client knows it
            raise exceptions.DownloadHTTPError(f"status {reply.status}", reply.status)
        yield reply.body
