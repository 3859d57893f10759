"""What the clocks say. No clock here unlocks anything; readings are evidence."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_NS_PER_MS: Final = 1_000_000


class ClockUnreadable(EnvironmentFault):
    """The system does not tell which start of the machine this is."""

    code = "CLOCK_UNREADABLE"


@dataclass(frozen=True)
class ClockReading:
    """The same instant on two clocks (ms).

    `wall_ms` counts since 1970 (UTC). `mono_ms` counts since the machine's start named by `boot_id`; it is
    CLOCK_MONOTONIC, which nobody can set and which stands still while the machine sleeps. `slept_ms`: how long it
    has slept since that start (CLOCK_BOOTTIME less CLOCK_MONOTONIC).
    """

    boot_id: str
    mono_ms: int
    wall_ms: int
    slept_ms: int = 0


def read_clock() -> ClockReading:
    """Read the clocks and the boot id.

    Raises:
        ClockUnreadable: the kernel gives no boot id.
    """
    boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)  # first: a pause between the two looks is then never sleep
    mono = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    wall_ms, slept_ms = time.time_ns() // _NS_PER_MS, max(0, boot - mono) // _NS_PER_MS
    return ClockReading(_boot_id(_BOOT_ID), mono // _NS_PER_MS, wall_ms, slept_ms)


@cache
def _boot_id(file: Path) -> str:
    """Read which start of the machine this is: once, because no process outlives it."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ClockUnreadable(f"{file}: {error.strerror}") from None


def trusted_now(wall_ms: int, highest_signed_ms: int) -> int:
    """Give the time to judge expiry by (ms): never behind signed time that was already seen."""
    return max(wall_ms, highest_signed_ms)
