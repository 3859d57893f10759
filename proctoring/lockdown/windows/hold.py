"""What the kiosk itself holds on Windows during an exam: keys, foreground, screens, and the window's pictures."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from proctoring.lockdown.level import Level
from proctoring.lockdown.seen import DisplayEvent, Seen
from proctoring.lockdown.windows.affinity import Affinity, hide, show
from proctoring.lockdown.windows.desktop import OWN, shown
from proctoring.lockdown.windows.evidence import WindowsEvidence, assess
from proctoring.lockdown.windows.foreground import AllowedPrograms, ForegroundWatch
from proctoring.lockdown.windows.keys import KeyFilter
from proctoring.lockdown.windows.policies import not_in_place
from proctoring.lockdown.windows.strokes import Ruling
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.registry import Registry
from proctoring.win32.screens import screens
from proctoring.win32.users import elevated, own_sid

T = TypeVar("T")


class WindowsHold:
    """Holds one top-level window of this process. Belongs to one thread with a message loop.

    `affinity`: what came of hiding the window; None before `engage`.
    """

    def __init__(self, win32: Win32, window: int, allowed: AllowedPrograms) -> None:
        self.affinity: Affinity | None = None
        self._win32, self._window = win32, window
        self._keys = KeyFilter(win32)
        self._foreground = ForegroundWatch(win32, os.getpid(), window, allowed)
        self._injected = 0

    @property
    def dropped(self) -> Mapping[Ruling, int]:
        """How many key strokes of each kind were dropped so far."""
        return self._keys.dropped

    def engage(self) -> None:
        """Begin to hold. Raises `WindowsRefused`; then nothing is held."""
        try:
            self._keys.start()
            self._foreground.start()
        except WindowsRefused:
            self.release()
            raise
        self.affinity = hide(self._win32, self._window)

    def release(self) -> None:
        """Let go of everything; harmless if nothing is held. A hold is engaged once."""
        self._foreground.stop()
        self._keys.stop()
        if self.affinity is not None:
            show(self._win32, self._window)
            self.affinity = None

    def look(self) -> tuple[DisplayEvent, ...]:
        """Tell what is the matter now, as the watch over a Linux display does. May ask for the keyboard back."""
        events = (*self._desktop(), *self._foreground.look(), *self._screens(), *self._hands())
        if any(event.kind in {Seen.WINDOW_IN_FRONT, Seen.WINDOW_UNTOLD} for event in events):
            self._foreground.reclaim()
        return events

    def level(self) -> Level:
        """Give the level of this PC now. Takes up to 0.3 s if the key filter does not answer."""
        return assess(self.evidence())

    def evidence(self) -> WindowsEvidence:
        """See how things stand now."""
        win32 = self._win32
        return WindowsEvidence(
            hook_answers=self._keys.answers(),
            watching=self._foreground.running,
            own_desktop=_told(lambda: shown(win32) == OWN),
            hidden=None if self.affinity is None else self.affinity.hidden(),
            missing_policies=_told(lambda: not_in_place(Registry(win32), own_sid(win32))),
            elevated=_told(lambda: elevated(win32)),
        )

    def _desktop(self) -> Iterator[DisplayEvent]:
        try:
            name = shown(self._win32)
        except WindowsRefused as refusal:
            yield DisplayEvent(Seen.UNMAPPED, "a desktop of Windows' own", (str(refusal),))
        else:
            if name != OWN:
                yield DisplayEvent(Seen.UNMAPPED, f"desktop {name}", (f"desktop {name} is shown",))

    def _screens(self) -> Iterator[DisplayEvent]:
        try:
            now = screens(self._win32)
        except WindowsRefused as refusal:
            yield DisplayEvent(Seen.DISPLAY_LOST, "screens", (str(refusal),))
            return
        if now.pictures > 1:
            yield DisplayEvent(Seen.SECOND_SCREEN, "screens", (f"{now.pictures} pictures",))
        if now.mirrored:
            yield DisplayEvent(Seen.MIRRORED_SCREEN, "screens", (f"{now.mirrored} on more than one screen",))

    def _hands(self) -> Iterator[DisplayEvent]:
        count = self.dropped[Ruling.INJECTED]
        if count > self._injected:
            yield DisplayEvent(
                Seen.INJECTED_INPUT, "keys", (f"{count - self._injected} strokes no hand made, dropped",)
            )
        self._injected = count


def _told(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except WindowsRefused:
        return None
