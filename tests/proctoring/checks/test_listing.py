"""The list of a tree as it is made where a release is built: all of it, and nothing that cannot be believed later."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from proctoring.checks import listing
from proctoring.checks.listing import Unlistable, list_tree
from proctoring.checks.tree import LIST_FILE
from tests.proctoring.checks.released import BYTE_CODE, FILES, LINKS, RELEASE, byte_code_of, program_in


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return program_in(tmp_path / "seat")


def refused(program: Path) -> str:
    with pytest.raises(Unlistable) as refusal:
        list_tree(program, "examroom-seat", RELEASE)
    return str(refusal.value.args[0])


def test_the_list_has_every_file_and_link_of_the_tree_but_itself(program: Path) -> None:
    (program / LIST_FILE).write_text("signed")
    listed = list_tree(program, "examroom-registry", RELEASE)
    assert [one.path for one in listed.files] == sorted([*FILES, BYTE_CODE])
    assert {one.path: one.target for one in listed.links} == LINKS
    by_path = {one.path: one for one in listed.files}
    assert by_path["app/main.py"].sha256 == sha256(b"print(1)\n").hexdigest()
    assert by_path["app/main.py"].size == 9
    assert (listed.product, listed.version) == ("examroom-registry", RELEASE)


def test_two_lists_of_one_tree_are_the_same_bytes(program: Path, tmp_path: Path) -> None:
    copy = program_in(tmp_path / "elsewhere")
    here, there = (list_tree(one, "examroom-seat", RELEASE) for one in (program, copy))
    names = {one.path for one in here.files if one.path != BYTE_CODE}  # which has its source's place in it
    assert [one for one in here.files if one.path in names] == [one for one in there.files if one.path in names]
    assert here.to_bytes() == list_tree(program, "examroom-seat", RELEASE).to_bytes()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "/usr/bin/../../tmp/x", "/usr/bin/", "/usr/binary"])
def test_a_link_out_of_the_tree_is_refused(program: Path, target: str) -> None:
    (program / "app/link").symlink_to(target)
    assert refused(program) == "app/link"


def test_what_is_no_file_is_refused(program: Path) -> None:
    os.mkfifo(program / "app/pipe")
    assert refused(program) == "app/pipe"


def test_an_empty_folder_is_refused_as_no_list_could_tell_that_it_belongs_there(program: Path) -> None:
    (program / "app/empty").mkdir()
    assert refused(program) == "app/empty"


@pytest.mark.parametrize("name", [b"a\nb", b"\xff\xfe", b"x" * 254])
def test_an_odd_name_is_refused(program: Path, name: bytes) -> None:
    folder = program / ("y" * 60)
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("")
    assert refused(program).startswith("y" * 60)


def test_byte_code_of_another_source_is_refused(program: Path) -> None:
    (program / "app/main.py").write_text("print(2)\n")
    assert refused(program) == BYTE_CODE


def test_byte_code_without_its_source_or_of_another_kind_is_refused(program: Path) -> None:
    raw = (program / BYTE_CODE).read_bytes()
    for bad in (raw[:4] + b"\0" + raw[5:], b"\0\0" + raw[2:], raw[:9], b""):
        (program / BYTE_CODE).write_bytes(bad)
        assert refused(program) == BYTE_CODE
    (program / BYTE_CODE).unlink()
    byte_code_of(program, "app/main.py", "app/__pycache__/other.cpython-311.pyc")
    assert refused(program) == "app/__pycache__/other.cpython-311.pyc"


def test_byte_code_of_a_name_with_dots_is_known_by_its_source(program: Path) -> None:
    (program / "app/a.tmpl.py").write_text("A = 1\n")
    byte_code_of(program, "app/a.tmpl.py", "app/__pycache__/a.tmpl.cpython-311.opt-1.pyc")
    listed = list_tree(program, "examroom-seat", RELEASE)
    assert "app/__pycache__/a.tmpl.cpython-311.opt-1.pyc" in {one.path for one in listed.files}


def test_more_than_any_list_may_have_is_refused(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_FILES", 3)
    assert refused(program) == str(program)


def test_a_tree_that_is_not_there_is_refused(program: Path) -> None:
    assert refused(program / "none") == str(program / "none")
