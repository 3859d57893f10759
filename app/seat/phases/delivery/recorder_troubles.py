"""What the recorder says is wrong while it records: alarms, and incidents of the sitting, each of them once."""

from collections.abc import Iterable, Iterator
from typing import Final

from app.seat.alarm import Cause
from app.words.lengths import whole_seconds
from proctoring.recorder.client import RecorderStatus, Trouble

CALM_LOOKS: Final = 5
"""A trouble is over when so many looks in a row were without it: the alarm does not come and go with a disk."""
RESTARTED: Final = "RECORDER_RESTARTED"
CODES: Final = {
    Trouble.DISK_LOW: "RECORDING_DISK_LOW",
    Trouble.DISK_SLOW: "RECORDING_DISK_SLOW",
    Trouble.UNGUARDED: "RECORDER_UNGUARDED",
}
"""What goes on while something is wrong; a recording that broke off is an interruption of its own."""
CAUSES: Final = {Trouble.DISK_LOW: Cause.DISK_LOW, Trouble.DISK_SLOW: Cause.DISK_SLOW}
"""What a person has to come for, before anything is lost."""


class Lasting:
    """The troubles there are, each until it has been away for a while."""

    def __init__(self) -> None:
        self._left: dict[Trouble, int] = {}

    def look(self, troubles: Iterable[Trouble]) -> frozenset[Trouble]:
        """Take what one look has seen, and give what is the matter."""
        faded = {trouble: left - 1 for trouble, left in self._left.items() if left > 1}
        self._left = faded | dict.fromkeys(troubles, CALM_LOOKS)
        return frozenset(self._left)


def statements(status: RecorderStatus) -> Iterator[tuple[str, str]]:
    """Give code and detail of every incident that the recorder's word is; the same again at the next look.

    The detail of a restart is its gap, "3 s at 125 s" of recorded time; of a low disk, how long it lasts: "540 s".
    """
    for trouble, code in CODES.items():
        if trouble in status.troubles:
            lasts = trouble is Trouble.DISK_LOW and status.disk is not None
            yield code, f"{status.disk.lasts_ms // 1000} s" if lasts and status.disk else ""
    for gap in status.gaps:
        if gap.track == "both":  # neither picture nor sound: the recorder itself began anew
            yield RESTARTED, f"{whole_seconds(gap.length_ms)} s at {gap.start_ms // 1000} s"


def mark(code: str, detail: str) -> tuple[str, str]:
    """Give what an incident is known again by: a restart by its gap, all else once for the sitting."""
    return code, detail if code == RESTARTED else ""
