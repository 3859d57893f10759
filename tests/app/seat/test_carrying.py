"""What the agent does with recordings: heads leave while they run, closed ones go to the site, what waits is told."""

import errno
import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.seat import carrying
from app.seat.carrying import Carrier, CarryingState, SiteStore, SiteStoreRefused, Why, read_state, waiting_now
from app.seat.heads_away import HeadsAway, newest_head
from app.seat.home import SeatHome
from app.seat.introducing import ArchiveKeyOther, introduce
from proctoring.vault.format import layout
from proctoring.vault.format.record import Flag
from proctoring.vault.store.abouts import look_at_abouts
from proctoring.vault.store.erasing import ErasingRefused, release_about
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.listing import Found, list_recording
from proctoring.vault.store.receiving import Outcome, Received, receive_all
from proctoring.vault.store.shelf import ShelfNameMissing
from sync.client.connection import RegistryConnection
from sync.trust.envelope import EnvelopeRefused, sign, verify
from sync.trust.keys import SigningKey
from sync.wire.archive import AsideReason, KeptAside, Moment, SealedAbout, StoreIdentity
from sync.wire.plan import RecipientRole
from sync.wire.recording import WrappedKey
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving
from tests.proctoring.vault.format.sealed import flip, segment
from tests.proctoring.vault.format.tiny import Keys, Writer, complete
from tests.proctoring.vault.store.site import ARCHIVE, Known, Site, known


@pytest.fixture
def home(tmp_path: Path) -> SeatHome:
    home = SeatHome(tmp_path / "seat")
    home.recordings.mkdir(parents=True)
    return home


@pytest.fixture
def shelf(tmp_path: Path) -> FolderShelf:
    return FolderShelf.create(tmp_path / "site")


@pytest.fixture
def site(shelf: FolderShelf, tmp_path: Path) -> Site:
    return Site(shelf, Known({}), tmp_path / "work")


def recording(home: SeatHome) -> Writer:
    made = complete(home.recordings / "new", Keys())
    made.folder = made.folder.rename(home.recordings / made.recording)
    return made


def tell(home: SeatHome, site: Site, address: str) -> None:
    store = SiteStore(address=address, archive=ARCHIVE, archive_public_key_pem=site.public.pem)
    home.site_store.write_text(store.model_dump_json())
    if site.shelf.size("store.json") is None:
        site.shelf.put("store.json", sign(identity(site).to_bytes(), StoreIdentity.PAYLOAD_TYPE, site.key))


def identity(site: Site) -> StoreIdentity:
    now = Moment(wall_ms=1, mono_ms=1, boot_id="simulated")
    return StoreIdentity(
        archive=ARCHIVE, name="simulated", public_key_pem=site.public.pem, approvals_needed=1, made=now
    )


def sealed(recording: str) -> bytes:
    """Make what can be said about a recording, sealed to nobody."""
    wrapped = WrappedKey(role=RecipientRole.SITE, public_key="AAAA", sealed="AAAA")
    return SealedAbout(recording=recording, wrapped=(wrapped,), sealed="AAAA").to_bytes()


def turn(home: SeatHome) -> CarryingState:
    return Carrier(home, threading.Event()).turn()


def reasons(state: CarryingState) -> dict[str, Why]:
    return {one.recording: one.why for one in state.waiting}


def test_recordings_go_and_their_copies_are_let_go_when_they_have_arrived(
    home: SeatHome, site: Site, shelf: FolderShelf
) -> None:
    one, other = recording(home), recording(home)
    about = home.recordings / f"{one.recording}.about"
    about.write_bytes(sealed(one.recording))
    assert reasons(turn(home)) == {one.recording: Why.WAITING, other.recording: Why.WAITING}
    assert not list(shelf.names())  # nobody has said where to
    tell(home, site, f"folder:{shelf.root}")
    assert set(reasons(turn(home)).values()) == {Why.WAITING}
    assert len(list(receive_all(replace(site, devices=known(one, other)).receiver()))) == 2
    state = turn(home)
    assert (state.released, state.waiting) == (2, ())
    assert read_state(home) == state
    assert list(home.recordings.iterdir()) == []
    assert shelf.read(f"about/{one.recording}.sealed") == sealed(one.recording)


@pytest.mark.parametrize("planted", [b"", b"torn", b"another's"])
def test_what_is_said_of_a_recording_goes_only_when_exactly_that_is_there_and_takes_the_place_of_what_is_none(
    home: SeatHome, site: Site, shelf: FolderShelf, planted: bytes
) -> None:
    made = recording(home)
    about, name = home.recordings / f"{made.recording}.about", f"about/{made.recording}.sealed"
    about.write_bytes(sealed(made.recording))
    planted = sealed(ARCHIVE) if planted == b"another's" else planted
    shelf.put(name, planted)
    tell(home, site, f"folder:{shelf.root}")
    turn(home)
    receiver = replace(site, devices=known(made)).receiver()
    assert [one.outcome for one in receive_all(receiver)] == [Outcome.ARRIVED]
    state = turn(home)
    assert state.released == 1
    assert [(one.recording, one.why, one.code) for one in state.waiting] == [
        (made.recording, Why.ABOUT, "SHELF_CONFLICT")
    ]
    with pytest.raises(ErasingRefused):
        release_about(about, shelf, made.recording)
    assert about.read_bytes() == sealed(made.recording)

    put_aside = Received(made.recording, Outcome.ASIDE, reason=AsideReason.ABOUT_REFUSED)
    assert list(look_at_abouts(receiver)) == [put_aside]
    note, kept = sorted(shelf.names(f"aside/{made.recording}/"))
    assert shelf.read(kept) == planted
    said = KeptAside.parse(verify(shelf.read(note), KeptAside.PAYLOAD_TYPE, [site.public]).payload)
    assert (said.recording, said.reason) == (made.recording, AsideReason.ABOUT_REFUSED)

    assert turn(home).waiting == ()
    assert not about.exists()
    assert shelf.read(name) == sealed(made.recording)
    assert list(look_at_abouts(receiver)) == []


def test_nothing_goes_to_a_folder_that_is_not_the_store(home: SeatHome, site: Site, shelf: FolderShelf) -> None:
    made = recording(home)
    (home.recordings / f"{made.recording}.about").write_bytes(sealed(made.recording))
    tell(home, site, f"folder:{shelf.root}")
    carrier = Carrier(home, threading.Event())
    paper = shelf.read("store.json")
    for there in (None, b"{}", sign(identity(site).to_bytes(), StoreIdentity.PAYLOAD_TYPE, SigningKey.generate_p256())):
        shelf.erase("store.json")
        if there is not None:
            shelf.put("store.json", there)
        state = carrier.turn()
        assert [(one.why, one.code) for one in state.waiting] == [(Why.AWAY, "SITE_STORE_AWAY")]
        assert set(shelf.names()) <= {"store.json"}
    shelf.erase("store.json")
    shelf.put("store.json", paper)
    assert reasons(carrier.turn()) == {made.recording: Why.WAITING}
    assert list(shelf.names("arriving/"))


def test_one_that_does_not_go_keeps_no_other_from_going(home: SeatHome, site: Site, shelf: FolderShelf) -> None:
    damaged, strange, good = recording(home), recording(home), recording(home)
    flip(segment(damaged.folder, 0), 40)
    unreadable = home.recordings / "01900000-0000-7000-8000-000000000001"
    unreadable.mkdir()
    (unreadable / layout.MANIFEST).write_bytes(b"?")
    os.mkfifo(unreadable / "pipe")
    unclosed = recording(home)
    (unclosed.folder / layout.MANIFEST).unlink()
    os.utime(unclosed.folder / layout.HEADS, (0, time.time() - 600))
    running = recording(home)
    (running.folder / layout.MANIFEST).unlink()
    tell(home, site, f"folder:{shelf.root}")
    turn(home)
    list(receive_all(replace(site, devices=known(damaged, good)).receiver()))
    state = turn(home)
    assert state.released == 1
    assert reasons(state) == {
        damaged.recording: Why.KEPT,
        strange.recording: Why.ASIDE,
        unreadable.name: Why.ASIDE,
        unclosed.recording: Why.UNCLOSED,
    }
    assert running.folder.exists()


def test_a_store_that_is_away_is_named_and_everything_stays(home: SeatHome, site: Site, shelf: FolderShelf) -> None:
    made = recording(home)
    tell(home, site, f"folder:{shelf.root}")
    shutil.rmtree(shelf.root)
    state = turn(home)
    assert [(one.why, one.code) for one in state.waiting] == [(Why.AWAY, "FOLDER_MISSING")]
    assert not shelf.root.exists()
    assert made.folder.exists()


@pytest.mark.parametrize("refusal", [errno.ENOTCONN, errno.EIO])
def test_a_share_that_drops_is_named_what_waits_is_told_and_it_goes_when_the_share_is_back(
    home: SeatHome, site: Site, shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    made = recording(home)
    about = home.recordings / f"{made.recording}.about"
    about.write_bytes(sealed(made.recording))
    tell(home, site, f"folder:{shelf.root}")
    carrier, really = Carrier(home, threading.Event()), os.open

    def refused(path: str | Path, *args: int, **named: int) -> int:
        if str(path).startswith(str(shelf.root)):
            raise OSError(refusal, os.strerror(refusal), path)
        return really(path, *args, **named)

    with monkeypatch.context() as dropped:
        dropped.setattr(os, "open", refused)
        state = carrier.turn()
    assert [(one.why, one.code) for one in state.waiting] == [(Why.AWAY, "SHELF_AWAY")]
    assert waiting_now(home) == state
    assert reasons(carrier.turn()) == {made.recording: Why.WAITING}
    assert list(shelf.names(f"arriving/{made.recording}/"))


def test_what_waits_is_told_from_the_disk_whatever_the_last_pass_came_to(home: SeatHome) -> None:
    one, other = recording(home), recording(home)
    (other.folder / layout.MANIFEST).unlink()
    os.utime(other.folder / layout.HEADS, (0, time.time() - 600))
    assert read_state(home) is None
    assert reasons(waiting_now(home)) == {one.recording: Why.WAITING, other.recording: Why.UNCLOSED}
    turn(home)
    shutil.rmtree(one.folder)
    assert reasons(waiting_now(home)) == {other.recording: Why.UNCLOSED}


def test_what_waits_is_read_once_and_again_only_when_it_looks_different(
    home: SeatHome, site: Site, shelf: FolderShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, read = recording(home), list[Path]()

    def listed(folder: Path) -> Found:
        read.append(folder)
        return list_recording(folder)

    monkeypatch.setattr(carrying, "list_recording", listed)
    tell(home, site, f"folder:{shelf.root}")
    carrier = Carrier(home, threading.Event())
    for _ in range(3):
        carrier.turn()
    assert len(read) == 1
    flip(segment(made.folder, 0), 40)
    carrier.turn()
    assert len(read) == 2


@pytest.mark.parametrize("change", ["extra", "address", "key", "torn"])
def test_a_file_that_does_not_say_where_to_is_refused(home: SeatHome, site: Site, change: str) -> None:
    recording(home)
    tell(home, site, "folder:/x")
    said = json.loads(home.site_store.read_text())
    said |= {"extra": {"more": 1}, "address": {"address": 1}, "key": {"archive_public_key_pem": "x"}}.get(change, {})
    text = json.dumps(said)
    home.site_store.write_text(text[:-5] if change == "torn" else text)
    with pytest.raises(SiteStoreRefused):
        turn(home)


@pytest.mark.parametrize("place", ["about", "proof", "store", "state"])
def test_a_pipe_in_a_files_place_keeps_nobody_waiting(
    home: SeatHome, site: Site, shelf: FolderShelf, place: str
) -> None:
    made = recording(home)
    tell(home, site, f"folder:{shelf.root}")
    turn(home)
    pipe = {
        "about": home.recordings / f"{made.recording}.about",
        "proof": home.recordings / f".going-{made.recording}.proof",
        "store": home.site_store,
        "state": home.carrying,
    }[place]
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    states: list[CarryingState | SiteStoreRefused | None] = []

    def look() -> None:
        try:
            states.append(read_state(home) if place == "state" else turn(home))
        except SiteStoreRefused as fault:
            states.append(fault)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(20)
    assert len(states) == 1  # else it waits for whoever opens the other end, for good
    state = states[0]
    if isinstance(state, CarryingState):
        assert state.waiting[0].recording == made.recording
        assert not list(shelf.names("about/"))
    else:
        assert (place == "store") == isinstance(state, SiteStoreRefused)
        assert place in ("store", "state")
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert made.folder.exists()


def test_a_seat_is_told_by_the_stores_own_paper(home: SeatHome, site: Site, shelf: FolderShelf) -> None:
    address = f"folder:{shelf.root}"
    with pytest.raises(ShelfNameMissing):
        introduce(home, address)
    now = Moment(wall_ms=1, mono_ms=1, boot_id="simulated")
    paper = StoreIdentity(
        archive=ARCHIVE, name="simulated", public_key_pem=site.public.pem, approvals_needed=1, made=now
    )
    shelf.put("store.json", sign(paper.to_bytes(), StoreIdentity.PAYLOAD_TYPE, site.key))
    with pytest.raises(ArchiveKeyOther):
        introduce(home, address, "0" * 64)
    assert SiteStore.of(home) is None
    assert introduce(home, address, site.public.keyid, 50_000) == (paper, site.public.keyid)
    told = SiteStore.of(home)
    assert told is not None
    assert (told.address, told.archive, told.bytes_per_s) == (address, ARCHIVE, 50_000)


def test_a_paper_that_another_key_signed_tells_nothing(home: SeatHome, site: Site, shelf: FolderShelf) -> None:
    now = Moment(wall_ms=1, mono_ms=1, boot_id="simulated")
    paper = StoreIdentity(archive=ARCHIVE, name="x", public_key_pem=site.public.pem, approvals_needed=1, made=now)
    shelf.put("store.json", sign(paper.to_bytes(), StoreIdentity.PAYLOAD_TYPE, SigningKey.generate_p256()))
    with pytest.raises(EnvelopeRefused):
        introduce(home, f"folder:{shelf.root}")
    assert SiteStore.of(home) is None


# heads


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture(scope="module")
def seat(world: World) -> Iterator[Seat]:
    with serving(world.registry):
        yield enrol_seat(world)


@pytest.fixture
def connection(seat: Seat) -> Iterator[RegistryConnection]:
    opened = seat.connect()
    yield opened
    opened.close()


def test_the_newest_head_of_a_running_recording_leaves_and_the_next_one_after_it(
    home: SeatHome, world: World, seat: Seat, connection: RegistryConnection
) -> None:
    made = Writer(home.recordings / "new", Keys(device=seat.keystore.device_key()))
    made.folder = made.folder.rename(home.recordings / made.recording)
    away = HeadsAway(home.recordings, connection)
    assert away.turn() == 0
    made.segment(cut_after=1)
    assert (away.turn(), away.turn()) == (1, 0)
    first = made.left[-1]
    assert world.registry.heads_of(made.recording) == (first,)
    made.head(made.entries[0])
    assert newest_head(made.folder) == made.left[-1]
    with (made.folder / layout.HEADS).open("ab") as file:
        file.write(b'{"payload":"half a line')
    assert away.turn() == 1
    assert world.registry.heads_of(made.recording) == (made.left[-1],)


def test_without_a_network_heads_wait_and_go_next_time(
    home: SeatHome, world: World, seat: Seat, connection: RegistryConnection
) -> None:
    made = Writer(home.recordings / "new", Keys(device=seat.keystore.device_key()))
    made.folder = made.folder.rename(home.recordings / made.recording)
    made.segment(Flag.RECORDING_END)
    nobody = RegistryConnection("https://127.0.0.1:9", seat.enrolment.ca_pem)
    assert HeadsAway(home.recordings, nobody).turn() == 0
    assert HeadsAway(home.recordings, connection).turn() == 1
    assert world.registry.heads_of(made.recording) == (made.left[-1],)


def test_a_head_that_the_registry_refuses_keeps_no_other_from_leaving(
    home: SeatHome, seat: Seat, connection: RegistryConnection
) -> None:
    strange = recording(home)
    own = complete(home.recordings / "new", Keys(device=seat.keystore.device_key()))
    own.folder.rename(home.recordings / own.recording)
    away = HeadsAway(home.recordings, connection)
    assert (away.turn(), away.turn()) == (1, 0)
    assert strange.folder.exists()
