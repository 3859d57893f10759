"""Small packages of the seat's name, installed by the real dpkg below a folder."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.seat.changing.packages import Dpkg

OLD, NEW = "0.1.0", "9.2"
WORKS: Final = "opt/examroom/seat/works"
_SCRIPT: Final = """#!/bin/sh
set -e
printf '%s %s %s %s\\n' {name} {version} "$1" "${{EXAMROOM_UPDATE:-none}}" >>"$DPKG_ROOT/calls"
{more}
"""


@dataclass(frozen=True)
class Toy:
    """A package: whether its program works, and what its scripts do beside noting that they were called."""

    version: str
    works: bool = True
    preinst: str = ":"
    postinst: str = ":"

    def build(self, folder: Path) -> Path:
        """Build it with dpkg-deb; give its file."""
        root, file = folder / f"toy-{self.version}", folder / f"toy_{self.version}.deb"
        control = root / "DEBIAN"
        control.mkdir(parents=True)
        tree = root / "opt/examroom/seat"
        tree.mkdir(parents=True)
        (tree / "version").write_text(self.version)
        (tree / f"only-in-{self.version}").write_text("x" * 100_000)
        (tree / "link").symlink_to("version")
        if self.works:
            (tree / "works").write_text("yes")
        (root / "etc").mkdir()
        (root / "etc/examroom-toy.conf").write_text(f"as packed {self.version}\n")
        (control / "conffiles").write_text("/etc/examroom-toy.conf\n")
        fields = {
            "Package": "examroom-seat",
            "Version": self.version,
            "Architecture": "all",
            "Maintainer": "nobody <nobody@localhost>",
            "Description": "a toy\n of two lines",
        }
        (control / "control").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
        for name, more in (("preinst", self.preinst), ("postinst", self.postinst), ("prerm", ":"), ("postrm", ":")):
            script = control / name
            script.write_text(_SCRIPT.format(name=name, version=self.version, more=more))
            script.chmod(0o755)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, file], check=True, capture_output=True
        )
        return file


def empty_pc(root: Path) -> Dpkg:
    """Make a folder that dpkg takes for a PC without packages."""
    for folder in ("info", "updates", "triggers", "parts"):
        (root / "var/lib/dpkg" / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text("")
    (root / "var/lib/dpkg/available").write_text("")
    return Dpkg(root)


def install(dpkg: Dpkg, file: Path) -> None:
    """Install a package as an administrator does by hand."""
    subprocess.run([*dpkg.command, "--install", str(file)], check=True, capture_output=True)


def tree_of(dpkg: Dpkg) -> dict[str, str]:
    """Give the files of the package as they are on that PC."""
    folders = (dpkg.root / "opt", dpkg.root / "etc")
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(dpkg.root)): file.read_text() for file in files}
