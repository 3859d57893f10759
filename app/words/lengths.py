"""How long something lasts, as people read it: one rounding, wherever it stands."""

from typing import Final

SECOND_MS: Final = 1000


def whole_seconds(length_ms: int) -> int:
    """Round a length to the nearest second; what lasted at all lasted a second."""
    return max((length_ms + SECOND_MS // 2) // SECOND_MS, min(length_ms, 1))


def clock_length(length_ms: int) -> str:
    """Write a length as h:mm:ss."""
    seconds = whole_seconds(length_ms)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
