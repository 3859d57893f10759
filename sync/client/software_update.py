"""Releases of programs: the newest one for this platform is fetched through the channel, verified, and laid ready.

Nothing is installed here. What lies ready is at `updates/<product>/<version>/<file>`; each time `lay_ready` gives it,
it is what the signed list says, and whoever installs it asks for it that way.
"""

import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sync.client.channel import Channel, ContentRefused, TargetFacts
from sync.client.content import open_channel
from sync.client.source import Source
from sync.replica.durable import disk_faults, private_folder, require_space, sync_folder
from sync.trust.anchor import Trust

ROLE: Final = "software"
"""The delegated role that speaks for programs, and the folder of its target paths."""
SEAT: Final = "examroom-seat"
"""The product that seats run."""
MOST_BYTES: Final = 2_000_000_000
ROOM_LEFT_BYTES: Final = 2_000_000_000
"""What a program never takes from the exams that are to be recorded on the same disk."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~\-]{0,99}")
_VERSION: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}")
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


class SoftwareRefused(ContentRefused):
    """An entry of the list does not fit what it says of itself."""

    code = "SOFTWARE_REFUSED"


class SoftwareOlder(ContentRefused):
    """The newest program of the list is older than the one that is installed. Facts: `offered`, `installed`."""

    code = "SOFTWARE_OLDER"


@dataclass(frozen=True)
class Release:
    """A release of a product for a platform, as the signed list has it."""

    product: str
    version: str
    platform: str
    facts: TargetFacts

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.facts.path.rpartition("/")[2]


def this_platform() -> str:
    """Name this platform as releases are published for it, for example `linux-amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"


def fetch_update(source: Source, tuf: Path, trust: Trust, updates: Path, installed: str, now_ms: int) -> Path | None:
    """Lay ready the newest program for this seat, if it is newer than `installed`; for the background.

    `tuf` is where the seat's channel keeps what it knows; how fast is the business of `source`, which is given a pace.

    Raises:
        What `Channel.refresh_or_kept`, `newer_release` and `lay_ready` raise.
    """
    channel = open_channel(source, tuf, trust)
    channel.refresh_or_kept(now_ms)
    release = newer_release(channel, SEAT, installed)
    return None if release is None else lay_ready(channel, release, updates)


def newer_release(channel: Channel, product: str, installed: str, for_platform: str = "") -> Release | None:
    """Give the newest release of a product for this platform, if it is newer than what is installed.

    `channel` is refreshed. `installed`: the version that is there; what comes after its numbers does not count.

    Raises:
        SoftwareOlder: all that the list has is older than what is installed.
        SoftwareRefused: an entry does not fit what it says of itself.
        What `Channel.target` raises.
    """
    wanted = (product, for_platform or this_platform())
    entries = channel.targets_of(ROLE, f"{ROLE}/{product}/0/any")
    releases = [_release(facts) for facts in entries if (facts.custom.get("product"), _platform(facts)) == wanted]
    newest = max(releases, key=_numbers_of, default=None)
    if newest is None:
        return None
    if sum(_numbers_of(one) == _numbers_of(newest) for one in releases) > 1:
        raise SoftwareRefused(f"{product} {newest.version} is there twice")
    here = _VERSION.match(installed)
    if here is None or _numbers(here[0]) < _numbers_of(newest):
        return newest
    if _numbers(here[0]) > _numbers_of(newest):
        raise SoftwareOlder(f"{newest.version} < {here[0]}", offered=newest.version, installed=here[0])
    return None


def lay_ready(channel: Channel, release: Release, updates: Path) -> Path:
    """Fetch a release into the folder `updates`, or go on with that, and give its file: whole and verified.

    How fast is the business of the channel's source. Earlier releases of the product that lay ready are removed.

    Raises:
        DiskFull: there would be too little room left for exams.
        DiskFault, ChannelBusy: it could not be kept.
        What `Channel.fetch` raises; what came stays, and the next time goes on there.
    """
    product = updates / release.product
    folder = private_folder(product / release.version)
    with disk_faults(folder, needed=release.facts.length):
        if not (folder / release.file).exists():
            require_space(folder, release.facts.length + ROOM_LEFT_BYTES)
        channel.fetch(release.facts, folder / release.file)
        for other in product.iterdir():
            if other != folder:
                shutil.rmtree(other)
        sync_folder(product)
    return folder / release.file


def _release(facts: TargetFacts) -> Release:
    product, version = facts.custom.get("product"), facts.custom.get("version")
    parts = facts.path.split("/")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise SoftwareRefused("no version")
    if parts[:-1] != [ROLE, product, version] or not all(_NAME.fullmatch(part) for part in parts):
        raise SoftwareRefused("another path than it says")
    if facts.length > MOST_BYTES or facts.sha256 is None:
        raise SoftwareRefused(f"{facts.length} bytes")
    return Release(parts[1], version, _platform(facts), facts)


def _platform(facts: TargetFacts) -> str:
    return str(facts.custom.get("platform"))


def _numbers_of(release: Release) -> tuple[int, ...]:
    return _numbers(release.version)


def _numbers(version: str) -> tuple[int, ...]:
    """Give a version's four numbers: 1.4 is 1.4.0.0."""
    numbers = [int(part) for part in version.split(".")]
    return (*numbers, *([0] * (4 - len(numbers))))
