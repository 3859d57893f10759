"""An installed tree against its list: whatever is not as it was released is named, and nothing hostile is followed."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.checks import installed, tree
from proctoring.checks.installed import Difference, InstalledTree, Kind
from proctoring.checks.listing import list_tree
from proctoring.checks.machine import Unreadable
from sync.wire.build import BuildList
from tests.proctoring.checks.released import BYTE_CODE, RELEASE, byte_code_of, program_in


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return program_in(tmp_path / "seat")


@pytest.fixture
def listed(program: Path) -> BuildList:
    return list_tree(program, "examroom-seat", RELEASE)


def tree_of(program: Path, listed: BuildList) -> InstalledTree:
    return InstalledTree(program, listed, os.getuid())


def found(program: Path, listed: BuildList) -> set[tuple[Kind, str]]:
    return {(one.kind, one.path) for one in tree_of(program, listed).look()}


def test_a_tree_as_it_was_released_differs_nowhere(program: Path, listed: BuildList) -> None:
    looking = tree_of(program, listed)
    assert looking.look() == looking.look() == looking.look(whole=False) == ()


def instead(path: str, put: Callable[[Path], object]) -> Callable[[Path], object]:
    """Take away what lies at a place, into the folder above the tree, and put something else there."""

    def change(seat: Path) -> None:
        (seat / path).rename(seat.parent / "taken")
        put(seat / path)

    return change


ATTACKS: dict[str, tuple[Callable[[Path], object], set[tuple[Kind, str]]]] = {
    "a third party's library": (
        lambda seat: (seat / "numpy.libs/libblas.so").write_text("EVL"),
        {(Kind.CHANGED, "numpy.libs/libblas.so")},
    ),
    "an extra library": (
        lambda seat: (seat / "numpy.libs/libssl.so").write_text("ELF"),
        {(Kind.ADDED, "numpy.libs/libssl.so")},
    ),
    "a .pth": (lambda seat: (seat / "a.pth").write_text("import os"), {(Kind.ADDED, "a.pth")}),
    "what Python runs at its start": (
        lambda seat: (seat / "sitecustomize.py").write_text(""),
        {(Kind.ADDED, "sitecustomize.py")},
    ),
    "a package that shadows another": (lambda seat: program_in(seat / "json"), {(Kind.ADDED, "json")}),
    "an empty package": (lambda seat: (seat / "typer").mkdir(), {(Kind.ADDED, "typer")}),
    "byte code": (
        lambda seat: (seat / BYTE_CODE).write_bytes((seat / BYTE_CODE).read_bytes()[:-1] + b"x"),
        {(Kind.CHANGED, BYTE_CODE)},
    ),
    "byte code for another optimisation": (
        lambda seat: byte_code_of(seat, "bin/../our.py", BYTE_CODE.replace(".pyc", ".opt-1.pyc")),
        {(Kind.ADDED, BYTE_CODE.replace(".pyc", ".opt-1.pyc")), (Kind.ADDED, "our.py")},
    ),
    "a package that is gone": (lambda seat: (seat / "sync").rename(seat.parent / "sync"), {(Kind.MISSING, "sync")}),
    "the launcher's interpreter": (
        instead("bin/python", lambda place: place.symlink_to("/usr/bin/python3.12")),
        {(Kind.CHANGED, "bin/python")},
    ),
    "a copy of the interpreter": (
        instead("bin/python", lambda place: place.write_text("ELF")),
        {(Kind.ODD, "bin/python")},
    ),
    "a link where a file was": (
        instead("our.pth", lambda place: place.symlink_to("../taken")),
        {(Kind.ODD, "our.pth")},
    ),
    "a link where a folder was": (
        instead("sync", lambda place: place.symlink_to("../taken")),
        {(Kind.ODD, "sync")},
    ),
    "a folder where a file was": (
        instead("our.pth", lambda place: place.mkdir()),
        {(Kind.ODD, "our.pth")},
    ),
    "a pipe where a file was": (
        instead("our.pth", os.mkfifo),
        {(Kind.ODD, "our.pth")},
    ),
    "an extra pipe": (lambda seat: os.mkfifo(seat / "app/pipe"), {(Kind.ADDED, "app/pipe")}),
    "a file that anybody may write": (
        lambda seat: (seat / "app/main.py").chmod(0o666),
        {(Kind.WRITABLE, "app/main.py")},
    ),
    "a folder that a group may write": (lambda seat: (seat / "sync").chmod(0o775), {(Kind.WRITABLE, "sync")}),
    "a tree that anybody may write": (lambda seat: seat.chmod(0o777), {(Kind.WRITABLE, ".")}),
    "borrowed rights": (lambda seat: (seat / "bin/examroom").chmod(0o4755), {(Kind.PRIVILEGED, "bin/examroom")}),
    "borrowed rights of a group": (
        lambda seat: (seat / "bin/examroom").chmod(0o2755),
        {(Kind.PRIVILEGED, "bin/examroom")},
    ),
    "a name in no encoding": (
        lambda seat: Path(os.fsdecode(os.fsencode(seat) + b"/app/\xff\xfe.py")).write_text(""),
        {(Kind.ADDED, "app/\\xff\\xfe.py")},
    ),
    "the same letters, written otherwise": (
        lambda seat: (seat / "app/e\u0301.py").write_text(""),
        {(Kind.ADDED, "app/e\u0301.py")},
    ),
    "a list within": (
        lambda seat: (seat / f"app/{tree.LIST_FILE}").write_text(""),
        {(Kind.ADDED, f"app/{tree.LIST_FILE}")},
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_tree_that_was_changed_is_named_by_its_places(program: Path, listed: BuildList, attack: str) -> None:
    change, expected = ATTACKS[attack]
    (program.parent / "our.py").write_text("print('another')\n")
    if "our.py" in {path for _, path in expected}:
        (program / "our.py").write_text("print('another')\n")
    looking = tree_of(program, listed)
    looking.look()
    with_umask = os.umask(0o022)
    try:
        change(program)
    finally:
        os.umask(with_umask)
    assert found(program, listed) == expected, "by whoever looks for the first time"
    assert {(one.kind, one.path) for one in looking.look()} == expected, "by whoever looked before"
    assert {(one.kind, one.path) for one in looking.look(whole=False)} == expected


def test_a_hard_link_to_somebody_elses_file_is_a_file_that_others_may_write(program: Path, listed: BuildList) -> None:
    mine = program.parent / "mine"
    mine.write_text("ELF")
    mine.chmod(0o666)
    (program / "numpy.libs/libblas.so").unlink()
    os.link(mine, program / "numpy.libs/libblas.so")
    assert found(program, listed) == {(Kind.WRITABLE, "numpy.libs/libblas.so")}
    mine.write_text("EVL")
    assert (Kind.CHANGED, "numpy.libs/libblas.so") in found(program, listed)


def test_a_folder_above_in_which_anybody_may_put_another_tree_is_named(program: Path, listed: BuildList) -> None:
    program.parent.chmod(0o777)
    assert found(program, listed) == {(Kind.WRITABLE, str(program.parent))}
    program.parent.chmod(0o777 | stat.S_ISVTX)
    assert found(program, listed) == set(), "there, only its owner can take it away"


def noting(read: list[str]) -> Callable[[dict[str, tree.Mark]], dict[str, str]]:
    """Read as ever, and note what was read."""

    def digests(wanted: dict[str, tree.Mark]) -> dict[str, str]:
        read.extend(wanted)
        return tree.digests(wanted)

    return digests


def test_a_file_with_a_hole_larger_than_any_disk_is_not_read(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[str]()
    monkeypatch.setattr(installed, "digests", noting(read))
    for path in ("app/main.py", "app/added"):
        with (program / path).open("ab") as file:
            file.truncate(1 << 42)
    assert found(program, listed) == {(Kind.CHANGED, "app/main.py"), (Kind.ADDED, "app/added")}
    assert len(read) == len(listed.files) - 1


def test_thousands_of_added_files_are_named_and_those_in_an_added_folder_by_it(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 2_000)
    (program / "more").mkdir(mode=0o755)
    for number in range(1_000):
        (program / f"more/{number}").touch(0o644)
        (program / f"app/{number}.py").touch(0o644)
    differences = tree_of(program, listed).look()
    assert len(differences) == 1_001
    assert {one.kind for one in differences} == {Kind.ADDED}
    monkeypatch.setattr(tree, "MOST_FILES", 500)
    assert Difference(Kind.ODD, "app") in tree_of(program, listed).look(), "nobody counts on without an end"


def test_a_file_that_is_swapped_between_the_look_and_the_reading_is_never_taken_for_the_one_that_was_looked_at(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = program / "app/main.py"
    good, evil = main.read_bytes(), b"print(9)\n"

    def swapped(wanted: dict[str, tree.Mark]) -> dict[str, str]:
        if str(main) in wanted:
            (program.parent / "good").write_bytes(good)
            (program.parent / "good").replace(main)  # good again, but not the one that was looked at
        return tree.digests(wanted)

    main.write_bytes(evil)
    monkeypatch.setattr(installed, "digests", swapped)
    looking = tree_of(program, listed)
    assert looking.look() == (Difference(Kind.ODD, "app/main.py"),)
    monkeypatch.undo()
    assert looking.look() == (), "the next look is at the one that is there then"


def test_a_link_that_is_put_in_a_files_place_before_it_is_opened_is_not_followed(program: Path) -> None:
    main = program / "app/main.py"
    mark = tree.mark_of(main.lstat())
    main.rename(program.parent / "main")
    main.symlink_to(program.parent / "main")
    assert tree.digests({str(main): mark}) == {}


def test_a_file_is_read_again_only_if_it_is_not_the_one_that_was_read(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, read = tree_of(program, listed), list[str]()
    looking.look()
    monkeypatch.setattr(installed, "digests", noting(read))
    main = program / "app/main.py"
    times = main.stat()
    main.write_text("print(3)\n")  # as long as before
    os.utime(main, ns=(times.st_atime_ns, times.st_mtime_ns))  # and as old
    assert looking.look() == looking.look() == (Difference(Kind.CHANGED, "app/main.py"),)
    assert read == [str(main)]


def test_a_share_of_the_folders_at_a_time_comes_round_to_all(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "SHARE", 1)
    looking = tree_of(program, listed)
    looking.look()
    for path in ("sync/wire/ids.py", "our.pth", "numpy.libs/libblas.so"):
        (program / path).unlink()
    looks = [len(looking.look(whole=False)) for _ in range(10)]
    assert looks[0] < 3
    assert looks == sorted(looks)
    assert looks[-1] == 3


def test_a_tree_that_is_not_there_is_unreadable(program: Path, listed: BuildList) -> None:
    with pytest.raises(Unreadable):
        InstalledTree(program / "none", listed).look()


def test_a_folder_that_cannot_be_read_is_named(
    program: Path, listed: BuildList, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.scandir

    def refuse(folder: str) -> object:
        if folder.endswith("/sync"):
            raise PermissionError(13, "Permission denied")
        return really(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(program, listed) == {(Kind.ODD, "sync")}


@given(where=st.integers(0, 8), byte=st.integers(0, 255))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_any_byte_is_noticed(program: Path, where: int, byte: int) -> None:
    (program / "app/main.py").write_bytes(b"print(1)\n")
    expected = list_tree(program, "examroom-seat", RELEASE)
    raw = bytearray(b"print(1)\n")
    raw[where] = byte
    (program / "app/main.py").write_bytes(raw)
    assert bool(tree_of(program, expected).look()) is (bytes(raw) != b"print(1)\n")
