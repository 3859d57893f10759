"""The shared libraries that wheels bring beside their own modules, each named by project, version and licence."""

import hashlib
import re
import subprocess
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from installer.package.refusals import Refused
from installer.package.target import CLEAN

_KNOWN: Final = Path(__file__).parent / "libraries.toml"
_MODULE: Final = re.compile(r"\.(cpython-\d+[a-z]*-[a-z0-9_]+-linux-gnu|abi3)\.so$")
"""How Python names its own extension modules; every other library is somebody else's."""
_VERSION: Final = re.compile(r"\.so\.(?P<after>[0-9][0-9a-z.]*)$|\.(?P<before>[0-9][0-9.]*)\.so$")
_OWN_QT: Final = re.compile(r"PySide6/|shiboken6/")
_ICU: Final = "ICU"

_ASK: Final = Path(__file__).parent / "inside.py"


@dataclass(frozen=True)
class Library:
    """One bundled library. `place`: its file below the packages' folder; "" where it is inside a module of the wheel's.

    `version` is "" where nothing tells it; `licence` an SPDX expression.
    """

    wheel: str
    project: str
    version: str
    licence: str
    place: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class _Owner:
    project: str
    licence: str


@cache
def _owners() -> Mapping[str, _Owner]:
    return {start: _Owner(**said) for start, said in tomllib.loads(_KNOWN.read_text("utf-8")).items()}


def is_bundled(place: str) -> bool:
    """Tell a library that a wheel brings beside its own modules by its name."""
    name = place.rpartition("/")[2]
    return bool(re.search(r"\.so(\.|$)", name)) and not _MODULE.search(name) and name.startswith("lib")


def owner_of(place: str) -> _Owner:
    """Give whose a bundled library is.

    Raises:
        Refused: nobody said it.
    """
    name = place.rpartition("/")[2]
    fitting = [start for start in _owners() if name.startswith(start)]
    if not fitting:
        raise Refused(f"whose library is {place}? Say it in installer/package/libraries.toml")
    return _owners()[max(fitting, key=len)]


def beside(wheel: str, version: str, places: Iterable[str], libraries: Path) -> list[Library]:
    """Give the libraries that lie as files of their own in what a wheel brought."""
    found = []
    for place in sorted(filter(is_bundled, places)):
        owner, told = owner_of(place), _VERSION.search(place)
        number = (told["after"] or told["before"]) if told else ""
        if _OWN_QT.match(place) and owner.project != _ICU:
            number = version
        digest = hashlib.sha256((libraries / place).read_bytes()).hexdigest()
        found.append(Library(wheel, owner.project, number, owner.licence, place, digest))
    return found


def inside(tree: Path) -> list[Library]:
    """Give the libraries that are linked into wheels' own modules, as far as those tell; asks the tree's own Python."""
    ask = (str(tree / "bin/python"), "-I", "-B", "-c", _ASK.read_text("utf-8"))
    done = subprocess.run(ask, env=CLEAN, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"the tree's packages do not load: {done.stderr.strip()[-500:]}")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return sorted(
        (Library(wheel, project, version, licence) for wheel, project, version, licence in rows),
        key=lambda one: (one.wheel, one.project),
    )
