"""Whether the seat's disk holds the longest recording of a session."""

from app.seat.camera_desk import longest_recording_ms
from app.seat.recording_choice import recording_choice
from app.seat.workplace import Session, Workplace
from proctoring.capture.profiles import PROFILES, profile_named
from proctoring.checks.situation import DiskFact
from proctoring.recorder.messages import SPARE_BYTES, space_for
from sync.faults import Fault
from sync.replica.durable import free_bytes
from sync.wire.plan import MINUTE_MS


def disk_fact(workplace: Workplace, session: Session) -> DiskFact:
    """Give what the seat's disk holds against what the session's longest recording takes."""
    try:
        profile = profile_named(recording_choice(workplace.home).profile)
    except Fault:
        profile = PROFILES[0]  # what takes most; that nothing can be recorded, readiness says
    longest_ms = longest_recording_ms(session.plan)
    needed, free = space_for(longest_ms, profile.name), free_bytes(workplace.home.root)
    lasts_ms = max(0, free - SPARE_BYTES) * 1000 // profile.bytes_per_s
    return DiskFact(free, needed, -(-longest_ms // MINUTE_MS), lasts_ms // MINUTE_MS)
