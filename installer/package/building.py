"""One package from a source folder: the wheels, the tree, what it says of itself, the .deb."""

import base64
import binascii
import hashlib
import json
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from installer.package import components, deb, libraries, licences, locked, tree, wheels
from installer.package.recipe import Product
from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target
from installer.package.wheels import Wheel

SIGNED_LIST: Final = "examroom-build-list.dsse"
"""The signed list's name at the top of a tree (`proctoring.checks.listing`)."""
OURS: Final = "examroom"


@dataclass(frozen=True)
class Order:
    """What is to be built, from where to where. `signed`: the signed list of just this tree's files."""

    product: Product
    source: Path
    out: Path
    cache: Path
    signed: Path | None = None


@dataclass(frozen=True)
class Built:
    """What came of it: the package, the list of its tree's files to be signed, and the bill of materials."""

    package: Path
    files: Path
    bill: Path
    installed_bytes: int


def build(order: Order) -> Built:
    """Build a package of what is committed. The source folder's `build/PRODUCT` holds the tree afterwards.

    Raises:
        Refused: it cannot be built as asked.
    """
    product, target = order.product, Target.of_this_machine()
    epoch = committed_at(order.source)
    work = order.source / "build" / product.name
    shutil.rmtree(work, ignore_errors=True)
    source = _committed(order.source, work)
    version = version_of(source)
    lock = locked.Lock.read(source / "requirements.lock", target.markers)
    pins = lock.closure(locked.wanted_by(product, source / "pyproject.toml", target.markers), target.markers)
    found = dict(wheels.fetch(pins, target, order.cache, epoch))
    order.out.mkdir(parents=True, exist_ok=True)
    found[OURS] = tree.our_wheel(source, work / "wheel", epoch)
    root = work / "root"
    place = root / product.root.lstrip("/")
    place.mkdir(parents=True)
    brought = tree.lay(product, target, found, place)
    versions = {pin.name: pin.version for pin in pins} | {OURS: version}
    parts = {name: Wheel(name, versions[name], _digest(found[name]), brought[name]) for name in sorted(found)}
    bill = _tell(product, version, epoch, parts, place)
    tree.settle(root, epoch)
    files = order.out / f"{product.name}_{version}_{target.architecture}_files.json"
    _list_files(place, product, version, files)
    if order.signed:
        put_signed(order.signed, files, place)
    installed = sum(path.lstat().st_size for path in root.rglob("*"))
    package = deb.pack(product, target, (version, epoch), root, source)
    package = package.replace(order.out / package.name)
    return Built(package, files, Path(shutil.copy(bill, order.out)), installed)


def _committed(source: Path, work: Path) -> Path:
    """Give a folder below `work` with what a checkout's last commit has; what else lies in the checkout stays out."""
    work.mkdir(parents=True)
    packed, out = work / "source.zip", work / "source"
    archive = ("git", "-C", str(source), "archive", "--format=zip", f"--output={packed}", "HEAD")
    subprocess.run(archive, env=CLEAN, check=True)
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(out)
    packed.unlink()
    return out


def uncommitted(source: Path) -> int:
    """Give how many files of a checkout are not as in its last commit."""
    asked = ("git", "-C", str(source), "status", "--porcelain")
    done = subprocess.run(asked, env=CLEAN, check=False, capture_output=True, text=True)
    return len(done.stdout.splitlines())


def _tell(product: Product, version: str, epoch: int, parts: Mapping[str, Wheel], place: Path) -> Path:
    """Write what the tree says of itself: the bill of materials, and the licences of all that is in it."""
    folder = next(place.glob("lib/python*/site-packages"))
    theirs = libraries.inside(place)
    for part in parts.values():
        theirs += libraries.beside(part.name, part.version, part.places, folder)
    share = place / "share"
    share.mkdir()
    licences.write_all(parts.values(), theirs, folder, share / "licences")
    bill = share / f"{product.name}.cdx.json"
    bill.write_text(components.bill(product.name, version, epoch, (parts, theirs), place), "utf-8")
    return bill


def _list_files(place: Path, product: Product, version: str, out: Path) -> None:
    """Have the tree's own program list the tree's files: so it also starts once before it is packed."""
    out.unlink(missing_ok=True)
    ask = (str(place / "bin/python"), "-I", "-B", "-m", "app.cli.main", "build", "list", "--tree", str(place))
    words = (*ask, "--product", product.name, "--version", version, "--out", str(out))
    done = subprocess.run(words, env=CLEAN, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"the tree's program does not list its files: {(done.stdout + done.stderr).strip()[-800:]}")


def put_signed(signed: Path, files: Path, place: Path) -> None:
    """Put the signed list into the tree; whose signature it is, is for the seat to judge.

    Raises:
        Refused: it is not a list of this tree.
    """
    try:
        listed = base64.b64decode(json.loads(signed.read_bytes())["payload"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Refused(f"{signed} is no signed list: {error!r}") from None
    if listed != files.read_bytes():
        raise Refused(f"{signed} is not the list of what was just built; sign {files} and build again")
    shutil.copyfile(signed, place / SIGNED_LIST)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def version_of(source: Path) -> str:
    """Give the version that a source folder says it is."""
    said: str = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return said


def committed_at(source: Path) -> int:
    """Give the time of a source folder's last commit (s).

    Raises:
        Refused: it is no checkout.
    """
    asked = ("git", "-C", str(source), "log", "-1", "--format=%ct")
    done = subprocess.run(asked, env=CLEAN, check=False, capture_output=True, text=True)
    if done.returncode or not done.stdout.strip():
        raise Refused(f"{source} is no checkout: {done.stderr.strip()}")
    return int(done.stdout)
