"""The licences of what a package brings, collected from the wheels."""

import re
import shutil
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from installer.package.libraries import Library
from installer.package.wheels import Wheel

_TEXTS: Final = re.compile(
    r"^(?!.*\.(py|pyc|so)$)(.*/)?([^/]*(licen[cs]e|copying|notice|copyright|authors)[^/]*$|licenses/)", re.IGNORECASE
)
_BY_CLASSIFIER: Final = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
}
_SHORT: Final = 100
"""Some packages put the whole text where the name belongs."""
_SPOKEN: Final = {"Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "ISC License": "ISC"}


def metadata_of(libraries: Path, name: str) -> Distribution:
    """Give the metadata of the package `name` (its canonical one) in a folder of packages."""
    normal = re.sub(r"[-_.]+", "_", name)
    for folder in sorted(libraries.glob("*.dist-info")):
        if re.sub(r"[-_.]+", "_", folder.name.partition("-")[0]).lower() == normal:
            return PathDistribution(folder)
    raise LookupError(name)


def licence_of(package: Distribution) -> str:
    """Give a package's licence as an SPDX expression where it says it so that one can tell, else in its own words."""
    told = [text for key in ("License-Expression", "License") for text in package.metadata.get_all(key, [])]
    said = told[0].strip() if told else ""
    said = _SPOKEN.get(said, said)
    try:
        return str(canonicalize_license_expression(said))
    except InvalidLicenseExpression:
        pass
    named = [_BY_CLASSIFIER[one] for one in package.metadata.get_all("Classifier", []) if one in _BY_CLASSIFIER]
    if named:
        return " OR ".join(dict.fromkeys(named))
    return said if 0 < len(said) < _SHORT else "see its text"


def collect(brought: Iterable[str], libraries: Path, folder: Path) -> int:
    """Copy the licence texts among what a wheel brought into `folder`; give how many there are."""
    count = 0
    for place in brought:
        if _TEXTS.search(place):
            to = folder / re.sub(r"^[^/]+\.dist-info/(licenses/)?", "", place)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(libraries / place, to)
            count += 1
    return count


def write_all(parts: Iterable[Wheel], libraries: Iterable[Library], folder: Path, out: Path) -> None:
    """Write the licences of all parts below `out`: their texts by name, and a page that says which holds for what."""
    out.mkdir()
    theirs = list(libraries)
    page = ["Licences of what this package brings. Texts that are not here are in /usr/share/common-licenses.\n"]
    for part in parts:
        count = collect(part.places, folder, out / part.name)
        text = f"{part.name}/" if count else "none in the package"
        page.append(f"{part.name} {part.version}: {licence_of(metadata_of(folder, part.name))} [{text}]")
        bundled = {(one.project, one.version, one.licence) for one in theirs if one.wheel == part.name}
        page += [f"    with {project} {version}: {licence}" for project, version, licence in sorted(bundled)]
    (out / "LICENCES.txt").write_text("\n".join(page) + "\n", "utf-8")
