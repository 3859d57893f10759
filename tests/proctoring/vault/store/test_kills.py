"""kill -9 at every step of carrying, receiving, letting go: a whole recording is always somewhere, and it goes on."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from proctoring.vault.format import RecordingUnreadable, Verdict, verify_recording
from proctoring.vault.format.record import Flag
from proctoring.vault.store.carry import CarryState, carry
from proctoring.vault.store.erasing import erase_data, erase_keys, finish_releases, release_seat_copy
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.listing import RecordingUnclosed
from proctoring.vault.store.receiving import receive_all
from sync.trust.envelope import sign
from sync.wire.archive import CustodyAct, CustodyEntry
from tests.proctoring.vault.format.tiny import Keys, Writer
from tests.proctoring.vault.store.kills import every_kill, killed_at
from tests.proctoring.vault.store.site import Site, entry_of, known


@dataclass
class Scene:
    """A seat and its site, which can be put back as they were."""

    root: Path
    made: Writer
    key_site: Site

    @property
    def shelf(self) -> FolderShelf:
        return FolderShelf(self.root / "site")

    @property
    def site(self) -> Site:
        return Site(self.shelf, self.key_site.devices, self.root / "work", self.key_site.key)

    @property
    def folder(self) -> Path:
        return self.root / "seat" / self.made.recording

    @property
    def kept(self) -> Path:
        return self.root / "site" / "recordings" / self.made.recording

    def carry(self) -> None:
        carry(self.folder, self.shelf, self.site.public)

    def receive(self) -> None:
        assert all(one.fault is None for one in receive_all(self.site.receiver()))

    def release(self) -> None:
        finish_releases(self.folder.parent, self.site.public)
        if self.folder.exists():
            carried = carry(self.folder, self.shelf, self.site.public)
            assert carried.state is CarryState.ARRIVED
            release_seat_copy(self.folder, carried.entry or b"", self.site.public)

    def all_the_way(self) -> None:
        """What agent and archive do, again and again."""
        finish_releases(self.folder.parent, self.site.public)
        if self.folder.exists():
            self.carry()
        self.receive()
        self.release()

    def order(self) -> bytes:
        entry = entry_of(self.made.recording, "0" * 64, CustodyAct.DESTRUCTION_BEGUN, 1)
        return sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, self.site.key)

    def destroy(self) -> None:
        name = f"custody/{self.made.recording}/000001.json"
        if self.shelf.size(name) is None:
            self.shelf.put(name, self.order())
        order = self.shelf.read(name)
        erase_keys(self.shelf, order, [self.site.public])
        erase_data(self.shelf, order, [self.site.public])

    def is_whole(self, folder: Path) -> bool:
        try:
            return verify_recording(folder, self.site.devices).verdict is Verdict.COMPLETE
        except (RecordingUnreadable, RecordingUnclosed):
            return False


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    root = tmp_path / "now"
    (root / "seat").mkdir(parents=True)
    made = Writer(root / "seat" / "new", Keys())
    made.segment()
    made.segment(Flag.RECORDING_END)
    made.close()
    (root / "seat" / "new").rename(root / "seat" / made.recording)
    FolderShelf.create(root / "site")
    return Scene(root, made, Site(FolderShelf(root / "site"), known(made), root / "work"))


def _kill_everywhere(scene: Scene, work: Callable[[], None], stride: int) -> int:
    """Kill the work at its steps; after each, a whole recording is somewhere, and everything comes to its end."""
    before = scene.root.with_name("before")
    shutil.copytree(scene.root, before)
    kills = 0
    for step, after in every_kill(work, stride):
        shutil.rmtree(scene.root)
        shutil.copytree(before, scene.root)
        kills += killed_at(work, step, after=after)
        assert scene.is_whole(scene.folder) or scene.is_whole(scene.kept), f"lost at {step}, after: {after}"
        scene.all_the_way()
        assert scene.is_whole(scene.kept)
        assert list(scene.folder.parent.iterdir()) == []
        assert not list(scene.shelf.names("arriving/"))
        assert len(list(scene.shelf.names("custody/"))) == 1
        leftovers = list(scene.root.joinpath("site", "recordings").rglob(".*"))
        assert leftovers == []
    assert kills > 3
    return kills


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), 23])
@pytest.mark.parametrize("part", ["carry", "receive", "release"])
def test_a_kill_at_every_step_loses_nothing_and_it_goes_on(scene: Scene, part: str, stride: int) -> None:
    if part != "carry":
        scene.carry()
    if part == "release":
        scene.receive()
        stride = min(stride, 11)
    work = {"carry": scene.carry, "receive": scene.receive, "release": scene.release}[part]
    _kill_everywhere(scene, work, stride)


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), 17])
def test_a_kill_at_every_step_of_a_destruction_leaves_no_key_behind_data_that_is_gone(
    scene: Scene, stride: int
) -> None:
    scene.all_the_way()
    before = scene.root.with_name("before")
    shutil.copytree(scene.root, before)
    for step, after in every_kill(scene.destroy, stride):
        shutil.rmtree(scene.root)
        shutil.copytree(before, scene.root)
        killed_at(scene.destroy, step, after=after)
        names = {name.rpartition("/")[2] for name in scene.shelf.names(f"recordings/{scene.made.recording}/")}
        keys = {name for name in names if name.startswith(("manifest", "opening"))}
        data = {name for name in names if name.startswith("segment")}
        assert not keys or len(data) == 4, "data goes only when no key is left"
        scene.destroy()
        assert not list(scene.shelf.names("recordings/"))
        assert not scene.kept.exists()
