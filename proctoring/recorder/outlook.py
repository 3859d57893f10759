"""How long the disk lasts, and whether it keeps up: seen before it hurts."""

import time
from pathlib import Path
from typing import Final

from proctoring.capture.profiles import Profile
from proctoring.recorder.messages import DiskOutlook, Trouble
from proctoring.recorder.writing import Writing
from sync.replica.durable import free_bytes

LOW_MS: Final = 10 * 60_000
"""What does not last for so long is low."""
_LOOK_S: Final = 1.0
_SETTLED_MS: Final = 30_000  # before that, what a recording takes is supposed, not measured


class Outlook:
    """Looks at the disk of one epoch, at most once a second. May be used from any thread."""

    def __init__(self, folder: Path, start_ms: int, writing: Writing, profile: Profile) -> None:
        self._supposed: Final = profile.bytes_per_s
        self._folder: Final = folder
        self._start_ms: Final = start_ms
        self._writing: Final = writing
        self._due = 0.0
        self._free = 0

    def now(self) -> DiskOutlook:
        """Say how the disk is. The room lasts at the pace so far, or at the most a recording takes, if that is less."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _LOOK_S
            self._free = free_bytes(self._folder)
        writing = self._writing
        return DiskOutlook(
            free_bytes=self._free,
            lasts_ms=self._free * 1000 // self._bytes_per_s(),
            slow=writing.slow,
            behind_ms=writing.behind_ms,
        )

    def _bytes_per_s(self) -> int:
        sealed_ms = self._writing.sealed_ms - self._start_ms
        if sealed_ms < _SETTLED_MS:
            return self._supposed
        return max(1, self._writing.sealed_bytes * 1000 // sealed_ms)


def troubles(disk: DiskOutlook) -> tuple[Trouble, ...]:
    """Give what is wrong with a disk that is being recorded to."""
    found = ((Trouble.DISK_SLOW, disk.slow), (Trouble.DISK_LOW, disk.lasts_ms < LOW_MS))
    return tuple(trouble for trouble, there in found if there)
