"""A shelf that is a folder."""

import errno
import os
from functools import partial
from multiprocessing import Barrier, Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.vault.store import naming
from proctoring.vault.store.address import open_shelf
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import (
    ShelfAddressRefused,
    ShelfBusy,
    ShelfConflict,
    ShelfDamaged,
    ShelfNameMissing,
    ShelfNameRefused,
    checked_name,
    is_name,
)
from sync.replica.durable import FolderMissing
from tests.proctoring.vault.store.kills import every_kill, killed_at

MB = 1_000_000


class Cut(Exception):  # noqa: N818 - what a network does
    """The way is cut here."""


def test_what_is_put_is_given_back_and_nothing_is_put_over_it(folder_shelf: FolderShelf) -> None:
    folder_shelf.put("a/b.json", b"hello")
    folder_shelf.put("a/b.json", b"hello")
    with pytest.raises(ShelfConflict):
        folder_shelf.put("a/b.json", b"hellO")
    assert folder_shelf.read("a/b.json") == b"hello"
    assert folder_shelf.read("a/b.json", 1, 3) == b"ell"
    assert list(folder_shelf.names()) == ["a/b.json"]
    assert folder_shelf.sizes("a/") == {"a/b.json": 5}
    assert folder_shelf.size("a/c") is None
    for ask in (
        folder_shelf.read,
        lambda name: folder_shelf.set_hold(name, on=True),
        lambda n: folder_shelf.extend(n, 1),
    ):
        with pytest.raises(ShelfNameMissing):
            ask("a/c")


def test_a_broken_put_goes_on_at_its_byte_and_only_right_bytes_count(folder_shelf: FolderShelf, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(os.urandom(3 * MB))
    sent: list[int] = []

    def cut(count: int) -> None:
        if sum(sent) + count > MB:
            raise Cut
        sent.append(count)

    with pytest.raises(Cut):
        folder_shelf.put("r/large", file, pace=cut)
    assert list(folder_shelf.names()) == []
    unfinished = next((folder_shelf.root / "r").iterdir())
    with unfinished.open("r+b") as bad:  # of what a power cut left, only what is right is gone on with
        bad.seek(-100, os.SEEK_END)
        bad.write(bytes(100))
    again: list[int] = []
    folder_shelf.put("r/large", file, pace=again.append)
    assert folder_shelf.read("r/large") == file.read_bytes()
    assert 2 * MB < sum(again) < 2.2 * MB
    assert [entry.name for entry in (folder_shelf.root / "r").iterdir()] == ["large"]


def test_two_who_put_the_same_thing_do_not_meet(folder_shelf: FolderShelf) -> None:
    def meanwhile(_: int) -> None:
        with pytest.raises(ShelfBusy):
            folder_shelf.put("a/x", b"12345")

    folder_shelf.put("a/x", b"12345", pace=meanwhile)
    assert folder_shelf.read("a/x") == b"12345"


def test_what_is_adopted_has_two_names_and_one_of_them_may_go(folder_shelf: FolderShelf) -> None:
    folder_shelf.put("arriving/x", b"1")
    folder_shelf.adopt("arriving/x", "kept/x")
    folder_shelf.adopt("arriving/x", "kept/x")
    folder_shelf.erase("arriving/x")
    folder_shelf.adopt("arriving/x", "kept/x")
    assert list(folder_shelf.names()) == ["kept/x"]
    with pytest.raises(ShelfNameMissing):
        folder_shelf.adopt("arriving/y", "kept/y")
    folder_shelf.put("arriving/x", b"2")
    with pytest.raises(ShelfConflict):
        folder_shelf.adopt("arriving/x", "kept/x")


def test_a_disk_without_second_names_takes_copies(folder_shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    folder_shelf.put("arriving/x", b"1")
    folder_shelf.adopt("arriving/x", "kept/x")
    assert folder_shelf.read("kept/x") == b"1"
    with pytest.raises(ShelfConflict):
        folder_shelf.put("kept/x", b"2")


def no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EOPNOTSUPP, "no links here")


def no_flag(*_: object) -> None:
    raise OSError(errno.EINVAL, "no such flag here")


@pytest.mark.parametrize("knows_the_flag", [True, False])
def test_two_processes_never_replace_each_others_file_on_a_disk_without_second_names(
    folder_shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch, *, knows_the_flag: bool
) -> None:
    monkeypatch.setattr(os, "link", no_links)
    if not knows_the_flag:
        monkeypatch.setattr(naming, "_rename_new", no_flag)
    names = [f"custody/{number:06}.json" for number in range(60)]
    start = Barrier(2)

    def put_all(who: str, told: Connection) -> None:
        start.wait()
        kept = []
        for name in names:
            try:
                folder_shelf.put(name, f"{who} {name}".encode())
                kept.append(name)
            except ShelfConflict:
                continue
        told.send(kept)

    pipes = {who: Pipe() for who in ("one", "other")}
    people = [Process(target=put_all, args=(who, pipe[1])) for who, pipe in pipes.items()]
    for person in people:
        person.start()
    kept = {who: pipe[0].recv() for who, pipe in pipes.items()}
    for person in people:
        person.join()
    assert sorted(kept["one"] + kept["other"]) == names  # each was told to one of them, and to one only
    assert all(folder_shelf.read(name) == f"{who} {name}".encode() for who in kept for name in kept[who])


def test_one_who_was_killed_while_taking_a_name_keeps_nobody_from_taking_it(
    folder_shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(naming, "_rename_new", no_flag)
    work = partial(folder_shelf.put, "a/x", b"12345")
    killed = 0
    for step, after in every_kill(work):
        folder_shelf.erase("a/x")
        killed += killed_at(work, step, after=after)
        folder_shelf.put("a/x", b"12345")
        with pytest.raises(ShelfConflict):
            folder_shelf.put("a/x", b"54321")
        assert [entry.name for entry in (folder_shelf.root / "a").iterdir()] == ["x"]
    assert killed >= 8


@pytest.mark.parametrize(
    "name",
    ["", "/", "..", "../x", "a/../b", "a//b", "/etc/passwd", "a/.hidden", "a b", "a\nb", "a\x00", "录像", "-x", "a/"],
)
def test_a_name_that_leaves_the_shelf_or_is_odd_is_refused(folder_shelf: FolderShelf, name: str) -> None:
    for ask in (folder_shelf.read, folder_shelf.size, lambda odd: folder_shelf.put(odd, b"")):
        with pytest.raises(ShelfNameRefused):
            ask(name)
    assert list(folder_shelf.root.iterdir()) == []


def test_a_name_that_is_too_long_or_too_deep_is_refused() -> None:
    assert is_name("x" * 100)
    assert not is_name("x" * 101)
    assert not is_name("a/" * 8 + "a")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_every_name_that_is_one_stays_below_the_root(name: str) -> None:
    if is_name(name):
        path = os.path.normpath(f"/root/{checked_name(name)}")
        assert path == f"/root/{name}"


def test_planted_links_are_never_followed(folder_shelf: FolderShelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"s")
    (folder_shelf.root / "door").symlink_to(outside)
    folder_shelf.put("a/x", b"1")
    (folder_shelf.root / "a" / "file").symlink_to(outside / "secret")
    os.mkfifo(folder_shelf.root / "a" / "pipe")
    for name in ("door/secret", "door/new", "a/file", "a/pipe"):
        with pytest.raises(ShelfDamaged):
            folder_shelf.put(name, b"1")
        with pytest.raises(ShelfDamaged):
            folder_shelf.read(name)
        with pytest.raises(ShelfDamaged):
            folder_shelf.erase(name)
    assert list(folder_shelf.names()) == ["a/pipe|", "a/x"]  # stated; "a/pipe|" is no name
    assert [entry.name for entry in outside.iterdir()] == ["secret"]


def test_a_folder_that_is_not_there_is_never_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        open_shelf(f"folder:{tmp_path / 'not-mounted'}")
    assert not (tmp_path / "not-mounted").exists()
    FolderShelf.create(tmp_path / "made")
    assert isinstance(open_shelf(f"folder:{tmp_path / 'made'}"), FolderShelf)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "folder:relative",
        "ftp://x/y",
        "s3://",
        "s3://Bucket_/x",
        "s3://key:secret@bucket/x",
        "s3://bucket/../x",
        "s3://bucket/x?endpoint=http://store.example",
        "s3://bucket/x?endpoint=https://user:pw@store.example",
        "s3://bucket/x?secret=1",
        "s3://bucket/x#y",
        "folder:/x\n",
    ],
)
def test_what_is_no_address_is_refused_and_shows_no_secret(address: str) -> None:
    with pytest.raises(ShelfAddressRefused) as refused:
        open_shelf(address)
    assert "secret" not in f"{refused.value} {refused.value.facts}"
