"""`recording verify` on an export: a real bundle of a real recording, whole, changed at any file, and half."""

import base64
import json
import shutil
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.seat.carrying import Carrier, SiteStore
from app.seat.home import SeatHome
from proctoring.vault.carrying.bundle import export_bundle
from proctoring.vault.carrying.foothold import LIST, SUMS
from sync.trust import envelope
from sync.trust.keys import SigningKey
from sync.wire.export import ExportList
from sync.wire.room import RoomRecord
from tests.app.cli.terminal import Terminal
from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.format.sealed import flip
from tests.sync.trust.world import World
from tests.sync.wire.rooms import room_record, signed_record

AGE = "age1xyl97pyyaqk7e7k6ktyjd7p44w2h9xdmpdhgs220v405wnc5tcasa326qm"


@pytest.fixture
def exported(house: House) -> Path:
    house.give_out()
    return export_bundle(house.holdings, house.request(), house.carrier(), house.papers).folder


def told(terminal: Terminal, *arguments: object) -> tuple[int, dict[str, Any]]:
    ended = terminal.run("recording", "verify", *arguments, "--json")
    assert ended.errors == ""
    return ended.code, json.loads(ended.output)


def codes(program: dict[str, Any]) -> set[str]:
    return {problem["code"] for problem in program["problems"]}


def test_an_export_is_intact_also_by_a_recordings_folder_in_it_and_says_who_signed(
    terminal: Terminal,
    exported: Path,
    house: House,
    tmp_path: Path,
) -> None:
    for path in (exported, exported / "recordings" / house.recording):
        code, program = told(terminal, path)
        assert (code, program["kind"], program["verdict"], program["problems"]) == (0, "export", "intact", [])
        assert ([one["recording"] for one in program["recordings"]], program["signer"]) == (
            [house.recording],
            "unchecked",
        )
    said = terminal.run("recording", "verify", exported)
    assert "Intact" in said.output
    assert "--trust" in said.output
    trust = tmp_path / "archive" / "trust"
    code, program = told(terminal, exported, "--trust", trust)
    assert (code, program["signer"]) == (0, "checked")
    assert "does not know" not in terminal.run("recording", "verify", exported, "--trust", trust).output
    # what lies on the shelf is a recording, whatever lies two folders above it
    code, program = told(terminal, tmp_path / "archive" / "store" / "recordings" / house.recording)
    assert (code, program["verdict"], "kind" in program) == (0, "complete", False)


def test_a_change_of_any_file_is_found_and_named(terminal: Terminal, exported: Path, tmp_path: Path) -> None:
    files = sorted(str(file.relative_to(exported)) for file in exported.rglob("*") if file.is_file())
    assert len(files) > 10
    for number, name in enumerate(files):
        other = tmp_path / f"copy{number}"
        shutil.copytree(exported, other)
        flip(other / name, (other / name).stat().st_size // 2)
        code, program = told(terminal, other)
        assert (code, program["verdict"]) == (1, "changed"), name
        assert name in {problem["where"] for problem in program["problems"]} or name.startswith("trust/")
        (other / name).unlink()
        code, program = told(terminal, other)
        assert (code, program["verdict"]) == (1, "unfinished" if name == LIST else "changed"), name
        shutil.rmtree(other)


def test_what_was_added_exchanged_or_linked_is_found(terminal: Terminal, exported: Path, tmp_path: Path) -> None:
    (exported / "more.txt").write_text("unsigned")
    assert codes(told(terminal, exported)[1]) == {"FILE_EXTRA"}
    (exported / "more.txt").unlink()
    shutil.move(exported / SUMS, tmp_path / SUMS)
    (exported / SUMS).symlink_to(tmp_path / SUMS)
    assert codes(told(terminal, exported)[1]) == {"FILE_CHANGED"}
    (exported / SUMS).unlink()
    shutil.move(exported / "recordings", tmp_path / "recordings")
    (exported / "recordings").symlink_to(tmp_path / "recordings")
    assert told(terminal, exported)[0] == 1


def test_a_list_that_somebody_else_signed_is_refused_and_nothing_is_hashed_for_it(
    terminal: Terminal, exported: Path
) -> None:
    payload = envelope.peek((exported / LIST).read_bytes(), ExportList.PAYLOAD_TYPE).payload
    (exported / LIST).write_bytes(envelope.sign(payload, ExportList.PAYLOAD_TYPE, SigningKey.generate_p256()))
    code, program = told(terminal, exported)
    assert (code, codes(program), program["recordings"]) == (1, {"LIST_REFUSED"}, [])


@pytest.mark.parametrize("junk", [b"", b"{}", b"[" * 100_000, b"\xff" * 1_000, base64.b64encode(b"x" * 1_000)])
def test_a_hostile_list_is_refused_in_words(terminal: Terminal, tmp_path: Path, junk: bytes) -> None:
    (tmp_path / LIST).write_bytes(junk)
    code, program = told(terminal, tmp_path)
    assert (code, program["verdict"]) == (1, "changed")
    ended = Terminal("zh").run("recording", "verify", tmp_path)
    assert (ended.code, "被改动" in ended.output) == (1, True)


def test_another_registrys_folder_says_that_the_bytes_are_unchanged(
    terminal: Terminal, exported: Path, tmp_path: Path
) -> None:
    World.make().trust.save(tmp_path / "other")
    code, program = told(terminal, exported, "--trust", tmp_path / "other")
    assert (code, program["signer"], codes(program)) == (1, "unknown", {"EXPORTER_UNKNOWN", "SIGNER_UNKNOWN"})
    said = terminal.run("recording", "verify", exported, "--trust", tmp_path / "other").output
    assert "the bytes are unchanged since they were signed" in said
    assert "Changed" not in said
    assert "--trust" not in said


def test_an_encrypted_export_is_checked_without_a_key_and_an_interrupted_one_is_called_so(
    terminal: Terminal,
    house: House,
) -> None:
    house.give_out()
    folder = export_bundle(house.holdings, house.request(AGE), house.carrier(), house.papers).folder
    assert told(terminal, folder)[1]["verdict"] == "intact"
    for name in (LIST, SUMS):
        (folder / name).unlink()
    inside = folder / "recordings" / house.recording
    for path in (folder, inside):
        code, program = told(terminal, path)
        assert (code, program["verdict"]) == (1, "unfinished")
    assert "Unfinished" in terminal.run("recording", "verify", inside).output


def test_a_record_that_the_agent_carried_is_in_the_export(house: House, tmp_path: Path) -> None:
    home = SeatHome(tmp_path / "seat")
    home.records.mkdir(parents=True)
    home.recordings.mkdir()
    world = World.make()
    record = room_record(world).model_copy(update={"session": house.session})
    signed = signed_record(world, record)
    file = home.records / f"room-record-{house.session}.json"
    file.write_bytes(signed)
    file.with_suffix(".pdf").write_bytes(b"%PDF-1.7")
    (home.records / "notes.json").write_bytes(b'{"not":"a record"}')
    (home.records / "link.json").symlink_to(file)
    store = SiteStore(
        address=f"folder:{tmp_path / 'archive' / 'store'}",
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
    proven = envelope.verify(
        handed.read_bytes(), RoomRecord.PAYLOAD_TYPE, [*world.trust.device_keys(), *world.trust.proctor_keys()]
    )
    assert RoomRecord.parse(proven.payload) == record
