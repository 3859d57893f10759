"""What `examroom packet verify` shows of a packet that was checked: to people in words, to programs as one object."""

import hashlib
import json
import re
from collections.abc import Iterable

from app.cli.console import local_time, print_text, say, simulated_parts, words
from app.exam.verification import verification_code
from app.words.incidents import finding_name, incident_detail, incident_name, reason_here
from sync.trust.anchor import Trust
from sync.trust.envelope import peek
from sync.trust.evidence import EvidenceReport
from sync.wire.environment import CheckStatement, EnvironmentStatement, Override
from sync.wire.packet import Incident, ScorePacket

SCHEMA = 1


def verdict_json(raw: bytes, report: EvidenceReport) -> str:
    """Give the verdict on the file `raw` as one JSON object; `packet` is null unless everything is good."""
    found = report.document if isinstance(report.document, ScorePacket) and report.good else None
    told = {
        "schema": SCHEMA,
        "good": report.good,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "checks": [{"name": check.name, "good": check.good, "detail": check.detail} for check in report.checks],
        "packet": _summary(raw, found) if found is not None else None,
    }
    return json.dumps(told, ensure_ascii=False)


def print_packet(raw: bytes, found: ScorePacket, trust: Trust) -> None:
    """Show a packet that was found good; `trust` knows whose keys agreed to what."""
    say("cli.packet_score", score=marks(found.score_milli), most=marks(found.max_milli))
    say("cli.packet_passed" if found.passed else "cli.packet_failed")
    say("cli.packet_ids", packet=found.packet, sitting=found.sitting, session=found.session)
    say("cli.packet_code", code=_code(raw))
    _print_environment(found.environment, trust)
    say("cli.packet_resumes", count=found.resumes)
    say("cli.packet_incidents", count=len(found.incidents))
    for incident in found.incidents:
        _print_incident(incident, trust)
    if found.simulated_candidate:
        say("cli.simulated_candidate")
    if found.recording is not None and found.recording.simulated_sources:
        say("cli.simulated_sources", sources=simulated_parts(found.recording.simulated_sources))


def marks(milli: int) -> str:
    """Write thousandths of a mark as marks."""
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)


def _summary(raw: bytes, found: ScorePacket) -> dict[str, object]:
    ids = ("packet", "session", "sitting", "candidate", "device")
    figures = ("score_milli", "max_milli", "passed", "resumes", "simulated_candidate")
    whole = found.model_dump(mode="json", include={*ids, *figures, "incidents", "environment"})
    return {**whole, "code": _code(raw)}


def _code(raw: bytes) -> str:
    return verification_code(hashlib.sha256(peek(raw, ScorePacket.PAYLOAD_TYPE).payload).hexdigest())


def _print_environment(stated: EnvironmentStatement, trust: Trust) -> None:
    said = words()
    say("cli.packet_level", level=said(f"environment.level.{stated.level.value}"))
    for code in stated.short_of:
        print_text("  " + said("cli.packet_short", what=_missing(code)))
    say("cli.packet_checks", count=len(stated.checks))
    for check in stated.checks:
        _print_check(check)
    say("cli.packet_overrides", count=len(stated.overrides))
    for override in stated.overrides:
        _print_override(override, trust)


def _missing(code: str) -> str:
    """Say what kept a PC from the level above; the sentences that follow advise whoever sits at it, and nobody does."""
    said, key = words(), f"lockdown.short_of.{code}"
    return re.split(r"(?<=[.。])\s*", said(key), maxsplit=1)[0] if said.has(key) else code


def _print_check(check: CheckStatement) -> None:
    said = words()
    facts = {
        "name": finding_name(check.check, said),
        "verdict": said(f"cli.verdict.{check.verdict.value}"),
        "severity": said(f"cli.severity.{check.severity.value}"),
    }
    print_text("  " + said("cli.packet_check", **facts))
    for line in check.evidence:
        print_text("    " + line)


def _print_override(override: Override, trust: Trust) -> None:
    said = words()
    name, reason = finding_name(override.statement.check, said), reason_here(override.reason, said)
    print_text("  " + said("cli.packet_override", name=name, at=local_time(override.wall_ms), reason=reason))
    for line in override.statement.evidence:
        print_text("    " + line)
    print_text("    " + _people(override.by, trust))


def _print_incident(incident: Incident, trust: Trust) -> None:
    said = words()
    what, detail = incident_name(incident, (), said), incident_detail(incident, said)
    parts = [said("cli.packet_incident", at=_clock(incident.active_ms), what=what), detail]
    parts += [_people(incident.by, trust)] if incident.by else []
    print_text("  " + "  ".join(part for part in parts if part))


def _people(keyids: Iterable[str], trust: Trust) -> str:
    """Name whose keys these are: a trust folder knows proctors by their ids, the registry knows their names."""
    said, told = words(), []
    for keyid in keyids:
        entry = trust.proctor(keyid)
        facts = {"keyid": keyid[:16]} | ({"proctor": entry.proctor} if entry else {})
        told.append(said("cli.packet_proctor" if entry else "cli.packet_key", **facts))
    return said("cli.packet_by", people=said("screen.simulated.between").join(told))


def _clock(active_ms: int) -> str:
    """Write a time in the sitting as hours, minutes and seconds."""
    minutes, seconds = divmod(active_ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
