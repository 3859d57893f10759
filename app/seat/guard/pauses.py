"""When nobody watched: the PC was asleep, the program stood still, or the screen was given to another user."""

import re
from collections.abc import Iterator
from typing import Final

from app.seat.guard.events import GuardKind, Matter
from proctoring.checks.machine import Machine, Unreadable
from sync.trust.clock import ClockReading

_MS_PER_S: Final = 1_000
ASLEEP_MS: Final = 1_000
STOOD_STILL_MS: Final = 5_000
"""A busy PC delays a beat by less."""
_SESSION: Final = re.compile(r"/session-([A-Za-z0-9]{1,32})\.scope")
_TERMINAL: Final = "sys/class/tty/tty0/active"


class Pauses:
    """Compares each look with the one before it."""

    def __init__(self) -> None:
        self._before: ClockReading | None = None

    def begin(self) -> None:
        """Count from the next look."""
        self._before = None

    def look(self, now: ClockReading) -> Iterator[Matter]:
        """Tell what passed since the look before. Sleep is what the boot clock counts and the monotonic does not."""
        before, self._before = self._before, now
        if before is None or before.boot_id != now.boot_id:
            return
        slept = now.slept_ms - before.slept_ms
        still = now.mono_ms - before.mono_ms
        if slept >= ASLEEP_MS:
            yield Matter(GuardKind.SUSPEND, str(now.slept_ms), (f"clock: asleep for {slept / _MS_PER_S:.0f} s",))
        if still >= STOOD_STILL_MS:
            yield Matter(GuardKind.STOPPED, str(now.mono_ms), (f"clock: stood still for {still / _MS_PER_S:.0f} s",))


class OtherUsers:
    """Watches whether this session still has the screen, by what the kernel and systemd-logind say in files.

    The kernel names the virtual terminal in front (`/sys/class/tty/tty0/active`); logind keeps a session's state in
    `/run/systemd/sessions/<id>` (sd_session_is_active(3) reads it there). Where neither is, nothing is told.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine: Final = machine
        self._session: str | None = None
        self._terminal: str | None = None

    def begin(self) -> None:
        """Remember whose the screen is now."""
        self._session = self._own_session()
        self._terminal = self._text(_TERMINAL)

    def look(self) -> Iterator[Matter]:
        """Tell that somebody else has the screen."""
        evidence = []
        terminal = self._text(_TERMINAL)
        if self._terminal is not None and terminal not in (None, self._terminal):
            evidence.append(f"/{_TERMINAL}: {terminal}, was {self._terminal}")
        if self._session is not None and "ACTIVE=0" in (self._text(self._session) or "").splitlines():
            evidence.append(f"/{self._session}: ACTIVE=0")
        if evidence:
            yield Matter(GuardKind.USER_SWITCH, evidence=tuple(evidence))

    def _own_session(self) -> str | None:
        found = _SESSION.search(self._text("proc/self/cgroup") or "")
        path = f"run/systemd/sessions/{found[1]}" if found else None
        # one that is not in front now (a session of a service) would be told for ever
        return path if path and "ACTIVE=1" in (self._text(path) or "").splitlines() else None

    def _text(self, path: str) -> str | None:
        try:
            return self._machine.text(path)
        except Unreadable:
            return None
