"""An attacker on the same display: windows, messages, selections, drops, injected keys, listening, screenshots."""

import contextlib
import io
import os
import signal
import struct
import time
from typing import TYPE_CHECKING, Any, Final

import xcffib
import xcffib.composite
import xcffib.randr
import xcffib.record
import xcffib.xinput
import xcffib.xproto
import xcffib.xtest

if TYPE_CHECKING:
    from subprocess import Popen

RED: Final = 0xE01010
FOREIGN: Final = "brought-from-outside"
_SELECTION_NOTIFY: Final = 31
_SELECTION_REQUEST: Final = 30
_CLIENT_MESSAGE: Final = 33
_KEY_PRESS: Final = 2
_BUTTON_PRESS: Final = 4
_GENERIC: Final = 35
_USER_PLACED: Final = 3  # WM_NORMAL_HINTS: a person chose place and size
_SENT: Final = 0x80
_KEYS_AND_BUTTONS: Final = 0x1 | 0x4 | 0x8000 | 0x20000  # key press, button press, exposure, structure


class Foe:
    """A client of the display that means no good. `pump` lets it answer; whoever waits calls it again and again."""

    def __init__(self, display: str) -> None:
        self.display = display
        self.connection: Any = xcffib.Connection(display=display)
        self.core: Any = self.connection.core
        self.screen: Any = self.connection.setup.roots[0]
        self.root: int = self.screen.root
        self.windows: list[int] = []
        self.keys = 0  # key presses that reached a window of ours, or were overheard
        self.clicks = 0
        self.overheard = 0
        self.messages: list[str] = []
        self.received = ""
        self.owned: dict[int, str] = {}
        self.helpers: list[Popen[str]] = []  # each leads a process group
        self._overlaid = False
        self._atoms: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def close(self) -> None:
        self._end_helpers()
        self.connection.disconnect()

    def atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self.core.InternAtom(False, len(name), name).reply().atom
            self._names[self._atoms[name]] = name
        return self._atoms[name]

    def has(self, extension: Any) -> bool:  # noqa: ANN401 - xcffib has no types
        """Tell whether the server offers an extension."""
        return bool(xcffib.lib.xcb_get_extension_data(self.connection._conn, extension.c_key).present)

    def settle(self) -> None:
        """Wait until the server has done everything asked so far."""
        self.core.GetInputFocus().reply()

    # windows ------------------------------------------------------------------------------------------------

    def window(
        self,
        place: tuple[int, int, int, int] = (300, 300, 300, 200),
        *,
        override: bool = False,
        parent: int = 0,
        input_only: bool = False,
        colour: int = RED,
    ) -> int:
        """Show a red window that listens for keys and clicks."""
        xid = self.connection.generate_id()
        flags = xcffib.xproto.CW.OverrideRedirect | xcffib.xproto.CW.EventMask
        values = [int(override), _KEYS_AND_BUTTONS & ~(0x8000 if input_only else 0)]
        if not input_only:
            flags |= xcffib.xproto.CW.BackPixel
            values = [colour, *values]
        self.core.CreateWindow(0, xid, parent or self.root, *place, 0, 2 if input_only else 1, 0, flags, values)
        hints = [_USER_PLACED, *place, *[0] * 13]
        self.core.ChangeProperty(0, xid, self.atom("WM_NORMAL_HINTS"), self.atom("WM_SIZE_HINTS"), 32, 18, hints)
        self.core.MapWindow(xid)
        self.raise_(xid)
        self.windows.append(xid)
        self.settle()
        return int(xid)

    def in_overlay(self) -> None:
        """Show a window within Composite's overlay, which is no child of the root's and lies over all of them."""
        if not self.has(xcffib.composite.key):
            return
        composite = self.connection(xcffib.composite.key)
        composite.QueryVersion(0, 4).reply()
        overlay = composite.GetOverlayWindow(self.root).reply().overlay_win
        self._overlaid = True
        self.window(override=True, parent=overlay)

    def draw_on_root(self) -> None:
        """Draw on the root and on all that lies on it, with no window."""
        context = self.connection.generate_id()
        flags = xcffib.xproto.GC.Foreground | xcffib.xproto.GC.SubwindowMode
        self.core.CreateGC(context, self.root, flags, [RED, xcffib.xproto.SubwindowMode.IncludeInferiors])
        place = xcffib.xproto.RECTANGLE.synthetic(300, 300, 300, 200)
        self.core.PolyFillRectangle(self.root, context, 1, [place])
        self.core.FreeGC(context)
        self.settle()

    def raise_(self, xid: int) -> None:
        self.core.ConfigureWindow(xid, xcffib.xproto.ConfigWindow.StackMode, [0])

    def clear(self) -> None:
        """Take everything away again."""
        self._end_helpers()
        for xid in self.windows:
            self.core.DestroyWindow(xid)
        self.windows.clear()
        if self._overlaid:
            self.connection(xcffib.composite.key).ReleaseOverlayWindow(self.root)
            self._overlaid = False
        for atom in self.owned:
            self.core.SetSelectionOwner(0, atom, 0)
        self.owned.clear()
        self.settle()
        self.pump()
        self.keys = self.clicks = self.overheard = 0
        self.messages.clear()
        self.received = ""

    def _end_helpers(self) -> None:
        for helper in self.helpers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(helper.pid, signal.SIGKILL)
            helper.communicate()
        self.helpers.clear()

    def focus(self, xid: int) -> None:
        self.core.SetInputFocus(2, xid, 0)
        self.settle()

    def focused(self) -> int:
        return int(self.core.GetInputFocus().reply().focus)

    def pixel(self, x: int, y: int) -> int:
        """Give the colour that is really on the screen."""
        image = self.core.GetImage(2, self.root, x, y, 1, 1, 0xFFFFFFFF).reply()
        return int(struct.unpack("=I", bytes(image.data.raw)[:4])[0]) & 0xFFFFFF

    def screenshot(self) -> bytes:
        """Take the whole screen, or so much of it as the server hands out."""
        image = self.core.GetImage(2, self.root, 0, 0, self.screen.width_in_pixels, 200, 0xFFFFFFFF).reply()
        return bytes(image.data.raw)

    def viewable(self, window: int) -> bool:
        """Tell whether a window is on show."""
        try:
            return bool(self.core.GetWindowAttributes(window).reply().map_state == 2)
        except xcffib.xproto.WindowError:
            return False

    def place(self, window: int) -> tuple[int, int, int, int]:
        """Give where a window is on the screen; nowhere if there is none."""
        try:
            geometry = self.core.GetGeometry(window).reply()
            at = self.core.TranslateCoordinates(window, self.root, 0, 0).reply()
        except (xcffib.xproto.WindowError, xcffib.xproto.DrawableError):
            return (0, 0, 0, 0)
        return at.dst_x, at.dst_y, geometry.width, geometry.height

    def append(self, window: int, name: str, raw: bytes) -> None:
        """Append to a property, by one large request."""
        head = struct.pack("=xB2xIIIB3xI", 2, window, self.atom(name), self.atom("STRING"), 8, len(raw))
        self.core.send_request(18, io.BytesIO(head + raw + bytes(-len(raw) % 4)))

    # messages -----------------------------------------------------------------------------------------------

    def message(self, to: int, window: int, kind: str, data: list[int], *, mask: int = 0) -> None:
        """Send a client message."""
        padded = [*data, 0, 0, 0, 0, 0][:5]
        event = struct.pack("=BBHII5I", _CLIENT_MESSAGE, 32, 0, window, self.atom(kind), *padded)
        self.core.SendEvent(False, to, mask, event)
        self.settle()

    def to_manager(self, window: int, kind: str, data: list[int]) -> None:
        """Ask the window manager, as wmctrl does."""
        self.message(self.root, window, kind, data, mask=0x180000)

    # selections and drag and drop -----------------------------------------------------------------------------

    def offer(self, selection: str, text: str = FOREIGN) -> None:
        """Own a selection, and give this text to whoever asks."""
        owner = self.windows[0] if self.windows else self.window((-50, -50, 10, 10), override=True)
        self.owned[self.atom(selection)] = text
        self.core.SetSelectionOwner(owner, self.atom(selection), 0)
        self.settle()

    def fetch(self, selection: str) -> None:
        """Ask for a selection; what comes is in `received` after some `pump`."""
        asker = self.windows[0] if self.windows else self.window((-50, -50, 10, 10), override=True)
        self.core.ConvertSelection(
            asker, self.atom(selection), self.atom("UTF8_STRING"), self.atom("FETCHED"), int(time.time()) & 0
        )
        self.settle()

    def accept_drops(self, xid: int) -> None:
        """Say that a window takes what is dropped on it."""
        self.core.ChangeProperty(0, xid, self.atom("XdndAware"), 4, 32, 1, [5])
        self.settle()

    def drop(self, target: int, x: int, y: int) -> None:
        """Drop text on a window, by the XDND protocol."""
        source = self.window((-50, -50, 10, 10), override=True)
        self.offer("XdndSelection")
        text = self.atom("text/plain;charset=utf-8")
        self.owned[self.atom("XdndSelection")] = FOREIGN
        self.core.SetSelectionOwner(source, self.atom("XdndSelection"), 0)
        self.message(
            target, target, "XdndEnter", [source, 5 << 24, text, self.atom("UTF8_STRING"), self.atom("text/plain")]
        )
        self.message(target, target, "XdndPosition", [source, 0, x << 16 | y, 0, self.atom("XdndActionCopy")])
        self.pump_for(0.15)
        self.message(target, target, "XdndDrop", [source, 0, 0])

    # input ------------------------------------------------------------------------------------------------------

    def listen_xi2(self) -> None:
        """Overhear every key of the display (XInput 2)."""
        extension = self.connection(xcffib.xinput.key)
        extension.XIQueryVersion(2, 2).reply()
        extension.XISelectEvents(self.root, 1, [struct.pack("=HHI", 1, 1, 1 << 13)])
        self.settle()

    def fake_from_real_device(self, keycode: int) -> bool:
        """Press a key through XTEST in the name of a real keyboard (XInput 1). False if there is none."""
        if not self.has(xcffib.xtest.key):
            return False
        extension, test = self.connection(xcffib.xinput.key), self.connection(xcffib.xtest.key)
        first = xcffib.lib.xcb_get_extension_data(self.connection._conn, extension.c_key).first_event
        for number in self.real_keyboards():
            extension.OpenDevice(number).reply()
            for kind in (first + 1, first + 2):
                test.FakeInput(kind, keycode, 0, 0, 0, 0, number)
            self.settle()
            return True
        return False

    def real_keyboards(self) -> list[int]:
        from proctoring.lockdown.input import InputWatch  # noqa: PLC0415
        from proctoring.lockdown.xserver import XServer  # noqa: PLC0415

        server = XServer(self.display)
        try:
            devices = InputWatch(server).devices.values()
            return [one.number for one in devices if not one.injects and "keyboard" in one.name.lower()]
        finally:
            server.close()

    # ------------------------------------------------------------------------------------------------------------

    def pump_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()
            time.sleep(0.005)

    def pump(self) -> None:
        """Take what came, and answer."""
        lib, ffi = xcffib.lib, xcffib.ffi
        while (event := lib.xcb_poll_for_event(self.connection._conn)) != ffi.NULL:
            raw = bytes(ffi.buffer(event, 32))
            xcffib.c_free(event)
            self._take(raw)
        self.connection.flush()

    def _take(self, raw: bytes) -> None:
        kind = raw[0] & ~_SENT
        if kind == _KEY_PRESS:
            self.keys += 1
        elif kind == _BUTTON_PRESS:
            self.clicks += 1
        elif kind == _GENERIC:
            self.overheard += 1
        elif kind == _SELECTION_REQUEST:
            self._answer(raw)
        elif kind == _SELECTION_NOTIFY:
            self._fetched(raw)
        elif kind == _CLIENT_MESSAGE:
            self.messages.append(self._name(struct.unpack_from("=I", raw, 8)[0]))

    def _name(self, atom: int) -> str:
        if atom not in self._names:
            self._names[atom] = bytes(self.core.GetAtomName(atom).reply().name.raw).decode("latin-1")
        return self._names[atom]

    def _answer(self, raw: bytes) -> None:
        moment, _, asker, selection, target, prop = struct.unpack_from("=6I", raw, 4)
        text = self.owned.get(selection)
        if text is None:
            prop = 0
        elif target == self.atom("TARGETS"):
            offered = [self.atom("UTF8_STRING"), self.atom("text/plain;charset=utf-8"), self.atom("text/plain")]
            self.core.ChangeProperty(0, asker, prop, 4, 32, len(offered), offered)
        else:
            self.core.ChangeProperty(0, asker, prop, target, 8, len(text), text.encode())
        event = struct.pack("=BBH5I8x", _SELECTION_NOTIFY, 0, 0, moment, asker, selection, target, prop)
        self.core.SendEvent(False, asker, 0, event)

    def _fetched(self, raw: bytes) -> None:
        asker, _, _, prop = struct.unpack_from("=4I", raw, 8)
        if prop:
            value = self.core.GetProperty(False, asker, prop, 0, 0, 1000).reply().value
            self.received = bytes(value.raw).decode("utf-8", "replace")
