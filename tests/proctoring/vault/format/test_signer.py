from dataclasses import dataclass
from pathlib import Path

import pytest

from proctoring.vault.format.report import FindingCode, SignerState, Verdict
from proctoring.vault.format.verify import verify_recording
from sync.trust.keys import SigningKey
from sync.wire.enrolment import DirectoryDevice, DirectoryKey
from tests.proctoring.seat import Recorded


@dataclass(frozen=True)
class Enrolled:
    """A directory with one device."""

    entry: DirectoryDevice

    def device(self, device_id: str) -> DirectoryDevice | None:
        return self.entry if device_id == self.entry.device else None


def directory(
    recorded: Recorded, pem: str | None = None, *, device: str = "", revoked_ms: int | None = None
) -> Enrolled:
    own = recorded.seat.keys.device_key().public.pem
    return Enrolled(
        DirectoryDevice(
            device=device or recorded.spec.device,
            seat_label="a seat",
            keys=(DirectoryKey(public_key_pem=pem or own, from_ms=1),),
            enrolled_ms=1,
            revoked_ms=revoked_ms,
        )
    )


def test_the_directory_tells_that_the_device_signed(recorded: Recorded) -> None:
    report = verify_recording(recorded.spec.folder, directory(recorded))
    assert report.signer_checked
    assert report.verdict is Verdict.COMPLETE


def test_without_the_directory_nobody_says_whose_key_it_is(recorded: Recorded) -> None:
    report = verify_recording(recorded.spec.folder)
    assert not report.signer_checked
    assert report.verdict is Verdict.COMPLETE


def test_a_device_nobody_enrolled_is_named(recorded: Recorded) -> None:
    stranger = directory(recorded, device="01900000-0000-7000-8000-00000000000f")
    report = verify_recording(recorded.spec.folder, stranger)
    assert [finding.code for finding in report.findings] == [FindingCode.SIGNER_UNKNOWN]
    assert report.signer is SignerState.UNKNOWN
    assert report.verdict is Verdict.TAMPERED
    assert not report.signer_checked


def test_a_recording_signed_anew_by_another_key_does_not_pass_for_the_device(recorded: Recorded) -> None:
    other = directory(recorded, SigningKey.generate_p256().public.pem)
    report = verify_recording(recorded.spec.folder, other)
    assert FindingCode.MANIFEST_REFUSED in {finding.code for finding in report.findings}
    assert report.verdict is Verdict.TAMPERED


@pytest.mark.parametrize(("revoked_ms", "verdict"), [(1, Verdict.TAMPERED), (2**45, Verdict.COMPLETE)])
def test_a_device_revoked_before_it_recorded_is_not_believed(
    recorded: Recorded, revoked_ms: int, verdict: Verdict
) -> None:
    report = verify_recording(recorded.spec.folder, directory(recorded, revoked_ms=revoked_ms))
    assert report.verdict is verdict
    assert (report.signer is SignerState.REVOKED) == (verdict is Verdict.TAMPERED)


def test_the_key_beside_the_recording_is_held_against_the_directory(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "copy")
    (folder / "device.pem").unlink()
    report = verify_recording(folder, directory(recorded))
    assert [finding.code for finding in report.findings] == [FindingCode.DEVICE_KEY_CHANGED]
    assert report.verdict is Verdict.TAMPERED
