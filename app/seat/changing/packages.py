"""dpkg, as far as a change of programs needs it: what is in, what a file is, and a package made again of what is in."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sync.client.software_update import SEAT
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults, require_space, sync_folder

_TREE: Final = "tree"
_NOT_OF_THE_PACKAGE: Final = re.compile(r"^(?:Status|Config-Version|Conffiles):.*\n(?: .*\n)*", re.MULTILINE)
_QUERY_S: Final = 120
_PACK_S: Final = 1_800
_MORE_ROOM_BYTES: Final = 100_000_000


class PackageNotIn(EnvironmentFault):
    """The seat's programs are not here as a package, or are half in: dpkg has to finish first."""

    code = "PACKAGE_NOT_IN"


class PackageChanged(EnvironmentFault):
    """Files of the version that is in were changed: it is nothing to go back to. Fact: `count`."""

    code = "PACKAGE_CHANGED"


class PackageOdd(Refused):
    """The file is no package of the seat's programs, or not of the version that the signed list has."""

    code = "PACKAGE_ODD"


class PackageNotMade(EnvironmentFault):
    """The package to go back to could not be made."""

    code = "PACKAGE_NOT_MADE"


@dataclass(frozen=True)
class Dpkg:
    """dpkg on this PC, or (`root`) on a copy of a PC's files."""

    root: Path = Path("/")
    package: str = SEAT

    @property
    def is_of_this_pc(self) -> bool:
        """Tell whether it is this PC's own, and not a copy's."""
        return self.root == Path("/")

    @property
    def command(self) -> tuple[str, ...]:
        """Give the words before what dpkg is to do."""
        return ("dpkg",) if self.is_of_this_pc else ("dpkg", f"--root={self.root}", *_TRIAL)

    @property
    def query(self) -> tuple[str, ...]:
        """Give the words before what is asked."""
        return ("dpkg-query",) if self.is_of_this_pc else ("dpkg-query", f"--admindir={self._admin}")

    @property
    def _admin(self) -> Path:
        return self.root / "var/lib/dpkg"

    def installed(self) -> str:
        """Give the version that is in, whole and configured.

        Raises:
            PackageNotIn: none is.
        """
        told = self._ask(*self.query, "-W", "-f", "${db:Status-Status} ${Version}", self.package)
        status, _, version = told.strip().partition(" ")
        if status != "installed" or not version:
            raise PackageNotIn(status or "not installed")
        return version

    def require_unchanged(self) -> None:
        """See whether every file that is in is as it was packed.

        Raises:
            PackageChanged: they are not.
        """
        changed = self._ask(*self.command, "--verify", self.package).splitlines()
        if changed:
            raise PackageChanged(changed[0].split()[-1], count=len(changed))

    def require_package(self, file: Path, version: str) -> None:
        """See whether a file is a package of these programs, of that version, for this PC.

        Raises:
            PackageOdd: it is not.
        """
        fields = self._ask("dpkg-deb", "--show", "--showformat", "${Package} ${Version} ${Architecture}", str(file))
        here = self._ask("dpkg", "--print-architecture").strip()
        if fields.split() not in ([self.package, version, here], [self.package, version, "all"]):
            raise PackageOdd(fields.strip()[:100] or "not a package")

    def pack_again(self, version: str, into: Path) -> Path:
        """Make the package again of what is in, in the folder `into`, and give it; durable when this returns.

        Raises:
            PackageNotMade: dpkg-deb could not.
            DiskFull, DiskFault: there is no room for it.
        """
        made, tree = into / f"{self.package}_{version}.deb", into / _TREE
        with disk_faults(into, needed=0):
            shutil.rmtree(tree, ignore_errors=True)
            listed = (self._admin / "info" / f"{self.package}.list").read_text("utf-8").splitlines()
            size = sum((self.root / name.lstrip("/")).lstat().st_size for name in listed)
            require_space(into, size + _MORE_ROOM_BYTES)
            for name in listed:
                _stage(self.root / name.lstrip("/"), tree / name.strip("/."))
            self._control(tree / "DEBIAN")
        fresh = made.with_suffix(".new")
        build = ("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", str(tree), str(fresh))
        done = _run(build, _PACK_S)
        with disk_faults(into, needed=0):
            shutil.rmtree(tree)
            if done.returncode:
                raise PackageNotMade(_last(done.stderr))
            with fresh.open("rb") as file:
                os.fsync(file.fileno())
            fresh.replace(made)
            sync_folder(into)
        return made

    def _control(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        stanza = self._ask(*self.query, "--status", self.package)
        (folder / "control").write_text(_NOT_OF_THE_PACKAGE.sub("", stanza.strip() + "\n"), "utf-8")
        for member in (self._admin / "info").glob(f"{self.package}.*"):
            kind = member.name.removeprefix(f"{self.package}.")
            if kind != "list":
                shutil.copy(member, folder / kind)

    @staticmethod
    def _ask(*command: str) -> str:
        return _run(command, _QUERY_S).stdout


_TRIAL: Final = ("--force-not-root", "--force-script-chrootless", "--force-bad-path")
"""For a copy of a PC's files, which is nobody's system: no root is needed, and scripts run as they are."""


def _run(command: Iterable[str], most_s: float) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            [*command], capture_output=True, text=True, check=False, timeout=most_s, env=environment, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PackageNotMade(type(error).__name__) from None


def _stage(source: Path, target: Path) -> None:
    """Put a file beside others to be packed: by a second name if that can be, for it is read only."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        target.chmod(source.stat().st_mode & 0o7777)
    else:
        try:
            target.hardlink_to(source)
        except OSError:
            shutil.copy2(source, target)


def _last(text: str) -> str:
    return "".join(text.strip().splitlines()[-1:])[:200]
