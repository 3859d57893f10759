"""What lies on the disk, while a sitting runs and afterwards: nothing readable that does not belong there."""

import base64
import re
import sqlite3
from pathlib import Path

import pytest

from app.demo.cast import CANDIDATES, PROCTORS
from sync.wire.packet import ScorePacket
from tests.whole.conftest import ITEMS
from tests.whole.run import Run
from tests.whole.traces import HOLDERS, Secret, of_bytes, of_text, secrets_of

BETWEEN = b"\0\xff--- another piece ---\xff\0"

ELSEWHERE = {
    r".*/\.dbus/session-bus/.*": "dbus-launch's, which Qt starts where it is installed and there is no session bus",
    r".*/pulse/cookie": "libpulse's own, made by every program that asks for a microphone; random bytes",
    r".*/jack_db-\d+/.*": "JACK's, which PortAudio looks for a microphone with",
    r"/memfd:.* \(deleted\)": "shared memory between the X server and its clients: pictures of the screen",
    r".*/#\d+ \(deleted\)": "a nameless file of the X server or of Mesa, gone with its process",
}
"""Files the run may have beside its own folder, by pattern, each with a reason. All of them are searched too."""


@pytest.fixture(scope="module")
def disk(run: Run) -> dict[str, bytes]:
    """Everything that was seen on the disk, by file; once more without line ends, which base64 may be broken by."""
    joined = {name: BETWEEN.join(pieces) for name, pieces in run.seen.items()}
    return {name: content + BETWEEN + content.replace(b"\n", b"") for name, content in joined.items()}


@pytest.fixture(scope="module")
def secrets(run: Run, packet: ScorePacket) -> tuple[Secret, ...]:
    return secrets_of(run.home, packet)


def test_the_search_would_find_a_text_however_it_was_written(secrets: tuple[Secret, ...]) -> None:
    texts = [secret for secret in secrets if secret.kind in ("item text", "PIN", "identity number")]
    assert len(texts) >= 2 * ITEMS + len(PROCTORS) + len(CANDIDATES), "every stem in both languages, every number"
    for secret in texts:
        for coded in (secret.name.encode(), secret.name.encode("utf-16-le"), secret.name.encode("utf-16-be")):
            assert secret.found_in(b"before " + coded + b" after")
        for shift in range(3):
            assert secret.found_in(of_file(b"x" * shift + secret.name.encode() + b" after"))


def of_file(content: bytes) -> bytes:
    """Give content as base64 within a file."""
    return b'{"payload":"' + base64.b64encode(content) + b'"}'


def test_the_search_knows_every_kind_of_secret(secrets: tuple[Secret, ...]) -> None:
    assert {secret.kind for secret in secrets} == set(HOLDERS)
    assert all(secret.forms for secret in secrets)


def test_nothing_secret_lay_anywhere_but_where_it_belongs_at_any_time(
    disk: dict[str, bytes], secrets: tuple[Secret, ...]
) -> None:
    found = [
        f"{secret.kind} {secret.name} in {file}"
        for file, content in disk.items()
        for secret in secrets
        if not secret.may_be_in(file) and secret.found_in(content)
    ]
    assert found == []


def test_every_place_that_may_hold_a_secret_does(disk: dict[str, bytes], secrets: tuple[Secret, ...]) -> None:
    for kind, holders in HOLDERS.items():
        for pattern, reason in holders.items():
            only = [Secret(kind, secret.name, secret.forms) for secret in secrets if secret.kind == kind]
            files = [file for file in disk if any(secret.may_be_in(file) for secret in only)]
            assert files, f"{kind}: {pattern} ({reason}) is not there"
            assert any(secret.found_in(disk[file]) for file in files for secret in only), f"{kind}: {pattern}"


def test_a_key_lies_in_its_own_file_only(disk: dict[str, bytes], secrets: tuple[Secret, ...]) -> None:
    for secret in secrets:
        if secret.kind.endswith(" key") and HOLDERS[secret.kind]:
            names = (Path(file).name for file in disk if secret.found_in(disk[file]))
            files = {name.lstrip(".").split(".")[0] for name in names}  # also under the name it had before its own
            assert len(files) == 1, f"{secret.kind} {secret.name}: {files}"


def test_it_was_watched_while_it_ran(run: Run, disk: dict[str, bytes]) -> None:
    assert "seat/replica.db-wal" in disk, "the write-ahead log is there only while the database is open"
    assert len(run.seen["seat/replica.db-wal"]) > 20
    assert {Path(name).name for name in disk if name.endswith(".ers")} == {"segment-00000.ers"}
    folders = {name.split("/")[2] for name in disk if name.endswith(".ers")}
    assert len({folder.removeprefix(".going-") for folder in folders}) == 1  # at the seat, on its way, kept, removed


def test_nothing_was_written_outside_its_folder_but_what_is_known(run: Run) -> None:
    outside = [name for name in run.seen if name.startswith("/")]
    unknown = [name for name in outside if not any(re.fullmatch(pattern, name) for pattern in ELSEWHERE)]
    assert unknown == []


def test_plain_sqlite_cannot_read_the_replica(run: Run) -> None:
    file = run.home / "seat" / "replica.db"
    assert not file.read_bytes().startswith(b"SQLite format 3")
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
            connection.execute("select * from sqlite_master")
    finally:
        connection.close()


def test_the_replica_is_noise_to_the_last_page(run: Run) -> None:
    raw = (run.home / "seat" / "replica.db").read_bytes()
    for start in range(0, len(raw), 4096):
        assert len(set(raw[start : start + 4096])) > 200, f"page {start // 4096} has a pattern"


def test_the_folder_of_public_keys_holds_public_keys_only(run: Run, secrets: tuple[Secret, ...]) -> None:
    files = sorted((run.home / "trust").iterdir())
    assert [file.name for file in files] == ["ca.pem", "directory.json", "registry-keys.json", "root.json"]
    keys = [secret for secret in secrets if secret.kind.endswith(" key")]
    for file in files:
        content = file.read_bytes()
        assert b"PRIVATE" not in content
        assert not [secret.name for secret in keys if secret.found_in(content)]


def test_only_this_user_can_read_what_it_left(run: Run) -> None:
    assert run.home.stat().st_mode & 0o077 == 0
    handed_out = (run.path("screenshots"), run.home / "trust", run.home / "registry" / "trust")
    for path in run.home.rglob("*"):
        if path.is_file() and path.parent not in handed_out:
            assert path.stat().st_mode & 0o077 == 0, path.relative_to(run.home)


def test_a_form_of_bytes_is_found_raw_in_hexadecimal_and_in_base64() -> None:
    raw = bytes(range(100, 132))
    key = of_bytes("seat key", "k", raw)
    assert all(key.found_in(b"-" * 3 + coded) for coded in (raw, raw.hex().encode(), raw.hex().upper().encode()))
    assert all(key.found_in(of_file(b"-" * shift + raw)) for shift in range(3))
    assert not key.found_in(raw[:-1])
    assert not of_text("PIN", "246810").found_in(b"24681 0")
