"""The archive's service: what is due is stated, an interrupted destruction is ended, nothing else is ever deleted."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.archive.home import ArchiveHome
from app.archive.service import DAILY_MS, ArchiveService, Happening
from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import ShelfAway
from tests.proctoring.vault.retention.breaking import Accident, BreakingShelf, KilledError
from tests.proctoring.vault.retention.world import Site, expire
from tests.proctoring.vault.store.test_away import nest


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


def turn(site: Site) -> list[Happening]:
    return [event.happening for event in ArchiveService(ArchiveHome(site.places.root), site.open).turn()]


def test_the_clock_is_written_down_at_the_start_and_once_a_day(site: Site) -> None:
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    lines = len(list(site.open().shelf.names("clock/")))
    assert [event.happening for event in service.turn()] == [Happening.CLOCK]
    assert list(service.turn()) == []
    site.clock.run(DAILY_MS)
    assert [event.happening for event in service.turn()] == [Happening.CLOCK]
    assert len(list(site.open().shelf.names("clock/"))) == lines + 2


def test_a_jump_is_told_with_figures_at_once(site: Site) -> None:
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    list(service.turn())
    site.clock.skew_ms = 14 * 365 * DAILY_MS
    (event,) = service.turn()
    assert event.happening is Happening.FROZEN
    assert event.facts["said_ms"] == site.clock().wall_ms
    assert abs(int(event.facts["expected_ms"]) - site.clock.true_ms) < 1_000


def test_what_the_registry_signs_anew_is_believed_without_a_restart(site: Site) -> None:
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    site.clock.skew_ms = 14 * 365 * DAILY_MS
    assert [event.happening for event in service.turn()] == [Happening.FROZEN]
    site.clock.skew_ms = 0
    site.renew()
    site.open().write_clock_line()
    assert [event.happening for event in service.turn()] == [Happening.CLOCK]


def test_a_share_that_is_unmounted_is_said_to_be_away_and_the_service_goes_on_when_it_is_back(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    store = site.places.root / "store"
    away = store.rename(store.with_name("away"))
    store.mkdir()
    for _ in range(2):
        with pytest.raises(ShelfAway):
            list(service.turn())
    assert not list(store.iterdir())
    store.rmdir()
    away.rename(store)
    assert [event.happening for event in service.turn()] == [Happening.CLOCK]
    assert site.open().standing(recording).state is State.RETAINED


def test_what_is_deeper_than_any_name_is_stated_and_everything_else_goes_on(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    store = site.places.root / "store"
    for place in ("arriving", f"custody/{recording}", f"recordings/{recording}", "about"):
        nest(store / place, "d", 1_200)
    try:
        told = list(ArchiveService(ArchiveHome(site.places.root), site.open).turn())
        strangers = [str(event.facts["stranger"]) for event in told if event.happening is Happening.TROUBLE]
        assert sorted(one.split("/d/")[0] for one in strangers) == sorted(
            ("arriving", f"custody/{recording}", f"recordings/{recording}", "about")
        )
        assert site.open().standing(recording).state is State.RETAINED
        assert list(site.open().recordings()) == [recording]
    finally:
        subprocess.run(["rm", "-rf", store], check=True)


def test_what_has_expired_is_stated_and_stays(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    expire(site)
    assert turn(site) == [Happening.CLOCK, Happening.EXPIRABLE]
    assert site.open().standing(recording).state is State.EXPIRABLE
    site.open().hold(recording, site.people[0], "complaint")
    assert turn(site) == [Happening.CLOCK]


def test_an_interrupted_destruction_is_brought_to_its_end(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    expire(site)
    archive = site.open()
    proposal = archive.propose_destruction(recording, site.people[0], "expired")
    archive.approve_destruction(recording, site.people[1], proposal.sequence)
    shelf = BreakingShelf(FolderShelf(site.places.root / "store"), Accident(4))
    with pytest.raises(KilledError):
        Archive(site.places, shelf, archive.trust, archive.identity, site.clock).destroy(recording, site.people[0])
    assert Happening.DESTROYED in turn(site)
    assert site.open().standing(recording).state is State.DESTROYED


def test_a_recording_whose_custody_was_touched_is_trouble_and_stops_nobody_elses(site: Site) -> None:
    damaged, sound = site.keep(site.open().shelf), site.keep(site.open().shelf)
    expire(site)
    (site.places.root / "store" / "custody" / damaged / "000000.json").unlink()
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    told = {event.happening: event.facts.get("recording") for event in service.turn()}
    assert told[Happening.TROUBLE] == damaged
    assert told[Happening.EXPIRABLE] == sound


def test_a_recording_that_is_gone_is_told_and_stops_nobody_elses(site: Site) -> None:
    gone, sound = site.keep(site.open().shelf), site.keep(site.open().shelf)
    expire(site)
    shutil.rmtree(site.places.root / "store" / "recordings" / gone)
    service = ArchiveService(ArchiveHome(site.places.root), site.open)
    told = {event.happening: event.facts.get("recording") for event in service.turn()}
    assert told == {Happening.CLOCK: None, Happening.MISSING: gone, Happening.EXPIRABLE: sound}


def test_a_file_among_the_custody_that_is_none_of_it_is_told(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    (site.places.root / "store" / "custody" / recording / "note.txt").write_bytes(b"x")
    events = list(ArchiveService(ArchiveHome(site.places.root), site.open).turn())
    assert events[-1].facts == {"recording": recording, "stranger": f"custody/{recording}/note.txt"}


def test_what_lies_among_the_clocks_lines_and_is_none_is_stated(site: Site) -> None:
    (site.places.root / "store" / "clock" / "x").touch()
    events = list(ArchiveService(ArchiveHome(site.places.root), site.open).turn())
    assert [event.happening for event in events] == [Happening.CLOCK, Happening.TROUBLE]
    assert events[1].facts == {"stranger": "clock/x"}
