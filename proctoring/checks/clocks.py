"""The PC's clock: whether it is steered, how far it is from the registry's, and whether the PC has slept.

The exam's own time is counted by a clock that nobody can set (`sync.trust.clock`); what is said here is for the record.
"""

import ctypes
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import KernelClock, Situation

MOST_OFFSET_MS: Final = 60_000
"""What two honest clocks may differ by."""
MOST_SLEPT_MS: Final = 500
"""Two clocks are read one after the other; nothing that sleeps does so for less."""
_MOST_ERROR_US: Final = 16_000_000
"""The kernel counts the possible error up to this and stops there (NTP_PHASE_LIMIT, linux/timex.h)."""
_TIME_ERROR: Final = 5
"""`ntp_gettimex`: the clock is not synchronised (sys/timex.h)."""


class _NtpTime(ctypes.Structure):
    """`struct ntptimeval` of sys/timex.h (glibc)."""

    _fields_ = (
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("tai", ctypes.c_long),
        ("reserved", ctypes.c_long * 4),
    )


def read_kernel_clock() -> KernelClock | None:
    """Ask the kernel of the PC this runs on whether its clock is steered (about 30 µs); None where there is no way to.

    Python has no adjtimex. `ntp_gettimex` asks the same and needs no rights; what a time service leaves in its files
    says what it once did, and stays there when it has stopped.
    """
    try:
        ask = ctypes.CDLL(None).ntp_gettimex
    except (AttributeError, OSError, TypeError):  # another libc, or Windows
        return None
    answer = _NtpTime()
    state = ask(ctypes.byref(answer))
    if state < 0:
        return None
    error = int(answer.maxerror)
    return KernelClock(state != _TIME_ERROR and error < _MOST_ERROR_US, error)


def clock_sync(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether a time service steers the clock."""
    clock = situation.clock
    if clock is None:
        return unknown("clock_sync", ("adjtimex: no answer",))
    seen = (f"adjtimex: {'' if clock.synchronised else 'not '}synchronised, maxerror {clock.most_error_us} us",)
    return clear("clock_sync", seen) if clock.synchronised else found("clock_sync", seen)


def clock_offset(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether this PC's time differs from the registry's (or the station's) by more than honest clocks do."""
    offset = situation.registry_offset_ms
    if offset is None:
        return unknown("clock_offset", ("registry: not asked, or no answer",))
    seconds = abs(offset) // 1000
    seen = (f"registry: this clock is {offset / 1000:+.1f} s off",)
    if abs(offset) > MOST_OFFSET_MS:
        return found("clock_offset", seen, seconds=seconds)
    return clear("clock_offset", seen, seconds=seconds)


def suspend(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether the PC has slept since the kiosk began: then neither kiosk nor recorder saw what was done to it."""
    slept = situation.slept_ms
    if slept is None:
        return unknown("suspend", ("CLOCK_BOOTTIME: not compared",))
    seen = (f"CLOCK_BOOTTIME less CLOCK_MONOTONIC: {slept} ms more than when the kiosk began",)
    if slept > MOST_SLEPT_MS:
        return found("suspend", seen, seconds=-(-slept // 1000))
    return clear("suspend", seen)
