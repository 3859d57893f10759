"""Checks of what came after a receipt: a file of corrections, and the statement that a verification code gives.

As in `sync.trust.evidence`, nothing here raises on what it is given; the names are keys of the words under `[check]`.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.corrections import CorrectionRefused, Stand, corrected, received
from sync.trust.envelope import EnvelopeRefused
from sync.trust.evidence import Check, check_inclusion
from sync.trust.leaf import Leaf, correction_leaf, dispute_leaf, packet_leaf
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import RegistryRole
from sync.wire.receipt import LogEntry, Receipt
from sync.wire.result import (
    CORRECTION_BYTES,
    STATEMENT_BYTES,
    Correction,
    CorrectionFile,
    LoggedCorrection,
    LoggedDispute,
    ResultState,
    ResultStatement,
    Step,
    StepKind,
)

RECEIPT_BYTES = Receipt.MAX_BYTES * 4 // 3 + 10_000


@dataclass(frozen=True)
class CorrectionReport:
    """What was checked, and, if it is good, what stands and whether it counts; `corrections` in their order."""

    checks: tuple[Check, ...]
    stand: Stand | None = None
    state: ResultState | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def good(self) -> bool:
        """Whether everything is good."""
        return self.stand is not None and all(check.good for check in self.checks)


@dataclass(frozen=True)
class StatementReport:
    """What was checked, and the statement if its signature is good and it could be read."""

    checks: tuple[Check, ...]
    document: ResultStatement | None

    @property
    def good(self) -> bool:
        """Whether everything is good."""
        return self.document is not None and all(check.good for check in self.checks)


def check_corrections(receipt: bytes, corrections: bytes, trust: Trust) -> CorrectionReport:
    """Check a `CorrectionFile` against the receipt it is to follow, which `check_receipt` has found good."""
    checks: list[Check] = []
    try:
        file = CorrectionFile.parse(corrections)
        checks.append(Check("corrections_schema", good=True))
    except DocumentRefused as fault:
        return CorrectionReport((Check("corrections_schema", good=False, detail=fault.detail),))
    try:
        first = _first(receipt, trust)
        documents = [(one, *read_correction(one, trust)) for one in file.corrections]
        checks.append(Check("corrections_signed", good=True, detail=f"{len(documents)}"))
    except (EnvelopeRefused, DocumentRefused) as fault:
        return CorrectionReport((*checks, Check("corrections_signed", good=False, detail=fault.detail)))
    wrong = [str(one.log.index) for one, document, digest in documents if not _logged(one, document, digest, trust)]
    wrong += [str(one.log.index) for one in file.disputes if not dispute_stands(one, trust)]
    checks.append(Check("corrections_leaves", not wrong, ", ".join(wrong)))
    stand = first
    try:
        for one, document, digest in documents:
            stand = corrected(stand, document, digest, one.log, file.disputes)
        checks.append(Check("corrections_order", good=True))
    except CorrectionRefused as fault:
        return CorrectionReport((*checks, Check("corrections_order", good=False, detail=fault.detail)))
    state = stand.state([one.aside_sha256 for one in file.disputes])
    return CorrectionReport(tuple(checks), stand, state, tuple(document for _, document, _ in documents))


def read_correction(logged: LoggedCorrection, trust: Trust) -> tuple[Correction, str]:
    """Verify one correction's signature; give it and its envelope's digest.

    Raises:
        EnvelopeRefused, DocumentRefused: it is not signed by the registry's `result` role, or cannot be read.
    """
    try:
        raw = base64.b64decode(logged.correction, validate=True)
    except binascii.Error:
        raise EnvelopeRefused("broken base64") from None
    keys = trust.role_key(RegistryRole.RESULT)
    verified = envelope.verify(raw, Correction.PAYLOAD_TYPE, keys, max_bytes=CORRECTION_BYTES)
    return Correction.parse(verified.payload), sha256(raw).hexdigest()


def believed_entries(corrections: bytes, trust: Trust) -> tuple[LogEntry, ...] | None:
    """Give the log entries that a `CorrectionFile` speaks of; None if anything in it is not believed."""
    try:
        file = CorrectionFile.parse(corrections)
        good = all(_logged(one, *read_correction(one, trust), trust) for one in file.corrections)
    except (DocumentRefused, EnvelopeRefused):
        return None
    if not good or not all(dispute_stands(one, trust) for one in file.disputes):
        return None
    return (*(one.log for one in file.corrections), *(one.log for one in file.disputes))


def check_statement(raw: bytes, trust: Trust) -> StatementReport:
    """Check a result statement: signature, schema, each step's log entry, what it says stands, and its proof if any."""
    checks: list[Check] = []
    try:
        keys = trust.role_key(RegistryRole.RESULT)
        verified = envelope.verify(raw, ResultStatement.PAYLOAD_TYPE, keys, max_bytes=STATEMENT_BYTES)
        checks.append(Check("statement_signature", good=True))
    except EnvelopeRefused as fault:
        return StatementReport((Check("statement_signature", good=False, detail=fault.detail),), None)
    try:
        document = ResultStatement.parse(verified.payload)
        checks.append(Check("statement_schema", good=True))
    except DocumentRefused as fault:
        return StatementReport((*checks, Check("statement_schema", good=False, detail=fault.detail)), None)
    wrong = [str(step.log.index) for step in document.steps if not _step_stands(step, trust)]
    wrong += [str(one.log.index) for one in document.disputes if not dispute_stands(one, trust)]
    checks += [
        Check("statement_leaves", not wrong, ", ".join(wrong)),
        Check("statement_steps", _in_order(document)),
        Check("statement_state", document.state is _state_of(document), document.state.value),
    ]
    if document.proof is not None:
        logs = [*(step.log for step in document.steps), *(one.log for one in document.disputes)]
        newest = max(logs, key=_index)
        checks += check_inclusion(newest, document.proof, trust)
    return StatementReport(tuple(checks), document)


def dispute_stands(dispute: LoggedDispute, trust: Trust) -> bool:
    """Tell whether a dispute's log entry commits to the two packets it names."""
    return _commits(dispute_leaf(dispute.aside_sha256, dispute.first_sha256), dispute.log, trust)


def _first(receipt: bytes, trust: Trust) -> Stand:
    keys = trust.role_key(RegistryRole.RECEIPT)
    verified = envelope.verify(receipt, Receipt.PAYLOAD_TYPE, keys, max_bytes=RECEIPT_BYTES)
    return received(Receipt.parse(verified.payload), sha256(receipt).hexdigest())


def _logged(one: LoggedCorrection, document: Correction, digest: str, trust: Trust) -> bool:
    return _commits(correction_leaf(digest, document.result), one.log, trust)


def _step_stands(step: Step, trust: Trust) -> bool:
    make = packet_leaf if step.kind is StepKind.RECEIVED else correction_leaf
    return _commits(make(step.document_sha256, step.result), step.log, trust)


def _commits(leaf: Leaf, log: LogEntry, trust: Trust) -> bool:
    return log.origin == trust.log_origin and leaf.hash(bytes.fromhex(log.salt)).hex() == log.leaf_hash


def _in_order(document: ResultStatement) -> bool:
    """One receipt, first; then corrections in the log's order, all about one sitting; nothing void that is passed."""
    kinds = [step.kind for step in document.steps]
    indices = [step.log.index for step in document.steps]
    about = {(step.result.session, step.result.sitting) for step in document.steps}
    first = kinds[0] is StepKind.RECEIVED and StepKind.RECEIVED not in kinds[1:]
    sound = not any(step.result.voided and step.result.passed for step in document.steps)
    return first and sound and len(about) == 1 and indices == sorted(set(indices))


def _state_of(document: ResultStatement) -> ResultState:
    """A decision settles every dispute that was there when it was made; so only later ones are open."""
    decided = max((step.log.index for step in document.steps if step.kind is StepKind.DECIDED), default=-1)
    if any(dispute.log.index > decided for dispute in document.disputes):
        return ResultState.WITHHELD
    return ResultState.VOIDED if document.steps[-1].result.voided else ResultState.STANDS


def _index(log: LogEntry) -> int:
    return log.index
