"""A seat ends for good: never before all it holds is elsewhere, and never without a signed record; killed anywhere."""

import hashlib
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.seat.accepting import Word
from app.seat.changing import ending
from app.seat.changing.ending import (
    RECORD,
    OutInside,
    RecordNotKept,
    SeatNotOver,
    SeatStillHolds,
    decommission,
    go_on,
    is_empty,
    under_way,
)
from app.seat.changing.state import PackageState
from app.seat.home import SeatHome
from app.seat.occupancy import AlreadyRunning, Occupancy
from app.seat.workplace import Workplace
from proctoring.vault.retention.faults import AdministratorRefused
from sync.client.sign_in import PinRefused
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import FolderMissing, write_durably
from sync.replica.outbox import Stage
from sync.trust.envelope import verify
from sync.trust.keys import PublicKey
from sync.trust.keystore import FileKeyStore
from sync.wire.ending import DecommissionRecord
from sync.wire.ids import new_id
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import PIN, Seat, World
from tests.app.seat.changing.conftest import delivered, opened_session
from tests.killing import killed_at_line

TEXT = b"a room record"
RECORDING = "01a206b1-d1ec-7c77-8a3b-7e2913a74ab3"


@pytest.fixture(scope="module")
def over(world: World, planned: tuple[Seat, str], tmp_path_factory: pytest.TempPathFactory) -> SeatHome:
    """A seat whose packet was delivered to the real registry."""
    done = SeatHome(tmp_path_factory.mktemp("over") / "seat")
    shutil.copytree(planned[0].trust.parent, done.root)
    with closing(Workplace.open(done)) as workplace:
        workplace.replica.requests.raise_to(10_000)
    delivered(world, done)
    with closing(Workplace.open(done)) as workplace:
        (row,) = workplace.replica.outbox.all()
        assert row.receipt is not None
        workplace.replica.cabinet.put_document(DocumentKind.ROOM_RECORD, planned[1], TEXT, 1)
    return done


@pytest.fixture
def seat(over: SeatHome, tmp_path: Path) -> SeatHome:
    copy = SeatHome(tmp_path / "kept" / "seat")
    shutil.copytree(over.root, copy.root)
    return copy


@pytest.fixture
def state(tmp_path: Path) -> PackageState:
    return PackageState(tmp_path / "package")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def everything(folder: Path) -> dict[str, bytes]:
    """Give all files but what SQLite, locks and counts leave behind whoever looked."""
    passing = ("-wal", "-shm", ".lock", ".db", "generation")
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(passing)
    }


def has_its_keys(seat: SeatHome) -> bool:
    return len(FileKeyStore(seat.keys).device_key().public.keyid) == 64


def record_of(envelope: bytes, device: PublicKey, word: Word) -> DecommissionRecord:
    """Verify a record: signed by the seat and by the administrator, and by nobody else."""
    keys = (device, PublicKey.from_pem(word.credential.public_key_pem))
    return DecommissionRecord.parse(verify(envelope, DecommissionRecord.PAYLOAD_TYPE, keys, threshold=2).payload)


def test_keys_and_data_go_and_a_signed_record_with_all_papers_stays(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, session: str
) -> None:
    key = FileKeyStore(seat.keys).device_key().public
    with closing(Workplace.open(seat)) as workplace:
        (row,) = workplace.replica.outbox.all()
    state.previous.mkdir(parents=True)
    (state.previous / "replica.db").write_bytes(b"a copy of before")
    ended = decommission(seat, state, out, administrator)
    assert list(seat.root.iterdir()) == []
    assert list(state.previous.iterdir()) == []
    envelope = ended.record.read_bytes()
    assert (out / ended.device / RECORD).read_bytes() == envelope
    record = record_of(envelope, key, administrator)
    assert (record.device, record.seat_label, record.why) == (ended.device, "07", administrator.reason)
    assert [one.packet_sha256 for one in record.packets] == [row.sha256]
    receipt = (out / ended.device / "receipts" / f"{row.sha256}.receipt.json").read_bytes()
    assert receipt == row.receipt
    assert record.packets[0].receipt_sha256 == hashlib.sha256(receipt).hexdigest()
    assert (out / ended.device / f"room-record-{session}.json").read_bytes() == TEXT
    assert record.papers == (hashlib.sha256(TEXT).hexdigest(),)
    assert is_empty(seat)
    assert under_way(seat, state) is None


def test_a_packet_without_a_receipt_keeps_the_seat(
    home: SeatHome, state: PackageState, out: Path, administrator: Word
) -> None:
    before = everything(home.root)
    with pytest.raises(SeatStillHolds) as told:
        decommission(home, state, out, administrator)
    assert told.value.facts == {"packets": 1, "recordings": 0}
    with closing(Workplace.open(home)) as workplace:
        (row,) = workplace.replica.outbox.all()
        assert row.stage is Stage.QUEUED
    assert everything(home.root) == before
    assert list(out.iterdir()) == []
    assert not state.root.exists()


@pytest.mark.parametrize("name", [RECORDING, f"{RECORDING}.about", ".going-something", "unknown"])
def test_whatever_is_among_the_recordings_keeps_the_seat(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, name: str
) -> None:
    seat.recordings.mkdir(exist_ok=True)
    (seat.recordings / name).mkdir()
    with pytest.raises(SeatStillHolds) as told:
        decommission(seat, state, out, administrator)
    assert told.value.facts == {"packets": 0, "recordings": 1}
    assert (seat.recordings / name).exists()
    assert has_its_keys(seat)


def test_a_recording_that_comes_when_the_keys_are_gone_already_stays(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can come, for the seat is held; but if it does, it is not ours to remove."""
    keep = ending._keep

    def and_one_more(*arguments: object) -> Path:
        kept = keep(*arguments)  # type: ignore[arg-type]
        (seat.recordings / new_id()).mkdir(parents=True)
        return kept

    monkeypatch.setattr(ending, "_keep", and_one_more)
    with pytest.raises(SeatStillHolds):
        decommission(seat, state, out, administrator)
    device = under_way(seat, state)
    assert device is not None
    with pytest.raises(SeatStillHolds):
        go_on(seat, state, device)
    assert len(list(seat.recordings.iterdir())) == 1
    assert not is_empty(seat)


def test_an_open_session_and_a_running_kiosk_keep_the_seat(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, session: str
) -> None:
    opened_session(seat, session)
    with pytest.raises(SeatNotOver):
        decommission(seat, state, out, administrator)
    kiosk = Occupancy(seat)
    kiosk.take()
    with pytest.raises(SeatNotOver):
        decommission(seat, state, out, administrator)
    with pytest.raises(AlreadyRunning):
        go_on(seat, state, new_id())
    kiosk.give_up()
    assert has_its_keys(seat)


def test_not_on_anybodys_word(seat: SeatHome, state: PackageState, out: Path, administrator: Word) -> None:
    with pytest.raises(PinRefused):
        decommission(seat, state, out, replace(administrator, pin="000000"))
    stranger = administrator.credential.model_copy(update={"name": "Somebody Else"})
    with pytest.raises(AdministratorRefused):
        decommission(seat, state, out, replace(administrator, credential=stranger))
    assert list(out.iterdir()) == []
    assert has_its_keys(seat)


def test_what_has_to_outlive_the_seat_must_have_a_place_elsewhere(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out / "way in").symlink_to(seat.root)
    for inside in (seat.root, seat.root / "records", out / "way in"):
        with pytest.raises(OutInside):
            decommission(seat, state, inside, administrator)
    with pytest.raises(FolderMissing):
        decommission(seat, state, out / "not mounted", administrator)
    a_byte_less = lambda path, data, mode=0o600: write_durably(path, data[:-1], mode)  # noqa: E731
    monkeypatch.setattr("app.seat.changing.ending.write_durably", a_byte_less)
    with pytest.raises(RecordNotKept):
        decommission(seat, state, out, administrator)
    assert has_its_keys(seat)


def kill_and_go_on(seat: SeatHome, state: PackageState, out: Path, word: Word, line: int) -> bool:
    """Kill a decommissioning at its `line`th line, look at what is left, and bring it to its end."""
    key = FileKeyStore(seat.keys).device_key().public
    size = len(everything(seat.root))
    killed = killed_at_line(line, (ending.__file__,), lambda: decommission(seat, state, out, word))
    device = under_way(seat, state)
    if device is None and seat.keys.exists():
        assert len(everything(seat.root)) >= size, "nothing goes before it is noted that it goes"
        device = decommission(seat, state, out, word).device
    elif device is not None:
        record_of((out / device / RECORD).read_bytes(), key, word)
        go_on(seat, state, device)
    (own,) = state.decommissioned.glob("*.dsse")
    record = record_of(own.read_bytes(), key, word)
    assert (out / record.device / RECORD).exists()
    assert len(list((out / record.device / "receipts").glob("*.receipt.json"))) == len(record.packets) == 1
    assert is_empty(seat)
    assert list(seat.root.iterdir()) == []
    return killed


def test_killed_at_some_lines_it_is_gone_on_from_and_the_record_is_first(
    over: SeatHome, tmp_path: Path, administrator: Word
) -> None:
    kills = [kill_one(over, tmp_path, administrator, line) for line in (60, 120, 140, 160, 10_000)]
    assert kills.count(True) >= 3
    assert kills[-1] is False


@pytest.mark.long
def test_killed_at_every_line_it_is_gone_on_from_and_the_record_is_first(
    over: SeatHome, tmp_path: Path, administrator: Word
) -> None:
    line = 0
    while kill_one(over, tmp_path, administrator, line := line + 1):
        pass
    assert line > 100


def kill_one(over: SeatHome, folder: Path, word: Word, line: int) -> bool:
    place = folder / str(line)
    shutil.copytree(over.root, place / "seat")
    (place / "stick").mkdir()
    return kill_and_go_on(SeatHome(place / "seat"), PackageState(place / "package"), place / "stick", word, line)


@pytest.mark.parametrize(("language", "word"), [("zh", "销毁"), ("en", "DESTROY")])
def test_the_command_wants_the_label_and_the_word(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, language: str, word: str
) -> None:
    terminal, credential = Terminal(language), out / "credential.json"
    credential.write_bytes(administrator.credential.to_bytes())
    where = ("--home", seat.root, "--state", state.root)
    ending_it = (
        "seat",
        "decommission",
        *where,
        "--out",
        out,
        "--credential",
        credential,
        "--reason",
        "给了学校",
        "--pin",
        PIN,
    )
    for typed in ("07\nyes\n", f"08\n{word}\n", f"{word}\n07\n"):
        told = terminal.run(*ending_it, typed=typed)
        assert told.code == 1
        assert "NOT_CONFIRMED" in told.errors
    assert terminal.run("seat", "decommissioned", *where).code == 1
    told = terminal.run(*ending_it, typed=f"07\n{word}\n")
    assert told.code == 0, told.errors
    (own,) = state.decommissioned.glob("*.dsse")
    assert hashlib.sha256(own.read_bytes()).hexdigest() in told.output
    assert terminal.run("seat", "decommissioned", *where).code == 0
    assert terminal.run("seat", "decommissioned", *where, "--json").output == '{"empty": true, "under_way": null}\n'


def test_the_command_goes_on_without_asking_where_it_was_broken_off(
    seat: SeatHome, state: PackageState, out: Path, administrator: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ending, "_erase", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decommission(seat, state, out, administrator)
    assert not seat.keys.exists()
    assert seat.replica.exists()
    where = ("--home", seat.root, "--state", state.root)
    assert Terminal().run("seat", "decommissioned", *where).code == 1
    told = Terminal().run(
        "seat", "decommission", *where, "--out", out, "--credential", out, "--reason", "x", "--pin", "0"
    )
    assert (told.code, told.errors) == (0, "")
    assert is_empty(seat)
