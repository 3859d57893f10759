"""What a verification has to say: a verdict, and findings that name the segment and record."""

from dataclasses import dataclass
from enum import StrEnum

from sync.faults import EnvironmentFault, Refused
from sync.wire.packet import GapRef
from sync.wire.recording import Flag, Source


class Verdict(StrEnum):
    """What a recording is worth as evidence."""

    COMPLETE = "complete"  # everything that was recorded is here, as it was recorded
    RECOVERED = "recovered"  # closed after a crash; what is here is genuine, what is missing is stated
    TRUNCATED = "truncated"  # genuine, but the end that once existed is gone
    TAMPERED = "tampered"  # something was changed, removed, moved or added


class FindingCode(StrEnum):
    """Everything that can be found; its words are under `recording.finding.<code>`."""

    MANIFEST_MISSING = "MANIFEST_MISSING"
    CLOSED_AFTER_CRASH = "CLOSED_AFTER_CRASH"
    RECORDER_RESTARTED = "RECORDER_RESTARTED"
    TAIL_UNFINISHED = "TAIL_UNFINISHED"
    HEAD_UNFINISHED = "HEAD_UNFINISHED"
    FILE_UNFINISHED = "FILE_UNFINISHED"

    SEGMENT_MISSING = "SEGMENT_MISSING"
    SEGMENT_SHORT = "SEGMENT_SHORT"
    HEAD_BEYOND = "HEAD_BEYOND"
    MANIFEST_REMOVED = "MANIFEST_REMOVED"

    MANIFEST_REFUSED = "MANIFEST_REFUSED"
    OPENING_REFUSED = "OPENING_REFUSED"
    HEAD_REFUSED = "HEAD_REFUSED"
    HEAD_MISSING = "HEAD_MISSING"
    SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
    SIGNER_REVOKED = "SIGNER_REVOKED"
    DEVICE_KEY_CHANGED = "DEVICE_KEY_CHANGED"
    FILE_EXTRA = "FILE_EXTRA"
    LEAVES_CHANGED = "LEAVES_CHANGED"
    SEGMENT_MOVED = "SEGMENT_MOVED"
    SEGMENT_CHANGED = "SEGMENT_CHANGED"
    RECORD_CHANGED = "RECORD_CHANGED"
    RECORD_REMOVED = "RECORD_REMOVED"
    RECORD_MOVED = "RECORD_MOVED"
    RECORD_EXTRA = "RECORD_EXTRA"


EXPLAINED = frozenset(
    {
        FindingCode.MANIFEST_MISSING,
        FindingCode.CLOSED_AFTER_CRASH,
        FindingCode.RECORDER_RESTARTED,
        FindingCode.TAIL_UNFINISHED,
        FindingCode.HEAD_UNFINISHED,
        FindingCode.FILE_UNFINISHED,
    }
)
"""Findings a crash or a power cut leaves behind."""

MISSING_AT_END = frozenset(
    {FindingCode.SEGMENT_MISSING, FindingCode.SEGMENT_SHORT, FindingCode.HEAD_BEYOND, FindingCode.MANIFEST_REMOVED}
)
"""Findings that say only "the end is gone", as long as they stand at the end of the recording."""


ABOUT_SIGNER = frozenset({FindingCode.SIGNER_UNKNOWN, FindingCode.SIGNER_REVOKED})
"""Findings that say only whose signature it is: nothing was changed since it was signed."""


class SignerState(StrEnum):
    """What is known of who signed, by the directory that was given."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"  # no directory was given
    UNKNOWN = "unknown"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `detail` is for the log; people read the code's words."""

    code: FindingCode
    segment: int | None = None
    record: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class RecordingReport:
    """The result of a verification.

    `signer_checked`: the signing key was found in the directory (without it the signature proves only that nothing
    was changed since, not who signed). `duration_ms` counts from the start to the last thing recorded, gaps included.
    `recording` and `sitting` are ids as the signed papers have them, empty if no paper can be believed.
    `media_ms`, `segments` and `records` count what is really here and verified: `media_ms` is as much as can be
    played, without the time in which both tracks are missing. `open_end_ms`: where a recording that nobody has closed
    ends; what was after it is not known.
    """

    recording: str
    sitting: str

    verdict: Verdict
    findings: tuple[Finding, ...]
    duration_ms: int
    gaps: tuple[GapRef, ...]
    signer_checked: bool
    sources: tuple[Source, ...]
    flags: tuple[Flag, ...]
    media_ms: int
    segments: int
    records: int
    open_end_ms: int | None

    @property
    def signer(self) -> SignerState:
        """What is known of who signed."""
        codes = {finding.code for finding in self.findings}
        if FindingCode.SIGNER_REVOKED in codes:
            return SignerState.REVOKED
        if FindingCode.SIGNER_UNKNOWN in codes:
            return SignerState.UNKNOWN
        return SignerState.CHECKED if self.signer_checked else SignerState.UNCHECKED


class RecordingUnreadable(EnvironmentFault):
    """The folder holds no recording, or the disk does not give it."""

    code = "RECORDING_UNREADABLE"


class RecordingTampered(Refused):
    """A recording that does not verify is not exported or closed; `findings` say why."""

    code = "RECORDING_TAMPERED"
    findings: tuple[Finding, ...] = ()

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(
            "; ".join(
                " ".join(str(part) for part in (f.code, f.segment, f.record) if part is not None) for f in findings[:5]
            ),
            findings=len(findings),
        )
        self.findings = findings
