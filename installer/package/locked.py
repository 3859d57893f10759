"""The lock, and which of its packages a product needs."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final, Self

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer.package.recipe import Product
from installer.package.refusals import Refused

_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+?))? \\$")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One package of the lock: its canonical name, its version and the SHA-256 of the files it may come as."""

    name: str
    version: str
    hashes: frozenset[str]

    @property
    def lines(self) -> str:
        """The pin as pip reads it."""
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted(self.hashes))
        return f"{self.name}=={self.version} {hashes}\n"


@dataclass(frozen=True)
class Lock:
    """The pins that hold for one release, by name."""

    pins: Mapping[str, Pin]

    @classmethod
    def read(cls, path: Path, markers: Mapping[str, str]) -> Self:
        """Read `requirements.lock`, and of its conditions those that hold."""
        pins: dict[str, Pin] = {}
        current: tuple[str, str] | None = None
        for line in path.read_text("utf-8").splitlines():
            if found := _LINE.fullmatch(line):
                holds = found["marker"] is None or Marker(found["marker"]).evaluate(dict(markers))
                current = (str(canonicalize_name(found["name"])), found["version"]) if holds else None
                if current:
                    pins[current[0]] = Pin(*current, frozenset())
            elif current and (hashed := _HASH.search(line)):
                pin = pins[current[0]]
                pins[pin.name] = Pin(pin.name, pin.version, pin.hashes | {hashed[1]})
        return cls(pins)

    def closure(self, wanted: Iterable[Requirement], markers: Mapping[str, str]) -> tuple[Pin, ...]:
        """Give the pins of what is wanted and of all that needs in turn, by name.

        What a package needs is read from the one installed beside us, which is the lock's (`make ready`).

        Raises:
            Refused: a package is not in the lock, or another version is installed than the lock has.
        """
        found: dict[str, Pin] = {}
        seen: set[tuple[str, str]] = set()
        todo = list(wanted)
        while todo:
            one = todo.pop()
            name = str(canonicalize_name(one.name))
            if name not in self.pins:
                raise Refused(f"{name} is needed and not in requirements.lock: run make lock")
            found[name] = self.pins[name]
            for extra in {"", *one.extras}:
                if (name, extra) not in seen:
                    seen.add((name, extra))
                    todo += _needs(found[name], dict(markers) | {"extra": extra})
        return tuple(found[name] for name in sorted(found))


def _needs(pin: Pin, markers: dict[str, str]) -> list[Requirement]:
    try:
        installed = distribution(pin.name)
    except PackageNotFoundError:
        raise Refused(f"{pin.name} is not installed: run make ready") from None
    if installed.version != pin.version:
        raise Refused(f"{pin.name} {installed.version} is installed, the lock has {pin.version}: run make ready")
    needs = [Requirement(text) for text in installed.requires or []]
    return [one for one in needs if one.marker is None or one.marker.evaluate(markers)]


def wanted_by(product: Product, project: Path, markers: Mapping[str, str]) -> list[Requirement]:
    """Give what a product asks for, from pyproject's groups."""
    said = tomllib.loads(project.read_text("utf-8"))["project"]
    groups = {"": said["dependencies"], **said["optional-dependencies"]}
    asked = [Requirement(text) for group in product.groups for text in groups[group]]
    unknown = product.without - {str(canonicalize_name(one.name)) for one in asked}
    if unknown:
        raise Refused(f"{product.name} is to be without what nobody asks for: {', '.join(sorted(unknown))}")
    return [
        one
        for one in asked
        if str(canonicalize_name(one.name)) not in product.without
        and (one.marker is None or one.marker.evaluate(dict(markers)))
    ]
