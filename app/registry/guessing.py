"""Bounds how often an address may ask for verification codes that do not exist."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from sync.faults import Refused

BURST: Final = 20
REFILL_MS: Final = 6_000
"""An address may miss twenty times, and once more for every six seconds since."""

_ADDRESSES: Final = 10_000


class CodesGuessed(Refused):
    """Too many codes that do not exist were asked for from one address."""

    code = "CODES_GUESSED"


class Guesses:
    """Remembers the misses of the addresses that missed last; an IPv6 customer (/64) is one address.

    Hits are free, so that an exam site behind one address can look all its slips up; but who has used up his misses
    gets no answer at all, or the next guess would be answered as well.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._owed: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str) -> None:
        """Refuse an address that has missed too often. Raises CodesGuessed."""
        with self._lock:
            if self._misses(_whose(address)) >= BURST:
                raise CodesGuessed(wait_ms=REFILL_MS)

    def miss(self, address: str) -> None:
        """Count a code that does not exist."""
        with self._lock:
            whose = _whose(address)
            self._owed[whose] = self._misses(whose) + 1, self._clock()
            self._owed.move_to_end(whose)
            if len(self._owed) > _ADDRESSES:
                self._owed.popitem(last=False)

    def _misses(self, whose: str) -> float:
        count, at_ms = self._owed.get(whose, (0.0, 0))
        return max(0.0, count - max(0, self._clock() - at_ms) / REFILL_MS)


def _whose(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    return str(IPv6Network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
