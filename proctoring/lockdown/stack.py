"""Our window among the others: what lies over it, whether it is whole, and on which screens."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from proctoring.lockdown.xserver import XServer, u16, u32

MOST_WINDOWS: Final = 128
"""So many of other people's windows above ours are looked at, from the top; that there are more is told."""
MOST_SCANNED: Final = 2000
"""And among so many of the uppermost they are looked for."""
_MOST_PARENTS: Final = 8  # a window manager's frame is one; more than these is no window manager
_INPUT_ONLY: Final = 2
_VIEWABLE: Final = 2
_HEADER: Final = 32  # bytes of a reply before its list
_SMALLEST: Final = 4  # pixels each way: what covers less shows nothing by itself, and catches no click


@dataclass(frozen=True)
class Rect:
    """A rectangle of the display in pixels."""

    x: int
    y: int
    width: int
    height: int

    def common(self, other: "Rect") -> "Rect | None":
        """Give what both cover, None if nothing."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Rect(x, y, right - x, bottom - y) if right > x and bottom > y else None

    def covers(self, other: "Rect") -> bool:
        """Tell whether the other lies wholly within this one."""
        return self.common(other) == other

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}+{self.x}+{self.y}"


@dataclass(frozen=True)
class Window:
    """A window of the display's, as it was seen. `masks`: the core events that clients have asked for on it."""

    xid: int
    rect: Rect
    viewable: bool = True
    input_only: bool = False
    override_redirect: bool = False
    masks: int = 0

    def __str__(self) -> str:
        kinds = ("input only" * self.input_only, "override-redirect" * self.override_redirect)
        return " ".join(("window", f"{self.xid:#x}", str(self.rect), *filter(None, kinds)))

    def shows(self, rect: Rect) -> int:
        """Give how many pixels of a rectangle's picture it takes away."""
        common = self.rect.common(rect)
        return common.area if self.viewable and not self.input_only and common else 0

    def hides(self, rect: Rect) -> bool:
        """Tell whether it takes any of a rectangle's picture or clicks away."""
        common = self.rect.common(rect)
        return self.viewable and common is not None and min(common.width, common.height) >= _SMALLEST


def too_many(over: Sequence[Window], own: Rect, share: Fraction) -> tuple[Window, ...]:
    """Give those windows that take a bit of our picture away, if together they take more than a share of it."""
    taking = tuple(window for window in over if window.shows(own))
    return taking if sum(window.shows(own) for window in taking) > share * own.area else ()


@dataclass(frozen=True)
class Monitor:
    """A part of the display that somebody sees. `outputs`: how many screens show it."""

    name: str
    rect: Rect
    outputs: int

    def __str__(self) -> str:
        return f"{self.name} {self.rect}" + (f" on {self.outputs} outputs" if self.outputs > 1 else "")


def top_level(server: XServer, window: int) -> int | None:
    """Give the child of the root that a window stands in: itself, or its window manager's frame. None: it has gone."""
    for _ in range(_MOST_PARENTS):
        (tree,) = server.ask(server.core.QueryTree(window))
        if tree is None:
            return None
        parent = u32(tree, 12)
        if parent in (server.root, 0):
            return window
        window = parent
    return window


def children(tree: bytes) -> Sequence[int]:
    """Give a window's children from QueryTree's reply, the lowest first.

    Its own count has 16 bits, and there can be more: the reply's length is right.
    """
    return memoryview(tree)[32:].cast("I")


def above(tree: bytes, window: int) -> Sequence[int] | None:
    """Give the siblings above a window, the lowest first. None if it is not among the children of this reply."""
    wanted = struct.pack("=I", window)
    at = tree.rfind(wanted)
    while at >= _HEADER and at % 4:
        at = tree.rfind(wanted, _HEADER, at + 3)
    return children(tree)[(at - _HEADER) // 4 + 1 :] if at >= _HEADER else None


def windows(server: XServer, ids: Sequence[int]) -> tuple[Window, ...]:
    """Look at these windows of the root's. One that has gone in between is left out. Raises as `XServer.ask`."""
    cookies = [cookie for xid in ids for cookie in ask_window(server, xid)]
    answers = server.ask(*cookies)
    read = map(read_window, ids, answers[::2], answers[1::2])
    return tuple(window for window in read if window is not None)


def ask_window(server: XServer, xid: int) -> tuple[Any, Any]:
    """Ask for what `read_window` reads."""
    return server.core.GetWindowAttributes(xid), server.core.GetGeometry(xid)


def read_window(xid: int, attributes: bytes | None, geometry: bytes | None) -> Window | None:
    """Read a window, its rectangle within its parent with the border. None if it has gone."""
    if attributes is None or geometry is None:
        return None
    x, y, width, height, border = struct.unpack_from("=hhHHH", geometry, 12)
    return Window(
        xid=xid,
        rect=Rect(x, y, width + 2 * border, height + 2 * border),
        viewable=attributes[26] == _VIEWABLE,
        input_only=u16(attributes, 12) == _INPUT_ONLY,
        override_redirect=bool(attributes[27]),
        masks=u32(attributes, 32),
    )


def read_position(window: Window | None, answer: bytes | None) -> Window | None:
    """Put a window where TranslateCoordinates says that it is on the root."""
    if window is None or answer is None:
        return window
    x, y = struct.unpack_from("=hh", answer, 12)
    return replace(window, rect=replace(window.rect, x=x, y=y))


def read_monitors(server: XServer, answer: bytes | None) -> tuple[Monitor, ...]:
    """Read RandR's GetMonitors. Empty if there is none. Raises as `XServer.ask`."""
    found = []
    at = 32
    while answer and at + 24 <= len(answer):
        name, _, _, outputs, x, y, width, height = struct.unpack_from("=IBBHhhHH", answer, at)
        found.append(Monitor(server.name_of(name), Rect(x, y, width, height), outputs))
        at += 24 + 4 * outputs
    return tuple(found)


def mirrored(monitors: Sequence[Monitor]) -> tuple[Monitor, ...]:
    """Give those monitors whose picture is seen elsewhere too: on two outputs, or overlapping another."""
    return tuple(
        one
        for one in monitors
        if one.outputs > 1 or any(one is not other and one.rect.common(other.rect) for other in monitors)
    )
