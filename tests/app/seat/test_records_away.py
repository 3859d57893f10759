"""Room records leave a seat once and stay there; that exports hold them, `tests/app/cli/test_export_check.py` shows."""

from pathlib import Path

import pytest

from app.seat.home import SeatHome
from app.seat.records_away import RecordsAway
from proctoring.vault.store.folder import FolderShelf
from sync.replica.durable import DiskFault
from sync.wire.ids import new_id
from tests.sync.trust.world import World
from tests.sync.wire.rooms import room_record, signed_record


@pytest.fixture
def home(tmp_path: Path) -> SeatHome:
    home = SeatHome(tmp_path / "seat")
    home.records.mkdir(parents=True)
    home.recordings.mkdir()
    return home


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
