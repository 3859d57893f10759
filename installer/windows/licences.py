"""Which components are in the frozen program, and their licences, found by the files that went into it."""

import json
import os
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from packaging.markers import default_environment
from packaging.utils import canonicalize_name

from installer.package.libraries import owner_of
from installer.package.licences import licence_of
from installer.package.locked import Lock, wanted_by
from installer.package.recipe import SEAT
from installer.package.refusals import Refused
from installer.windows.contents import ROOT

FOLDER: Final = "licences"
_WINDOWS: Final = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
LIST: Final = "components.json"
OWN: Final = "examroom"
PYTHON: Final = "Python"
_BOOTLOADER: Final = "pyinstaller"
"""Its loader is the program file itself (GPL 2 or later, with an exception for programs made with it)."""
_FILES: Final = ("licen", "copying", "notice", "authors")
_UNKNOWN: Final = "not said"
_OWNERS: Final = tomllib.loads((Path(__file__).parent / "libraries.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Component:
    """One component: `licence` as its metadata says, `texts` as they lie in the program, below `licences/`."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


def stowaways(components: Iterable[str], root: Path = ROOT) -> list[str]:
    """Give those that the lock does not need for these programs: something else drew them in. By name.

    Raises:
        Refused: the lock and what is installed here do not fit.
    """
    product = replace(SEAT, groups=("", "registry"), without=frozenset())
    needed = {OWN, PYTHON.lower(), _BOOTLOADER}
    for platform in ({}, _WINDOWS):
        markers = {key: str(value) for key, value in default_environment().items()} | platform
        lock = Lock.read(root / "requirements.lock", markers)
        wanted = wanted_by(product, root / "pyproject.toml", markers)
        needed |= {pin.name for pin in lock.closure(wanted, markers)}
    return sorted(name for name in components if canonicalize_name(name) not in needed)


def collect(sources: Iterable[str], libraries: Iterable[str], folder: Path) -> list[tuple[str, str]]:
    """Find whose files were taken, and write the list of them into `folder`; give what goes into the program.

    `libraries`: places of the shared libraries; a wheel states its own licence only, and those are named one by one.
    Each file is given as its place in the program and its place here.
    """
    taken = {os.path.realpath(source) for source in sources}
    used = [one for one in distributions() if _name(one) in {OWN, _BOOTLOADER} or _gave(one, taken)]
    texts = {_name(one): _texts(one) for one in used}
    texts[PYTHON] = _python_texts()
    components = [Component(_name(one), one.version, licence_of(one), tuple(sorted(texts[_name(one)]))) for one in used]
    components.append(Component(PYTHON, sys.version.split()[0], "PSF-2.0", tuple(sorted(texts[PYTHON]))))
    components.sort(key=lambda one: one.name.lower())
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / LIST
    beside = [dict(zip(("file", "project", "licence"), (one, *whose(one)), strict=True)) for one in sorted(libraries)]
    told = {"components": [asdict(one) for one in components], "libraries": beside}
    listed.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    files = {place: file for one in texts.values() for place, file in one.items()}
    inside = [(f"{FOLDER}/{place}", str(file)) for place, file in sorted(files.items())]
    return [(f"{FOLDER}/{LIST}", str(listed)), *inside]


def named(files: Mapping[str, str]) -> list[str]:
    """Give the names of the components in what `collect` gave."""
    listed = json.loads(Path(files[f"{FOLDER}/{LIST}"]).read_text("utf-8"))
    return [component["name"] for component in listed["components"]]


def _gave(one: Distribution, taken: set[str]) -> bool:
    """Tell whether a file of it was taken, one that is not about the package itself."""
    files = (file for file in one.files or () if ".dist-info" not in file.parts[0])
    return any(os.path.realpath(str(one.locate_file(file))) in taken for file in files)


def _texts(one: Distribution) -> dict[str, Path]:
    found = {}
    for file in one.files or ():
        stem = file.name.lower()
        if stem.startswith(_FILES) and file.suffix.lower() not in {".py", ".pyc", ".pyi"}:
            path = Path(str(one.locate_file(file)))
            if path.is_file():
                place = "/".join(part for part in file.parts if part not in {"..", "licenses"})
                found[f"{_name(one)}/{place.partition('/')[2] or file.name}"] = path
    return found


def _python_texts() -> dict[str, Path]:
    places = (Path(sys.base_prefix) / "LICENSE.txt", Path(sysconfig.get_path("stdlib")) / "LICENSE.txt")
    return {f"{PYTHON}/LICENSE.txt": place for place in places if place.is_file()}


def whose(library: str) -> tuple[str, str]:
    """Give the project and the licence of a shared library by its file's name."""
    name = library.replace("\\", "/").rpartition("/")[2]
    fitting = [start for start in _OWNERS if name.startswith(start)]
    if fitting:
        said = _OWNERS[max(fitting, key=len)]
        return said["project"], said["licence"]
    try:
        owner = owner_of(name)
    except Refused:
        return _UNKNOWN, _UNKNOWN
    return owner.project, owner.licence


def _name(one: Distribution) -> str:
    return str(one.metadata["Name"]).lower()
