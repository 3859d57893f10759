"""A medium is hostile input: what lies on it is read within bounds, and what is odd is passed over and said."""

import errno
import os
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.client import medium as medium_module
from sync.client.medium import (
    BUNDLE,
    Kind,
    Medium,
    MediumUnreadable,
    MediumUnwritable,
    Why,
    packet_file,
    plan_file,
    proof_file,
    receipt_file,
)
from sync.replica.durable import DiskFull
from sync.wire.ids import new_id

SHA = "a" * 64


@pytest.fixture
def medium(tmp_path: Path) -> Medium:
    (tmp_path / "stick").mkdir()
    return Medium(tmp_path / "stick")


def inside(medium: Medium, place: str) -> Path:
    path = medium.root / "examroom" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def odd(medium: Medium) -> set[tuple[str, Why]]:
    return {(one.place, one.why) for one in medium.odd}


def test_what_was_written_is_read_again(medium: Medium) -> None:
    device, session = new_id(), new_id()
    files = {
        packet_file(device, SHA): b"packet",
        plan_file(device, session): b"plan",
        receipt_file(SHA): b"receipt",
        proof_file(SHA): b"proof",
        BUNDLE: b"bundle",
    }
    medium.write(files)
    assert {place: medium.read(place, 100) for place in files} == files
    assert [(one.device, one.name) for one in medium.entries(Kind.PACKETS)] == [(device, SHA)]
    assert [(one.device, one.name) for one in medium.entries(Kind.PLANS)] == [(device, session)]
    assert [one.name for one in medium.entries(Kind.RECEIPTS)] == [SHA]
    assert medium.odd == ()


def test_a_medium_with_nothing_of_ours_has_nothing(medium: Medium) -> None:
    assert list(medium.entries(Kind.PACKETS)) == []
    assert medium.read(BUNDLE, 10) is None
    assert medium.odd == ()


def test_a_medium_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = Medium(tmp_path / "nothing")
    for look in (lambda: list(missing.entries(Kind.PACKETS)), lambda: missing.read(BUNDLE, 10)):
        with pytest.raises(MediumUnreadable):
            look()
    with pytest.raises(MediumUnwritable):
        missing.write({BUNDLE: b"x"})


def _link_to_a_file(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # an address of a socket holds about a hundred characters
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name[:50])
        Path(path.name[:50]).rename(path.name)
    finally:
        os.chdir(here)


def _folder(path: Path) -> None:
    path.mkdir()


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole of a terabyte costs nothing to make


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_link_to_a_file, Why.LINK),
        (_pipe, Why.NO_FILE),
        (_socket, Why.NO_FILE),
        (_folder, Why.NO_FILE),
        (_large, Why.TOO_LARGE),
    ],
)
def test_what_is_no_plain_file_of_a_sane_size_is_passed_over_and_said(
    medium: Medium, make: Callable[[Path], None], why: Why
) -> None:
    place = packet_file(new_id(), SHA)
    make(inside(medium, place))
    assert medium.read(place, 1_000_000) is None
    assert odd(medium) == {(place, why)}


@pytest.mark.parametrize("where", ["examroom", "examroom/packets", "examroom/packets/{device}"])
def test_a_link_in_the_place_of_a_folder_is_not_followed_neither_in_reading_nor_in_writing(
    medium: Medium, tmp_path: Path, where: str
) -> None:
    device = new_id()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "packets" / device).mkdir(parents=True)
    link = medium.root / where.format(device=device)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    assert list(medium.entries(Kind.PACKETS)) == []
    assert {one.why for one in medium.odd} == {Why.LINK}
    with pytest.raises(MediumUnwritable):
        medium.write({packet_file(device, SHA): b"x"})
    assert sorted(elsewhere.rglob("*")) == before


@pytest.mark.parametrize("name", ["..", "x" * 64 + ".json", "A" * 64 + ".json", SHA, f"{SHA}.json.exe", "\u202e.json"])
def test_odd_names_are_passed_over_and_said(medium: Medium, name: str) -> None:
    device = new_id()
    inside(medium, f"packets/{device}/{SHA}.json").write_bytes(b"good")
    if name != "..":
        inside(medium, f"packets/{device}/{name}").write_bytes(b"odd")
    inside(medium, f"packets/not-a-device-{name}/x.json").write_bytes(b"odd")
    assert [one.name for one in medium.entries(Kind.PACKETS)] == [SHA]
    assert {one.why for one in medium.odd} == {Why.NAME}


def test_a_name_that_is_no_text_is_passed_over_and_can_be_said(medium: Medium) -> None:
    folder = inside(medium, f"packets/{new_id()}/x").parent
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.json"))).write_bytes(b"odd")
    assert list(medium.entries(Kind.PACKETS)) == []
    assert [one.place.encode() for one in medium.odd]


def test_what_a_cut_write_left_is_nothing_odd_and_goes_with_the_next_write(medium: Medium) -> None:
    device = new_id()
    left = inside(medium, f"packets/{device}/.{SHA}.json.0123456789abcdef.new")
    left.write_bytes(b"half")
    assert list(medium.entries(Kind.PACKETS)) == []
    assert medium.odd == ()
    medium.write({packet_file(device, SHA): b"whole"})
    assert not left.exists()


def test_more_names_than_anybody_carries_are_not_all_looked_at(medium: Medium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medium_module, "MOST_ENTRIES", 5)
    for _ in range(3):
        device = new_id()
        for number in range(4):
            inside(medium, packet_file(device, f"{number:064d}")).write_bytes(b"")
    assert len(list(medium.entries(Kind.PACKETS))) == 5
    for number in range(9):
        inside(medium, receipt_file(f"{number:064d}")).write_bytes(b"")
    assert len(list(medium.entries(Kind.RECEIPTS))) == 5
    assert {one.why for one in medium.odd} == {Why.TOO_MANY}


def test_oddities_are_counted_beyond_those_that_are_named(medium: Medium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medium_module, "MOST_ODD", 3)
    for number in range(10):
        inside(medium, f"packets/odd-{number}/x").write_bytes(b"")
    assert list(medium.entries(Kind.PACKETS)) == []
    assert (len(medium.odd), medium.odd_count) == (3, 10)


@given(place=st.text(min_size=1, max_size=40))
def test_no_place_leads_out_of_the_medium(tmp_path_factory: pytest.TempPathFactory, place: str) -> None:
    root = tmp_path_factory.getbasetemp() / "stick-of-any-name"
    (root / "examroom").mkdir(parents=True, exist_ok=True)
    (root / "secret").write_bytes(b"secret")
    medium = Medium(root)
    assert medium.read(f"../{place}", 100) is None
    assert medium.read(place, 100) is None


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (errno.EROFS, MediumUnwritable),
        (errno.EIO, MediumUnwritable),
        (errno.ENODEV, MediumUnwritable),
        (errno.ENOSPC, DiskFull),
    ],
)
def test_a_medium_that_refuses_is_told_in_its_own_words(
    medium: Medium, monkeypatch: pytest.MonkeyPatch, error: int, fault: type[Exception]
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(fault):
            medium.write({BUNDLE: b"x"})
    medium.write({BUNDLE: b"x"})
    assert medium.read(BUNDLE, 10) == b"x"


def test_a_medium_too_small_for_a_file_keeps_what_it_had(medium: Medium) -> None:
    medium.write({BUNDLE: b"old"})
    with no_more_than(1_000), pytest.raises(MediumUnwritable):
        medium.write({BUNDLE: b"x" * 5_000})
    assert medium.read(BUNDLE, 10_000) == b"old"
