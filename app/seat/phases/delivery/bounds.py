"""How much a candidate may give: what a journal row holds, and all together what a score packet holds."""

from typing import Final

from pydantic import ValidationError

from app.exam.events import Answered, event_bytes
from app.exam.interactions import Responses
from app.exam.sitting import Sitting

SMALL_BYTES: Final = 1_000
"""Responses of this size always fit: a thousand items of them are a quarter of a packet."""
ALL_BYTES: Final = 1_500_000
"""What all responses may take together once one of them is not small (`ScorePacket.MAX_BYTES` is 4 MB)."""


def fits(sitting: Sitting, item: str, responses: Responses) -> bool:
    """Tell whether an item's responses can be kept, signed and handed over beside all the others."""
    size = _bytes(item, responses)
    if size is None or size <= SMALL_BYTES:
        return size is not None
    others = (_bytes(other, given.responses) or 0 for other, given in sitting.given.items() if other != item)
    return size + sum(others) <= ALL_BYTES


def _bytes(item: str, responses: Responses) -> int | None:
    """Give how large the event becomes; None if it cannot be one (`sync.wire.packet.Responses`)."""
    try:
        return len(event_bytes(Answered(item=item, responses=responses, complete=False)))
    except (ValidationError, UnicodeEncodeError):
        return None  # a text too long, too many values, or half a character
