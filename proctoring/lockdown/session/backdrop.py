"""Painting the display's own background: it stays when whoever painted it has gone, and every window covers it.

So words can stand there while the kiosk cannot come up, without a program beside it on the display when it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import xcffib
import xcffib.randr
import xcffib.xproto

PIXEL_BYTES: Final = 4
_DEPTH: Final = 24
_MOST_BYTES: Final = 200_000
"""Of one request; servers take at least 262,140 (X11R7.7, "Connection Setup")."""


@dataclass(frozen=True)
class Area:
    """A rectangle of the display in pixels."""

    x: int
    y: int
    width: int
    height: int


def paint_background(display: str | None, draw: Callable[[Area], bytes]) -> bool:
    """Paint every monitor of a display with what `draw` gives for it, rows from the top: blue, green, red, one spare.

    Gives False where the display's pixels are of another kind, and then changes nothing. May wait for the server.

    Raises:
        xcffib.XcffibException: the display cannot be reached, or is lost on the way.
    """
    connection = xcffib.Connection(display=display)
    try:
        setup = connection.get_setup()
        root = setup.roots[connection.pref_screen]
        bits = {form.depth: form.bits_per_pixel for form in setup.pixmap_formats}
        order = xcffib.xproto.ImageOrder.LSBFirst
        if root.root_depth != _DEPTH or bits[_DEPTH] != PIXEL_BYTES * 8 or setup.image_byte_order != order:
            return False
        core, pixmap, pen = connection.core, connection.generate_id(), connection.generate_id()
        whole = Area(0, 0, root.width_in_pixels, root.height_in_pixels)
        core.CreatePixmap(_DEPTH, pixmap, root.root, whole.width, whole.height)
        core.CreateGC(pen, pixmap, xcffib.xproto.GC.Foreground, [root.black_pixel])
        core.PolyFillRectangle(pixmap, pen, 1, [xcffib.xproto.RECTANGLE.synthetic(0, 0, whole.width, whole.height)])
        for area in _monitors(connection, root.root) or (whole,):
            _put(core, pixmap, pen, area, draw(area))
        core.ChangeWindowAttributes(root.root, xcffib.xproto.CW.BackPixmap, [pixmap])
        core.ClearArea(False, root.root, 0, 0, 0, 0)  # noqa: FBT003 - the protocol's: no exposures
        core.GetInputFocus().reply()  # everything before it has been done
        return True
    finally:
        connection.disconnect()


def _monitors(connection: Any, root: int) -> tuple[Area, ...]:  # noqa: ANN401 - xcffib has no types
    try:
        told = connection(xcffib.randr.key).GetMonitors(root, True).reply()  # noqa: FBT003 - the active ones
    except (xcffib.ProtocolException, KeyError):  # a server without RandR, or one before 1.5
        return ()
    return tuple(Area(one.x, one.y, one.width, one.height) for one in told.monitors if one.width and one.height)


def _put(core: Any, pixmap: int, pen: int, area: Area, pixels: bytes) -> None:  # noqa: ANN401
    row = area.width * PIXEL_BYTES
    rows = max(1, _MOST_BYTES // row)
    form = xcffib.xproto.ImageFormat.ZPixmap
    for top in range(0, area.height, rows):
        part = pixels[top * row : (top + rows) * row]
        height = len(part) // row
        core.PutImage(form, pixmap, pen, area.width, height, area.x, area.y + top, 0, _DEPTH, len(part), part)
