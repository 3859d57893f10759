"""Which components are in the frozen program, and their licences, found by the files that went into it."""

import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from packaging.markers import default_environment
from packaging.utils import canonicalize_name

from installer.package.locked import Lock, wanted_by
from installer.package.recipe import SEAT
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
_LONGEST: Final = 100


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


def collect(sources: Iterable[str], folder: Path) -> list[tuple[str, str]]:
    """Find whose files were taken, and write the list of them into `folder`; give what goes into the program.

    Each file is given as its place in the program and its place here.
    """
    taken = {os.path.realpath(source) for source in sources}
    used = [one for one in distributions() if _name(one) in {OWN, _BOOTLOADER} or _gave(one, taken)]
    texts = {_name(one): _texts(one) for one in used}
    texts[PYTHON] = _python_texts()
    components = [Component(_name(one), one.version, _licence(one), tuple(sorted(texts[_name(one)]))) for one in used]
    components.append(Component(PYTHON, sys.version.split()[0], "PSF-2.0", tuple(sorted(texts[PYTHON]))))
    components.sort(key=lambda one: one.name.lower())
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / LIST
    told = json.dumps([asdict(one) for one in components], ensure_ascii=False, indent=1)
    listed.write_text(told + "\n", "utf-8", newline="\n")
    files = {place: file for one in texts.values() for place, file in one.items()}
    inside = [(f"{FOLDER}/{place}", str(file)) for place, file in sorted(files.items())]
    return [(f"{FOLDER}/{LIST}", str(listed)), *inside]


def named(files: Mapping[str, str]) -> list[str]:
    """Give the names of the components in what `collect` gave."""
    listed = json.loads(Path(files[f"{FOLDER}/{LIST}"]).read_text("utf-8"))
    return [component["name"] for component in listed]


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


def _licence(one: Distribution) -> str:
    """Give what its metadata says: the expression, else the classifiers, else the old field, else its text's head."""
    said = one.metadata
    for expression in said.get_all("License-Expression") or ():
        return str(expression)
    classifiers = [
        value.rpartition(" :: ")[2] for value in said.get_all("Classifier") or () if value.startswith("License ::")
    ]
    if classifiers:
        return ", ".join(classifiers)
    texts = (*(said.get_all("License") or ()), *(path.read_text("utf-8", "replace") for path in _texts(one).values()))
    heads = [text.strip().splitlines()[0][:_LONGEST] for text in texts if text.strip()]
    return heads[0] if heads else _UNKNOWN


def _name(one: Distribution) -> str:
    return str(one.metadata["Name"]).lower()
