"""A hostile server of a log: whatever it signs and sends, an audit ends soon, in little memory, and says why."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sync.client import log_tiles
from sync.client.log_audit import audit_log
from sync.client.log_source import LogFileBad, LogFolder, LogUnreadable
from sync.client.log_tiles import LogTooSlow, TileReader
from sync.trust.checkpoint import make_checkpoint
from sync.trust.envelope import peek
from sync.trust.leaf import Leaf, LeafKind, packet_leaf
from sync.trust.merkle import leaf_hash, root
from sync.trust.tile import TILE_WIDTH
from sync.wire.enrolment import RegistryRole
from sync.wire.receipt import Receipt
from tests.sync.trust.world import ORIGIN, World

WORLD = World.make()
ENTRY = Leaf(LeafKind.RELEASE, (bytes(32),)).data(bytes(32))
BUNDLE = (len(ENTRY).to_bytes(2) + ENTRY) * TILE_WIDTH
TILE = leaf_hash(ENTRY) * TILE_WIDTH


@dataclass
class SimulatedServer:
    """Serves one entry again and again, and the tiles to it; `answer` may say something else."""

    head: str
    answer: Callable[[str, int], bytes | None] = lambda _path, _most: b"?"
    asked: list[tuple[str, int]] = field(default_factory=list)

    def read(self, path: str, max_bytes: int) -> bytes | None:
        self.asked.append((path, max_bytes))
        if path == "checkpoint":
            return self.head.encode()
        answer = self.answer(path, max_bytes)
        if answer != b"?":
            return answer
        width = int(path.rpartition(".p/")[2]) if ".p/" in path else TILE_WIDTH
        return BUNDLE[: width * len(BUNDLE) // TILE_WIDTH] if "entries" in path else TILE[: width * 32]


def head(size: int, top: bytes = bytes(32)) -> str:
    return make_checkpoint(ORIGIN, size, top, WORLD.roles[RegistryRole.LOG])


@pytest.mark.parametrize("size", [10**17, log_tiles.MOST_LEAVES + 1])
def test_a_huge_log_is_not_begun(size: int) -> None:
    server = SimulatedServer(head(size))
    report = audit_log(server, WORLD.trust)
    assert [(check.name, check.good) for check in report.checks] == [("log_checkpoint", True), ("log_tiles", False)]
    assert [path for path, _ in server.asked] == ["checkpoint"]


def test_endless_tiles_end_at_the_first_that_does_not_fit() -> None:
    server = SimulatedServer(head(50_000_000))
    report = audit_log(server, WORLD.trust)
    assert not report.good
    assert "tile/1/000: hash" in report.checks[-1].detail
    assert len(server.asked) < 2 * TILE_WIDTH + 5
    assert max(most for _, most in server.asked) < 40_000


def test_memory_is_that_of_a_few_tiles() -> None:
    count = 300 * TILE_WIDTH
    leaves = [leaf_hash(ENTRY)] * count
    full = root([leaf_hash(ENTRY)] * TILE_WIDTH)

    def honest(path: str, _most: int) -> bytes | None:
        if path.startswith("tile/1/"):
            return full * TILE_WIDTH if path == "tile/1/000" else full * 44 if path.endswith(".p/44") else None
        if path.startswith("tile/2/"):
            return root([full] * TILE_WIDTH)
        return b"?"

    server = SimulatedServer(head(count, root(leaves)), honest)
    del leaves
    tracemalloc.start()
    report = audit_log(server, WORLD.trust)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.good, report.checks
    assert most < 2_000_000


def test_a_server_that_drips_is_left() -> None:
    now_s = 0.0

    def slow(_path: str, _most: int) -> bytes | None:
        nonlocal now_s
        now_s += 50
        return b"?"

    reader = TileReader(SimulatedServer(head(5_000), slow), 5_000, clock=lambda: now_s)
    with pytest.raises(LogTooSlow):
        list(reader.leaves())
    assert now_s < 300


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        (3, lambda _path, _most: None),
        (3, lambda _path, _most: b""),
        (3, lambda path, most: BUNDLE[: most // 2] if "entries" in path else b"?"),
        (3, lambda path, most: TILE[: most - 1] if "tile/0" in path else b"?"),
        (300, lambda path, _most: bytes(44 * 32) if "tile/0/001.p/44" in path else b"?"),
        (3, lambda path, _most: b"\xff\xff" + ENTRY if "entries" in path else b"?"),
        (3, lambda path, _most: BUNDLE[:270] if "entries" in path else b"?"),
        (3, lambda path, _most: b"\0\0" * 300 if "entries" in path else b"?"),
    ],
)
def test_wrong_lengths_are_named(size: int, answer: Callable[[str, int], bytes | None]) -> None:
    report = audit_log(SimulatedServer(head(size), answer), WORLD.trust)
    assert report.checks[-1].name == "log_tiles"
    assert not report.checks[-1].good
    assert report.checks[-1].detail.startswith("tile/")


def test_what_the_tiles_add_up_to_is_what_was_signed() -> None:
    assert audit_log(SimulatedServer(head(3, root([leaf_hash(ENTRY)] * 3))), WORLD.trust).good
    report = audit_log(SimulatedServer(head(3)), WORLD.trust)
    assert [check.name for check in report.checks if not check.good] == ["log_root"]


def test_a_server_that_is_not_there_says_nothing_of_the_log() -> None:
    def away(_path: str, _most: int) -> bytes | None:
        raise LogUnreadable("status 503")

    with pytest.raises(LogUnreadable):
        audit_log(SimulatedServer(head(3), away), WORLD.trust)


def test_receipts_are_looked_for_and_their_promises_held() -> None:
    packet = WORLD.signed_packet()
    raw, _ = WORLD.receipt(packet, others=0)
    trust = WORLD.trust
    receipt = Receipt.parse(peek(raw, Receipt.PAYLOAD_TYPE).payload)
    data = packet_leaf(receipt.packet_sha256, receipt.result).data(bytes.fromhex(receipt.log.salt))

    def log_of(*entries: bytes) -> SimulatedServer:
        hashes = [leaf_hash(entry) for entry in entries]
        bundle = b"".join(len(entry).to_bytes(2) + entry for entry in entries)
        served = {"entries": bundle, "tile/0": b"".join(hashes)}
        return SimulatedServer(
            head(len(entries), root(hashes)), lambda path, _most: served["entries" if "entries" in path else "tile/0"]
        )

    assert audit_log(log_of(data, ENTRY), trust, receipts={"a": raw}).good
    other = WORLD.receipt(WORLD.signed_packet(), others=0)[0]
    for log, receipts, named in (
        (log_of(ENTRY, data), {"a": raw}, "a"),
        (log_of(ENTRY), {"a": raw}, "a"),
        (log_of(), {"a": raw}, "a (entry 0 is not there)"),
        (log_of(data, ENTRY), {"a": raw, "b": other}, "b"),
        (log_of(data, ENTRY), {"a": raw, "c": b"no receipt"}, "c"),
    ):
        report = audit_log(log, trust, receipts=receipts)
        assert [(check.name, check.detail) for check in report.checks if not check.good] == [("log_receipts", named)]


def test_a_folder_that_is_none_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("log")
    with pytest.raises(LogUnreadable):
        LogFolder(folder / "no")
    (folder / "checkpoint").touch()
    (folder / "long").write_bytes(bytes(101))
    with pytest.raises(LogFileBad):
        LogFolder(folder).read("long", 100)
    assert LogFolder(folder).read("none", 100) is None
