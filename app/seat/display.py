"""Is there a screen to show anything on? Asked before Qt is, which would only abort."""

import os

from sync.faults import EnvironmentFault


class NoDisplay(EnvironmentFault):
    """There is no display to open a window on."""

    code = "NO_DISPLAY"


def has_display() -> bool:
    """Tell whether this session has a display a window can open on."""
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))


def require_display() -> None:
    """Go on only where there is a display.

    Raises:
        NoDisplay: there is none.
    """
    if not (has_display() or os.environ.get("QT_QPA_PLATFORM")):  # whoever names a platform knows what they do
        raise NoDisplay
