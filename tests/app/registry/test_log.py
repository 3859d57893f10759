"""The log is what RFC 6962 says, its tiles what C2SP says, and it notices when it is put back."""

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.registry.database import Database
from app.registry.log import LogInconsistent, ProofNotYet, TransparencyLog
from app.registry.tiles import log_size
from sync.trust.checkpoint import read_checkpoint
from sync.trust.cosignature import cosign
from sync.trust.keys import SigningKey
from sync.trust.leaf import packet_leaf
from sync.trust.merkle import inclusion_path, leaf_hash, root, verify_inclusion
from sync.trust.tile import tile_name
from sync.wire.ids import new_id
from sync.wire.receipt import LogEntry, Result

ORIGIN = "examroom-registry/test"
KEY = SigningKey.generate_ed25519()
RESULT = Result(
    session=new_id(), sitting=new_id(), score_milli=1, max_milli=2, passed=False, voided=False, scorer="s@1"
)


def make_log(folder: Path) -> tuple[TransparencyLog, Database]:
    database = Database.open(folder / "registry.db")
    return TransparencyLog(folder / "log", ORIGIN, KEY, database), database


def grow(log: TransparencyLog, database: Database, count: int) -> list[LogEntry]:
    with database.writing() as session:
        return [log.append(session, packet_leaf(f"{number:064x}", RESULT)) for number in range(count)]


def hashes_of_tiles(folder: Path, size: int) -> list[bytes]:
    """Read the leaf hashes back as any tlog-tiles client would."""
    tiles = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        name = tile_name(number) + ("" if width == 256 else f".p/{width}")
        tiles.append((folder / "log" / "tile" / "0" / name).read_bytes())
    joined = b"".join(tiles)
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


@given(steps=st.lists(st.integers(1, 180), min_size=1, max_size=3), data=st.data())
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_leaf_is_proven_under_the_checkpoint_however_the_log_grew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log, database = make_log(folder)
    entries: list[LogEntry] = []
    for step in steps:
        entries += grow(log, database, step)
        log.checkpoint()
    assert [entry.index for entry in entries] == list(range(sum(steps)))
    leaves = [bytes.fromhex(entry.leaf_hash) for entry in entries]
    checkpoint = read_checkpoint(log.checkpoint(), ORIGIN, KEY.public)
    assert (checkpoint.size, checkpoint.root) == (len(leaves), root(leaves))
    assert hashes_of_tiles(folder, len(leaves)) == leaves
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = log.proof(index)
    path = [bytes.fromhex(node) for node in proof.path]
    assert path == inclusion_path(leaves, index)
    assert verify_inclusion(leaves[index], index, proof.tree_size, path, checkpoint.root)
    database.close()


def test_the_second_level_and_the_entries_are_what_c2sp_says(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    entries = grow(log, database, 300)
    log.checkpoint()
    leaves = [bytes.fromhex(entry.leaf_hash) for entry in entries]
    assert log.tile("1/000.p/1") == root(leaves[:256])
    assert log.tile("0/000.p/255") is None
    raw, found = log.tile("entries/001.p/44") or b"", []
    while raw:
        length = int.from_bytes(raw[:2])
        found.append(leaf_hash(raw[2 : 2 + length]))
        raw = raw[2 + length :]
    assert found == leaves[256:]
    database.close()


def test_tile_names_are_in_groups_of_three() -> None:
    assert tile_name(0) == "000"
    assert tile_name(67) == "067"
    assert tile_name(1_234_067) == "x001/x234/067"


def test_equal_packets_and_results_leave_unlike_leaves(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    with database.writing() as session:
        first, second = (log.append(session, packet_leaf("0" * 64, RESULT)) for _ in range(2))
    assert first.leaf_hash != second.leaf_hash
    database.close()


def test_a_leaf_whose_transaction_fails_was_never_there(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    grow(log, database, 3)
    with pytest.raises(RuntimeError), database.writing() as session:
        log.append(session, packet_leaf("0" * 64, RESULT))
        raise RuntimeError
    with database.reading() as session:
        assert log_size(session) == 3
    database.close()


def test_lost_tiles_are_made_again(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    entries = grow(log, database, 270)
    before = log.checkpoint()
    for file in sorted((tmp_path / "log").rglob("*"), reverse=True):
        if file.is_file():
            file.unlink()
    assert log.checkpoint() == before
    assert hashes_of_tiles(tmp_path, 270) == [bytes.fromhex(entry.leaf_hash) for entry in entries]
    database.close()


def test_a_database_put_back_to_an_older_state_is_noticed(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    grow(log, database, 5)
    database.close()
    old = (tmp_path / "registry.db").read_bytes()
    log, database = make_log(tmp_path)
    grow(log, database, 1)
    log.checkpoint()
    database.close()
    (tmp_path / "registry.db").write_bytes(old)
    log, database = make_log(tmp_path)
    with pytest.raises(LogInconsistent):
        log.checkpoint()
    grow(log, database, 3)  # growing again, with other salts, does not hide it
    with pytest.raises(LogInconsistent):
        log.checkpoint()
    database.close()


def test_a_checkpoint_changed_on_the_disk_is_noticed(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    grow(log, database, 2)
    text = log.checkpoint()
    other = base64.b64encode(bytes(32)).decode()
    (tmp_path / "log" / "checkpoint").write_text(text.replace(text.split("\n")[2], other))
    with pytest.raises(LogInconsistent):
        log.checkpoint()
    database.close()


def test_one_leaf_more_writes_only_the_tiles_it_is_in(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    grow(log, database, 3 * 256 + 5)
    log.checkpoint()

    def files() -> dict[str, int]:
        found = (tmp_path / "log" / "tile").rglob("*")
        return {str(file.relative_to(tmp_path / "log")): file.stat().st_mtime_ns for file in found if file.is_file()}

    before = files()
    assert before.keys() >= {"tile/0/002", "tile/0/003.p/5", "tile/1/000.p/3", "tile/entries/003.p/5"}
    grow(log, database, 1)
    log.checkpoint()
    after = files()
    assert {name for name, written in after.items() if before.get(name) != written} == {
        "tile/0/003.p/6",
        "tile/entries/003.p/6",
    }
    grow(log, database, 250)
    log.checkpoint()
    assert files().keys() - after.keys() == {"tile/0/003", "tile/entries/003", "tile/1/000.p/4"}
    assert not any(name.startswith(("tile/0/003.p", "tile/entries/003.p")) for name in files())
    database.close()


def test_a_leaf_costs_as_many_statements_in_a_long_log_as_in_a_short_one(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    counts = []
    for _ in range(3):
        told: list[str] = []
        with database.writing() as session:
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *args: told.append(args[2]))  # noqa: B023
            for _ in range(128):
                log.append(session, packet_leaf("0" * 64, RESULT))
            session.flush()
        counts.append(len(told))
    assert max(counts) <= 6 * 128
    assert counts[2] <= counts[0] * 1.2
    database.close()


def test_a_published_head_is_never_an_older_one(tmp_path: Path) -> None:
    log, database = make_log(tmp_path)
    database.set_setting("witness_quorum", "1")
    witness = SigningKey.generate_ed25519()
    grow(log, database, 3)
    old = log.head()
    grow(log, database, 3)
    new = log.head()
    assert log.checkpoint() == new  # none has a quorum yet
    with pytest.raises(ProofNotYet):
        log.proof(0)
    log.cosigned(new, "")
    with pytest.raises(ProofNotYet):
        log.proof(0)
    for head, published in ((old, 3), (new, 6), (old, 6)):
        log.cosigned(head, cosign(head, "w", witness, 1))
        assert read_checkpoint(log.checkpoint(), ORIGIN, KEY.public).size == published
    grow(log, database, 1)
    assert read_checkpoint(log.checkpoint(), ORIGIN, KEY.public).size == 6
    database.close()
