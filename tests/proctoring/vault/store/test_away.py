"""A share that drops, and a shelf on which somebody put what no name is."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import ShelfAway, is_name

DEEP = 1_200
DROPPED = (errno.ENOTCONN, errno.ESTALE, errno.EIO)

Use = Callable[[FolderShelf], object]
USES: tuple[Use, ...] = (
    lambda shelf: list(shelf.names()),
    lambda shelf: list(shelf.names("clock/")),
    lambda shelf: list(shelf.folders("recordings")),
    lambda shelf: shelf.sizes("clock/"),
    lambda shelf: shelf.size("clock/000000.json"),
    lambda shelf: shelf.read("clock/000000.json"),
    lambda shelf: shelf.put("clock/000001.json", b"one"),
    lambda shelf: shelf.adopt("clock/000000.json", "clock/000002.json"),
    lambda shelf: shelf.free_bytes(),
    lambda shelf: shelf.local_folder("recordings"),
    lambda shelf: shelf.erase("clock/000000.json"),
    lambda shelf: shelf.erase_folders("clock"),
    lambda shelf: shelf.erase_unfinished("clock"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shelf = FolderShelf.create(tmp_path / "share")
    shelf.put("store.json", b"the store's own paper")
    shelf.put("clock/000000.json", b"zero")
    return shelf.root


@pytest.fixture
def share(root: Path) -> Iterator[FolderShelf]:
    yield FolderShelf(root)
    subprocess.run(["rm", "-rf", root], check=True)


def unmount(root: Path) -> Path:
    """What a clean unmount leaves: the mount point, an empty folder of the machine's own disk."""
    away = root.rename(root.with_name("away"))
    root.mkdir()
    return away


@pytest.mark.parametrize("use", USES)
def test_an_empty_mount_point_is_no_empty_store_and_nothing_is_written_into_it(share: FolderShelf, use: Use) -> None:
    away = unmount(share.root)
    with pytest.raises(ShelfAway):
        use(share)
    assert list(share.root.iterdir()) == []
    share.root.rmdir()
    with pytest.raises(ShelfAway):
        use(share)
    away.rename(share.root)
    assert share.read("clock/000000.json") == b"zero"


def test_the_store_is_known_again_by_its_own_paper_and_another_store_is_not_it(share: FolderShelf) -> None:
    away = unmount(share.root)
    (share.root / "store.json").write_bytes(b"another store's paper")
    with pytest.raises(ShelfAway):
        share.read("clock/000000.json")
    (share.root / "store.json").write_bytes((away / "store.json").read_bytes())
    share.put("clock/000000.json", b"zero")  # mounted again, as another device
    assert list(share.names("clock/")) == ["clock/000000.json"]
    subprocess.run(["rm", "-rf", away], check=True)


@pytest.mark.parametrize("refusal", DROPPED)
@pytest.mark.parametrize("use", USES)
def test_a_share_that_drops_is_away_whatever_is_asked_of_it(
    share: FolderShelf, use: Use, refusal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def refused(path: object, *args: int, **named: int) -> int:
        if str(path).startswith(str(share.root)):
            raise OSError(refusal, os.strerror(refusal), path)
        return really(path, *args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as dropped:
        dropped.setattr(os, "open", refused)
        with pytest.raises(ShelfAway):
            use(share)
        with pytest.raises(ShelfAway):
            FolderShelf(share.root)
    assert share.read("clock/000000.json") == b"zero"


def nest(place: Path, name: str, depth: int) -> None:
    """Make folders within folders, deeper than any path is long."""
    place.mkdir(parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("end", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=handle))
    os.close(handle)


@pytest.mark.parametrize(("name", "depth"), [("d", DEEP), ("x" * 200, 30)])
def test_folders_nobody_can_go_through_are_stated_and_everything_else_is_given(
    share: FolderShelf, name: str, depth: int
) -> None:
    nest(share.root / "clock", name, depth)
    found = list(share.names("clock/"))
    assert found[0] == "clock/000000.json"
    (odd,) = found[1:]
    assert odd.endswith("/")
    assert not is_name(odd)
    assert share.sizes("clock/")["clock/000000.json"] == len(b"zero")
    share.erase("clock/000000.json")
    share.erase_folders("clock")
    assert list(share.names("clock/")) == [odd]


def test_names_that_are_none_are_written_out_so_that_they_can_be_shown_and_are_no_name_still(
    share: FolderShelf,
) -> None:
    for name in (b"line\nbreak", b"\xff", b"y" * 101):
        Path(os.fsdecode(bytes(share.root / "clock") + b"/" + name)).touch()
    os.mkfifo(share.root / "clock" / "000001.json")
    (share.root / "about").symlink_to(share.root / "clock")
    found = list(share.names("clock/"))
    assert all(one.isascii() and one.isprintable() for one in found)
    assert [one for one in found if is_name(one)] == ["clock/000000.json"]
    assert "clock/000001.json|" in found
    assert list(share.names("about/")) == ["about/"]


def test_a_folder_with_more_names_than_a_store_can_have_is_stated_and_not_read(
    share: FolderShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctoring.vault.store.walking.MOST_ENTRIES", 20)
    nest(share.root / "clock" / "flood", "d", 0)
    for number in range(21):
        (share.root / "clock" / "flood" / str(number)).touch()
    assert list(share.names("clock/")) == ["clock/000000.json", "clock/flood/"]
