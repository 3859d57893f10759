"""Whether a camera's pictures are one picture, or go round: no sensor gives the same picture twice."""

from collections.abc import Sequence
from typing import Final

LEAST_PICTURES: Final = 8
"""So many are needed to say anything."""
LEAST_CONTRAST: Final = 24
"""Brightness (0 to 255) between the darkest and the brightest point. Below it a lens is covered: then a sensor's noise
may round off to nothing, and the same picture comes again by itself."""
_REPEATS: Final = 3
"""A camera that stalls for a moment is shown twice or thrice."""


def is_still(pictures: Sequence[bytes]) -> bool | None:
    """Judge a camera's pictures, the oldest first: True if they repeat exactly, None if they do not tell.

    `pictures`: one byte of brightness per point, all of one size, small (some hundred points are plenty), taken one
    after the other at least 0.5 s apart and over more than a loop's length if a loop shall be seen: 8 to 240 of them.
    A sensor's noise changes some points of every picture, also of an empty room; a still one has none, and a film that
    goes round comes back to pictures it has shown. A film with noise laid over it is not seen by this.
    """
    size = len(pictures[0]) if pictures else 0
    if len(pictures) < LEAST_PICTURES or not size or any(len(picture) != size for picture in pictures):
        return None
    lit = [picture for picture in pictures if max(picture) - min(picture) >= LEAST_CONTRAST]
    if len(lit) < LEAST_PICTURES:
        return None
    repeats = len(lit) - len(set(lit))
    return repeats > max(_REPEATS, len(lit) // 4)
