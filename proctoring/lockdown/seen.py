"""What can be the matter with a display, by name."""

from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """What can be the matter with a display."""

    WINDOW_IN_FRONT = "window_in_front"
    """A window that is not allowed lies over ours."""
    WINDOW_UNTOLD = "window_untold"
    """A window lies over ours, and whose it is cannot be told."""
    WINDOWS_CROWDED = "windows_crowded"
    """More windows lie over ours than are looked at."""
    CLIENT_FOREIGN = "client_foreign"
    """A program that is not allowed is connected to the display, and could read and drive it."""
    CLIENT_UNTOLD = "client_untold"
    """Something is connected to the display, and what it is cannot be told."""
    WINDOW_MANAGER = "window_manager"
    """A window manager runs."""
    WINDOW_GONE = "window_gone"
    UNMAPPED = "unmapped"
    """Our window is hidden: by message, by another client, or because another desktop is shown."""
    ICONIFIED = "iconified"
    NOT_COVERING = "not_covering"
    """Our window is on show and covers no screen wholly: moved, shrunk, or the screen grew."""
    REPARENTED = "reparented"
    """Our window stands within another's that is no window manager's."""
    FOCUS_ELSEWHERE = "focus_elsewhere"
    """Keys go to a window that is not ours."""
    SECOND_SCREEN = "second_screen"
    MIRRORED_SCREEN = "mirrored_screen"
    INJECTED_INPUT = "injected_input"
    """Keys or buttons were pressed that no hand pressed (told once)."""
    DISPLAY_STALLED = "display_stalled"
    """The display does not answer: another client holds it, or the PC is overloaded."""
    DISPLAY_HELD = "display_held"
    """The display answers, but let us wait for much of the time: a client holds it again and again."""
    DISPLAY_LOST = "display_lost"
    """The connection broke; nothing more is seen."""


@dataclass(frozen=True)
class DisplayEvent:
    """One thing that is the matter.

    `subject`: the same for the same thing at every look ("process 812: /usr/bin/xterm"). `evidence`: plain lines.
    """

    kind: Seen
    subject: str = ""
    evidence: tuple[str, ...] = ()
