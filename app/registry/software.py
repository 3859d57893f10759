"""Releases of programs, published under a role of their own: the channel carries them as it carries packages."""

import re
from dataclasses import dataclass
from typing import Final

from app.registry.keyroom import KeyName
from app.registry.premises import Premises
from app.registry.repository import SOFTWARE
from sync.faults import Refused
from sync.trust.build import sign_build_list
from sync.wire.build import BuildList

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~\-]{0,99}")
_VERSION: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")
MAX_BYTES: Final = 2_000_000_000


class ProgramRefused(Refused):
    """This is not to be published as a release: an odd name or version, or too large; the detail says which."""

    code = "PROGRAM_REFUSED"


class ProgramNotNewer(ProgramRefused):
    """A release as new as this, or newer, is published. Fact: `published`, its version."""

    code = "PROGRAM_NOT_NEWER"


@dataclass(frozen=True)
class Release:
    """A release of a program for a platform (`linux-amd64`, …): one file."""

    product: str
    version: str
    platform: str
    file: str

    @property
    def target(self) -> str:
        """Where it is in the repository."""
        return f"{SOFTWARE}/{self.product}/{self.version}/{self.file}"


def publish_release(premises: Premises, release: Release, data: bytes) -> str:
    """Publish a release and give its target path.

    Raises:
        ProgramRefused: an odd name, no version, or too large.
        ProgramNotNewer: it is not newer than what is published for the platform.
        SignedElsewhere: the role's key is not here.
    """
    if not all(_NAME.fullmatch(name) for name in (release.product, release.platform, release.file)):
        raise ProgramRefused("a name has letters, digits and . _ + ~ - only")
    if not _VERSION.fullmatch(release.version):
        raise ProgramRefused("a version is one to four numbers with dots between")
    if len(data) > MAX_BYTES:
        raise ProgramRefused(f"{len(data)} bytes, at most {MAX_BYTES}")
    with premises.database.writing():
        repository = premises.repository
        snapshot, _ = repository.current()
        for target in repository.delegated(SOFTWARE, snapshot).targets.values():
            custom = target.custom or {}
            same = (custom.get("product"), custom.get("platform")) == (release.product, release.platform)
            if same and _numbers(release.version) <= _numbers(str(custom.get("version"))):
                raise ProgramNotNewer(published=str(custom.get("version")))
        custom = {"product": release.product, "version": release.version, "platform": release.platform}
        repository.add_target(release.target, data, custom, premises.clock())
    return release.target


def sign_build(premises: Premises, raw: bytes) -> tuple[BuildList, bytes]:
    """Sign the list of a release's files with the build key; give it, and its envelope.

    The operator vouches for it: make the list where the release is built, not on a PC that has been used.

    Raises:
        DocumentRefused: these are not the bytes of such a list.
        RegistryKeysUnreadable: the key is not here.
    """
    listed = BuildList.parse(raw)
    return listed, sign_build_list(listed, premises.keys.key(KeyName.BUILD))


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return (*numbers, *([0] * (4 - len(numbers))))
