import pytest

from app.exam.prose import Language
from app.words import Words
from proctoring.recorder import faults as recorder_faults
from proctoring.recorder.process import RecorderRuns
from proctoring.vault.carrying.webm import ExportPlaceRefused
from proctoring.vault.format.plaintext import RecordingKeyWrong
from proctoring.vault.format.record import Place, RecordRefused
from proctoring.vault.format.report import FindingCode, RecordingTampered, RecordingUnreadable, Verdict
from sync.faults import Fault


@pytest.mark.parametrize("language", Language)
def test_everything_verification_says_has_words(language: Language) -> None:
    words = Words(language)
    assert all(words(f"recording.finding.{code}") for code in FindingCode)
    assert all(words(f"verdict.{verdict}") for verdict in Verdict)
    assert all(words(f"recording.gap.{gap}") for gap in ("camera_lost", "microphone_lost", "recorder_restarted"))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "fault",
    [
        recorder_faults.RecorderGone(),
        RecorderRuns(),
        recorder_faults.RecorderBusy(),
        recorder_faults.RecorderRefused(),
        recorder_faults.NothingRecorded(),
        recorder_faults.RecordingClosed(),
        recorder_faults.RecordingInUse(),
        recorder_faults.EncoderFailed(),
        RecordingKeyWrong(),
        RecordingTampered(()),
        RecordingUnreadable(file="x"),
        ExportPlaceRefused(file="x"),
        RecordRefused("x", Place("01900000-0000-7000-8000-000000000001", 1, 2)),
    ],
    ids=lambda fault: fault.code,
)
def test_every_fault_says_what_happened_what_is_safe_and_what_to_do(fault: Fault, language: Language) -> None:
    words = Words(language).fault(fault)
    assert words.what
    assert words.safe
    assert words.do
    assert "{" not in words.what + words.safe + words.do
