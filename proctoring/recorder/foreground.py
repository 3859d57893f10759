"""Recording in the foreground, in this process, for whoever starts it from a command line and reads what it tells."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from proctoring.recorder.enduring import Enduring
from proctoring.recorder.faults import NothingCame, NothingToGoOnWith
from proctoring.recorder.messages import Closed, RecorderStatus, RecordingSpec
from proctoring.recorder.resume import is_begun
from proctoring.vault.format import layout
from proctoring.vault.format.absence import Absence
from proctoring.vault.format.papers import read_papers
from proctoring.vault.format.reading import names
from sync.trust.keystore import KeyStore
from sync.wire.ids import new_id
from sync.wire.packet import GapRef

Event = dict[str, object]
STATUS_S: Final = 0.5
_S: Final = 1000
_TRACKS: Final = ("picture", "sound")


def ids_for(folder: Path) -> dict[str, str]:
    """Give the ids a recording in `folder` has, or fresh ones where none was begun.

    Raises:
        NothingToGoOnWith: something else is in the folder, or a recording whose papers cannot be believed.
    """
    wanted = ("recording", "session", "sitting", "device")
    if not is_begun(folder):
        found = names(folder) if folder.is_dir() else frozenset()
        strange = {name for name in found if name not in _BEFORE_OPENING and not layout.is_leftover(name)}
        if strange or (folder.exists() and not folder.is_dir()):
            raise NothingToGoOnWith(folder=str(folder))
        return {name: new_id() for name in wanted}
    papers = read_papers(folder, None)
    said = papers.manifest or next(iter(papers.openings), None)
    if said is None:
        raise NothingToGoOnWith(folder=str(folder))
    return {name: getattr(said, name) for name in wanted}


_BEFORE_OPENING: Final = {layout.HEADS, layout.DEVICE_KEY}  # what a kill in the first moment leaves


class Foreground:
    """One recording told as it goes: `tell` gets one event after another, on the calling thread."""

    def __init__(self, spec: RecordingSpec, keys: KeyStore, tell: Callable[[Event], None]) -> None:
        self._recording: Final = Enduring(spec, keys)
        self._tell: Final = tell
        self._told: Final[dict[tuple[object, ...], int]] = {}
        self._last: dict[tuple[object, ...], int] = {}
        self._troubles: frozenset[str] = frozenset()
        self._begun_ms = 0

    def run(self, seconds: float | None, ended: threading.Event) -> Closed:
        """Record for so long (recorded time), or until `ended` is set; then close.

        Recorded time stands still while nothing can be recorded (a full disk): then the clock on the wall ends it.

        Raises:
            NothingCame: it is closed, but neither of the sources has given anything.
            Fault: it could not begin, broke off and did not go on by its end, or could not be closed; what was sealed
                stays.
        """
        self._recording.begin()
        try:
            status = self._recording.status()
            self._begun_ms = status.recorded_ms
            by_s = None if seconds is None else time.monotonic() + max(0.0, seconds - status.recorded_ms / _S)
            self._tell(_begun(self._recording.spec, status))
            while not ended.is_set() and not _is_over(status, seconds) and not self._is_in_vain(by_s):
                self._tell_all(status)
                ended.wait(_pause_s(status, seconds))
                self._recording.tend()
                status = self._recording.status()
            self._tell_all(status)
            broken = self._recording.fault
        finally:
            closed = self._recording.stop()
        self._tell(_closed(closed))
        if broken is not None:
            raise broken
        if not self._recording.came:
            picture, sound = (next(one.label for one in status.sources if one.track == track) for track in _TRACKS)
            raise NothingCame(picture=picture, sound=sound)
        return closed

    def _is_in_vain(self, by_s: float | None) -> bool:
        """Tell whether it broke off for good, or has not gone on by the time it was to end (monotonic clock, s)."""
        recording = self._recording
        late = by_s is not None and time.monotonic() >= by_s
        return not recording.wanted or (late and not recording.under_way)

    def _tell_all(self, status: RecorderStatus) -> None:
        for gap in status.gaps:
            facts = {"track": gap.track, "reason": gap.reason, **_span(gap.start_ms, gap.length_ms)}
            self._tell_once({"event": "gap", **facts}, (gap.track, gap.start_ms), gap.length_ms)
        for noted in status.flags:
            flag = noted.flag
            facts = {"kind": str(flag.kind), "number": noted.number, **_span(flag.at_ms, flag.length_ms)}
            self._tell_once({"event": "flag", **facts}, (flag.kind, flag.at_ms), flag.length_ms)
        troubles = frozenset(str(trouble) for trouble in status.troubles)
        for trouble in sorted(troubles ^ self._troubles):
            self._tell({"event": "trouble", "trouble": trouble, "over": trouble not in troubles, "fault": status.fault})
        self._troubles = troubles
        # a source that gives nothing is stated as a gap after a while only; until then none of this time counts either
        self._tell(_status(status, status.sealed_ms if self._recording.came else self._begun_ms))

    def _tell_once(self, event: Event, key: tuple[object, ...], length_ms: int) -> None:
        """Tell of something that has a length when it begins, and once more when it has ended to grow."""
        grows, self._last[key] = self._last.get(key, length_ms) != length_ms, length_ms
        if key not in self._told or (self._told[key] != length_ms and not grows):
            self._told[key] = length_ms
            self._tell(event)


def media_ms(reached_ms: int, gaps: Iterable[GapRef]) -> int:
    """Give how much there is to see and hear of a recording that reaches so far: without the gaps in both tracks."""
    return reached_ms - Absence(gaps).until(reached_ms)


def _is_over(status: RecorderStatus, seconds: float | None) -> bool:
    return seconds is not None and status.recorded_ms >= seconds * _S


def _pause_s(status: RecorderStatus, seconds: float | None) -> float:
    left_s = STATUS_S if seconds is None else seconds - status.recorded_ms / _S
    return min(STATUS_S, max(left_s, 0.02))


def _begun(spec: RecordingSpec, status: RecorderStatus) -> Event:
    return {
        "event": "recording",
        "recording": spec.recording,
        "session": spec.session,
        "sitting": spec.sitting,
        "device": spec.device,
        "folder": str(spec.folder),
        "sources": [source.model_dump() for source in status.sources],
        "goes_on": bool(status.gaps),
        "media_seconds": _seconds(media_ms(status.sealed_ms, status.gaps)),
    }


def _status(status: RecorderStatus, most_ms: int) -> Event:
    disk = status.disk
    return {
        "event": "status",
        "state": str(status.state),
        "media_seconds": _seconds(media_ms(min(most_ms, status.sealed_ms), status.gaps)),
        "durable_seconds": _seconds(media_ms(min(most_ms, status.durable_ms), status.gaps)),
        "recorded_seconds": _seconds(status.recorded_ms),
        "bytes": status.bytes,
        "level_dbfs": status.level_dbfs_tenths / 10,
        "gaps": len(status.gaps),
        "free_bytes": disk.free_bytes if disk else None,
        "lasts_seconds": _seconds(disk.lasts_ms) if disk else None,
        "restarts": status.restarts,
    }


def _closed(closed: Closed) -> Event:
    return {
        "event": "closed",
        "media_seconds": _seconds(media_ms(closed.duration_ms, closed.gaps)),
        "duration_seconds": _seconds(closed.duration_ms),
        "manifest_sha256": closed.manifest_sha256,
        "gaps": len(closed.gaps),
        "simulated": list(closed.simulated),
        "folder": str(closed.folder),
    }


def _span(start_ms: int, length_ms: int) -> dict[str, object]:
    return {"start_seconds": _seconds(start_ms), "length_seconds": _seconds(length_ms)}


def _seconds(ms: int) -> float:
    return round(ms / _S, 3)
