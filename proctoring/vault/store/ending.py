"""When a recording ended, for how long it has to be kept: the same for the store that locks and for whoever judges."""

from typing import Final

from sync.wire.ids import LATEST_MS
from sync.wire.plan import CENTURY_DAYS
from sync.wire.recording import RecordingManifest

DAY_MS: Final = 86_400_000
MARGIN_MS: Final = 366 * DAY_MS
"""So far a seat's clock may be ahead of the arrival and still be believed, to the good of what is kept."""
_LATEST_MS: Final = LATEST_MS - CENTURY_DAYS * DAY_MS  # so that also the end of the longest retention has a date
_ID_TIME_BITS: Final = 80  # a UUIDv7 begins with 48 bits of milliseconds (RFC 9562 section 5.7)


def ended_ms(manifest: RecordingManifest, arrived_ms: int | None) -> int:
    """Give when a recording ended, by its own signed clock, ms since 1970 (UTC).

    A seat whose clock said less than the time at which the registry made the session (its id tells) was wrong: then
    the session's and the arrival's time count, for nothing may expire early by a seat's flat battery. What a seat says
    that lies more than a year (`MARGIN_MS`) after the arrival is wrong, or hostile, and counts for nothing: no seat
    decides that something is kept for thousands of years in a store that lets nobody end it. `arrived_ms`: by whoever
    knows the time; None, it has not arrived.
    """
    own, planned = claimed_ms(manifest), int(manifest.session.replace("-", ""), 16) >> _ID_TIME_BITS
    if arrived_ms is not None:
        latest = arrived_ms + MARGIN_MS
        own, planned = (one if one <= latest else arrived_ms for one in (own, planned))
    return min(own if own >= planned else max(planned, arrived_ms or 0), _LATEST_MS)


def claimed_ms(manifest: RecordingManifest) -> int:
    """Give when a recording ended as its seat's clock had it, whatever that is worth, ms since 1970 (UTC)."""
    return max(
        manifest.started.wall_ms + manifest.duration_ms,
        *(segment.clock.wall_ms + segment.duration_ms for segment in manifest.segments),
        0,
    )


def retain_until_ms(manifest: RecordingManifest, arrived_ms: int | None) -> int:
    """Give until when a recording is kept at least, ms since 1970 (UTC)."""
    return ended_ms(manifest, arrived_ms) + manifest.retention_days * DAY_MS
