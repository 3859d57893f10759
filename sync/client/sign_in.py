"""People sign in: a PIN opens a sealed key; wrong PINs lock out, and no restart or clock gives tries back."""

from collections.abc import Callable
from typing import Final

from sync.faults import EnvironmentFault, Refused
from sync.replica.cabinet import Cabinet, PinFailure
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.trust.pin import PinWrong

FREE_TRIES: Final = 5
FIRST_LOCK_MS: Final = 60_000
"""Short, because a candidate can lock proctors out from the corner; every further wrong PIN doubles it."""
LONGEST_LOCK_MS: Final = 60 * 60_000


class PinRefused(Refused):
    """The PIN was wrong. Fact: `left`, tries before the lock-out."""

    code = "PIN_REFUSED"


class LockedOut(EnvironmentFault):
    """Too many wrong PINs. Fact: `minutes` until the next try."""

    code = "LOCKED_OUT"


class PinDesk:
    """Opens people's keys, counting failures on the disk before saying anything."""

    def __init__(self, cabinet: Cabinet, clock: Callable[[], ClockReading]) -> None:
        self._cabinet = cabinet
        self._clock = clock

    def open(self, person: str, opened: Callable[[], SigningKey]) -> SigningKey:
        """Let `opened` open a person's key with what they typed.

        Raises:
            LockedOut, PinRefused.
        """
        wait_ms = self.locked_for_ms(person)
        if wait_ms:
            raise LockedOut(minutes=-(-wait_ms // 60_000))
        # counted before it is tried: pulling the plug while the key is derived must not give a free try
        now = self._clock()
        self._cabinet.record_pin_failure(person, PinFailure(now.boot_id, now.mono_ms, now.wall_ms))
        try:
            key = opened()
        except PinWrong:
            left = max(0, FREE_TRIES - len(self._cabinet.pin_failures(person)))
            raise PinRefused(left=left) from None
        self._cabinet.clear_pin_failures(person)
        return key

    def locked_for_ms(self, person: str) -> int:
        """Give how long this person must still wait, ms; 0 when a PIN may be tried.

        Only the monotonic clock counts. After a reboot the time since then is all that has surely passed.
        """
        failures = self._cabinet.pin_failures(person)
        if len(failures) < FREE_TRIES:
            return 0
        lock_ms = min(FIRST_LOCK_MS << min(len(failures) - FREE_TRIES, 10), LONGEST_LOCK_MS)
        now, last = self._clock(), failures[-1]
        passed_ms = now.mono_ms - last.mono_ms if now.boot_id == last.boot_id else now.mono_ms
        return max(0, lock_ms - passed_ms)
