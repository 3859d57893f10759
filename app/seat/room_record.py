"""Closing a room: the table of its candidates, the signed record, and the steps after it.

Order, and why: the record is kept in the cabinet first, whole and signed; with it the room is decided. Only then says
the session's journal `Closed`, is the release share erased, and is the record written out for people. A kill at any
step leaves either no record, and everything can still be done again, or a record, and `finish_closings` does the rest
at the next start, before anybody can do anything else at the seat.
"""

import hashlib
from collections import Counter

from app.exam.reconciliation import Found, Line, Reconciliation, reconcile
from app.exam.room import OVERRIDDEN, Closed, Room
from app.exam.sitting import State
from app.seat.admission import seat_number_of
from app.seat.delivery import read_sitting
from app.seat.room_log import RoomLog
from app.seat.sealing import packet_of
from app.seat.sign_in import Proctor
from app.seat.workplace import Session, Workplace
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.replica.outbox import Stage
from sync.software import software
from sync.trust.envelope import peek, sign
from sync.wire.ids import new_id
from sync.wire.packet import ClockEvidence, Incident, JournalRef
from sync.wire.room import MOST_INCIDENTS, RoomCandidate, RoomIncident, RoomProctor, RoomRecord, Simulated, Standing

LONGEST_NAME = 200
"""Characters of a `Name` on the wire."""


class RoomNotReconciled(Refused):
    """A room cannot be closed yet. Facts: `under_way` sittings that are not over, `unexplained` that need a word."""

    code = "ROOM_NOT_RECONCILED"


class TooFewSigners(Refused):
    """Fewer distinct proctors signed than the plan asks for. Fact: `needed`."""

    code = "TOO_FEW_SIGNERS"


def reconcile_seat(workplace: Workplace, session: Session, room: Room) -> Reconciliation:
    """Make the table of this seat's candidates from what stands in its journals and outbox.

    Raises:
        JournalBroken, EventRefused, OutOfOrder: a journal is not what this program wrote.
    """
    here = seat_number_of(workplace)
    met = {*room.held, *room.refused, *room.explained, *(one.sitting for one in room.incidents if one.sitting)}
    found = []
    for entry in session.plan.roster:
        sitting = read_sitting(workplace.replica.journal, entry.sitting)
        expected_here = here is None or entry.seat_number == here
        if not expected_here and sitting.state is State.AWAITING and entry.sitting not in met:
            continue
        row = workplace.replica.outbox.of_sitting(entry.sitting)
        handed_over = row is not None and row.stage is not Stage.SEALED
        found.append(Found(entry, sitting, packet_of(row) if row else None, handed_over))
    return reconcile(room, found)


def close_room(workplace: Workplace, session: Session, log: RoomLog, proctors: tuple[Proctor, ...]) -> RoomRecord:
    """Sign the record with the device and these proctors, keep it, and close the session at this seat.

    Raises:
        RoomNotReconciled: a sitting is under way, or something is not explained; nothing was kept.
        TooFewSigners: the plan wants more distinct proctors.
        DiskFull, DiskFault: call again, or let `finish_closings` do the rest.
    """
    name = session.plan.session
    if workplace.replica.cabinet.document(DocumentKind.ROOM_RECORD, name) is None:
        table = reconcile_seat(workplace, session, log.room)
        if not table.can_close:
            raise RoomNotReconciled(under_way=len(table.under_way), unexplained=len(table.unexplained))
        needed = session.plan.policy.proctors_needed
        if len({proctor.key.public.keyid for proctor in proctors}) < needed:
            raise TooFewSigners(needed=needed)
        record = _record(workplace, session, log, table, proctors)
        keys = [workplace.keystore.device_key(), *(proctor.key for proctor in proctors)]
        envelope = sign(record.to_bytes(), RoomRecord.PAYLOAD_TYPE, *keys)
        now_ms = workplace.clock().wall_ms
        workplace.replica.cabinet.put_document(DocumentKind.ROOM_RECORD, name, envelope, now_ms)
    _finish(workplace, log)
    return read_record(kept_record(workplace, name))


def finish_closings(workplace: Workplace) -> None:
    """Do what is left of every closing that was cut off after its record was kept.

    Raises:
        JournalBroken, EventRefused: a session's journal is not what this program wrote.
        DiskFull, DiskFault: call again.
    """
    for name in workplace.replica.cabinet.names(DocumentKind.ROOM_RECORD):
        _finish(workplace, RoomLog(name, workplace.replica.journal, workplace.clock))


def kept_record(workplace: Workplace, session: str) -> bytes:
    """Give the envelope of a closed session's record."""
    envelope = workplace.replica.cabinet.document(DocumentKind.ROOM_RECORD, session)
    if envelope is None:
        raise LookupError("the session was not closed here")
    return envelope


def read_record(envelope: bytes) -> RoomRecord:
    """Read a record this seat signed."""
    return RoomRecord.parse(peek(envelope, RoomRecord.PAYLOAD_TYPE).payload)


def _finish(workplace: Workplace, log: RoomLog) -> None:
    if log.room.is_open:
        sha256 = hashlib.sha256(kept_record(workplace, log.session)).hexdigest()
        log.record(Closed(record_sha256=sha256))
    cabinet = workplace.replica.cabinet
    if cabinet.document(DocumentKind.RELEASE, log.session) is not None:
        cabinet.remove_document(DocumentKind.RELEASE, log.session)


def _record(
    workplace: Workplace, session: Session, log: RoomLog, table: Reconciliation, proctors: tuple[Proctor, ...]
) -> RoomRecord:
    plan, room, clock = session.plan, log.room, workplace.clock()
    head, count = log.head()
    signers = tuple(proctor.key.public.keyid for proctor in proctors)
    incidents = _incidents(room, table)
    candidates = tuple(_candidate(line, score_shown=plan.policy.score_at_seat) for line in table.lines)
    return RoomRecord(
        record=new_id(),
        session=plan.session,
        device=workplace.enrolment.device,
        seat_label=workplace.enrolment.seat_label,
        plan_sha256=session.plan_sha256,
        exam_title=plan.exam_title,
        site=plan.site,
        room=plan.room,
        opens_ms=plan.opens_ms,
        closes_ms=plan.closes_ms,
        rehearsal=plan.rehearsal,
        opened_ms=room.opened_wall_ms,
        closed_ms=clock.wall_ms,
        clock=ClockEvidence(
            boot_id=clock.boot_id,
            wall_ms=clock.wall_ms,
            mono_ms=clock.mono_ms,
            highest_signed_ms=workplace.replica.cabinet.highest_signed_ms(),
        ),
        counts=table.counts,
        candidates=candidates,
        incidents=incidents,
        violations=plan.policy.violations,
        proctors=_named(session, {*room.proctors, *signers, *(key for one in incidents for key in one.incident.by)}),
        proctors_needed=plan.policy.proctors_needed,
        signers=signers,
        journal=JournalRef(head=head, count=count),
        simulated=_simulated(table),
        software=software(),
    )


def _candidate(line: Line, *, score_shown: bool) -> RoomCandidate:
    entry, sitting, packet = line.found.entry, line.found.sitting, line.found.packet
    scored = packet if score_shown else None
    return RoomCandidate(
        sitting=entry.sitting,
        candidate=entry.candidate,
        admission_number=entry.admission_number,
        name=entry.name,
        id_number_masked=entry.id_number_masked,
        seat_number=sitting.seat_number or entry.seat_number,
        standing=line.standing,
        end_reason=sitting.end_reason,
        answered=len(sitting.answered),
        score_milli=scored.score_milli if scored else None,
        max_milli=scored.max_milli if scored else None,
        passed=scored.passed if scored else None,
        packet_sha256=sitting.payload_sha256,
        started_ms=sitting.started_wall_ms or None,
        submitted_ms=sitting.submitted_wall_ms or None,
        incidents=line.incidents,
        irregular=line.irregular,
        clauses=line.clauses,
        explanation=line.explanation if line.standing is not Standing.DONE else "",
        simulated=entry.simulated,
    )


def _incidents(room: Room, table: Reconciliation) -> tuple[RoomIncident, ...]:
    """Give all incidents of room and sittings in the order of their times; those of a sitting with its id.

    What two proctors went on over while somebody sat stands in both journals: the record tells it of the candidate.
    """
    of_sittings = [
        RoomIncident(sitting=line.found.entry.sitting, incident=incident)
        for line in table.lines
        for incident in line.found.sitting.incidents
    ]
    twice = Counter(_agreed(one.incident) for one in of_sittings if one.incident.code == OVERRIDDEN)
    of_the_room: list[RoomIncident] = []
    for one in reversed(room.incidents):  # the newest first: what was agreed before the start is older
        if one.incident.code == OVERRIDDEN and twice[_agreed(one.incident)]:
            twice[_agreed(one.incident)] -= 1
        else:
            of_the_room.append(RoomIncident(sitting=one.sitting, incident=one.incident))
    told = (*reversed(of_the_room), *of_sittings)
    return tuple(sorted(told, key=_when))[:MOST_INCIDENTS]


def _agreed(incident: Incident) -> tuple[str, tuple[str, ...]]:
    return incident.detail, incident.by


def _when(one: RoomIncident) -> tuple[int, str]:
    return one.incident.wall_ms, one.sitting or ""


def _simulated(table: Reconciliation) -> tuple[Simulated, ...]:
    recordings = (line.found.packet.recording for line in table.lines if line.found.packet)
    sources = {source for recording in recordings if recording for source in recording.simulated_sources}
    real: dict[Simulated, bool] = {
        "candidate": not any(line.found.entry.simulated for line in table.lines),
        "picture": "picture" not in sources,
        "sound": "sound" not in sources,
    }
    return tuple(part for part, is_real in real.items() if not is_real)


def _named(session: Session, keyids: set[str]) -> tuple[RoomProctor, ...]:
    """Name whoever holds one of these keys. A key that the plan gives to two names is one person with both names."""
    named: dict[str, RoomProctor] = {}
    for entry in session.plan.proctors:
        known = named.get(entry.keyid)
        if known is not None:
            both = f"{known.name} / {entry.name}"[:LONGEST_NAME]
            named[entry.keyid] = known.model_copy(update={"name": both})
        elif entry.keyid in keyids:
            named[entry.keyid] = RoomProctor(proctor=entry.proctor, name=entry.name, keyid=entry.keyid)
    return tuple(named.values())
