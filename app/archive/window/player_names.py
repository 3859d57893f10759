"""What marks of a recording are called."""

from app.archive.playing.marks import Lane, Mark
from app.archive.playing.sealed import Trouble
from app.archive.playing.source import Missing
from app.archive.window.player_times import recorded
from app.words import Words
from app.words.incidents import so_long
from app.words.lengths import whole_seconds
from sync.wire.archive import TimelineKind

_SITTING = frozenset(kind.value for kind in TimelineKind)


def name_of(mark: Mark, words: Words) -> str:
    """Name a mark."""
    match mark.lane:
        case Lane.ITEM:
            return words("player.item", number=mark.what)
        case Lane.INCIDENT:
            return _incident(mark, words)
        case Lane.FLAG:
            return words(f"player.flag.{mark.what}")
        case Lane.GAP:
            return words(f"player.gap.{mark.track}", why=why_of(mark.what, words))
        case Lane.BOOKMARK:
            return words("player.bookmark", note=mark.what)


def line_of(mark: Mark, words: Words) -> str:
    """Say a mark in one line: when, what, how long."""
    name = name_of(mark, words)
    if mark.length_ms and mark.lane is not Lane.ITEM:
        name = words("player.lasting", what=name, length=so_long(whole_seconds(mark.length_ms), words))
    return f"{recorded(mark.at_ms)}\u2002{name}"


def why_of(reason: str, words: Words) -> str:
    """Say a gap's reason; a recorder of another version may know more of them."""
    key = f"recording.gap.{reason}"
    return words(key) if words.has(key) else reason


def missing_of(missing: Missing, words: Words) -> str:
    """Say why there is no picture."""
    if isinstance(missing.why, Trouble):
        return words(f"player.trouble.{missing.why}")
    return why_of(missing.why, words)


def _incident(mark: Mark, words: Words) -> str:
    if mark.what in _SITTING:
        return words(f"player.sitting.{mark.what}")
    if mark.clause:
        return words("player.irregularity", clause=mark.clause)
    key = f"incident.{mark.what}"
    return words(key) if words.has(key) else words("incident.other", code=mark.what)
