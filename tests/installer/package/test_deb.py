"""A tree packed: what dpkg reads of it, and that two folders and two days give the same bytes."""

import os
import subprocess
from pathlib import Path

import pytest

from installer.package.deb import MAINTAINER_SCRIPTS, pack
from installer.package.recipe import PRODUCTS, SEAT, Product
from installer.package.target import Target
from installer.package.tree import settle

HERE = Path(__file__).parents[3]
RELEASE = ("1.2.3", 1_790_000_000)


@pytest.fixture(scope="module")
def target() -> Target:
    return Target.of_this_machine()


def packed(folder: Path, target: Target, product: Product = SEAT) -> Path:
    tree = folder / "root" / product.root.lstrip("/")
    (tree / "bin").mkdir(parents=True)
    (tree / "lib").mkdir()
    (tree / "bin/examroom").write_text("#!/bin/sh\n")
    (tree / "bin/python").symlink_to("/usr/bin/python3")
    (tree / "lib/data").write_bytes(bytes(5000))
    settle(folder / "root", RELEASE[1])
    return pack(product, target, RELEASE, folder / "root", HERE)


def asked(package: Path, *words: str) -> str:
    return subprocess.run(["dpkg-deb", *words, package], check=True, capture_output=True, text=True).stdout


def test_two_folders_give_equal_bytes_whoever_builds(tmp_path: Path, target: Target) -> None:
    first = packed(tmp_path / "first", target)
    before = os.umask(0o077)
    try:
        second = packed(tmp_path / "other" / "second", target)
    finally:
        os.umask(before)
    assert first.name == second.name == f"examroom-seat_1.2.3_{target.architecture}.deb"
    assert first.read_bytes() == second.read_bytes()


def test_everything_is_roots_and_nobody_else_may_write_there(tmp_path: Path, target: Target) -> None:
    lines = [line.split(maxsplit=5) for line in asked(packed(tmp_path, target), "--contents").splitlines()]
    assert {line[1] for line in lines} == {"root/root"}
    assert {line[0] for line in lines} == {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"}
    runnable = {line[5] for line in lines if line[0] == "-rwxr-xr-x"}
    assert runnable == {"./opt/examroom/seat/bin/examroom"}
    assert {line[3] for line in lines} == {"2026-09-21"}
    links = {line[5] for line in lines if line[0].startswith("l")}
    assert "./usr/bin/examroom -> /opt/examroom/seat/bin/examroom" in links
    wanted = "./usr/lib/systemd/system/multi-user.target.wants"
    assert f"{wanted}/examroom-agent.service -> ../examroom-agent.service" in links


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_dpkg_reads_the_control_file_and_scripts(tmp_path: Path, target: Target, product: Product) -> None:
    package = packed(tmp_path, target, product)
    assert asked(package, "--field").splitlines()[0] == f"Package: {product.name}"
    fields = dict(line.split(": ", 1) for line in asked(package, "--field").splitlines() if not line.startswith(" "))
    assert fields["Version"] == "1.2.3"
    assert fields["Depends"].startswith(f"python{target.version}, ")
    assert int(fields["Installed-Size"]) >= 5
    control = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", package, control], check=True)
    for name in MAINTAINER_SCRIPTS:
        script = control / name
        assert os.access(script, os.X_OK)
        assert "@" not in script.read_text().replace("$@", "")
        subprocess.run(["sh", "-n", script], check=True)
    sums = subprocess.run(["md5sum", "--quiet", "-c", control / "md5sums"], cwd=tmp_path / "root", check=False)
    assert sums.returncode == 0


def test_every_unit_that_starts_with_the_pc_is_in_the_package(tmp_path: Path, target: Target) -> None:
    for product in PRODUCTS:
        contents = asked(packed(tmp_path / product.short, target, product), "--contents")
        for unit in product.units:
            assert f"./usr/lib/systemd/system/{unit}\n" in contents
