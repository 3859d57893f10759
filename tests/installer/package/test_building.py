"""One package from a source folder: what is refused before anything is packed."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from installer.package.building import SIGNED_LIST, Order, build, put_signed, uncommitted
from installer.package.recipe import SEAT
from installer.package.refusals import Refused

LISTED = b'{"files":[],"product":"examroom-seat"}'


def signed(folder: Path, payload: bytes) -> Path:
    path = folder / "signed.dsse"
    path.write_text(json.dumps({"payload": base64.b64encode(payload).decode(), "payloadType": "x", "signatures": []}))
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    path = tmp_path / "files.json"
    path.write_bytes(LISTED)
    return path


def test_the_signed_list_of_this_tree_goes_in_as_it_is(tmp_path: Path, files: Path) -> None:
    one = signed(tmp_path, LISTED)
    put_signed(one, files, tmp_path / "tree")
    assert (tmp_path / "tree" / SIGNED_LIST).read_bytes() == one.read_bytes()


def test_the_signed_list_of_another_tree_is_refused(tmp_path: Path, files: Path) -> None:
    with pytest.raises(Refused, match="is not the list of what was just built"):
        put_signed(signed(tmp_path, LISTED.replace(b"seat", b"soup")), files, tmp_path / "tree")
    assert not list((tmp_path / "tree").iterdir())


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"payload": 3}', '{"payload": "not base64"}'])
def test_what_is_no_signed_list_is_refused(tmp_path: Path, files: Path, text: str) -> None:
    (tmp_path / "odd").write_text(text)
    with pytest.raises(Refused, match="is no signed list"):
        put_signed(tmp_path / "odd", files, tmp_path / "tree")


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no checkout"):
        build(Order(SEAT, tmp_path, tmp_path / "dist", tmp_path / "cache"))


def test_files_that_are_not_committed_are_counted(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        named = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        subprocess.run(["git", "-C", tmp_path, *named, *words], check=True, capture_output=True)

    git("init")
    (tmp_path / "one").write_text("1")
    git("add", "one")
    git("commit", "-m", "one")
    assert uncommitted(tmp_path) == 0
    (tmp_path / "one").write_text("2")
    (tmp_path / "two").write_text("2")
    assert uncommitted(tmp_path) == 2
