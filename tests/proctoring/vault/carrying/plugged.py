"""Simulated media: udev's view of disks that are not there (umockdev), under file systems that are really mounted.

Everything happens in a mount namespace of its own, which ends with the program; nobody has to be root for it.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_CHECKOUT = Path(__file__).parents[4]
_SECTORS = 62_333_952
CAPACITY = _SECTORS * 512
_USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host9/target9:0:0/9:0:0:0/block"
_VIRTUAL = "/devices/virtual/block"


@dataclass(frozen=True)
class Disk:
    """A simulated disk with one partition, or (`below`) a mapped volume over others."""

    name: str
    minor: int
    serial: str = ""
    below: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{_VIRTUAL}/{self.name}" if self.below else f"{_USB}/{self.name}"

    def described(self) -> str:
        """Describe it as `umockdev-record` would."""
        told = _entry(self.path, self.name, "disk", self.minor)
        told += f"A: size={_SECTORS}\\n\nE: ID_MODEL=Simulated_Stick\n"
        if self.serial:
            told += f"E: ID_SERIAL_SHORT={self.serial}\n"
        for one in self.below:
            told += f"L: slaves/{one}=../../../../..{_USB}/{one[:-1]}/{one}\n"
        if self.below:
            return told
        part = _entry(f"{self.path}/{self.name}1", f"{self.name}1", "partition", self.minor + 1)
        return f"{told}\n{part}A: partition=1\\n\n"


def _entry(path: str, name: str, kind: str, minor: int) -> str:
    return (
        f"P: {path}\nN: {name}\nE: DEVNAME=/dev/{name}\nE: DEVTYPE={kind}\nE: SUBSYSTEM=block\n"
        f"E: MAJOR=8\nE: MINOR={minor}\nA: dev=8:{minor}\\n\n"
    )


def plugged(tmp_path: Path, disks: tuple[Disk, ...], mounts: str, *program: str) -> str:
    """Run a program of Python where these disks are plugged in; `mounts` is a shell script that mounts them."""
    described = tmp_path / "disks.umockdev"
    described.write_text("\n".join(disk.described() for disk in disks))
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    script = f'set -e\n{mounts}\nexec umockdev-run --device "$1" -- "$2" "${{@:3}}"\n'
    command = [*own, "bash", "-c", script, "plugged", str(described), sys.executable, *program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_CHECKOUT)
    assert done.returncode == 0, done.stderr
    return done.stdout
