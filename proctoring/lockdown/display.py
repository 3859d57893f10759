"""The watch over the display: what lies over our window, who else is there, which screens, and whose hand types.

A look costs about half a millisecond and changes nothing. It tells what is the matter now, so a thing is told at every
look until it is over; only injected input is told once. What follows from it is for the guard (`app.seat.guard`).
"""

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from proctoring.lockdown.clients import Allow, Client, Clients, Standing
from proctoring.lockdown.input import Device, InputWatch, Tally
from proctoring.lockdown.seen import DisplayEvent, Seen
from proctoring.lockdown.stack import (
    MOST_SCANNED,
    MOST_WINDOWS,
    Monitor,
    Rect,
    Window,
    above,
    ask_window,
    children,
    mirrored,
    read_monitors,
    read_position,
    read_window,
    too_many,
    top_level,
    windows,
)
from proctoring.lockdown.window_manager import WindowManager, WindowManagerWatch
from proctoring.lockdown.xserver import DisplayUnreachableFault, Lost, Stalled, XServer, u32

_CHANGES_WITHIN: Final = 0xA0000  # SubstructureNotify and StructureNotify
_EVENT_MASK: Final = 0x800  # CWEventMask of ChangeWindowAttributes
_RANDR_CHANGES: Final = 0x07  # screen, CRTC and output
_ICONIC: Final = 3  # WM_STATE, ICCCM 4.1.3.1
_PROPERTY_WORD: Final = 36  # bytes of a property's reply with one word in it
_TEST_INTERFACES: Final = ("XTEST", "RECORD")
_HELPED: Final = Fraction(1, 6)
"""Candidates to choose from cover no more of our window than this; what an input method shows beyond it is told."""
_SLIGHT: Final = Fraction(1, 500)
"""Windows too thin to show anything by themselves show something together from here on."""
_HELD_WITHIN_S, _HELD_S, _A_WAIT_S = 2.0, 0.4, 0.05
"""Within so long, a display that let us wait so long altogether, each time at least so long, is held by somebody."""
_NOBODY: Final = (0, 1)  # focus: none, or whoever is under the pointer


@dataclass(frozen=True)
class DisplayState:
    """What the last look saw, beside what is the matter. `clients`: all but the watch itself.

    `test_interfaces`: extensions of the server by which a client types in a keyboard's name, or listens to all.
    """

    clients: tuple[Client, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    window_manager: WindowManager | None = None
    own: Window | None = None
    test_interfaces: tuple[str, ...] | None = None


class DisplayWatch:
    """Watches a display for the sake of one window.

    `display`: as in `DISPLAY`, None for that variable. `own_window_id`: the kiosk's top-level window (Qt's `winId`).
    `allow`: whose windows and clients are right; by default this process with its descendants, and input methods.
    Raises `DisplayUnreachableFault`. Belongs to one thread; no look waits longer than `xserver.PATIENCE`.
    """

    def __init__(
        self, display: str | None, own_window_id: int, allow: Allow | None = None, proc: Path = Path("/proc")
    ) -> None:
        self._server = XServer(display)
        self._own = own_window_id
        self._top = own_window_id
        self._intruders: tuple[int, ...] = ()
        self._taken = False
        self._clients = Clients(self._server, allow or Allow(family=os.getpid()), proc)
        self.state = DisplayState()
        self._waits: deque[tuple[float, float]] = deque()
        try:
            core, root = self._server.core, self._server.root
            for window in (root, own_window_id):
                core.ChangeWindowAttributes(window, _EVENT_MASK, [_CHANGES_WITHIN])
            self._server.randr.SelectInput(root, _RANDR_CHANGES)
            self._wm_state = self._server.atom("WM_STATE")
            self._managing = WindowManagerWatch(self._server)
            self._input = InputWatch(self._server)
            self._overlay = _overlay_of(self._server)
            self._compositing = self._server.atom("_NET_WM_CM_S0")
            self._test_interfaces = self._server.offers(*_TEST_INTERFACES)
        except (Lost, Stalled) as problem:
            self._server.close()
            raise DisplayUnreachableFault("no answer") from problem

    def fileno(self) -> int:
        """Give the descriptor that becomes readable when something changes: look then, and every 0.2 s besides."""
        return self._server.fileno()

    def close(self) -> None:
        """Stop watching."""
        self._server.close()

    @property
    def input(self) -> Tally:
        """What was pressed so far, by hand and by programs; as of the last look."""
        return self._input.tally

    def look(self) -> tuple[DisplayEvent, ...]:
        """Tell what is the matter with the display now. Raises nothing: a broken connection is told, too."""
        found: list[DisplayEvent] = []
        waited_s = self._server.waited_s
        try:
            self._server.answering()
            found += _injected(self._input.take(list(self._server.events())))
            found += self._matters()
        except Stalled:
            found.append(DisplayEvent(Seen.DISPLAY_STALLED))
        except Lost:
            found.append(DisplayEvent(Seen.DISPLAY_LOST))
        found += self._held(self._server.waited_s - waited_s)
        return tuple(dict.fromkeys(found))

    def reclaim(self) -> None:
        """Take back what is ours, as of the last look: hide strange windows within our window, put it on the root."""
        core, server = self._server.core, self._server
        try:
            server.answering()
            for xid in self._intruders:
                core.UnmapWindow(xid)
            if self._taken:
                core.ReparentWindow(self._own, server.root, 0, 0)
                core.MapWindow(self._own)
            server.flush()
        except (Lost, Stalled):
            return  # the next look says so

    def _matters(self) -> Iterator[DisplayEvent]:
        core, server, own = self._server.core, self._server, self._own
        overlaid, compositor, around, inside, attributes, geometry, place, *others = server.ask(
            core.QueryTree(self._overlay),
            core.GetSelectionOwner(self._compositing),
            core.QueryTree(server.root),
            core.QueryTree(own),
            *ask_window(server, own),
            core.TranslateCoordinates(own, server.root, 0, 0),
            core.GetWindowAttributes(server.root),
            core.GetInputFocus(),
            server.property(own, self._wm_state, 1),
            self._clients.ask(),
            server.randr.GetMonitors(server.root, True),  # noqa: FBT003 - the protocol's "only active ones"
            self._managing.ask(),
        )
        root, focus, wm_state, clients, monitors, manager = others
        window = read_position(read_window(own, attributes, geometry), place)
        self.state = DisplayState(
            clients=tuple(self._clients.read(clients).values()),
            monitors=read_monitors(server, monitors),
            window_manager=self._managing.read(root, manager),
            own=window,
            test_interfaces=self._test_interfaces,
        )
        if window is None or around is None or inside is None:
            yield DisplayEvent(Seen.WINDOW_GONE)
        else:
            yield from self._over(window, around, inside)
            yield from self._overlaid(window, overlaid, compositor)
            yield from self._whole(window, wm_state)
        yield from self._focus(focus)
        yield from self._screens()
        yield from self._company()

    def _over(self, own: Window, around: bytes, inside: bytes) -> Iterator[DisplayEvent]:
        """Tell what lies over our window: beside it on the root, in its frame, and by other clients within it."""
        server = self._server
        parent = u32(inside, 12)
        if self._top not in (self._own, parent) or above(around, self._top) is None:
            self._top = top_level(server, self._own) or self._own
        yield from self._covering(above(around, self._top) or (), own.rect)
        within = Rect(0, 0, own.rect.width, own.rect.height)
        intruders = self._foreign(children(inside))
        self._intruders = tuple(intruders[-MOST_WINDOWS:])
        yield from self._covering(intruders, within)
        self._taken = False
        if self._top == self._own:
            return
        (siblings,) = server.ask(server.core.QueryTree(parent))
        yield from self._covering(above(siblings or b"", self._own) or (), within)
        holder = self._clients.owner(self._top)
        manager = self.state.window_manager
        self._taken = manager is None or server.base_of(manager.window) != holder.base
        if self._taken:
            yield DisplayEvent(Seen.REPARENTED, str(holder), (f"{self._own:#x} in {self._top:#x}: {holder}",))

    def _covering(self, over: Sequence[int], own: Rect) -> Iterator[DisplayEvent]:
        """Look at windows, the lowest first, that are neither ours nor allowed. `own`: ours where they are placed."""
        foreign, helping = self._foreign(over), self._helping(over)
        strange = windows(self._server, foreign[-MOST_WINDOWS:])
        helpers = windows(self._server, helping[-MOST_WINDOWS:])
        thin = [window for window in strange if not window.hides(own)]
        whole = [window for window in strange if window.hides(own)]
        for window in (*whole, *too_many(thin, own, _SLIGHT), *too_many(helpers, own, _HELPED)):
            owner = self._clients.owner(window.xid)
            kind = Seen.WINDOW_UNTOLD if owner.standing is Standing.UNTOLD else Seen.WINDOW_IN_FRONT
            yield DisplayEvent(kind, str(owner), (f"{owner}", f"{window}"))
        if len(over) > MOST_SCANNED or max(len(foreign), len(helping)) > MOST_WINDOWS:
            yield DisplayEvent(Seen.WINDOWS_CROWDED, "", (f"more than {MOST_WINDOWS} windows",))

    def _foreign(self, xids: Sequence[int]) -> list[int]:
        """Give those of the uppermost windows that are neither ours nor allowed."""
        owners = ((xid, self._clients.owner(xid)) for xid in xids[-MOST_SCANNED:])
        return [xid for xid, owner in owners if owner.standing is not Standing.ALLOWED and not _may_help(owner)]

    def _helping(self, xids: Sequence[int]) -> list[int]:
        """Give those of the uppermost windows that are an input method's."""
        return [xid for xid in xids[-MOST_SCANNED:] if _may_help(self._clients.owner(xid))]

    def _overlaid(self, own: Window, tree: bytes | None, compositor: bytes | None) -> Iterator[DisplayEvent]:
        """Tell what lies in the overlay of the Composite extension, above all windows and not among the root's.

        A desktop's compositing manager shows everything through it. Nobody else has any use for it.
        """
        if tree is None:
            return
        server = self._server
        managed = self.state.window_manager is not None and compositor is not None
        manager = server.base_of(u32(compositor, 8)) if managed and compositor else 0
        over = [xid for xid in children(tree) if not manager or server.base_of(xid) != manager]
        over = over if manager else [self._overlay, *over]
        self._intruders += tuple(self._foreign(over)[-MOST_WINDOWS:])
        yield from self._covering(over, own.rect)

    def _whole(self, own: Window, wm_state: bytes | None) -> Iterator[DisplayEvent]:
        if not own.viewable:
            iconic = wm_state is not None and len(wm_state) >= _PROPERTY_WORD and u32(wm_state, 32) == _ICONIC
            yield DisplayEvent(Seen.ICONIFIED if iconic else Seen.UNMAPPED)
        elif not any(own.rect.covers(monitor.rect) for monitor in self.state.monitors):
            evidence = (f"window {own.rect}", *(f"screen {monitor}" for monitor in self.state.monitors))
            yield DisplayEvent(Seen.NOT_COVERING, str(own.rect), evidence)

    def _focus(self, answer: bytes | None) -> Iterator[DisplayEvent]:
        focus = u32(answer, 8) if answer else 0
        owner = self._clients.owner(focus)
        if focus not in (*_NOBODY, self._server.root) and owner.standing is not Standing.ALLOWED:
            yield DisplayEvent(Seen.FOCUS_ELSEWHERE, str(owner), (f"{owner}",))

    def _held(self, waited_s: float) -> Iterator[DisplayEvent]:
        """Tell that somebody holds the display again and again, each time for less than we wait."""
        now = time.monotonic()
        if waited_s >= _A_WAIT_S:
            self._waits.append((now, waited_s))
        while self._waits and now - self._waits[0][0] > _HELD_WITHIN_S:
            self._waits.popleft()
        if sum(seconds for _, seconds in self._waits) >= _HELD_S:
            yield DisplayEvent(Seen.DISPLAY_HELD)

    def _screens(self) -> Iterator[DisplayEvent]:
        monitors = self.state.monitors
        lines = tuple(str(monitor) for monitor in monitors)
        if mirrored(monitors):
            yield DisplayEvent(Seen.MIRRORED_SCREEN, " ".join(lines), lines)
        elif len(monitors) > 1:
            yield DisplayEvent(Seen.SECOND_SCREEN, " ".join(lines), lines)
        if self._server.screens > 1:
            yield DisplayEvent(Seen.SECOND_SCREEN, "", (f"{self._server.screens} screens of the X protocol",))

    def _company(self) -> Iterator[DisplayEvent]:
        manager = self.state.window_manager
        if manager is not None:
            yield DisplayEvent(Seen.WINDOW_MANAGER, manager.name, (manager.name,))
        for client in self.state.clients:
            if client.standing is not Standing.ALLOWED:
                kind = Seen.CLIENT_UNTOLD if client.standing is Standing.UNTOLD else Seen.CLIENT_FOREIGN
                yield DisplayEvent(kind, str(client), (f"{client}",))


def _may_help(owner: Client) -> bool:
    """Tell whether a client is an input method, as far as can be told: it may show candidates, and no more."""
    return owner.helps and owner.standing is not Standing.FOREIGN


def _overlay_of(server: XServer) -> int:
    """Give the overlay window that Composite gives out, 0 without any. Its number is the same each time it is made.

    Raises as `XServer.ask`.
    """
    if server.composite is None:
        return 0
    version, answer = server.ask(server.composite.QueryVersion(0, 4), server.composite.GetOverlayWindow(server.root))
    if version is None or answer is None:
        return 0
    server.composite.ReleaseOverlayWindow(server.root)  # there for as long as somebody has asked for it
    return u32(answer, 8)


def _injected(devices: tuple[Device, ...]) -> tuple[DisplayEvent, ...]:
    if not devices:
        return ()
    lines = tuple(str(device) for device in devices)
    return (DisplayEvent(Seen.INJECTED_INPUT, " ".join(lines), lines),)
