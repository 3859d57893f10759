"""Wheels: fetched by the lock's hashes into a folder that is kept, and unpacked."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from packaging.utils import canonicalize_name, parse_wheel_filename

from installer.package.locked import Pin
from installer.package.refusals import Refused
from installer.package.target import Target, reaching

SOURCE_ONLY: Final = frozenset({"xcffib"})
"""Published without wheels (installer/bootstrap.sh): pure Python, built by the lock's setuptools."""
_INSIDE: Final = ("purelib", "platlib")
_NOT_INSTALLED: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""What is said of an installation by pip; ours has the package's list of files instead."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that went in: its name, version, the SHA-256 of its file, and the places it brought."""

    name: str
    version: str
    sha256: str
    places: tuple[str, ...]


def fetch(pins: Iterable[Pin], target: Target, cache: Path, epoch: int) -> Mapping[str, Path]:
    """Give each pin's wheel by name; those that the cache lacks are fetched.

    Raises:
        Refused: a wheel could not be had, or is none of the lock's.
    """
    cache.mkdir(parents=True, exist_ok=True)
    built = cache / "built"
    built.mkdir(exist_ok=True)
    by_kind = {True: [one for one in pins if one.name in SOURCE_ONLY]}
    by_kind[False] = [one for one in pins if one.name not in SOURCE_ONLY]
    options = ("--only-binary", ":all:", "--dest", str(cache))
    _pip(("--python", str(target.python), "download", *options), _lacking(by_kind[False], cache), {})
    times = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    building = ("--no-binary", ":all:", "--no-build-isolation", "--wheel-dir", str(built))
    _pip(("wheel", *building), _lacking(by_kind[True], built), times)
    found = {pin.name: _find(pin, cache) for pin in by_kind[False]}
    found |= {pin.name: _find(pin, built, check=False) for pin in by_kind[True]}
    lost = sorted(name for name, wheel in found.items() if wheel is None)
    if lost:
        raise Refused(f"no wheel with a hash of the lock for: {', '.join(lost)}")
    return {name: wheel for name, wheel in found.items() if wheel is not None}


def _lacking(pins: list[Pin], folder: Path) -> list[Pin]:
    there = {(str(name), str(version)) for name, version, _ in _named(folder)}
    return [pin for pin in pins if (pin.name, pin.version) not in there]


def _named(folder: Path) -> Iterator[tuple[str, str, Path]]:
    for path in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        yield str(canonicalize_name(name)), str(version), path


def _find(pin: Pin, folder: Path, *, check: bool = True) -> Path | None:
    for name, version, path in _named(folder):
        if (name, version) != (pin.name, pin.version):
            continue
        if not check or hashlib.sha256(path.read_bytes()).hexdigest() in pin.hashes:
            return path
    return None


def _pip(arguments: tuple[str, ...], pins: list[Pin], more: Mapping[str, str]) -> None:
    if not pins:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.writelines(pin.lines for pin in pins)
        wanted.flush()
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
        rest = ("--no-deps", "--require-hashes", "--progress-bar", "off", "-r", wanted.name)
        done = subprocess.run((*pip, *arguments, *rest), env=reaching() | dict(more), check=False)
    if done.returncode:
        raise Refused(f"could not fetch {len(pins)} packages ({', '.join(pin.name for pin in pins[:5])} …)")


def unpack(wheel: Path, libraries: Path) -> tuple[str, ...]:
    """Unpack a wheel's modules below `libraries`; give their places. Its scripts and headers are left out."""
    places: list[str] = []
    with zipfile.ZipFile(wheel) as archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            place = _place(PurePosixPath(member.filename))
            if member.is_dir() or place is None:
                continue
            if place.is_absolute() or ".." in place.parts:
                raise Refused(f"{wheel.name} has a file outside of its folder: {place}")
            path = libraries / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                raise Refused(f"{wheel.name} has a file that another wheel brought: {place}")
            path.write_bytes(archive.read(member))
            places.append(str(place))
    return tuple(places)


def _place(member: PurePosixPath) -> PurePosixPath | None:
    first, *rest = member.parts
    if first.endswith(".data"):
        return PurePosixPath(*rest[1:]) if rest and rest[0] in _INSIDE else None
    if first.endswith(".dist-info") and rest and rest[0] in _NOT_INSTALLED:
        return None
    return member
