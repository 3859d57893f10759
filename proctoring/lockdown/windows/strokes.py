"""Which keys lead out of an exam, and which were not pressed by a hand. Pure: no Windows in here.

Sources: Microsoft Learn, "Virtual-Key Codes", "KBDLLHOOKSTRUCT", "Keyboard shortcuts in Windows". Ctrl+Alt+Del reaches
no hook; what its screen offers is taken away by policies. The keys of input methods (Shift, Ctrl+Space, Ctrl+Shift,
Shift+Space, the VK_PROCESSKEY family) are none of those below, so Chinese can be typed; Win+Space cannot be used.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from proctoring.win32.layout import KeyboardHook

INJECTED: Final = 0x10
LOWER_INJECTED: Final = 0x02
ALT_DOWN: Final = 0x20
UP: Final = 0x80

TAB, ESCAPE, SPACE, F4 = 0x09, 0x1B, 0x20, 0x73
PRINT_SCREEN, LEFT_WIN, RIGHT_WIN, MENU_KEY, SLEEP = 0x2C, 0x5B, 0x5C, 0x5D, 0x5F
CONTROLS: Final = frozenset({0x11, 0xA2, 0xA3})
ALWAYS_LEAVE: Final = frozenset(
    {PRINT_SCREEN, LEFT_WIN, RIGHT_WIN, MENU_KEY, SLEEP, *range(0xA6, 0xAD), *range(0xB4, 0xB8)}
)
"""Also the keys that open a browser, a mail program or any other: VK_BROWSER_* and VK_LAUNCH_*."""
LEAVE_WITH_ALT: Final = frozenset({TAB, ESCAPE, SPACE, F4})
LEAVE_WITH_CTRL: Final = frozenset({ESCAPE})
"""Ctrl+Shift+Esc too."""


class Ruling(StrEnum):
    """What becomes of a key stroke. All but `PASSES` are dropped."""

    PASSES = "passes"
    INJECTED = "injected"
    LEAVES = "leaves"
    PROBE = "probe"
    """Our own question whether the hook still answers."""


@dataclass(frozen=True)
class Stroke:
    """One key going down or up. `key`: the virtual-key code; `extra`: what an injecting program said with it."""

    key: int
    up: bool = False
    alt: bool = False
    injected: bool = False
    extra: int = 0


def stroke_of(record: KeyboardHook) -> Stroke:
    """Read a stroke from what the hook is given."""
    flags = record.flags
    return Stroke(
        key=record.vk,
        up=bool(flags & UP),
        alt=bool(flags & ALT_DOWN),
        injected=bool(flags & (INJECTED | LOWER_INJECTED)),
        extra=record.extra,
    )


@dataclass
class Sieve:
    """Rules on one stroke after the other. `probe`: the mark of our own probes.

    A key whose going down was let through is let up as well, whatever is held by then: no key stays stuck in a program.
    """

    probe: int
    _control: set[int] = field(default_factory=set)
    _through: set[int] = field(default_factory=set)
    _dropped: set[int] = field(default_factory=set)

    def rule(self, stroke: Stroke) -> Ruling:
        """Say what becomes of a stroke. Injected strokes change nothing of what counts as held."""
        if stroke.injected:
            return Ruling.PROBE if stroke.extra == self.probe else Ruling.INJECTED
        if stroke.up:
            return self._released(stroke.key)
        if stroke.key in CONTROLS:
            self._control.add(stroke.key)
        if self._leaves(stroke):
            if stroke.key not in self._through:
                self._dropped.add(stroke.key)
            return Ruling.LEAVES
        self._dropped.discard(stroke.key)
        self._through.add(stroke.key)
        return Ruling.PASSES

    def _released(self, key: int) -> Ruling:
        self._control.discard(key)
        if key in self._dropped:
            self._dropped.discard(key)
            return Ruling.LEAVES
        self._through.discard(key)
        return Ruling.PASSES

    def _leaves(self, stroke: Stroke) -> bool:
        return (
            stroke.key in ALWAYS_LEAVE
            or (stroke.alt and stroke.key in LEAVE_WITH_ALT)
            or (bool(self._control) and stroke.key in LEAVE_WITH_CTRL)
        )
