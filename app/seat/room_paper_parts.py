"""What stands on a room record's paper: facts, counts, the table, incidents, signatures. Plain text only, no markup."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtGui import QTextCursor, QTextDocument

from app.ui.paper import begin, heading, line, table
from app.words import Words
from app.words.incidents import incident_detail, incident_name
from sync.wire.packet import EndReason
from sync.wire.plan import Bilingual
from sync.wire.room import RoomCandidate, RoomIncident, RoomRecord

_CANDIDATE_WIDTHS: Final = (4, 17, 17, 18, 5, 18, 7, 14)
_INCIDENT_WIDTHS: Final = (14, 17, 20, 29, 20)
_SIGNATURE_WIDTHS: Final = (22, 22, 56)
_FACT_WIDTHS: Final = (20, 80)


@dataclass(frozen=True)
class Paper:
    """The record, the SHA-256 of its envelope, and the words of both languages."""

    record: RoomRecord
    envelope_sha256: str
    zh: Words
    en: Words

    def both(self, key: str, **facts: str | int) -> str:
        """Say a sentence in both languages."""
        return f"{self.zh(key, **facts)} {self.en(key, **facts)}"


def fill(document: QTextDocument, paper: Paper) -> None:
    """Write everything into an empty document."""
    cursor = begin(document, paper.zh("room.paper.title"), paper.en("room.paper.title"))
    _not_real(cursor, paper)
    table(cursor, _FACT_WIDTHS, _facts(paper), heads=0)
    heading(cursor, paper.both("room.paper.counts"))
    counts = paper.record.counts.model_dump()
    heads = [paper.both(f"room.{name}") for name in counts]
    table(cursor, (25, 25, 25, 25), [heads, [str(number) for number in counts.values()]])
    heading(cursor, paper.both("room.paper.candidates"))
    table(cursor, _CANDIDATE_WIDTHS, _candidates(paper))
    heading(cursor, paper.both("room.paper.incidents"))
    if paper.record.incidents:
        table(cursor, _INCIDENT_WIDTHS, _incidents(paper))
    else:
        line(cursor, paper.both("room.paper.no_incidents"))
    heading(cursor, paper.both("room.paper.signatures"))
    table(cursor, _SIGNATURE_WIDTHS, _signatures(paper), small=(2,))
    _proof(cursor, paper)


def _not_real(cursor: QTextCursor, paper: Paper) -> None:
    record = paper.record
    said = [paper.both("room.paper.rehearsal")] if record.rehearsal else []
    if record.simulated:
        parts = [
            words("screen.simulated.between").join(words(f"cli.simulated.{part}") for part in record.simulated)
            for words in (paper.zh, paper.en)
        ]
        said.append(
            f"{paper.zh('room.paper.simulated', parts=parts[0])} {paper.en('room.paper.simulated', parts=parts[1])}"
        )
    for sentence in said:
        line(cursor, sentence, bold=True)


def _facts(paper: Paper) -> list[list[str]]:
    record = paper.record
    names = [proctor.name for proctor in record.proctors]
    facts = (
        ("exam", _bilingual(record.exam_title)),
        ("place", f"{record.site} · {record.room}"),
        ("seat", record.seat_label),
        ("planned", f"{_time(record.opens_ms)} – {_time(record.closes_ms)}"),
        ("held", f"{_time(record.opened_ms)} – {_time(record.closed_ms)} ({_zone(record.opened_ms)})"),
        ("proctors", paper.zh("screen.simulated.between").join(names)),
    )
    return [[paper.both(f"room.paper.{name}"), value] for name, value in facts]


def _candidates(paper: Paper) -> list[list[str]]:
    keys = ("number", "admission", "name", "identity", "seat_short", "standing", "score", "remark")
    rows = [[paper.both(f"room.paper.{key}") for key in keys]]
    for index, one in enumerate(paper.record.candidates, start=1):
        score = "" if one.score_milli is None else _marks(one.score_milli)
        void = one.end_reason is EndReason.VOIDED
        standing = paper.both("room.end.voided" if void else f"room.standing.{one.standing.value}")
        number, seat = one.admission_number, str(one.seat_number)
        rows.append([str(index), number, one.name, one.id_number_masked, seat, standing, score, _remark(one, paper)])
    return rows


def _remark(one: RoomCandidate, paper: Paper) -> str:
    parts = [one.explanation]
    if one.end_reason is not None and one.end_reason is not EndReason.CANDIDATE:
        parts.append(paper.both(f"room.end.{one.end_reason.value}"))
    if one.irregular:
        clauses = paper.both("room.clauses", clauses=" ".join(one.clauses)) if one.clauses else ""
        parts.append(paper.both("room.irregular") + clauses)
    if one.simulated and not all(other.simulated for other in paper.record.candidates):
        parts.append(paper.both("room.paper.simulated_candidate"))
    return "；".join(part for part in parts if part)


def _incidents(paper: Paper) -> list[list[str]]:
    keys = ("when", "whom", "what", "words", "by")
    rows = [[paper.both(f"room.paper.{key}") for key in keys]]
    names = {proctor.keyid: proctor.name for proctor in paper.record.proctors}
    people = {one.sitting: f"{one.name} {one.admission_number}" for one in paper.record.candidates}
    return rows + [_incident(one, people, names, paper) for one in paper.record.incidents]


def _incident(one: RoomIncident, people: dict[str, str], names: dict[str, str], paper: Paper) -> list[str]:
    incident = one.incident
    whom = people.get(one.sitting, one.sitting) if one.sitting else paper.both("room.paper.whole_room")
    by = paper.zh("screen.simulated.between").join(names.get(keyid, keyid[:16]) for keyid in incident.by)
    what = _both_of(lambda words: incident_name(incident, paper.record.violations, words), paper)
    detail = _both_of(lambda words: incident_detail(incident, words), paper)
    return [_time(incident.wall_ms), whom, what, detail, by]


def _both_of(written: Callable[[Words], str], paper: Paper) -> str:
    """Write a thing in both languages, once if they agree: what people wrote stands as they wrote it."""
    zh, en = written(paper.zh), written(paper.en)
    return zh if zh == en else f"{zh}\n{en}"


def _signatures(paper: Paper) -> list[list[str]]:
    record = paper.record
    heads = [paper.both(f"room.paper.{key}") for key in ("signer", "signed_at", "key")]
    proctors = {proctor.keyid: proctor.name for proctor in record.proctors}
    rows = [[proctors[keyid], _time(record.closed_ms), keyid] for keyid in record.signers]
    device = f"{paper.both('room.paper.device')} {record.seat_label}"
    return [heads, *rows, [device, _time(record.closed_ms), record.device]]


def _proof(cursor: QTextCursor, paper: Paper) -> None:
    record = paper.record
    heading(cursor, paper.both("room.paper.proof"))
    facts = [
        [paper.both("room.paper.digest"), paper.envelope_sha256],
        [paper.both("room.paper.record"), record.record],
        [paper.both("room.paper.session"), record.session],
        [paper.both("room.paper.journal"), f"{record.journal.head} ({record.journal.count})"],
        [paper.both("room.paper.software"), record.software],
    ]
    table(cursor, _FACT_WIDTHS, facts, heads=0, small=(1,))
    line(cursor, paper.zh("room.paper.how"), small=True)
    line(cursor, paper.en("room.paper.how"), small=True)


def _bilingual(text: Bilingual) -> str:
    return f"{text.zh} {text.en}"


def _time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def _zone(ms: int) -> str:
    """Name the time zone of all times on the paper, as its distance from UTC."""
    offset = f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"


def _marks(milli: int) -> str:
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
