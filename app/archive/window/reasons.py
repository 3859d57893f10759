"""Why something cannot be done with a recording just now: said wherever its button cannot be pressed."""

from typing import Final

from proctoring.vault.retention.standing import Standing, State

_GONE: Final = frozenset({State.DESTROYED, State.DESTROYING})
_RIPE: Final = frozenset({State.EXPIRABLE, State.PROPOSED, State.APPROVED})
_EARLY: Final = {State.ARRIVED: "arrived", State.MISSING: "missing"}


def why_not(stands: Standing, act: str) -> str:
    """Give why an act (`RecordingPage.acts`) cannot be chosen: the words' key; empty: it can."""
    if stands.state in _GONE:
        return "gone"
    if act == "destroy":
        return _why_not_destroyed(stands)
    return "missing" if act != "hold" and stands.state is State.MISSING else ""


def _why_not_destroyed(stands: Standing) -> str:
    if stands.frozen is not None:
        return "frozen"
    if stands.proposal is not None:
        return ""
    if stands.state not in _RIPE:
        return _EARLY.get(stands.state, "early")
    return "held" if stands.held else ""
