"""Copies of what lies in a bucket: made for one use, gone after it, and none is left of what is destroyed."""

import os
from pathlib import Path

import pytest

from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.ledger import record_name
from proctoring.vault.store.copies import MOST, Copies, CopiesStay
from proctoring.vault.store.folder import FolderShelf
from sync.wire.ids import new_id
from tests.proctoring.vault.retention.breaking import Accident, BreakingShelf, KilledError
from tests.proctoring.vault.retention.world import Site, expire
from tests.proctoring.vault.store.conftest import Bucket, access, bucket, s3_server  # noqa: F401 - fixtures


class FarShelf(BreakingShelf):
    """A shelf that is no folder of this machine."""

    def local_folder(self, prefix: str) -> Path | None:
        del prefix
        return None


def far(site: Site, accident: Accident | None = None) -> Archive:
    """Open the archive as if its folder were far away."""
    opened = site.open()
    shelf = FarShelf(FolderShelf(site.places.root / "store"), accident or Accident())
    return Archive(site.places, shelf, opened.trust, opened.identity, site.clock)


def agreed(site: Site) -> str:
    recording = site.keep(site.open().shelf)
    expire(site)
    archive = site.open()
    proposal = archive.propose_destruction(recording, site.people[0], "expired")
    archive.approve_destruction(recording, site.people[1], proposal.sequence)
    return recording


def left(site: Site) -> list[str]:
    """Give the names of all files below the cache."""
    return [file.name for file in site.places.cache.rglob("*") if file.is_file()]


def test_a_copy_is_read_anew_for_each_use_and_goes_after_it(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    recording = site.keep(site.open().shelf)
    archive = far(site)
    with archive.using(recording) as one, archive.using(recording) as other:
        assert one != other
        names = sorted(file.name for file in one.iterdir())
        assert names == ["manifest.json", "opening-00000.json", "segment-00000.ers"]
        (one / names[2]).write_bytes(b"bad disk")
        with archive.using(recording) as again:
            assert (again / names[2]).read_bytes() == (other / names[2]).read_bytes() != b"bad disk"
    assert left(site) == []
    assert list(site.places.cache.iterdir()) == []


def test_there_are_never_more_copies_than_a_few(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    recording = site.keep(site.open().shelf)
    archive = far(site)
    folders = [archive.folder(recording) for _ in range(MOST + 2)]
    assert [folder.exists() for folder in folders] == [False] * 2 + [True] * MOST
    for folder in folders:
        archive.let_go(folder)
    assert left(site) == []


def test_what_a_kill_or_an_earlier_version_left_is_swept_when_the_archive_opens_and_what_is_used_stays(
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path)
    recording = site.keep(site.open().shelf)
    archive = far(site)
    used = archive.folder(recording)
    cache = site.places.cache
    for name in (recording, f"{new_id()}.x.y", "f" * 64, f"{recording}.a.b.going"):
        (cache / name).mkdir()
        (cache / name / "manifest.json").write_bytes(b"wrapped keys")
    (cache / "stray").write_bytes(b"x")
    (cache / "link").symlink_to(site.places.root / "store")
    site.open()
    assert list(cache.iterdir()) == [used]
    assert (site.places.root / "store" / "store.json").exists()
    archive.let_go(used)
    assert list(cache.iterdir()) == []


@pytest.mark.long
def test_killed_at_every_step_no_record_says_destroyed_while_a_copy_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site.make(tmp_path)
    signed: list[list[str]] = []
    real = FolderShelf.put

    def put(self: FolderShelf, name: str, *rest: object) -> None:
        if name.startswith("destroyed/"):
            signed.append(left(site))
        real(self, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(FolderShelf, "put", put)
    step = 0
    while True:
        recording = agreed(site)
        playing = far(site)  # another process, that goes on using its copy
        playing.folder(recording)
        leftover = site.places.cache / recording
        leftover.mkdir()
        (leftover / "manifest.json").write_bytes(b"wrapped keys")
        try:
            far(site, Accident(step)).destroy(recording, site.people[2])
            break
        except KilledError:
            step += 1
        there = any(recording in str(file) for file in site.places.cache.rglob("*"))
        assert not (there and site.open().shelf.size(record_name(recording)) is not None)
        far(site).destroy(recording, site.people[2])
        assert not any(recording in str(file) for file in site.places.cache.rglob("*"))
    assert step >= 8
    assert len(signed) == step + 1
    assert not any(signed)


def test_killed_while_a_copy_goes_the_next_try_finds_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site.make(tmp_path)
    recording = agreed(site)
    far(site).folder(recording)
    real, left_steps = os.fsync, [2]

    def killed(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_relative_to(site.places.cache):
            left_steps[0] -= 1
            if left_steps[0] == 0:
                raise KilledError
        real(handle)

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KilledError):
        far(site).destroy(recording, site.people[2])
    monkeypatch.undo()
    assert site.open().shelf.size(record_name(recording)) is None
    far(site).destroy(recording, site.people[2])
    assert site.open().standing(recording).state is State.DESTROYED
    assert left(site) == []


def test_a_copy_that_does_not_go_keeps_the_record_from_being_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site.make(tmp_path)
    recording = agreed(site)
    far(site).folder(recording)
    monkeypatch.setattr(Copies, "_remove", lambda _self, _copy: None)
    with pytest.raises(CopiesStay):
        far(site).destroy(recording, site.people[2])
    assert site.open().shelf.size(record_name(recording)) is None
    monkeypatch.undo()
    far(site).destroy(recording)
    assert left(site) == []


@pytest.mark.long
def test_what_was_looked_at_in_a_bucket_leaves_nothing_here_when_it_is_destroyed_and_is_read_there_each_time(
    bucket: Bucket,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, address=bucket.address)
    recording = site.keep(site.open().shelf)
    archive = site.open()
    key = f"site/recordings/{recording}/segment-00000.ers"
    with archive.using(recording) as folder:
        good = (folder / "segment-00000.ers").read_bytes()
    version = bucket.client.head_object(Bucket=bucket.name, Key=key)["VersionId"]
    bucket.client.delete_object(Bucket=bucket.name, Key=key, VersionId=version)
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=good[::-1])  # the bucket's bytes went bad
    with archive.using(recording) as folder:
        assert (folder / "segment-00000.ers").read_bytes() == good[::-1]
    archive.folder(recording)
    expire(site)
    proposal = site.open().propose_destruction(recording, site.people[0], "expired")
    site.open().approve_destruction(recording, site.people[1], proposal.sequence)
    site.open().destroy(recording, site.people[2])
    assert list(site.places.cache.iterdir()) == []
