"""What came of a demonstration: the evidence as files, and one JSON object that says where it is."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from app.demo.archive import wait_for_arrival
from app.demo.conductor import Wish, Witness
from app.demo.evidence import EvidenceBad, keep_evidence
from app.demo.home import DemoHome
from app.demo.provision import Stage
from app.exam.form import draw_form
from app.seat.sealing import packet_of
from app.seat.workplace import Workplace
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import verify_recording
from sync.faults import EnvironmentFault
from sync.replica.outbox import OutboxRow
from sync.trust.anchor import Trust
from sync.trust.envelope import peek
from sync.trust.room_evidence import check_room_record
from sync.wire.packet import Answer, RecordingRef, ScorePacket
from sync.wire.receipt import Receipt


class NoReceipt(EnvironmentFault):
    """The sitting is over, but its packet has no receipt yet. Fact: `stage`."""

    code = "NO_RECEIPT"


class NoRecording(EnvironmentFault):
    """The sitting is over without a recording."""

    code = "NO_RECORDING"


class NoRoomRecord(EnvironmentFault):
    """The sitting is over, but the session was not closed."""

    code = "NO_ROOM_RECORD"


@dataclass(frozen=True)
class Summary:
    """The last line of `examroom demo --autopilot --json`. Paths are relative to the demonstration's folder.

    Scores are in marks; `resume_ms` counts from the start of the second seat process to its first painted item;
    `lost_responses` are acknowledged responses that the packet does not have as they were acknowledged; `room_record`
    is the signed record of the session, which the proctors closed; `recording` lies at the site's archive, which took
    it over `archived_as` this verdict.
    """

    session: str
    sitting: str
    candidate: str
    items: int
    responses: int
    score: float
    passed: bool
    registry_score: float
    packet: str
    receipt: str
    proof: str
    log_index: int
    recording: str
    recording_seconds: float
    recording_verdict: str
    archive: str
    archived_as: str
    gaps: int
    resumed_on_item: int | None
    resume_ms: int | None
    lost_responses: int
    room_record: str
    screenshots: str
    simulated: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing was lost, both scores agree and the recording is genuine."""
        genuine = self.recording_verdict in (Verdict.COMPLETE, Verdict.RECOVERED)
        return (
            genuine
            and self.archived_as == self.recording_verdict
            and self.score == self.registry_score
            and not self.lost_responses
        )

    def to_json(self) -> str:
        """Give the one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def gather(wish: Wish, stage: Stage, witness: Witness) -> Summary:
    """Write the evidence out as files and sum up.

    Raises:
        NoReceipt, NoRecording, NotArchived, NoRoomRecord: sitting or session did not come to its end.
        EvidenceBad: it did, but its evidence does not hold.
    """
    home = wish.home
    workplace = Workplace.open(home.seat)
    try:
        session = workplace.session_of(stage.session)
        row = _delivered_row(workplace)
        seed = packet_of(row).form.seed
        form = draw_form(session.package.header.items, session.package.sha256, session.plan.blueprint, seed)
    finally:
        workplace.close()
    packet = packet_of(row)
    recording = _recording(packet)
    files = keep_evidence(home, row)
    arrived = wait_for_arrival(home, recording.recording)
    report = verify_recording(arrived.folder, Trust.load(home.trust))
    receipt = Receipt.parse(peek(row.receipt or b"", Receipt.PAYLOAD_TYPE).payload)
    return Summary(
        session=packet.session,
        sitting=packet.sitting,
        candidate=packet.candidate,
        items=len(form.items),
        responses=sum(bool(answer.responses) for answer in packet.answers),
        score=packet.score_milli / 1000,
        passed=packet.passed,
        registry_score=receipt.result.score_milli / 1000,
        packet=files["packet"],
        receipt=files["receipt"],
        proof=files["proof"],
        log_index=receipt.log.index,
        recording=home.relative(arrived.folder),
        recording_seconds=round(report.duration_ms / 1000, 1),
        recording_verdict=report.verdict.value,
        archive=home.relative(home.archive),
        archived_as=arrived.verdict,
        gaps=len(report.gaps),
        resumed_on_item=witness.resumed_on,
        resume_ms=witness.resume_ms,
        lost_responses=_lost(packet.answers, witness),
        room_record=_room_record(home, stage.session),
        screenshots=home.relative(home.screenshots),
        simulated=("candidate", *recording.simulated_sources),
    )


def _delivered_row(workplace: Workplace) -> OutboxRow:
    rows = workplace.replica.outbox.all()
    if not rows or rows[0].receipt is None:
        raise NoReceipt(stage=rows[0].stage.value if rows else "none")
    return rows[0]


def _room_record(home: DemoHome, session: str) -> str:
    """Check the room's record with public keys; give where it is."""
    found = next((file for file in sorted(home.seat.records.glob(f"*{session}*")) if file.suffix != ".pdf"), None)
    if found is None:
        raise NoRoomRecord
    report = check_room_record(found.read_bytes(), Trust.load(home.trust))
    failed = [check.name for check in report.checks if not check.good]
    if failed:
        raise EvidenceBad(", ".join(failed))
    return home.relative(found)


def _recording(packet: ScorePacket) -> RecordingRef:
    if packet.recording is None:
        raise NoRecording
    return packet.recording


def _lost(answers: Iterable[Answer], witness: Witness) -> int:
    kept = {answer.item: answer.responses for answer in answers}
    return sum(kept.get(item) != responses for item, responses in witness.acknowledged.items())
