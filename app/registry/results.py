"""What became of a sitting's result, and what the registry says of it to anybody who has the verification code.

A code has 75 bits of a digest. Were there fifty million results, one try in 2**49 would name any of them; it is looked
up by its own SHA-256, so that the time an answer takes says nothing of how near a guess came; and who guesses wrongly
often has to wait (`app.registry.check_page`).
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.exam.verification import read_code, verification_code
from app.registry.codes import CodeMistyped, CodeUnknown, entry_of, masked_name
from app.registry.directory import trust_of
from app.registry.doubting import Doubt, DoubtKind
from app.registry.keyroom import KeyName
from app.registry.log import ProofNotYet
from app.registry.models import CodeRow, Conflict, CorrectionRow, LogLeaf, Packet, PacketDoubt
from app.registry.premises import Premises
from sync.faults import Refused
from sync.trust.corrections import Stand, corrected, received
from sync.trust.envelope import peek, sign, verify
from sync.trust.keys import PublicKey
from sync.trust.leaf import LeafKind, dispute_leaf
from sync.wire.packet import ScorePacket
from sync.wire.receipt import InclusionProof, Receipt
from sync.wire.result import (
    CORRECTION_BYTES,
    Correction,
    CorrectionFile,
    LoggedCorrection,
    LoggedDispute,
    MaskedCandidate,
    ResultState,
    ResultStatement,
    Step,
    StepKind,
)


class ResultUnknown(Refused):
    """The registry has no packet of this sitting."""

    code = "RESULT_UNKNOWN"


@dataclass(frozen=True)
class Written:
    """A correction as it stands at the registry."""

    envelope: bytes
    document: Correction
    logged: LoggedCorrection


@dataclass(frozen=True)
class Account:
    """Everything about a sitting's result: what came first, what followed, and what stands now."""

    receipt: Receipt
    receipt_envelope: bytes
    corrections: tuple[Written, ...]
    disputes: tuple[LoggedDispute, ...]
    doubts: tuple[Doubt, ...]
    stand: Stand

    @property
    def sitting(self) -> str:
        """The sitting."""
        return self.receipt.result.sitting

    @property
    def state(self) -> ResultState:
        """Whether its result counts."""
        return self.stand.state([dispute.aside_sha256 for dispute in self.disputes])

    @property
    def code(self) -> str:
        """The verification code of the packet that came first."""
        return verification_code(self.receipt.payload_sha256)

    def file(self) -> CorrectionFile:
        """Give what came after the receipt, for whoever checks it elsewhere."""
        return CorrectionFile(corrections=tuple(one.logged for one in self.corrections), disputes=self.disputes)


def note_code(session: Session, payload_sha256: str, sitting: str) -> None:
    """Let a sitting be found by the code of a packet of it; the first packet of a code keeps it."""
    key = _code_key(verification_code(payload_sha256))
    if session.get(CodeRow, key) is None:
        session.add(CodeRow(code_sha256=key, sitting=sitting))
        session.flush()


def sitting_of(premises: Premises, wanted: str) -> str:
    """Give the sitting that an id or a verification code names.

    Raises:
        CodeMistyped, CodeUnknown: neither an id of a sitting nor a code of one.
    """
    with premises.database.reading() as session:
        if session.scalar(select(Packet.sitting).where(Packet.sitting == wanted)) is not None:
            return wanted
        code = read_code(wanted)
        if code is None:
            raise CodeMistyped
        row = session.get(CodeRow, _code_key(code))
    if row is None:
        raise CodeUnknown
    return row.sitting


def account_of(premises: Premises, session: Session, sitting: str) -> Account:
    """Give everything about a sitting's result, within the caller's transaction.

    Raises:
        ResultUnknown: no packet of it stands.
    """
    packet = session.scalar(select(Packet).where(Packet.sitting == sitting))
    if packet is None:
        raise ResultUnknown(sitting)
    receipt = Receipt.parse(verify(packet.receipt, Receipt.PAYLOAD_TYPE, [_key(premises, KeyName.RECEIPT)]).payload)
    stand = received(receipt, sha256(packet.receipt).hexdigest())
    disputes = _disputes(premises, session, packet)
    written = []
    rows = select(CorrectionRow).where(CorrectionRow.sitting == sitting).order_by(CorrectionRow.leaf)
    for row in session.scalars(rows):
        one = _written(premises, session, row)
        stand = corrected(stand, one.document, row.sha256, one.logged.log, disputes)
        written.append(one)
    told = session.scalars(select(PacketDoubt).where(PacketDoubt.sitting == sitting).order_by(PacketDoubt.number))
    doubts = tuple(Doubt(row.packet_sha256, row.sitting, DoubtKind(row.kind), row.noticed_ms) for row in told)
    return Account(receipt, packet.receipt, tuple(written), disputes, doubts, stand)


def is_disputed(premises: Premises, session: Session, sitting: str) -> bool:
    """Tell whether packets dispute a sitting, so that no result of it counts before people have decided."""
    return account_of(premises, session, sitting).state is ResultState.WITHHELD


def accounts_of(premises: Premises, session_id: str) -> tuple[Account, ...]:
    """Give the accounts of a session's sittings, in the order in which their packets came.

    Raises:
        SessionUnknown: no such session.
    """
    premises.shelf.session(session_id)
    with premises.database.reading() as session:
        rows = select(Packet.sitting).where(Packet.session == session_id).order_by(Packet.leaf)
        return tuple(account_of(premises, session, sitting) for sitting in session.scalars(rows).all())


def statement(premises: Premises, wanted: str) -> bytes:
    """Sign what stands now of the result that a code (or, for operators, a sitting) names.

    Raises:
        CodeMistyped, CodeUnknown, ResultUnknown: it names none.
        LogInconsistent: the log on the disk is not the database's.
    """
    sitting = sitting_of(premises, wanted)
    with premises.database.reading() as session:
        account = account_of(premises, session, sitting)
    plan = premises.shelf.session(account.receipt.result.session).plan
    entry = entry_of(plan, sitting)
    document = ResultStatement(
        code=read_code(wanted) or account.code,
        registry=trust_of(premises).registry_keys.registry,
        issued_ms=premises.clock(),
        exam_title=plan.exam_title,
        site=plan.site,
        opened_ms=plan.opens_ms,
        candidate=MaskedCandidate(name=masked_name(entry.name), id_number=entry.id_number_masked),
        simulated=entry.simulated,
        state=account.state,
        steps=_steps(account),
        disputes=account.disputes,
        proof=_proof(premises, max([account.stand.leaf, *(one.log.index for one in account.disputes)])),
    )
    return sign(document.to_bytes(), ResultStatement.PAYLOAD_TYPE, premises.keys.key(KeyName.RESULT))


def _steps(account: Account) -> tuple[Step, ...]:
    receipt = account.receipt
    first = Step(
        kind=StepKind.RECEIVED,
        at_ms=receipt.received_ms,
        document_sha256=receipt.packet_sha256,
        result=receipt.result,
        log=receipt.log,
    )
    return (
        first,
        *(
            Step(
                kind=StepKind(one.document.kind.value),
                at_ms=one.document.decided_ms,
                document_sha256=sha256(one.envelope).hexdigest(),
                result=one.document.result,
                log=one.logged.log,
            )
            for one in account.corrections
        ),
    )


def _proof(premises: Premises, index: int) -> InclusionProof | None:
    try:
        return premises.log.proof(index)
    except ProofNotYet:
        return None


def _written(premises: Premises, session: Session, row: CorrectionRow) -> Written:
    keys = [_key(premises, KeyName.RESULT)]
    verified = verify(row.envelope, Correction.PAYLOAD_TYPE, keys, max_bytes=CORRECTION_BYTES)
    log = premises.log.entry(session, row.leaf)
    logged = LoggedCorrection(correction=b64encode(row.envelope).decode(), log=log)
    return Written(row.envelope, Correction.parse(verified.payload), logged)


def _disputes(premises: Premises, session: Session, packet: Packet) -> tuple[LoggedDispute, ...]:
    """Give the disputes of a sitting: by another packet for it, or by another one with its packet's id.

    One that disputes two sittings has two leaves; each sitting is shown the one that names its packet.
    """
    aside = select(Conflict, LogLeaf).join(
        LogLeaf, (LogLeaf.subject_sha256 == Conflict.sha256) & (LogLeaf.kind == LeafKind.DISPUTE)
    )
    mine = or_(Conflict.sitting == packet.sitting, Conflict.first_sha256 == packet.sha256)
    found: dict[str, LoggedDispute] = {}
    for row, leaf in session.execute(aside.where(mine).order_by(LogLeaf.number)).all():
        for first in (packet.sha256, row.first_sha256):
            if dispute_leaf(row.sha256, first).data(bytes.fromhex(leaf.salt)) == leaf.data:
                if row.sha256 not in found or first == packet.sha256:
                    log = premises.log.entry(session, leaf.number)
                    found[row.sha256] = LoggedDispute(aside_sha256=row.sha256, first_sha256=first, log=log)
                break
    return tuple(sorted(found.values(), key=lambda dispute: dispute.log.index))


def believed_packet(envelope: bytes) -> ScorePacket:
    """Read a packet that was believed when it came."""
    return ScorePacket.parse(peek(envelope, ScorePacket.PAYLOAD_TYPE).payload)


def _code_key(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def _key(premises: Premises, name: KeyName) -> PublicKey:
    return premises.keys.key(name).public
