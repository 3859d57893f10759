"""The end of a sitting: score, packet, signatures, outbox. Every step may be cut off and is taken up again.

Order, and why: `Submitted` is committed first, so that nothing can be changed any more. The recording is closed before
the packet names it. The packet is in the outbox (stage `sealed`) before the journal says `Sealed`; so after a crash the
packet is either not there, and is made again, or there, and is used. It is queued once a proctor has countersigned.
"""

import hashlib
from dataclasses import dataclass

from app.exam.events import Sealed
from app.exam.scoring import SCORER, Score, score_form
from app.exam.sitting import Sitting, State
from app.seat.delivery import Delivery
from app.seat.shelf import ItemShelf
from app.seat.sign_in import Proctor
from app.seat.workplace import Session, Workplace
from sync.replica.outbox import OutboxRow, Stage
from sync.software import software
from sync.trust.envelope import countersign, peek, sign
from sync.wire.environment import EnvironmentStatement
from sync.wire.ids import new_id
from sync.wire.packet import (
    Answer,
    ClockEvidence,
    EndReason,
    FormRef,
    JournalRef,
    PackageUsed,
    RecordingRef,
    ScorePacket,
)
from sync.wire.plan import RosterEntry


@dataclass(frozen=True)
class Case:
    """All that belongs to one candidate's sitting on this seat."""

    workplace: Workplace
    session: Session
    entry: RosterEntry
    delivery: Delivery
    shelf: ItemShelf


def seal(case: Case, recording: RecordingRef | None) -> OutboxRow:
    """Score the submitted sitting and put its packet, signed by the device, in the outbox.

    Raises:
        DiskFull, DiskFault, TokenFault: nothing is lost; call again.
        SealRefused: a marking does not open.
    """
    outbox = case.workplace.replica.outbox
    row = outbox.of_sitting(case.entry.sitting)
    if row is None:
        packet = _packet(case, recording)
        key = case.workplace.keystore.device_key()
        envelope = sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, key)
        sha256 = hashlib.sha256(envelope).hexdigest()
        outbox.add(sha256, packet.packet, packet.sitting, envelope, case.workplace.clock().wall_ms)
        row = _kept(case)
    if case.delivery.sitting.state is State.SUBMITTED:
        payload = peek(row.envelope, ScorePacket.PAYLOAD_TYPE).payload
        case.delivery.record(Sealed(payload_sha256=hashlib.sha256(payload).hexdigest()))
        case.workplace.replica.advance()  # who puts a copy back that does not know of this is found out
    return row


def countersign_and_queue(case: Case, proctors: list[Proctor]) -> OutboxRow:
    """Add the proctors' signatures and hand the packet over to the outbox. Harmless when it was queued already."""
    row = _kept(case)
    if row.stage is not Stage.SEALED:
        return row
    envelope = row.envelope
    signed = set(peek(envelope, ScorePacket.PAYLOAD_TYPE).keyids)
    for proctor in proctors:
        if proctor.key.public.keyid not in signed:
            envelope = countersign(envelope, proctor.key)
    sha256 = hashlib.sha256(envelope).hexdigest()
    if sha256 != row.sha256:
        case.workplace.replica.outbox.replace_sealed(row.sha256, sha256, envelope)
    case.workplace.replica.outbox.move(sha256, Stage.QUEUED)
    return _kept(case)


def packet_of(row: OutboxRow) -> ScorePacket:
    """Read the packet this seat signed."""
    return ScorePacket.parse(peek(row.envelope, ScorePacket.PAYLOAD_TYPE).payload)


def score_sitting(case: Case) -> Score:
    """Score the responses as they stand, by the plan's policy."""
    policy = case.session.plan.policy
    responses = {item: given.responses for item, given in case.delivery.sitting.given.items()}
    score = score_form(case.shelf.form, case.shelf.markings(), responses, policy.scoring, policy.pass_mark)
    return score.voided() if case.delivery.sitting.end_reason is EndReason.VOIDED else score


def _kept(case: Case) -> OutboxRow:
    row = case.workplace.replica.outbox.of_sitting(case.entry.sitting)
    if row is None:
        raise LookupError("the packet that was just kept is not there")
    return row


def _packet(case: Case, recording: RecordingRef | None) -> ScorePacket:
    plan, package = case.session.plan, case.session.package
    sitting, score, clock = case.delivery.sitting, score_sitting(case), case.workplace.clock()
    head, count = case.delivery.head()
    return ScorePacket(
        packet=new_id(),
        session=plan.session,
        sitting=case.entry.sitting,
        candidate=case.entry.candidate,
        device=case.workplace.enrolment.device,
        seat_number=sitting.seat_number,
        plan_sha256=case.session.plan_sha256,
        package=PackageUsed(package=package.header.package, version=package.header.version, sha256=package.sha256),
        form=FormRef(sha256=sitting.form_sha256, seed=case.entry.form_seed),
        scoring=plan.policy.scoring,
        scorer=SCORER,
        answers=_answers(sitting),
        outcomes=score.outcomes,
        score_milli=score.score_milli,
        max_milli=score.max_milli,
        passed=score.passed,
        started_ms=sitting.started_wall_ms,
        submitted_ms=sitting.submitted_wall_ms,
        active_ms=sitting.active_ms,
        duration_ms=sitting.duration_ms,
        end_reason=sitting.end_reason or EndReason.PROCTOR,
        resumes=sitting.resumes,
        journal=JournalRef(head=head, count=count),
        recording=recording,
        incidents=sitting.incidents,
        environment=sitting.environment or EnvironmentStatement(),
        accommodation=case.entry.accommodation,
        clock=ClockEvidence(
            boot_id=clock.boot_id,
            wall_ms=clock.wall_ms,
            mono_ms=clock.mono_ms,
            highest_signed_ms=case.workplace.replica.cabinet.highest_signed_ms(),
        ),
        proctors=sitting.proctors,
        confirmed_by=sitting.confirmed_by,
        simulated_candidate=case.entry.simulated,
        software=software(),
    )


def _answers(sitting: Sitting) -> tuple[Answer, ...]:
    return tuple(
        Answer(item=item, responses=given.responses, first_ms=given.first_ms, last_ms=given.last_ms)
        for item, given in sorted(sitting.given.items())
    )
