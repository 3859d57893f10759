"""Packages: through the channel from the root this PC was enrolled with, and only what the signed plan asks for."""

import hashlib
import time
from pathlib import Path
from typing import Final

from sync.client.channel import Channel, ContentNotPublished, ContentRefused, TargetFacts
from sync.client.connection import RegistryConnection
from sync.client.source import Source
from sync.client.sources import RegistrySource
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.replica.durable import disk_faults, private_folder
from sync.trust.anchor import Trust
from sync.trust.clock import read_clock, trusted_now
from sync.wire.plan import PackageRef

_PART_KEPT_S: Final = 30 * 86_400


class PackageOlder(ContentRefused):
    """A later version of the same bank is on this seat already. Facts: `offered`, `kept`."""

    code = "PACKAGE_OLDER"


def open_channel(source: Source, folder: Path, trust: Trust) -> Channel:
    """Give a seat's channel; `folder` is where it keeps what it knows."""
    return Channel(private_folder(folder) / "metadata", trust.root, source)


def fetch_package(
    connection: RegistryConnection,
    replica: Replica,
    package: PackageRef,
    folder: Path,
    trust: Trust,
    wall_ms: int | None = None,
) -> None:
    """Fetch from the registry. Raises what `take_package` raises."""
    take_package(RegistrySource(connection), replica, package, folder, trust, wall_ms)


def take_package(
    source: Source,
    replica: Replica,
    package: PackageRef,
    folder: Path,
    trust: Trust,
    wall_ms: int | None = None,
) -> None:
    """Take the package a plan names from a source and keep its bytes; nothing to do if it is kept already.

    `folder` is for what the channel knows, and for a download that was cut, which goes on there the next time. Expiry
    is judged at the later of `wall_ms` (now, if not given) and the latest signed time this seat has seen.

    Raises:
        ContentExpired, ContentRolledBack, ContentNotSigned, ContentAltered, ContentNotPublished, PackageOlder,
        ContentRefused: it is not believed; nothing was kept.
        One of the source's `silences`: it was not had.
        ChannelBusy: another program at this seat is fetching.
        DiskFull, DiskFault: it was not kept.
    """
    kept = replica.cabinet.document(DocumentKind.PACKAGE, package.package)
    if kept is not None and hashlib.sha256(kept).hexdigest() == package.sha256:
        return
    wall_ms = read_clock().wall_ms if wall_ms is None else wall_ms
    now_ms = trusted_now(wall_ms, replica.cabinet.highest_signed_ms())
    with disk_faults(folder, needed=package.length):
        channel = open_channel(source, folder, trust)
        channel.refresh_or_kept(now_ms)
        facts = channel.target(package.target)
        bank = _bank_of(facts, package)
        _refuse_older(replica, bank, package.version)
        file = folder / f"{package.sha256}.erp"
        channel.fetch(facts, file)
        replica.cabinet.put_document(DocumentKind.PACKAGE, package.package, file.read_bytes(), wall_ms)
        file.unlink()
        _sweep(folder)
    replica.cabinet.set_setting(_version_of(bank), str(package.version))


def _bank_of(facts: TargetFacts, package: PackageRef) -> str:
    """Check that what is published is what the plan asks for, and give the bank it is of."""
    if facts.length != package.length or facts.sha256 != package.sha256:
        raise ContentNotPublished("the signed list and the plan name different bytes")
    bank = facts.custom.get("bank")
    if facts.custom.get("version") != package.version or not isinstance(bank, str):
        raise ContentNotPublished("the signed list and the plan name different versions")
    return bank


def _refuse_older(replica: Replica, bank: str, version: int) -> None:
    kept = int(replica.cabinet.setting(_version_of(bank)) or 0)
    if version < kept:
        raise PackageOlder(f"{bank}: {version} < {kept}", offered=version, kept=kept)


def _version_of(bank: str) -> str:
    return f"package_version:{bank}"


def _sweep(folder: Path) -> None:
    """Remove what was left of downloads that nobody went on with."""
    long_ago = time.time() - _PART_KEPT_S
    for file in (*folder.glob(".*.part"), *folder.glob("*.erp")):
        if file.lstat().st_mtime < long_ago:
            file.unlink()
