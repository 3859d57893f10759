"""One connection to the display server that never waits for ever, and takes nobody down when it breaks.

The requests are xcffib's; replies and events are taken from libxcb as they come and read by their layout in the
protocol (X11R7.7, XRes 1.2, RandR 1.5, XI 2.2): xcffib 1.13 counts the valuators of a raw input event wrongly and
then reads past its end, and has no way to wait for a reply within a time.
"""

import select
import struct
import time
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import xcffib
import xcffib.composite
import xcffib.randr
import xcffib.res
import xcffib.xinput
import xcffib.xproto

from sync.faults import EnvironmentFault

PATIENCE: Final = 0.25
"""How many seconds a look may wait for the server altogether. Another client can hold the server with a grab."""
MOST_EVENTS: Final = 4000
"""So many events are taken in one look; what is over waits for the next."""
_PRESENT: Final = 8  # where QueryExtension's reply has it
_EVENT_BYTES: Final = 36  # a generic event: 32 bytes, and the full sequence that libxcb puts behind them


class DisplayUnreachableFault(EnvironmentFault):
    """The display cannot be reached, or lacks what the watch over it is made with."""

    code: ClassVar[str] = "DISPLAY_UNREACHABLE"


class Lost(Exception):  # noqa: N818 - it says what the connection is
    """The connection broke; there will be no answer any more."""


class Stalled(Exception):  # noqa: N818 - it says what the server is
    """The server does not answer in time; it may again."""


class XServer:
    """A connection to a display.

    `display`: as in `DISPLAY`, None for that variable. Raises `DisplayUnreachableFault`. Not for several threads.
    """

    def __init__(self, display: str | None = None) -> None:
        try:
            self._connection: Any = xcffib.Connection(display=display)
        except (xcffib.XcffibException, UnicodeEncodeError) as problem:
            raise DisplayUnreachableFault(f"{display}: {problem}") from problem
        setup = self._connection.setup
        self.screens: int = setup.roots_len
        self.root: int = setup.roots[min(self._connection.pref_screen, self.screens - 1)].root
        self.own_mask: int = setup.resource_id_mask
        self.own_base: int = setup.resource_id_base
        self.core: Any = self._connection.core
        self.res = self._extension(xcffib.res.key)
        self.randr = self._extension(xcffib.randr.key)
        self.input = self._extension(xcffib.xinput.key)
        self.composite = self._extension(xcffib.composite.key) if self._has(xcffib.composite.key) else None
        self._descriptor = int(self._connection.get_file_descriptor())
        self._waiting: Any = None  # the first request that was not answered in time
        self._names: dict[int, str] = {}
        self.waited_s = 0.0
        """How long it was waited for answers, altogether."""

    def close(self) -> None:
        """Let the connection go."""
        self._connection.disconnect()

    def fileno(self) -> int:
        """Give the descriptor that becomes readable when there is an event. It stays the same when the display goes."""
        return self._descriptor

    def base_of(self, xid: int) -> int:
        """Give the client that a resource belongs to, by its resource base. 0 is the server itself."""
        return xid & ~self.own_mask

    def ask(self, *cookies: Any) -> tuple[bytes | None, ...]:  # noqa: ANN401 - xcffib has no types
        """Give the replies to requests already made, whole; None where the answer was an error (it has gone).

        Raises:
            Lost: the connection broke.
            Stalled: no answer within `PATIENCE` since this call.
        """
        self.flush()
        began = time.monotonic()
        answers: list[bytes | None] = []
        try:
            answers.extend(self._reply(cookie, began + PATIENCE) for cookie in cookies)
        except Stalled:
            self._waiting, *others = cookies[len(answers) :]
            for other in others:
                other.discard_reply()
            raise
        finally:
            self.waited_s += time.monotonic() - began
        return tuple(answers)

    def answering(self) -> None:
        """Return if the server answers, as far as is known. Nothing is sent to one that has not.

        Raises:
            Lost: the connection broke.
            Stalled: what it was asked last is still unanswered.
        """
        self._alive()
        if self._waiting is not None:
            self._reply(self._waiting, time.monotonic())
            self._waiting = None

    def events(self) -> Iterator[bytes]:
        """Take what events there are, at most `MOST_EVENTS`, 32 bytes each. Raises `Lost`."""
        for _ in range(MOST_EVENTS):
            event = xcffib.lib.xcb_poll_for_event(self._raw())
            if event == xcffib.ffi.NULL:
                break
            try:
                yield bytes(xcffib.ffi.buffer(event, _EVENT_BYTES - 4))
            finally:
                xcffib.c_free(event)
        self._alive()

    def offers(self, *extensions: str) -> tuple[str, ...]:
        """Give those of these extensions that the server has. Raises as `ask`."""
        answers = self.ask(*(self.core.QueryExtension(len(name), name) for name in extensions))
        return tuple(name for name, told in zip(extensions, answers, strict=True) if told is None or told[_PRESENT])

    def atom(self, name: str) -> int:
        """Give an atom. Raises as `ask`."""
        (answer,) = self.ask(self.core.InternAtom(False, len(name), name))  # noqa: FBT003 - the protocol's "only if exists"
        return u32(answer, 8) if answer else 0

    def name_of(self, atom: int) -> str:
        """Give an atom's name, its first 60 characters. Raises as `ask`."""
        if atom not in self._names:
            (answer,) = self.ask(self.core.GetAtomName(atom))
            length = min(u16(answer, 8), 60) if answer else 0
            self._names[atom] = answer[32 : 32 + length].decode("latin-1") if answer else str(atom)
        return self._names[atom]

    def property(self, window: int, name: int, words: int) -> Any:  # noqa: ANN401 - a cookie of xcffib's
        """Ask for at most `words` times 4 bytes of a property; whatever its size, no more is sent."""
        return self.core.GetProperty(False, window, name, 0, 0, words)  # noqa: FBT003 - the protocol's "delete"

    def _reply(self, cookie: Any, until: float) -> bytes | None:  # noqa: ANN401 - a cookie of xcffib's
        reply, error = xcffib.ffi.new("void **"), xcffib.ffi.new("xcb_generic_error_t **")
        while not xcffib.lib.xcb_poll_for_reply(self._raw(), cookie.sequence, reply, error):
            self._alive()
            left = until - time.monotonic()
            if left <= 0:
                raise Stalled
            waiting = select.poll()
            waiting.register(self.fileno(), select.POLLIN)
            waiting.poll(left * 1000)
        self._alive()
        if error[0] != xcffib.ffi.NULL:
            xcffib.c_free(error[0])
        if reply[0] == xcffib.ffi.NULL:
            return None
        try:
            length = u32(bytes(xcffib.ffi.buffer(reply[0], 8)), 4)
            return bytes(xcffib.ffi.buffer(reply[0], 32 + 4 * length))
        finally:
            xcffib.c_free(reply[0])

    def flush(self) -> None:
        """Send what was asked for. Raises `Lost`."""
        self._alive()
        xcffib.lib.xcb_flush(self._raw())

    def _alive(self) -> None:
        if self._connection.has_error():
            raise Lost

    def _raw(self) -> Any:  # noqa: ANN401 - a pointer of libxcb's
        return self._connection._conn  # noqa: SLF001 - xcffib hands libxcb's connection out nowhere else

    def _extension(self, key: Any) -> Any:  # noqa: ANN401 - xcffib has no types
        if not self._has(key):
            self.close()
            raise DisplayUnreachableFault(f"no {key.name} extension")
        return self._connection(key)

    def _has(self, key: Any) -> bool:  # noqa: ANN401 - xcffib has no types
        present = xcffib.lib.xcb_get_extension_data(self._raw(), key.c_key)
        return bool(present != xcffib.ffi.NULL and present.present)

    def opcode(self, extension: Any) -> int:  # noqa: ANN401 - xcffib has no types
        """Give the number that an extension's generic events carry."""
        return int(xcffib.lib.xcb_get_extension_data(self._raw(), extension.c_key).major_opcode)


def u32(raw: bytes, at: int) -> int:
    """Give the 32 bits at a place, in this PC's byte order as libxcb asks for."""
    return int(struct.unpack_from("=I", raw, at)[0])


def u16(raw: bytes, at: int) -> int:
    """Give the 16 bits at a place."""
    return int(struct.unpack_from("=H", raw, at)[0])
