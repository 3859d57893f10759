"""A room record that the agent carried is in the export that a court gets, with the bytes that were signed."""

import threading
from hashlib import sha256
from pathlib import Path

import pytest

from app.seat.carrying import Carrier, SiteStore
from app.seat.home import SeatHome
from app.seat.records_away import RecordsAway
from proctoring.vault.carrying.bundle import export_bundle
from proctoring.vault.store.folder import FolderShelf
from sync.replica.durable import DiskFault
from sync.trust.envelope import verify
from sync.wire.ids import new_id
from sync.wire.room import RoomRecord
from tests.proctoring.conftest import recorded  # noqa: F401 - what `house` is made from
from tests.proctoring.vault.carrying.conftest import House, house  # noqa: F401 - a fixture
from tests.sync.trust.world import World
from tests.sync.wire.rooms import room_record, signed_record


@pytest.fixture
def home(tmp_path: Path) -> SeatHome:
    home = SeatHome(tmp_path / "seat")
    home.records.mkdir(parents=True)
    home.recordings.mkdir()
    return home


def test_a_record_that_the_agent_carried_is_in_the_export(home: SeatHome, house: House, tmp_path: Path) -> None:  # noqa: F811
    world = World.make()
    record = room_record(world).model_copy(update={"session": house.session})
    signed = signed_record(world, record)
    file = home.records / f"room-record-{house.session}.json"
    file.write_bytes(signed)
    file.with_suffix(".pdf").write_bytes(b"%PDF-1.7")
    (home.records / "notes.json").write_bytes(b'{"not":"a record"}')
    (home.records / "link.json").symlink_to(file)
    store = SiteStore(
        address=f"folder:{tmp_path / 'archive' / 'shelf'}",
        archive=house.archive.identity.archive,
        archive_public_key_pem=house.archive.key.public.pem,
    )
    home.site_store.write_text(store.model_dump_json())
    carrier = Carrier(home, threading.Event())
    for _ in range(2):
        carrier.turn()
    Carrier(home, threading.Event()).turn()  # another run of the agent carries nothing twice
    names = list(house.archive.shelf.names("sessions/"))
    assert names == [f"sessions/{house.session}/{sha256(signed).hexdigest()}.json"]
    assert file.read_bytes() == signed, "it stays at the seat"
    house.give_out()
    done = export_bundle(house.holdings, house.request(), house.carrier(), house.papers)
    (handed,) = (done.folder / "room-records").iterdir()
    proven = verify(
        handed.read_bytes(), RoomRecord.PAYLOAD_TYPE, [*world.trust.device_keys(), *world.trust.proctor_keys()]
    )
    assert RoomRecord.parse(proven.payload) == record


def test_a_record_that_does_not_go_is_tried_again(home: SeatHome, tmp_path: Path) -> None:
    world = World.make()
    record = room_record(world)
    (home.records / f"room-record-{new_id()}.json").write_bytes(signed_record(world, record))
    shelf, away = FolderShelf.create(tmp_path / "site"), RecordsAway(home.records)

    def gone() -> FolderShelf:
        raise DiskFault("unplugged")

    away.turn(gone)
    assert list(shelf.names("sessions/")) == []
    away.turn(lambda: shelf)
    assert len(list(shelf.names(f"sessions/{record.session}/"))) == 1
