"""From a tree to a .deb: control file, maintainer scripts, units, and dpkg-deb (deb(5), deb-control(5))."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from installer.package.recipe import SCRIPTS, UNITS, Product
from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target
from installer.package.tree import settle

MAINTAINER_SCRIPTS: Final = ("preinst", "postinst", "prerm", "postrm")
_KIB: Final = 1024
_TO_SPARE_KIB: Final = 100_000
"""What has to be free beyond the package's own size, so that dpkg and the seat can still write."""
_CONTROL: Final = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: examroom <examroom@localhost>
Installed-Size: {size}
Depends: {depends}
{recommends}Section: education
Priority: optional
Description: {summary}
 {description}
"""
_COPYRIGHT: Final = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {name}
Comment: What else this package brings, each part with its version and licence, is told by
 {root}/share/licences/LICENCES.txt and, for programs, {root}/share/{name}.cdx.json.

Files: *
Copyright: the authors of examroom
License: GPL-3.0-or-later
 On Debian systems the text is in /usr/share/common-licenses/GPL-3.
"""


def pack(product: Product, target: Target, release: tuple[str, int], root: Path, source: Path) -> Path:
    """Pack what lies below `root` as on the PC, with the product's own files added; the package lies beside it.

    `release`: its version, and the time that all its files get (s).

    Raises:
        Refused: dpkg-deb could not pack it.
    """
    version, epoch = release
    shutil.copytree(SCRIPTS / product.short / "files", root, dirs_exist_ok=True, symlinks=True)
    _add(product, root, source)
    control = root / "DEBIAN"
    control.mkdir()
    size = sum(-(-path.lstat().st_size // _KIB) for path in _files(root))
    facts = {"@VERSION@": version, "@NAME@": product.name, "@NEEDED_KIB@": str(size + _TO_SPARE_KIB)}
    for name in MAINTAINER_SCRIPTS:
        (control / name).write_text(filled((SCRIPTS / product.short / name).read_text("utf-8"), facts), "utf-8")
    (control / "md5sums").write_text(_sums(root), "utf-8")
    (control / "control").write_text(_control(product, target, version, size), "utf-8")
    settle(root, epoch)
    package = root.parent / f"{product.name}_{version}_{target.architecture}.deb"
    build = ("dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(root), str(package))
    environment = CLEAN | {"SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(build, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"dpkg-deb could not pack {product.name}: {done.stderr.strip()[-500:]}")
    return package


def _add(product: Product, root: Path, source: Path) -> None:
    """Add the command, and the units that start with the PC: a plain link, so that nothing has to be enabled."""
    command = root / "usr/bin" / product.command
    command.parent.mkdir(parents=True)
    command.symlink_to(f"{product.root}/bin/examroom")
    for unit in product.carried:
        shutil.copyfile(source / unit, root / UNITS / Path(unit).name)
    wanted = root / UNITS / "multi-user.target.wants"
    wanted.mkdir()
    for name in product.units:
        (wanted / name).symlink_to(f"../{name}")
    about = root / "usr/share/doc" / product.name / "copyright"
    about.parent.mkdir(parents=True)
    about.write_text(_COPYRIGHT.format(name=product.name, root=product.root), "utf-8")


def filled(text: str, facts: dict[str, str]) -> str:
    """Give a text with its marks replaced."""
    for mark, value in facts.items():
        text = text.replace(mark, value)
    return text


def _files(root: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(root):
        folders.sort()
        if Path(folder) == root and "DEBIAN" in folders:
            folders.remove("DEBIAN")
        found += [Path(folder, name) for name in sorted(names)]
    return found


def _sums(root: Path) -> str:
    lines = []
    for path in _files(root):
        if not path.is_symlink():
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {path.relative_to(root)}\n")
    return "".join(lines)


def _control(product: Product, target: Target, version: str, size: int) -> str:
    return _CONTROL.format(
        name=product.name,
        version=version,
        architecture=target.architecture,
        size=size,
        depends=", ".join((target.dependency, *product.depends)),
        recommends=f"Recommends: {', '.join(product.recommends)}\n" if product.recommends else "",
        summary=product.summary,
        description="\n ".join(product.description.splitlines()),
    )
