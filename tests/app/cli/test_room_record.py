"""`examroom room-record`: what it says, and what it ends with."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.app.cli.terminal import Terminal
from tests.sync.trust.world import World
from tests.sync.wire.rooms import room_record, signed_record


class Desk:
    """A folder with a record and the public keys to check it with."""

    def __init__(self, folder: Path) -> None:
        self.world = World.make()
        self.world.trust.save(folder / "trust")
        self.record = room_record(self.world, people=12)
        self.file, self.trust = folder / "record.json", folder / "trust"
        self.file.write_bytes(signed_record(self.world, self.record))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_good_record_is_shown_whole(desk: Desk) -> None:
    ended = Terminal("en").run("room-record", "verify", desk.file, "--trust", desk.trust)
    assert (ended.code, ended.errors) == (0, "")
    lines = ended.output.splitlines()
    assert lines[-1] == "The room record is good."
    assert "Expected 12, present 11, absent 1, irregular 1" in lines
    assert "A rehearsal, no real exam." in lines
    assert any("clause 5" in line and "reported by" in line for line in lines)


def test_a_changed_record_is_bad_and_says_where(desk: Desk) -> None:
    raw = bytearray(desk.file.read_bytes())
    raw[60] ^= 1
    desk.file.write_bytes(raw)
    ended = Terminal("zh").run("room-record", "verify", desk.file, "--trust", desk.trust)
    assert ended.code == 1
    assert "考场记录无效" in ended.output


def test_a_program_gets_one_object(desk: Desk) -> None:
    ended = Terminal("en").run("room-record", "verify", desk.file, "--trust", desk.trust, "--json")
    told = json.loads(ended.output)
    assert (ended.code, told["good"], told["session"]) == (0, True, desk.record.session)
    assert told["sha256"] == hashlib.sha256(desk.file.read_bytes()).hexdigest()
    assert all(check["good"] for check in told["checks"])
    desk.file.write_bytes(b"{}")
    ended = Terminal("en").run("room-record", "verify", desk.file, "--trust", desk.trust, "--json")
    assert (ended.code, json.loads(ended.output)["good"]) == (1, False)


def test_what_is_missing_is_the_places_fault(desk: Desk, tmp_path: Path) -> None:
    terminal = Terminal("en")
    assert terminal.run("room-record", "verify", tmp_path / "none", "--trust", desk.trust).code == 3
    assert terminal.run("room-record", "verify", desk.file, "--trust", tmp_path / "none").code == 3
    assert terminal.run("room-record", "verify", desk.file).code == 2


def test_show_says_that_it_verified_nothing(desk: Desk) -> None:
    terminal = Terminal("zh")
    ended = terminal.run("room-record", "show", desk.file)
    assert ended.code == 0
    assert ended.output.splitlines()[0] == "以下内容没有核验；核验请用 verify 命令。"
    assert "模拟考生01" in ended.output
    as_json = json.loads(terminal.run("room-record", "show", desk.file, "--json").output)
    assert as_json["record"] == desk.record.record
    desk.file.write_bytes(b"nothing")
    assert terminal.run("room-record", "show", desk.file).code == 1
