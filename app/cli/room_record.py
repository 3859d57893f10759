"""`examroom room-record`: check a room record with public material only, and show it."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, language, print_checks, print_text, say, simulated_parts, words
from app.cli.files import load_trust, read_file
from app.words.incidents import incident_detail, incident_name
from sync.faults import Exit
from sync.trust.envelope import peek
from sync.trust.evidence import EvidenceReport
from sync.trust.room_evidence import check_room_record
from sync.wire.packet import EndReason
from sync.wire.room import RoomIncident, RoomRecord

app = typer.Typer(no_args_is_help=True, help="Room records (考场记录).")

AsJson = Annotated[bool, typer.Option("--json", help="For a program: one JSON object.")]


@app.command("verify")
@command
def verify(
    file: Path,
    trust: Annotated[Path, typer.Option(help="The folder of public keys, for example DIR/trust.")],
    as_json: AsJson = False,
) -> None:
    """Check a room record: its form, its signatures, its counts."""
    raw = read_file(file)
    report = check_room_record(raw, load_trust(trust))
    if as_json:
        print_text(_verdict(raw, report))
    else:
        _print(report)
    if not report.good:
        raise typer.Exit(Exit.BAD)


@app.command("show")
@command
def show(file: Path, as_json: AsJson = False) -> None:
    """Show what a room record says, without believing it."""
    record = RoomRecord.parse(peek(read_file(file), RoomRecord.PAYLOAD_TYPE).payload)
    if as_json:
        print_text(record.to_bytes().decode())
        return
    say("cli.room_unverified")
    _print_record(record)


def _verdict(raw: bytes, report: EvidenceReport) -> str:
    record = report.document if isinstance(report.document, RoomRecord) else None
    told = {
        "good": report.good,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "checks": [{"name": check.name, "good": check.good, "detail": check.detail} for check in report.checks],
        "session": record.session if record else None,
        "counts": record.counts.model_dump() if record else None,
    }
    return json.dumps(told, ensure_ascii=False)


def _print(report: EvidenceReport) -> None:
    print_checks(
        CheckLine(
            Mark.GOOD if check.good else Mark.BAD, words()(f"check.{check.name}"), "" if check.good else check.detail
        )
        for check in report.checks
    )
    if isinstance(report.document, RoomRecord) and report.good:
        _print_record(report.document)
        print_text(words()("cli.room_good"), style="bold green")
        return
    failed = next(check for check in report.checks if not check.good)
    say("cli.room_bad", check=words()(f"check.{failed.name}"))


def _print_record(record: RoomRecord) -> None:
    if record.rehearsal:
        say("cli.room_rehearsal")
    if record.simulated:
        say("cli.room_simulated", parts=simulated_parts(record.simulated))
    exam = str(getattr(record.exam_title, language().value))
    say("cli.room_title", exam=exam, site=record.site, room=record.room, seat=record.seat_label)
    say("cli.room_when", opens=_time(record.opened_ms), closes=_time(record.closed_ms))
    say("cli.room_counts", **record.counts.model_dump())
    for candidate in record.candidates:
        by_proctors = candidate.end_reason in (EndReason.PROCTOR, EndReason.VOIDED)
        key = f"room.end.{candidate.end_reason}" if by_proctors else f"room.standing.{candidate.standing}"
        standing = words()(key)
        say("cli.room_candidate", number=candidate.admission_number, name=candidate.name, standing=standing)
        if candidate.explanation:
            print_text("  " + words()("cli.room_explained", text=candidate.explanation))
    names = {proctor.keyid: proctor.name for proctor in record.proctors}
    for one in record.incidents:
        _print_incident(one, record, names)
    for keyid in record.signers:
        say("cli.room_signer", name=names[keyid], keyid=keyid[:16])


def _print_incident(one: RoomIncident, record: RoomRecord, names: dict[str, str]) -> None:
    incident, said = one.incident, words()
    people = {candidate.sitting: candidate.name for candidate in record.candidates}
    whom = people.get(one.sitting, one.sitting) if one.sitting else said("room.paper.whole_room")
    what, detail = incident_name(incident, record.violations, said), incident_detail(incident, said)
    parts = [said("cli.room_incident", at=_time(incident.wall_ms), whom=whom, what=what, detail=detail)]
    if incident.by:
        between = words()("screen.simulated.between")
        parts.append(words()("cli.room_by", names=between.join(names.get(keyid, keyid[:16]) for keyid in incident.by)))
    print_text("  ".join(parts))


def _time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"
