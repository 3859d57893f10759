"""The bill of materials: CycloneDX 1.6 (ECMA-424) of everything that a package brings.

Named are the programs, every wheel, the parts that wheels name themselves (PEP 770), the shared libraries beside their
modules, and those inside them that can be told. What a system's own packages bring is in the package's `Depends`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from installer.package.libraries import Library
from installer.package.licences import licence_of, metadata_of
from installer.package.wheels import Wheel

_SPACE: Final = UUID("5f0c2e0e-7a54-5f7b-9a5d-3f3b8f1d8a10")
"""Serial numbers are made from this and what is built, so that the same build has the same."""
FILE: Final = "examroom:file"
"""The property with a library's place in the tree."""
_licences: Final = LicenseFactory()


def bill(product: str, version: str, epoch: int, parts: tuple[Mapping[str, Wheel], list[Library]], tree: Path) -> str:
    """Give the bill of `product` as JSON. `parts`: the wheels by name, and the libraries that they bring."""
    wheels, libraries = parts
    folder = next(tree.glob("lib/python*/site-packages"))
    whole = Component(
        name=product,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=product,
        licenses=[_licences.make_from_string("GPL-3.0-or-later")],
    )
    bom = Bom(serial_number=uuid5(_SPACE, f"{product} {version} {epoch}"))
    bom.metadata.component, bom.metadata.timestamp = whole, datetime.fromtimestamp(epoch, UTC)
    for wheel in wheels.values():
        one = _of_wheel(wheel, folder)
        bom.components.add(one)
        bom.register_dependency(whole, [one])
        theirs = [_of_library(library) for library in libraries if library.wheel == wheel.name]
        theirs += _told_by(wheel, folder)
        bom.components.update(theirs)
        bom.register_dependency(one, theirs)
    written: str = JsonV1Dot6(bom).output_as_string(indent=1)
    return written + "\n"


def _of_wheel(wheel: Wheel, folder: Path) -> Component:
    return Component(
        name=wheel.name,
        version=wheel.version,
        bom_ref=f"pypi:{wheel.name}",
        purl=PackageURL("pypi", name=wheel.name, version=wheel.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        licenses=[_licences.make_from_string(licence_of(metadata_of(folder, wheel.name)))],
    )


def _of_library(library: Library) -> Component:
    return Component(
        name=library.project,
        version=library.version or None,
        bom_ref=f"library:{library.wheel}:{library.place or library.project}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=library.sha256)] if library.sha256 else [],
        licenses=[_licences.make_from_string(library.licence)] if library.licence else [],
        properties=[Property(name=FILE, value=library.place)] if library.place else [],
    )


def _told_by(wheel: Wheel, folder: Path) -> list[Component]:
    """Give the parts that a wheel's own bills name (PEP 770), under their own identifiers."""
    found: dict[str, Component] = {}
    for place in wheel.places:
        if ".dist-info/sboms/" not in place:
            continue
        for part in json.loads((folder / place).read_text("utf-8")).get("components", []):
            name, version = str(part["name"]), str(part.get("version", ""))
            if part.get("type") == "library" and name.replace("_", "-") != wheel.name:
                found[f"{name} {version}"] = _of_part(wheel, name, version, part)
    return [found[key] for key in sorted(found)]


def _of_part(wheel: Wheel, name: str, version: str, part: Mapping[str, Any]) -> Component:
    url = part.get("purl")
    return Component(
        name=name,
        version=version or None,
        bom_ref=f"part:{wheel.name}:{name}@{version}",
        purl=PackageURL.from_string(url) if isinstance(url, str) else None,
    )
