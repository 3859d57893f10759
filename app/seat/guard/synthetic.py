"""Keys and buttons that another client sent to our window as messages: no keyboard made them, so they are dropped.

The X protocol marks an event that came by SendEvent in the highest bit of its code (X11 protocol, "SendEvent"). Keys
made by XTEST carry no such mark; the display watch tells those by their device.
"""

import ctypes
from typing import Final

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

from app.seat.guard.events import GuardKind, Matter, Tell

_XCB: Final = b"xcb_generic_event_t"
_SENT: Final = 0x80
_INPUT: Final = {2: "key", 3: "key", 4: "button", 5: "button", 6: "pointer", 7: "pointer", 8: "pointer"}
"""KeyPress, KeyRelease, ButtonPress, ButtonRelease, MotionNotify, EnterNotify, LeaveNotify: X.h."""


class Synthetic(QAbstractNativeEventFilter):
    """Drops input events that were sent, not made."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell: Final = tell
        self.on = False

    def begin(self) -> None:
        """Drop them from now on."""
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self)
            self.on = True

    def end(self) -> None:
        """Let everything through."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeNativeEventFilter(self)
        self.on = False

    def nativeEventFilter(
        self,
        eventType: QByteArray | bytes | bytearray | memoryview,  # noqa: N803 - Qt's name
        message: int,
    ) -> object:
        """Drop what is input and was sent; gives Qt's pair of "drop" and a result nobody reads."""
        # the address is good for the length of this call; every X event begins with its code
        code = ctypes.c_ubyte.from_address(int(message)).value if eventType == _XCB else 0
        if code & _SENT and (what := _INPUT.get(code & ~_SENT)) is not None:
            self._tell(Matter(GuardKind.INJECTED_INPUT, "sent", (f"window: {what} sent by another client, dropped",)))
            return True, 0
        return False, 0
