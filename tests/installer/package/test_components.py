"""The bill of materials, held against the standard's own schema by the standard's own library."""

import hashlib
import json
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from installer.package.components import FILE, bill
from installer.package.libraries import Library
from installer.package.licences import licence_of, metadata_of, write_all
from installer.package.wheels import Wheel

EPOCH = 1_790_000_000
ABROAD = {
    "components": [
        {"type": "library", "name": "one", "version": "1.0"},
        {
            "type": "library",
            "name": "libxcb",
            "version": "1.13.1-1.el8",
            "purl": "pkg:rpm/almalinux/libxcb@1.13.1-1.el8",
        },
        {
            "type": "library",
            "name": "libxcb",
            "version": "1.13.1-1.el8",
            "purl": "pkg:rpm/almalinux/libxcb@1.13.1-1.el8",
        },
    ]
}


def a_tree(folder: Path, licence: str = "License-Expression: MIT") -> tuple[Path, dict[str, Wheel], list[Library]]:
    libraries = folder / "lib/python3.11/site-packages"
    texts = {
        "one/__init__.py": "",
        "one-1.0.dist-info/METADATA": f"Metadata-Version: 2.4\nName: one\nVersion: 1.0\n{licence}\n",
        "one-1.0.dist-info/licenses/LICENSE.txt": "Do what you like.\n",
        "one-1.0.dist-info/sboms/auditwheel.cdx.json": json.dumps(ABROAD),
    }
    for place, text in texts.items():
        (libraries / place).parent.mkdir(parents=True, exist_ok=True)
        (libraries / place).write_text(text)
    digest = hashlib.sha256(b"wheel").hexdigest()
    bundled = [
        Library("one", "FFmpeg", "62.28.102", "GPL-2.0-or-later", "one.libs/libavcodec.so.62.28.102", digest),
        Library("one", "libxml2", "2.14.6", "MIT"),
    ]
    return folder, {"one": Wheel("one", "1.0", digest, tuple(texts))}, bundled


def test_a_bill_names_the_wheel_its_libraries_and_what_it_names_itself(tmp_path: Path) -> None:
    tree, wheels, libraries = a_tree(tmp_path)
    text = bill("examroom-seat", "1.2.3", EPOCH, (wheels, libraries), tree)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    assert told["specVersion"] == "1.6"
    assert told["metadata"]["component"]["version"] == "1.2.3"
    parts = {(part["name"], part["version"]): part for part in told["components"]}
    assert set(parts) == {("one", "1.0"), ("FFmpeg", "62.28.102"), ("libxml2", "2.14.6"), ("libxcb", "1.13.1-1.el8")}
    assert parts["one", "1.0"]["purl"] == "pkg:pypi/one@1.0"
    assert parts["FFmpeg", "62.28.102"]["properties"] == [{"name": FILE, "value": "one.libs/libavcodec.so.62.28.102"}]
    assert parts["FFmpeg", "62.28.102"]["hashes"] == [{"alg": "SHA-256", "content": wheels["one"].sha256}]
    needs = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    assert needs["examroom-seat"] == ["pypi:one"]
    assert len(needs["pypi:one"]) == 3


def test_the_same_parts_give_the_same_bill(tmp_path: Path) -> None:
    first = bill("examroom-seat", "1.2.3", EPOCH, a_tree(tmp_path / "a")[1:], tmp_path / "a")
    second = bill("examroom-seat", "1.2.3", EPOCH, a_tree(tmp_path / "b")[1:], tmp_path / "b")
    assert first == second
    assert bill("examroom-seat", "1.2.4", EPOCH, a_tree(tmp_path / "c")[1:], tmp_path / "c") != first


def test_licences_are_collected_with_a_page_that_says_which_holds_for_what(tmp_path: Path) -> None:
    tree, wheels, libraries = a_tree(tmp_path)
    folder, out = tree / "lib/python3.11/site-packages", tmp_path / "licences"
    write_all(wheels.values(), libraries, folder, out)
    assert (out / "one/LICENSE.txt").read_text() == "Do what you like.\n"
    page = (out / "LICENCES.txt").read_text()
    assert "one 1.0: MIT [one/]" in page
    assert "with FFmpeg 62.28.102: GPL-2.0-or-later" in page


def test_a_licence_is_told_from_what_a_package_says(tmp_path: Path) -> None:
    def told(number: int, line: str) -> str:
        tree = a_tree(tmp_path / str(number), line)[0]
        return licence_of(metadata_of(tree / "lib/python3.11/site-packages", "one"))

    lines = [
        "License: Apache License 2.0",
        "License: BSD\nClassifier: License :: OSI Approved :: BSD License",
        "License: as you like",
        "License: " + 200 * "x",
    ]
    said = [told(number, line) for number, line in enumerate(lines)]
    assert said == ["Apache-2.0", "BSD-3-Clause", "as you like", "see its text"]
