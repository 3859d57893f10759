"""Kill −9 at every write of a destruction, and two at once: it goes on, and the record is exact."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.custody import read_chain
from proctoring.vault.retention.faults import CustodyBusy
from proctoring.vault.retention.ledger import read_record, record_name
from proctoring.vault.store.folder import FolderShelf
from sync.faults import Fault
from sync.replica.durable import DiskFull
from sync.trust.keystore import FileKeyStore
from sync.wire.archive import CustodyAct, CustodyEntry
from tests.proctoring.vault.retention.breaking import Accident, BreakingShelf, KilledError
from tests.proctoring.vault.retention.world import Site, expire


def breaking(site: Site, accident: Accident) -> Archive:
    """Open the archive over a shelf with an accident ahead."""
    archive = site.open()
    shelf = BreakingShelf(FolderShelf(site.places.root / "store"), accident)
    return Archive(site.places, shelf, archive.trust, archive.identity, site.clock)


def ready(site: Site) -> str:
    recording = site.keep(site.open().shelf)
    expire(site)
    archive = site.open()
    proposal = archive.propose_destruction(recording, site.people[0], "expired")
    archive.approve_destruction(recording, site.people[1], proposal.sequence)
    return recording


def count_writes(root: Path) -> int:
    site = Site.make(root)
    accident = Accident()
    recording = ready(site)
    breaking(site, accident).destroy(recording, site.people[2])
    return accident.happened


def test_killed_at_every_write_a_destruction_goes_on_and_its_record_is_exact(tmp_path: Path) -> None:
    site = Site.make(tmp_path / "site")
    key = FileKeyStore(site.places.keys).device_key().public
    writes = count_writes(tmp_path / "counted")
    assert writes >= 8
    # before each write, which is after the one before; and after the last
    for place, after in [*((number, False) for number in range(writes)), (writes - 1, True)]:
        recording = ready(site)
        manifest = site.open().manifest(recording)
        with pytest.raises(KilledError):
            breaking(site, Accident(place, after)).destroy(recording, site.people[2])
        site.clock.run(1_000)
        record = site.open().destroy(recording, site.people[2])
        chain = read_chain(site.open().ledger.book, recording)
        acts = [entry.act for entry in chain.entries]
        assert acts.count(CustodyAct.DESTRUCTION_BEGUN) == 1
        assert acts[-1] is CustodyAct.DESTROYED
        begun = acts.index(CustodyAct.DESTRUCTION_BEGUN)
        assert record.custody_sha256 == chain.digests[begun - 1]
        assert record.manifest_sha256 == chain.entries[begun].manifest_sha256
        assert record.keys_erased == chain.entries[acts.index(CustodyAct.KEYS_ERASED)].at
        assert (record.session, record.segments) == (manifest.session, len(manifest.segments))
        assert record.approved_by == (site.people[1].person,)
        assert read_record(site.open().shelf.read(record_name(recording)), key) == record
        assert site.open().standing(recording).state is State.DESTROYED
        assert not list(site.open().shelf.names(f"recordings/{recording}/"))


def test_a_full_disk_refuses_and_deletes_nothing(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    recording = ready(site)
    archive = breaking(site, Accident(full=True))
    for act in (
        lambda: archive.destroy(recording, site.people[2]),
        lambda: archive.hold(recording, site.people[2], "wait"),
        lambda: archive.extend(recording, site.people[2], site.clock.true_ms * 2, "wait"),
    ):
        with pytest.raises(DiskFull):
            act()
    assert site.open().standing(recording).state is State.APPROVED
    assert len(list(site.open().shelf.names(f"recordings/{recording}/"))) == 3


def test_ten_administrators_at_once_leave_one_unbroken_chain(tmp_path: Path) -> None:
    site = Site.make(tmp_path, administrators=10)
    recording = site.keep(site.open().shelf)
    entered: list[CustodyEntry] = []

    def act(number: int) -> None:
        archive, person = site.open(), site.people[number]
        for turn in range(3):
            try:
                entered.append(archive.hold(recording, person, f"turn {turn}"))
            except CustodyBusy:
                continue

    threads = [threading.Thread(target=act, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain = site.open().custody(recording)
    assert len(entered) >= 25
    assert sorted(entry.sequence for entry in entered) == list(range(1, len(entered) + 1))
    assert list(chain[1:]) == sorted(entered, key=lambda entry: entry.sequence)


def at_once(*acts: Callable[[], object]) -> list[Fault | None]:
    """Let these happen at the same moment; give how each ended."""
    start = threading.Barrier(len(acts))
    ends: list[Fault | None] = [None] * len(acts)

    def run(number: int) -> None:
        start.wait()
        try:
            acts[number]()
        except Fault as fault:
            ends[number] = fault

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_a_hold_and_a_destruction_at_once_never_both_happen(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    for _ in range(6):
        recording = ready(site)
        one, other = site.open(), site.open()
        held, destroyed = at_once(
            partial(one.hold, recording, site.people[2], "stop"), partial(other.destroy, recording, site.people[0])
        )
        standing = site.open().standing(recording)
        if held is None:
            assert standing.held
            assert len(list(site.open().shelf.names(f"recordings/{recording}/"))) == 3
        else:
            assert destroyed is None
            assert standing.state is State.DESTROYED
