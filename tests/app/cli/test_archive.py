"""An archive by commands: registry, administrators, a recording that arrives, holds, and what is refused."""

import json
import re
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.archive.catalogue import Catalogue
from app.archive.home import ArchiveHome
from app.registry.models import Device
from app.registry.service import Registry
from proctoring.vault.retention.archive import Archive
from proctoring.vault.store.carry import carry
from proctoring.vault.store.folder import FolderShelf
from sync.trust.keys import PublicKey
from sync.trust.keystore import FileKeyStore
from tests.app.cli.terminal import Terminal, Told
from tests.proctoring.seat import Recorded

PINS = {"陈静": "246810", "刘洋": "135790"}
NO_FAREWELL = struct.pack("ii", 1, 0)
"""A socket that is closed so resets its connection: the other side has no answer, and does not wait for one."""


@dataclass(frozen=True)
class Desk:
    """A registry, an archive with two administrators, and the terminal they type at."""

    root: Path
    terminal: Terminal

    def type(self, *words: object, who: str | None = None, pin: str | None = None) -> Told:
        signing = ("--administrator", who) if who else ()
        typed = f"{pin or PINS.get(who or '', '')}\n" if who else ""
        return self.terminal.run("archive", *words, "--home", self.root / "archive", *signing, typed=typed)


def know(registry: Path, recorded: Recorded) -> None:
    """Let the registry know the device of a recording, as if it had been enrolled."""
    key = PublicKey.from_pem(recorded.seat.keys.device_key().public.pem)
    with Registry.open(registry) as opened, opened.premises.database.writing() as session:
        session.add(
            Device(
                id=recorded.spec.device,
                seat_label="07",
                keyid=key.keyid,
                public_key_pem=key.pem,
                key_from_ms=0,
                counter=0,
                may_go_on=False,
                generation=0,
                sealing_key=b"",
                certificate_pem="",
                enrolled_ms=0,
                revoked_ms=None,
            )
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, recorded: Recorded) -> Desk:
    root, terminal = tmp_path_factory.mktemp("archive"), Terminal()
    registry = root / "registry"
    assert terminal.run("registry", "init", "--home", registry, "--name", "Test registry").code == 0
    know(registry, recorded)
    for name, pin in PINS.items():
        file, typed = root / f"{name}.credential", f"{pin}\n{pin}\n"
        added = terminal.run("registry", "administrator", "add", "--home", registry, name, file, typed=typed)
        assert added.code == 0, added.errors
    FolderShelf.create(root / "store")
    desk = Desk(root, terminal)
    made = desk.type(
        "init", "--name", "Test archive", "--store", f"folder:{root / 'store'}", "--trust", registry / "trust"
    )
    assert made.code == 0, made.errors
    for name in PINS:
        assert desk.type("admit", root / f"{name}.credential").code == 0
    archive = Archive.open(ArchiveHome(root / "archive"))
    carry(recorded.copy_to(root / "seat" / "recording"), FolderShelf(root / "store"), archive.key.public)
    ran = desk.type("run", "--once", "--json")
    assert ran.code == 0, ran.errors
    told = [json.loads(line) for line in ran.output.splitlines()]
    assert [one["verdict"] for one in told if one["event"] == "arrived"] == ["complete"]
    return desk


def listed(desk: Desk) -> dict[str, object]:
    told = desk.type("list", "--json")
    assert told.code == 0, told.errors
    (line,) = told.output.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_what_arrived_is_listed_verified_and_reckoned_with(desk: Desk, recorded: Recorded) -> None:
    assert listed(desk)["recording"] == recorded.spec.recording
    assert listed(desk)["state"] == "retained"
    assert recorded.spec.recording in desk.type("list").output
    verified = desk.type("verify", "--all", "--json")
    assert verified.code == 0, verified.errors
    told = json.loads(verified.output)
    assert (told["verdict"], told["problems"], told["done"], told["of"]) == ("complete", [], 1, 1)
    forecast = json.loads(desk.type("forecast", "--json").output)
    assert forecast["sessions"] == forecast["free_bytes"] // forecast["bytes_per_session"]
    assert forecast["recordings_per_session"] == 1
    assert "This disk lasts" in desk.type("forecast").output
    said = desk.type("run", "--once").output
    assert "it is surely" in said or "The clock is not believed" in said
    assert "_ms" not in said
    assert desk.type("rebuild").output == "Index made again: 1 recordings\n"


def test_that_nobody_could_be_asked_for_heads_is_said_once_in_words_and_in_every_line_of_json(desk: Desk) -> None:
    home = ArchiveHome(desk.root / "archive")
    home.tell_registry("nonsense", "nonsense")
    try:
        for language, said in (("en", "The registry could not be asked"), ("zh", "无法向登记中心查询")):
            told = replace(desk, terminal=Terminal(language)).type("verify", "--all")
            assert (told.code, told.output.replace("\n", "").count(said)) == (0, 1)
            assert "heads" not in told.errors, "the log's line is for the service"
        assert json.loads(desk.type("verify", "--all", "--json").output)["heads_asked"] is False
    finally:
        home.registry_file.unlink()


def test_a_registry_that_does_not_answer_is_asked_once_however_many_recordings_are_verified(
    desk: Desk, recorded: Recorded
) -> None:
    home, asked, three = ArchiveHome(desk.root / "archive"), list[object](), [recorded.spec.recording] * 3
    with socket.create_server(("127.0.0.1", 0)) as server:

        def turn_away() -> None:
            with suppress(OSError):
                while True:
                    connection, address = server.accept()
                    asked.append(address)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_FAREWELL)
                    connection.close()

        door = threading.Thread(target=turn_away)
        door.start()
        ca = (desk.root / "registry" / "trust" / "ca.pem").read_text()
        home.tell_registry(f"https://127.0.0.1:{server.getsockname()[1]}", ca)
        try:
            assert desk.type("verify", three[0]).code == 0
            for_one, said = len(asked), desk.type("verify", *three)
            assert (said.code, len(asked)) == (0, 2 * for_one)
            lines = " ".join(said.output.split())
            assert lines.count("The registry cannot be reached") == 1
            assert "asked for the heads of 3 recordings" in lines
            told = desk.type("verify", *three, "--json").output.splitlines()
            assert [json.loads(line)["heads_asked"] for line in told] == [False] * 3
            assert len(asked) == 3 * for_one > 0
        finally:
            home.registry_file.unlink()
            server.shutdown(socket.SHUT_RDWR)
            door.join()


def test_a_hold_is_set_and_released_by_its_number(desk: Desk, recorded: Recorded) -> None:
    review = f"{datetime.now().astimezone() + timedelta(days=100):%Y-%m-%d}"
    held = desk.type("hold", recorded.spec.recording, "--reason", "complaint 17", "--review", review, who="陈静")
    assert held.code == 0, held.errors
    number, said = re.findall(r"number is (\d+), review by (\S+)", held.output)[0]
    assert said == review
    assert [hold["reason"] for hold in listed(desk)["holds"]] == ["complaint 17"]  # type: ignore[attr-defined]
    released = desk.type("release", recorded.spec.recording, number, "--reason", "settled", who="刘洋")
    assert released.code == 0, released.errors
    assert listed(desk)["holds"] == []
    again = desk.type("release", recorded.spec.recording, number, "--reason", "settled", who="刘洋")
    assert (again.code, "HOLD_GONE" in again.errors) == (1, True)


def test_nothing_is_destroyed_or_shortened_before_its_time(desk: Desk, recorded: Recorded) -> None:
    refused = desk.type("destroy", recorded.spec.recording, "--reason", "no room", who="陈静")
    assert (refused.code, "RECORDING_NOT_EXPIRED" in refused.errors) == (1, True)
    assert "kept until" in refused.errors
    shorter = desk.type("extend", recorded.spec.recording, "2027-01-01", "--reason", "no room", who="陈静")
    assert (shorter.code, "EXTENSION_NOT_LATER" in shorter.errors) == (1, True)
    longer = desk.type("extend", recorded.spec.recording, "2031-01-01", "--reason", "appeal", who="陈静")
    assert (longer.code, "Kept until 2031-01-01 now" in longer.output) == (0, True)


def test_a_wrong_pin_an_unknown_person_no_reason_and_no_date_are_refused(desk: Desk, recorded: Recorded) -> None:
    review = ("--review", f"{datetime.now().astimezone():%Y/%m/%d}")
    hold = ("hold", recorded.spec.recording, *review)
    for code, told in (
        ("PIN_REFUSED", desk.type(*hold, "--reason", "why not", who="陈静", pin="999999")),
        ("UNKNOWN_ADMINISTRATOR", desk.type(*hold, "--reason", "why not", who="nobody", pin="1")),
        ("REASON_MISSING", desk.type(*hold, "--reason", " \u200b", who="陈静")),
        ("DATE_REFUSED", desk.type(*hold, "--reason", "why not", "--review", "31.12.2029", who="陈静")),
        ("REVIEW_DATE_REFUSED", desk.type(*hold, "--reason", "why not", "--review", "2020-01-31", who="陈静")),
        ("REVIEW_DATE_REFUSED", desk.type(*hold, "--reason", "why not", "--review", "2926-01-31", who="陈静")),
        ("RECORDING_UNKNOWN", desk.type("hold", "../x", *review, "--reason", "why not", who="陈静")),
    ):
        assert (told.code, code in told.errors) == (1, True), told.errors


def test_two_administrators_state_the_date_and_the_clock_is_believed(desk: Desk) -> None:
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    for who in PINS:
        told = desk.type("state-date", today, who=who)
        assert told.code == 0, told.errors
    assert "The clock is believed" in told.output
    assert today in told.output or f"{datetime.now().astimezone() - timedelta(days=1):%Y-%m-%d}" in told.output


def test_an_archive_is_not_made_twice_and_not_found_where_there_is_none(desk: Desk, tmp_path: Path) -> None:
    trust = desk.root / "registry" / "trust"
    store = f"folder:{desk.root / 'store'}"
    again = desk.terminal.run(
        "archive", "init", "--home", tmp_path / "other", "--name", "A", "--store", store, "--trust", trust
    )
    assert (again.code, "ARCHIVE_EXISTS" in again.errors) == (3, True)
    nothing = desk.terminal.run("archive", "list", "--home", tmp_path / "nothing")
    assert (nothing.code, "Traceback" in nothing.errors) == (3, False)


def test_a_changed_byte_in_the_store_is_found_and_named(desk: Desk, recorded: Recorded) -> None:
    file = desk.root / "store" / "recordings" / recorded.spec.recording / "segment-00000.ers"
    before = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(before[:500] + bytes([before[500] ^ 1]) + before[501:])
    try:
        told = desk.type("verify", "--all", "--json")
        assert (told.code, json.loads(told.output)["verdict"]) == (1, "tampered")
    finally:
        file.write_bytes(before)
    assert Archive.open(ArchiveHome(desk.root / "archive")).custody(recorded.spec.recording)


def test_a_namesake_and_a_revoked_administrator_are_refused(desk: Desk, recorded: Recorded) -> None:
    registry, terminal = desk.root / "registry", desk.terminal
    typed = "112233\n112233\n"
    taken = terminal.run("registry", "administrator", "add", "--home", registry, "陈 静", desk.root / "x", typed=typed)
    assert (taken.code, "NAME_TAKEN" in taken.errors) == (1, True)
    file = desk.root / "third.credential"
    assert terminal.run("registry", "administrator", "add", "--home", registry, "赵敏", file, typed=typed).code == 0
    assert desk.type("renew", "--trust", registry / "trust").code == 0
    assert desk.type("admit", file).code == 0
    (who,) = re.findall(r"Administrator (\S+), 赵敏", terminal.run("registry", "show", "--home", registry).output)
    assert terminal.run("registry", "administrator", "revoke", "--home", registry, who).code == 0
    assert desk.type("renew", "--trust", registry / "trust").code == 0
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    hold = ("hold", recorded.spec.recording, "--review", today)
    refused = desk.type(*hold, "--reason", "why not", who="赵敏", pin="112233")
    assert (refused.code, "ADMINISTRATOR_REFUSED" in refused.errors) == (1, True)


def test_an_index_that_lies_changes_nothing_and_one_that_is_lost_is_made_again(desk: Desk, recorded: Recorded) -> None:
    home = ArchiveHome(desk.root / "archive")
    assert desk.type("rebuild").code == 0
    catalogue = Catalogue.open(home.index, FileKeyStore(home.keys).replica_key())
    try:
        entry = catalogue.entry(recorded.spec.recording)
        assert entry is not None
        catalogue.put([replace(entry, retain_until_ms=0, holds=0, proposed=1, state="approved")])
    finally:
        catalogue.close()
    refused = desk.type("destroy", recorded.spec.recording, "--reason", "the index says so", who="陈静")
    assert (refused.code, "RECORDING_NOT_EXPIRED" in refused.errors) == (1, True)
    home.index.write_bytes(b"nothing")
    assert desk.type("rebuild").output == "Index made again: 1 recordings\n"
    assert listed(desk)["state"] == "retained"


def test_a_recording_that_is_gone_is_missing_for_every_command(desk: Desk, recorded: Recorded) -> None:
    folder, aside = desk.root / "store" / "recordings" / recorded.spec.recording, desk.root / "aside"
    folder.rename(aside)
    try:
        told = desk.type("list", "--json")
        assert (told.code, json.loads(told.output)["state"]) == (1, "missing")
        verified = desk.type("verify", "--all", "--json")
        assert (verified.code, "RECORDING_MISSING" in verified.output) == (1, True)
        assert json.loads(desk.type("forecast", "--json").output)["bytes_per_session"] is None
    finally:
        aside.rename(folder)
    assert desk.type("list").code == 0
