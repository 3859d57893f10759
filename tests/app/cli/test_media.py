"""Media and exports by commands: simulated sticks (umockdev) under file systems that are really mounted."""

import base64
import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pyrage
import pytest

from sync.trust import envelope
from sync.wire.export import ExportList
from tests.app.cli import test_archive
from tests.app.cli.terminal import Terminal
from tests.app.cli.test_archive import PINS, Desk
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.carrying.plugged import CAPACITY, Disk, plugged

STICKS = (Disk("sdx", 16, "SIM0042"), Disk("sdy", 32, "SIM0043"))
WHO = "陈静"
desk = test_archive.desk  # a fixture
TYPING = """
import json, shutil, sys
from pathlib import Path
from tests.app.cli.terminal import Terminal
stick, copy, typed = sys.argv[1:4]
for words in json.loads(typed):
    done = Terminal().run(*words, typed=sys.argv[4])
    print(json.dumps([done.code, done.output, done.errors]))
shutil.copytree(stick, copy)
"""


class Plug:
    """The administrator's terminal with a stick plugged in; what is on the stick afterwards is in `copy`."""

    def __init__(self, at: Desk, tmp_path: Path, key: Path) -> None:
        self.desk = at
        self.key = key
        self.stick = tmp_path / "stick"
        self.stick.mkdir()
        self.copy = tmp_path / "copy"
        self._tmp_path = tmp_path

    def media(self, *words: object) -> list[str]:
        signed = [] if words[0] == "list" else ["--administrator", WHO]
        return [str(one) for one in ("media", *words, "--home", self.desk.root / "archive", *signed)]

    def export(self, session: str, *words: object) -> list[str]:
        told = ("--all", "--session", session, "--medium", self.stick, "--purpose", "court of Pingyang, case 17")
        who = ("--home", self.desk.root / "archive", "--administrator", WHO, "--key", self.key)
        return [str(one) for one in ("recording", "export", *told, *who, *words)]

    def type(self, *commands: list[str], device: str = "sdx1", size: str = "64m") -> list[tuple[int, str, str]]:
        shutil.rmtree(self.copy, ignore_errors=True)
        mount = f"mount -t tmpfs -o size={size} /dev/{device} '{self.stick}'"
        program = ("-c", TYPING, str(self.stick), str(self.copy), json.dumps(commands), f"{PINS[WHO]}\n")
        said = plugged(self._tmp_path, STICKS, mount, *program)
        return [(code, output, errors) for code, output, errors in map(json.loads, said.splitlines())]


def compact(text: str) -> str:
    """Undo what a PDF does to a text: lines break anywhere, some letters come back as radicals, digits as nothing."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if not one.isspace() and not one.isdigit())


@pytest.fixture
def plug(desk: Desk, recorded: Recorded, tmp_path: Path) -> Plug:
    key = tmp_path / "site.key"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    return Plug(desk, tmp_path, key)


@pytest.mark.long
def test_a_stick_is_registered_taken_out_written_and_brought_back(plug: Plug, recorded: Recorded) -> None:
    session = recorded.spec.session
    identity = pyrage.x25519.Identity.generate()
    said = plug.type(
        plug.export(session),
        plug.media("register", plug.stick, "--label", "USB-07"),
        plug.export(session),
        plug.media("out", "usb-07", "--bearer", "李娜", "--purpose", "for the court", "--days", "2"),
        plug.media("list", "--json"),
        plug.export(session, "--json"),
        plug.export(session, "--age", identity.to_public()),
        plug.media("in", "USB-07"),
        plug.export(session),
        plug.media("list"),
    )
    unregistered, registered, still_in, out, listed, plain, sealed, back, in_again, rows = said
    assert (unregistered[0], "MEDIUM_UNREGISTERED" in unregistered[2], "SIM0042" in unregistered[2]) == (1, True, True)
    assert (registered[0], "serial SIM0042" in registered[1]) == (0, True), registered
    assert (still_in[0], "MEDIUM_IS_IN" in still_in[2]) == (1, True)
    assert (out[0], "李娜 has it until" in out[1]) == (0, True), out
    medium = json.loads(listed[1])
    assert (medium["state"], medium["bearer"], medium["capacity_bytes"]) == ("out", "李娜", CAPACITY)
    assert plain[0] == 0, plain[2]
    assert (sealed[0], "read back and entered" in sealed[1]) == (0, True), sealed[2]
    assert (back[0], in_again[0]) == (0, 1)
    assert "USB-07  in" in rows[1]
    assert " 0.0 " not in rows[1], "a small medium has a size, too"
    exports = sorted(plug.copy.iterdir(), key=lambda folder: bool(list(folder.rglob("*.age"))))
    assert len(exports) == 2
    for folder in exports:
        checked = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
        subprocess.run(checked, cwd=folder, check=True)
        text = subprocess.run(["pdftotext", folder / "cover.pdf", "-"], capture_output=True, check=True).stdout
        for stands in (
            "录音录像导出交接单",
            "court of Pingyang, case 17",
            WHO,
            "USB-07",
            recorded.spec.recording,
            "complete",
        ):
            assert compact(stands) in compact(text.decode())
        assert "sha256sum --check SHA256SUMS" in (folder / "README.txt").read_text()
    payload = envelope.peek((exports[0] / "export.json").read_bytes(), ExportList.PAYLOAD_TYPE).payload
    assert json.loads(plain[1]) == json.loads(payload)
    film = exports[1] / "recordings" / recorded.spec.recording / "film.webm.age"
    assert pyrage.decrypt(film.read_bytes(), [identity])[:4] == b"\x1a\x45\xdf\xa3"


@pytest.mark.long
def test_a_stick_that_is_too_small_or_another_one_is_refused(plug: Plug, recorded: Recorded) -> None:
    small = plug.type(
        plug.media("register", plug.stick, "--label", "USB-08"),
        plug.media("out", "USB-08", "--bearer", "李娜", "--purpose", "for the court"),
        plug.export(recorded.spec.session),
        device="sdy1",
        size="400k",
    )
    assert [code for code, _, _ in small] == [0, 0, 3]
    assert "MEDIUM_TOO_SMALL" in small[2][2]
    assert list(plug.copy.iterdir()) == []


def test_what_is_typed_wrong_is_said_before_anybody_is_asked_for_a_pin(recorded: Recorded, tmp_path: Path) -> None:
    terminal, key = Terminal(), tmp_path / "site.key"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    folder, out = recorded.spec.folder, tmp_path / "out.webm"
    assert terminal.run("recording", "export", "--key", key).code == 2
    assert terminal.run("recording", "export", folder, out, "--all", "--key", key).code == 2
    assert terminal.run("recording", "export", "--all", "--session", "x", "--key", key).code == 2
    refused = terminal.run("recording", "export", folder, out, "--key", key, "--age", "age1nobody")
    assert (refused.code, "AGE_RECIPIENT_REFUSED" in refused.errors) == (1, True)
    assert not out.exists()


def test_one_recording_is_exported_to_the_people_in_a_file(recorded: Recorded, tmp_path: Path) -> None:
    terminal, key, people = Terminal("zh"), tmp_path / "site.key", tmp_path / "people.txt"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    identity = pyrage.x25519.Identity.generate()
    people.write_text(f"# 法院\n{identity.to_public()}\n")
    out = tmp_path / "out.webm.age"
    told = terminal.run("recording", "export", recorded.spec.folder, out, "--key", key, "--age-file", people)
    assert told.code == 0, told.errors
    assert pyrage.decrypt(out.read_bytes(), [identity])[:4] == b"\x1a\x45\xdf\xa3"
