"""Which result stands is a function of the log: whoever has the receipt and the corrections comes to the same."""

import base64
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sync.trust.anchor import Trust
from sync.trust.envelope import peek, sign
from sync.trust.keys import SigningKey
from sync.trust.leaf import correction_leaf, dispute_leaf
from sync.trust.result_evidence import CorrectionReport, believed_entries, check_corrections
from sync.wire.enrolment import RegistryRole
from sync.wire.receipt import LogEntry, Receipt, Result
from sync.wire.result import (
    Correction,
    CorrectionFile,
    CorrectionKind,
    Erratum,
    LoggedCorrection,
    LoggedDispute,
    ResultState,
)
from tests.sync.trust.world import ORIGIN, World

WORLD = World.make()
TRUST: Trust = WORLD.trust
PACKET = WORLD.signed_packet()
RECEIPT, _ = WORLD.receipt(PACKET)
FIRST = Receipt.parse(peek(RECEIPT, Receipt.PAYLOAD_TYPE).payload)
SALT = bytes(range(32))


@dataclass
class History:
    """A registry's honest book of one sitting, and what a simple reader makes of it."""

    result: Result = FIRST.result
    packet: str = FIRST.packet_sha256
    before: str = sha256(RECEIPT).hexdigest()
    leaf: int = FIRST.log.index
    size: int = FIRST.log.index + 1
    errata: tuple[Erratum, ...] = ()
    aside: list[str] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    corrections: list[LoggedCorrection] = field(default_factory=list)
    disputes: list[LoggedDispute] = field(default_factory=list)

    def correct(self, kind: CorrectionKind, **result: object) -> None:
        self.result = self.result.model_copy(update=result)
        opened = tuple(sorted(set(self.aside) - self.settled)) if kind is CorrectionKind.DECIDED else ()
        document = Correction(
            kind=kind,
            packet_sha256=self.packet,
            before_sha256=self.before,
            replaces=self.leaf,
            decides=opened,
            errata=self.errata,
            reason="people decided",
            decided_by=("Zhao", "Qian"),
            decided_ms=1,
            result=self.result,
        )
        envelope = sign(document.to_bytes(), Correction.PAYLOAD_TYPE, WORLD.roles[RegistryRole.RESULT])
        self.before, self.leaf = sha256(envelope).hexdigest(), self.size
        self.settled |= set(opened)
        leaf = correction_leaf(self.before, self.result).hash(SALT)
        self.corrections.append(LoggedCorrection(correction=base64.b64encode(envelope).decode(), log=self._entry(leaf)))

    def dispute(self) -> None:
        one = sha256(bytes([len(self.aside)])).hexdigest()
        self.aside.append(one)
        leaf = dispute_leaf(one, FIRST.packet_sha256).hash(SALT)
        self.disputes.append(LoggedDispute(aside_sha256=one, first_sha256=FIRST.packet_sha256, log=self._entry(leaf)))

    def remark(self, score: int) -> None:
        self.errata = (Erratum(item=f"item-{len(self.corrections)}", rule="full-marks"),)
        passed = not self.result.voided and score >= 80
        self.correct(CorrectionKind.REMARK, score_milli=min(score * 1000, self.result.max_milli), passed=passed)

    def act(self, what: int, figure: int) -> None:
        """Do one of the things that can happen next, if it can."""
        if what == 0:
            self.remark(figure)
        elif what == 1 and not self.result.voided:
            self.correct(CorrectionKind.VOID, voided=True, passed=False)
        elif what == 2 and self.result.voided:
            self.correct(CorrectionKind.REINSTATED, voided=False, passed=self.result.score_milli >= 80_000)
        elif what == 3:
            self.dispute()
        elif what == 4 and set(self.aside) - self.settled:
            self.packet = [FIRST.packet_sha256, *self.aside][figure % (len(self.aside) + 1)]
            self.correct(CorrectionKind.DECIDED)

    def file(self) -> CorrectionFile:
        return CorrectionFile(corrections=tuple(self.corrections), disputes=tuple(self.disputes))

    def _entry(self, leaf: bytes) -> LogEntry:
        self.size += 1
        return LogEntry(origin=ORIGIN, index=self.size - 1, salt=SALT.hex(), leaf_hash=leaf.hex())


def check(file: CorrectionFile) -> CorrectionReport:
    return check_corrections(RECEIPT, file.to_bytes(), TRUST)


ACTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 100)), max_size=8)


def told(acts: list[tuple[int, int]]) -> History:
    history = History()
    for what, figure in acts:
        history.act(what, figure)
    return history


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_the_result_that_stands_is_what_an_honest_history_comes_to(acts: list[tuple[int, int]]) -> None:
    history = told(acts)
    report = check(history.file())
    assert report.good, report.checks
    assert report.stand is not None
    assert (report.stand.result, report.stand.packet_sha256) == (history.result, history.packet)
    disputed = bool(set(history.aside) - history.settled)
    expected = ResultState.VOIDED if history.result.voided else ResultState.STANDS
    assert report.state is (ResultState.WITHHELD if disputed else expected)
    entries = believed_entries(history.file().to_bytes(), TRUST)
    assert entries is not None
    assert len(entries) == len(history.corrections) + len(history.disputes)


@settings(max_examples=60, deadline=None)
@given(ACTS, st.data())
def test_leaving_out_doubling_or_reordering_is_noticed(acts: list[tuple[int, int]], data: st.DataObject) -> None:
    history = told([(0, 50), (1, 0), *acts])
    whole = history.corrections
    at = data.draw(st.integers(0, len(whole) - 2))
    for changed in (
        [*whole[:at], *whole[at + 1 :]],
        [*whole[: at + 1], *whole[at:]],
        [*whole[:at], whole[at + 1], whole[at], *whole[at + 2 :]],
    ):
        report = check(CorrectionFile(corrections=tuple(changed), disputes=tuple(history.disputes)))
        assert not report.good
        assert [one.name for one in report.checks if not one.good] == ["corrections_order"]


@pytest.mark.parametrize("key", [WORLD.roles[RegistryRole.RECEIPT], WORLD.device_key, SigningKey.generate_ed25519()])
def test_only_the_result_role_corrects(key: SigningKey) -> None:
    history = told([(1, 0)])
    (one,) = history.corrections
    payload = peek(base64.b64decode(one.correction), Correction.PAYLOAD_TYPE).payload
    forged = base64.b64encode(sign(payload, Correction.PAYLOAD_TYPE, key)).decode()
    file = CorrectionFile(corrections=(one.model_copy(update={"correction": forged}),), disputes=())
    assert [found.name for found in check(file).checks if not found.good] == ["corrections_signed"]
    assert believed_entries(file.to_bytes(), TRUST) is None


def test_a_correction_that_is_not_in_the_log_as_it_says_is_noticed() -> None:
    history = told([(1, 0), (3, 0)])
    (one,), (dispute,) = history.corrections, history.disputes
    other = one.log.model_copy(update={"leaf_hash": "0" * 64})
    for file in (
        CorrectionFile(corrections=(one.model_copy(update={"log": other}),), disputes=()),
        CorrectionFile(corrections=(one,), disputes=(dispute.model_copy(update={"aside_sha256": "0" * 64}),)),
    ):
        assert [found.name for found in check(file).checks if not found.good] == ["corrections_leaves"]
        assert believed_entries(file.to_bytes(), TRUST) is None


def test_a_correction_does_only_what_its_kind_says() -> None:
    for kind, change in (
        (CorrectionKind.VOID, {"voided": True, "passed": False, "score_milli": 1}),
        (CorrectionKind.VOID, {"passed": False}),
        (CorrectionKind.REINSTATED, {"score_milli": 1}),
        (CorrectionKind.REMARK, {"voided": True, "passed": False}),
        (CorrectionKind.REMARK, {}),
        (CorrectionKind.REMARK, {"score_milli": FIRST.result.max_milli + 1}),
    ):
        history = History()
        history.correct(kind, **change)
        assert [found.name for found in check(history.file()).checks if not found.good] == ["corrections_order"]


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 100_000, b"x" * 20_000_000, b'{"corrections":[],"corrections":[]}'])
def test_what_is_no_file_of_corrections_is_refused(raw: bytes) -> None:
    assert [one.name for one in check_corrections(RECEIPT, raw, TRUST).checks] == ["corrections_schema"]
    assert not check_corrections(RECEIPT, raw, TRUST).good


@pytest.mark.parametrize(
    "change",
    [
        {"decided_by": ("Zhao",)},
        {"decided_by": ("Zhao", "ZHAO ")},
        {"reason": " "},
        {"decides": ("0" * 64,)},
        {"result": FIRST.result.model_copy(update={"voided": True, "passed": True})},
    ],
)
def test_a_void_without_two_people_or_a_reason_is_no_document(change: dict[str, object]) -> None:
    history = told([(1, 0)])
    payload = peek(base64.b64decode(history.corrections[0].correction), Correction.PAYLOAD_TYPE).payload
    good = Correction.parse(payload)
    with pytest.raises(ValidationError):
        Correction.model_validate({**dict(good), **change})
