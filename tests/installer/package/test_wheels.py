"""Wheels unpacked: what is in them is somebody else's."""

import zipfile
from pathlib import Path

import pytest

from installer.package.refusals import Refused
from installer.package.wheels import unpack


def a_wheel(folder: Path, members: dict[str, bytes], name: str = "one-1.0-py3-none-any.whl") -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return folder / name


def test_modules_and_metadata_come_out_and_scripts_and_headers_stay(tmp_path: Path) -> None:
    members = {
        "one/__init__.py": b"",
        "one-1.0.dist-info/METADATA": b"Name: one\n",
        "one-1.0.dist-info/RECORD": b"",
        "one-1.0.data/purelib/two.py": b"",
        "one-1.0.data/scripts/run": b"#!python\n",
        "one-1.0.data/headers/one.h": b"",
    }
    places = unpack(a_wheel(tmp_path, members), tmp_path / "out")
    assert set(places) == {"one/__init__.py", "one-1.0.dist-info/METADATA", "two.py"}
    there = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert there == set(places)


@pytest.mark.parametrize("member", ["../outside.py", "/outside.py", "one-1.0.data/purelib/../../../outside.py"])
def test_a_file_outside_of_its_folder_is_refused(tmp_path: Path, member: str) -> None:
    with pytest.raises(Refused, match="outside of its folder"):
        unpack(a_wheel(tmp_path, {member: b""}), tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("outside.py"))


def test_two_wheels_with_the_same_file_are_refused(tmp_path: Path) -> None:
    unpack(a_wheel(tmp_path, {"one.py": b"1"}), tmp_path / "out")
    with pytest.raises(Refused, match=r"another wheel brought: one\.py"):
        unpack(a_wheel(tmp_path, {"one.py": b"2"}, "two-1.0-py3-none-any.whl"), tmp_path / "out")
