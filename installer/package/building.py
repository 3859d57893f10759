"""One package from a source folder: the wheels, the tree, what it says of itself, the .deb."""

import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from installer.package import deb, locked, tree, wheels
from installer.package.recipe import Product
from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target


@dataclass(frozen=True)
class Built:
    """What came of it: the package."""

    package: Path


def build(product: Product, source: Path, out: Path, cache: Path, signed: Path | None) -> Built:
    """Build a product's package from a source folder into `out`.

    Raises:
        Refused: it cannot be built as asked.
    """
    target = Target.of_this_machine()
    epoch = committed_at(source)
    version = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    lock = locked.Lock.read(source / "requirements.lock", target.markers)
    pins = lock.closure(locked.wanted_by(product, source / "pyproject.toml", target.markers), target.markers)
    found = dict(wheels.fetch(pins, target, cache, epoch))
    out.mkdir(parents=True, exist_ok=True)
    work = source / "build" / product.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    found["examroom"] = tree.our_wheel(source, work / "wheel", epoch)
    root = work / "root"
    place = root / product.root.lstrip("/")
    place.mkdir(parents=True)
    tree.lay(product, target, found, place)
    tree.settle(root, epoch)
    package = deb.pack(product, target, version, root, out)
    return Built(package)


def committed_at(source: Path) -> int:
    """Give the time of a source folder's last commit (s), or of the file that a source archive says it in."""
    asked = ("git", "-C", str(source), "log", "-1", "--format=%ct")
    done = subprocess.run(asked, env=CLEAN, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{source} is no checkout: {done.stderr.strip()}")
    return int(done.stdout)
