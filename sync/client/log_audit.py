"""Auditing a whole log: what anybody with the trust folder can find out without believing the registry.

Every entry and every tile is read and hashed again, up to the head that the log signed; the head is held against the
witnesses' cosignatures, against a head that was seen before, and against receipts. Nothing else would show a registry
that rewrites, removes or reorders what it logged, or shows two people two histories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.client.log_source import LogFileBad, LogOfAnother, LogSource
from sync.client.log_tiles import TileReader
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.checkpoint import MAX_BYTES, CheckpointRefused, split_note
from sync.trust.envelope import EnvelopeRefused
from sync.trust.evidence import Check
from sync.trust.leaf import packet_leaf
from sync.trust.log_head import LogHead, read_log_head
from sync.trust.merkle import MerkleBuilder
from sync.trust.result_evidence import believed_entries
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import RegistryRole
from sync.wire.receipt import Receipt

RECEIPT_BYTES = Receipt.MAX_BYTES * 4 // 3 + 10_000


@dataclass(frozen=True)
class LogReport:
    """What was checked, in order (the names are words under `[check]`), and the head if it was signed by the log."""

    checks: tuple[Check, ...]
    head: LogHead | None

    @property
    def good(self) -> bool:
        """Whether everything is good."""
        return self.head is not None and all(check.good for check in self.checks)


@dataclass(frozen=True)
class _Expected:
    """What has to be met on the way: the root after so many leaves, and leaf hashes by index with what tells them."""

    seen: LogHead | None
    leaves: Mapping[int, Sequence[tuple[str, str]]]


def audit_log(
    source: LogSource, trust: Trust, *, seen: LogHead | None = None, receipts: Mapping[str, bytes] | None = None
) -> LogReport:
    """Audit a log. `seen` is a head of it from before (`read_log_head`).

    `receipts`: receipts' envelopes, and `CorrectionFile`s, by a name for them.

    Raises:
        LogUnreadable: the log cannot be read; nothing is said about it.
        LogOfAnother: it is not the registry's of `trust`; nothing is said about it either.
    """
    try:
        raw = source.read("checkpoint", MAX_BYTES * 4)
        note = (raw or b"").decode("utf-8", "replace")
        _same_log(note, trust)
        head = read_log_head(note, trust)
    except (CheckpointRefused, LogFileBad) as fault:
        return LogReport((Check("log_checkpoint", good=False, detail=fault.detail),), None)
    checks = [Check("log_checkpoint", good=True, detail=f"{head.size} entries")]
    if head.quorum:
        told = f"{len(head.cosignatures)} cosigned, {head.quorum} wanted"
        checks.append(Check("log_witnesses", head.witnessed, told))
    if seen is not None and (seen.size > head.size or (seen.size == head.size and seen.root != head.root)):
        checks.append(_not_continued(seen, head))
        return LogReport(tuple(checks), head)
    expected, bad_receipts = _expected(receipts or {}, trust)
    try:
        checks += _read_through(source, head, _Expected(seen, expected), bad_receipts, asked=receipts is not None)
    except LogFileBad as fault:
        checks.append(Check("log_tiles", good=False, detail=fault.detail))
    return LogReport(tuple(checks), head)


def _same_log(note: str, trust: Trust) -> None:
    """See that a head names this log, or has a signature of its name. Raises `CheckpointRefused`, `LogOfAnother`."""
    text, lines = split_note(note)
    origin = text.split("\n")[0]
    if trust.log_origin not in (origin, *(line.name for line in lines)):
        raise LogOfAnother(f"the log {origin[:100]!a}")


def _not_continued(seen: LogHead, head: LogHead) -> Check:
    if seen.size > head.size:
        detail = f"{seen.size} entries were shown before, now {head.size}"
    else:
        detail = f"two signed heads over {head.size} entries: {seen.root.hex()}, {head.root.hex()}"
    return Check("log_continues", good=False, detail=detail)


def _read_through(source: LogSource, head: LogHead, expected: _Expected, bad: list[str], *, asked: bool) -> list[Check]:
    builder, seen = MerkleBuilder(), expected.seen
    continues = seen is None or seen.size > 0 or seen.root == builder.root()
    wrong = list(bad)
    for index, leaf in enumerate(TileReader(source, head.size).leaves()):
        builder.append(leaf)
        if seen is not None and builder.size == seen.size:
            continues = builder.root() == seen.root
        wrong += [name for name, wanted in expected.leaves.get(index, ()) if wanted != leaf.hex()]
    checks = [Check("log_tiles", good=True), Check("log_root", builder.root() == head.root)]
    if seen is not None:
        detail = "" if continues else f"the first {seen.size} entries are not those that were shown before"
        checks.append(Check("log_continues", continues, detail))
    if asked:
        wrong += [
            f"{name} (entry {index} is not there)"
            for index, told in expected.leaves.items()
            if index >= head.size
            for name, _ in told
        ]
        checks.append(Check("log_receipts", not wrong, ", ".join(sorted(wrong))[:500]))
    return checks


def _expected(receipts: Mapping[str, bytes], trust: Trust) -> tuple[dict[int, list[tuple[str, str]]], list[str]]:
    """Give what the receipts say stands in the log, by index, and the names of those that are not believed."""
    expected: dict[int, list[tuple[str, str]]] = {}
    bad = []
    for name, raw in receipts.items():
        receipt = _believed(raw, trust)
        entries = believed_entries(raw, trust) if receipt is None else (receipt.log,)
        if entries is None:
            bad.append(name)
        for entry in entries or ():
            expected.setdefault(entry.index, []).append((name, entry.leaf_hash))
    return expected, bad


def _believed(raw: bytes, trust: Trust) -> Receipt | None:
    try:
        keys = trust.role_key(RegistryRole.RECEIPT)
        receipt = Receipt.parse(envelope.verify(raw, Receipt.PAYLOAD_TYPE, keys, max_bytes=RECEIPT_BYTES).payload)
    except (EnvelopeRefused, DocumentRefused):
        return None
    leaf = packet_leaf(receipt.packet_sha256, receipt.result).hash(bytes.fromhex(receipt.log.salt))
    good = receipt.log.origin == trust.log_origin and leaf.hex() == receipt.log.leaf_hash
    return receipt if good else None
