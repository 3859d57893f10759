"""Kept recordings: the format, verification without secrets, recovery, export."""

from proctoring.vault.format.report import (
    Finding,
    FindingCode,
    RecordingReport,
    RecordingTampered,
    RecordingUnreadable,
    Verdict,
)
from proctoring.vault.format.verify import verify_recording

__all__ = [
    "Finding",
    "FindingCode",
    "RecordingReport",
    "RecordingTampered",
    "RecordingUnreadable",
    "Verdict",
    "verify_recording",
]
