"""Incidents in words: what was chosen from a list reads in both languages, what a person wrote as written."""

import pytest

from app.exam.prose import Language
from app.exam.room import override_detail
from app.words import Words
from app.words.incidents import incident_detail
from sync.wire.environment import CheckStatement, Override, Severity, Verdict
from sync.wire.packet import Incident

ZH, EN = Words(Language.ZH), Words(Language.EN)
VNC = ("/proc/812/comm: x11vnc", "/proc/net/tcp: port 5900")


def _overridden(reason: str, evidence: tuple[str, ...] = VNC) -> Incident:
    statement = CheckStatement(
        check="remote_tool", verdict=Verdict.FOUND, severity=Severity.BLOCKING, evidence=evidence
    )
    override = Override(statement=statement, reason=reason, by=("a" * 64, "b" * 64), wall_ms=1)
    return Incident(code="CHECK_OVERRIDDEN", wall_ms=1, active_ms=0, detail=override_detail(override), by=override.by)


@pytest.mark.parametrize("chosen", ["已核实是误报", "A false alarm"])
def test_a_chosen_reason_reads_in_either_language_with_what_was_seen(chosen: str) -> None:
    incident = _overridden(chosen)
    assert incident_detail(incident, ZH) == f"远程控制：已核实是误报 · {' · '.join(VNC)}"
    assert incident_detail(incident, EN) == f"Remote control: A false alarm · {' · '.join(VNC)}"


def test_a_note_to_a_chosen_reason_stays_as_it_was_written() -> None:
    assert "A false alarm；张工看过 · " in incident_detail(_overridden("已核实是误报；张工看过"), EN)
    assert "他说是误报 · " in incident_detail(_overridden("他说是误报"), EN)


def test_a_pauses_chosen_reason_reads_in_either_language() -> None:
    paused = Incident(code="PAUSED", wall_ms=1, active_ms=0, detail="设备故障")
    assert (incident_detail(paused, ZH), incident_detail(paused, EN)) == ("设备故障", "Equipment failed")


def test_what_was_seen_never_outgrows_an_incident() -> None:
    many = _overridden("写" * 300, tuple(f"{number}: {'x' * 60}" for number in range(10)))
    assert len(many.detail) <= 400
    assert many.detail.endswith(f"0: {'x' * 60}"), "whole lines only"
    assert len(_overridden("写" * 400).detail) == 400
