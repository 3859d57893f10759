"""What is marked in a recording, on one time axis: items, incidents, flags, gaps, bookmarks, and what does not open."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from proctoring.vault.format.outline import Outline
from sync.wire.archive import RecordingAbout, TimelineKind


class Lane(StrEnum):
    """The kinds of marks; each has a lane of the timeline. Its words are under `player.lane`."""

    ITEM = "item"
    INCIDENT = "incident"
    FLAG = "flag"
    GAP = "gap"
    BOOKMARK = "bookmark"


@dataclass(frozen=True)
class Mark:
    """A moment or a stretch, ms of recorded time.

    `what`: the item's label, the incident's code, the flag's kind, the gap's reason, or the bookmark's note.
    `track`: of a gap, "picture", "sound" or "both".
    """

    lane: Lane
    at_ms: int
    length_ms: int
    what: str
    track: str = ""
    clause: str = ""

    @property
    def end_ms(self) -> int:
        """Where it ends."""
        return self.at_ms + self.length_ms


def marks_of(outline: Outline, about: RecordingAbout | None) -> tuple[Mark, ...]:
    """Collect what papers and timeline say, in the order of time."""
    found = [
        *(Mark(Lane.FLAG, flag.at_ms, flag.length_ms, flag.kind.value) for flag in outline.flags),
        *(Mark(Lane.GAP, gap.start_ms, gap.length_ms, gap.reason, gap.track) for gap in outline.gaps),
        *(Mark(Lane.BOOKMARK, mark.at_ms, 0, mark.note) for mark in outline.bookmarks),
        *(_timeline(about, outline.duration_ms) if about else ()),
    ]
    return tuple(sorted(found, key=lambda mark: (mark.at_ms, mark.lane, mark.what)))


def _timeline(about: RecordingAbout, duration_ms: int) -> Iterable[Mark]:
    """Give items as stretches (each until the next is shown, the sitting pauses or ends), the rest as moments."""
    label, since_ms = "", -1
    for mark in sorted(about.timeline, key=lambda mark: mark.at_ms):
        if mark.kind is TimelineKind.INCIDENT:
            yield Mark(Lane.INCIDENT, mark.at_ms, 0, mark.label, clause=mark.clause or "")
            continue
        if since_ms >= 0 and mark.kind is not TimelineKind.CONTINUED:
            yield Mark(Lane.ITEM, since_ms, mark.at_ms - since_ms, label)
            since_ms = -1
        if mark.kind is TimelineKind.ITEM:
            label, since_ms = mark.label, mark.at_ms
            continue
        if mark.kind is TimelineKind.CONTINUED and label:
            since_ms = mark.at_ms
        yield Mark(Lane.INCIDENT, mark.at_ms, 0, mark.kind.value)
    if since_ms >= 0:
        yield Mark(Lane.ITEM, since_ms, max(0, duration_ms - since_ms), label)
