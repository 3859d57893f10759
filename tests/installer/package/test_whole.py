"""The packages as `make package` builds them, twice, in two folders: equal bytes, and everything in them has a name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from installer.package.components import FILE
from installer.package.libraries import is_bundled
from installer.package.recipe import PRODUCTS, Product

HERE = Path(__file__).parents[3]
LONG_S = 3600

pytestmark = [pytest.mark.long, pytest.mark.timeout(LONG_S)]


def built(origin: Path, source: Path, umask: int) -> Path:
    """Clone a checkout's last commit and have the clone build its packages; give the clone."""
    subprocess.run(["git", "clone", "--quiet", "--shared", origin, source], check=True)
    build = (sys.executable, "-m", "installer.package", "--cache", HERE / "build/wheels")
    before = os.umask(umask)
    try:
        subprocess.run(build, cwd=source, check=True)
    finally:
        os.umask(before)
    return source


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("builds")
    first = built(HERE, folder / "a", 0o022)
    return first, built(first, folder / "somewhere/else/entirely", 0o077)


def test_two_builds_give_equal_bytes(twice: tuple[Path, Path]) -> None:
    first, second = (folder / "dist" for folder in twice)
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert len(names) == 3 * len(PRODUCTS)
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_the_bill_names_every_wheel_and_every_library(twice: tuple[Path, Path], product: Product) -> None:
    text = (twice[0] / "dist" / f"{product.name}.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    parts = json.loads(text)["components"]
    folder = next((twice[0] / "build" / product.name / "root").glob("opt/examroom/*/lib/python3*/site-packages"))
    wheels = {part["name"] for part in parts if part.get("purl", "").startswith("pkg:pypi/")}
    brought = {path.name.partition("-")[0].lower().replace("_", "-") for path in folder.glob("*.dist-info")}
    assert brought - wheels == set()
    named = {said["value"] for part in parts for said in part.get("properties", []) if said["name"] == FILE}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.so*") if is_bundled(path.name)}
    assert there
    assert named == there


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_every_module_has_its_byte_code_and_nothing_else_lies_there(twice: tuple[Path, Path], product: Product) -> None:
    tree = twice[0] / "build" / product.name / "root" / product.root.lstrip("/")
    modules = set(tree.rglob("*.py"))
    codes = {path.parents[1] / f"{path.name.partition('.')[0]}.py" for path in tree.rglob("__pycache__/*.pyc")}
    assert len(modules) > 1000
    assert modules ^ codes == set()
    assert not [path for path in tree.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_every_part_has_its_licence_or_says_which_it_is(twice: tuple[Path, Path], product: Product) -> None:
    share = twice[0] / "build" / product.name / "root" / product.root.lstrip("/") / "share"
    page = (share / "licences/LICENCES.txt").read_text("utf-8")
    assert "see its text [none in the package]" not in page
    for path in (share / "licences").iterdir():
        assert path.name == "LICENCES.txt" or any(path.iterdir())


def test_a_list_that_is_not_of_this_tree_is_not_put_in(twice: tuple[Path, Path], tmp_path: Path) -> None:
    odd = tmp_path / "odd.dsse"
    odd.write_text(json.dumps({"payload": "e30=", "payloadType": "x", "signatures": []}))
    build = (sys.executable, "-m", "installer.package", "--only", "registry", "--cache", HERE / "build/wheels")
    again = (*build, "--out", tmp_path, "--signed-list", f"registry={odd}")
    done = subprocess.run(again, cwd=twice[0], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is not the list of what was just built" in done.stderr
    assert not list(tmp_path.glob("*.deb"))
