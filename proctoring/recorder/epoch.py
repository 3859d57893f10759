"""Beginning an epoch: a fresh recording, or one that goes on after a crash."""

from dataclasses import dataclass
from typing import Final

from proctoring.capture.profiles import codec_text, profile_named
from proctoring.recorder.clock import RecordedClock
from proctoring.recorder.faults import RecorderRefused, RecordingTooOld
from proctoring.recorder.ledger import HeadFile, Ledger, Said, opening_for
from proctoring.recorder.messages import RecordingSpec
from proctoring.recorder.resume import Resumed, elapsed_ms, is_begun, resume
from proctoring.recorder.segments import Plan
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import first_link
from sync.replica.durable import private_folder
from sync.trust.clock import ClockReading, read_clock
from sync.trust.keys import SigningKey
from sync.wire.ids import MOST_RECORDED_MS
from sync.wire.packet import GapRef
from sync.wire.recording import Source

RESTARTED: Final = "recorder_restarted"
_DAY_MS: Final = 86_400_000
_LATEST_START_MS: Final = MOST_RECORDED_MS - _DAY_MS
"""What goes on later has no room for a day any more before its recorded time ends."""


@dataclass(frozen=True)
class Epoch:
    """What an epoch begins with; its opening is signed and durable."""

    ledger: Ledger
    plan: Plan
    ratchet: Ratchet
    clock: RecordedClock
    bytes_before: int


def begin_epoch(spec: RecordingSpec, key: SigningKey, sources: tuple[Source, ...], reason: str = RESTARTED) -> Epoch:
    """Begin the recording's first epoch, or the next one after an interruption, which is stated as a gap (`reason`).

    Raises:
        RecorderRefused: the folder holds another recording.
        RecordingTooOld: it was begun 48 days ago, or earlier.
        RecordingClosed, RecordingTampered, RecordingInUse, RecordingUnreadable: see `resume`.
        KeyRefused: a recipient's key is not one.
        DiskFull, DiskFault: the papers cannot be written.
    """
    if not is_begun(spec.folder):
        return _fresh(spec, key, sources)
    resumed = resume(spec.folder, key)
    try:
        return _going_on(spec, key, (sources, reason), resumed)
    except BaseException:
        resumed.ledger.release()
        raise


def _fresh(spec: RecordingSpec, key: SigningKey, sources: tuple[Source, ...]) -> Epoch:
    ratchet = Ratchet.fresh(spec.recording, 0)
    wrapped = ratchet.wrapped(spec.recipients)
    ledger = Ledger(private_folder(spec.folder), key, HeadFile(spec.folder), Said())
    try:
        now = read_clock()
        ledger.open(opening_for(spec, wrapped, sources, key, (now, 0)))
    except BaseException:
        ledger.release()
        raise
    before = first_link(spec.recording)
    plan = Plan(spec.folder, spec.recording, 0, spec.segment_ms, before, profile_named(spec.profile))
    return Epoch(ledger, plan, ratchet, RecordedClock(now, 0), 0)


def _going_on(spec: RecordingSpec, key: SigningKey, what: tuple[tuple[Source, ...], str], resumed: Resumed) -> Epoch:
    sources, reason = what
    opening = resumed.opening
    theirs = (opening.recording, opening.session, opening.sitting, opening.device)
    if theirs != (spec.recording, spec.session, spec.sitting, spec.device):
        raise RecorderRefused(f"{spec.folder.name} holds another recording")
    if opening.codec != codec_text(profile_named(spec.profile)):
        raise RecorderRefused(f"{spec.folder.name} was begun with another profile: {opening.codec}")
    ratchet = Ratchet.fresh(spec.recording, resumed.next_segment)
    wrapped = ratchet.wrapped(spec.recipients)
    now = read_clock()
    starts_ms = elapsed_ms(opening, now, resumed.duration_ms)
    if starts_ms > _LATEST_START_MS:
        raise RecordingTooOld(folder=spec.folder.name, days=MOST_RECORDED_MS // _DAY_MS)
    started = ClockReading(opening.boot_id, opening.started.mono_ms, opening.started.wall_ms)
    resumed.ledger.open(opening_for(spec, wrapped, sources, key, (started, starts_ms)))
    resumed.ledger.gap(
        GapRef(
            track="both",
            start_ms=resumed.duration_ms,
            length_ms=starts_ms - resumed.duration_ms,
            reason=reason,
        )
    )
    plan = Plan(spec.folder, spec.recording, starts_ms, spec.segment_ms, resumed.before, profile_named(spec.profile))
    return Epoch(resumed.ledger, plan, ratchet, RecordedClock(now, starts_ms), resumed.sealed_bytes)
