"""The gate: what comes to the window from outside and is no part of an exam stays outside."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.seat.guard.events import GuardKind, Matter, Tell
from app.seat.guard.keys import is_needed, moves_own_text
from app.ui.own_clipboard import has_own

_KEYS: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride})
_NEVER: Final = frozenset(
    {
        QEvent.Type.ContextMenu,
        QEvent.Type.DragEnter,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
        QEvent.Type.EnterWhatsThisMode,
    }
)
_CHANGES: Final = frozenset(
    {QEvent.Type.Expose, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange, QEvent.Type.Hide}
)


class Gate(QObject):
    """Stands before the window's events: keys an exam does not need, menus, what is dropped, the order to close.

    It watches the native window, not the application: widgets' own events, of which there are many, cost nothing.
    `changed` is called when the window was moved, hidden or otherwise changed.
    """

    def __init__(self, window: QWidget, tell: Tell, changed: Callable[[], None]) -> None:
        super().__init__()
        self._window: Final = window
        self._tell: Final = tell
        self._changed: Final = changed
        self.shut = False

    def begin(self) -> None:
        """Shut the gate. The window has to be there."""
        self._window.windowHandle().installEventFilter(self)
        self.shut = True

    def end(self) -> None:
        """Open the gate."""
        self.shut = False
        self._window.windowHandle().removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        """Let through what an exam needs."""
        kind = event.type()
        if kind in _KEYS:
            if not isinstance(event, QKeyEvent) or self._passes(event):
                return False
            event.accept()  # one that nobody took as an override goes to the window's shortcuts
            return True
        if kind in _NEVER:
            event.ignore()
            return True
        if kind is QEvent.Type.Close:
            event.ignore()
            self._tell(Matter(GuardKind.CLOSE_REFUSED))
            return True
        if kind in _CHANGES:
            self._changed()
        return False

    def _passes(self, event: QKeyEvent) -> bool:
        if moves_own_text(event.key(), event.modifiers()):
            return has_own(self._window.focusWidget())
        return is_needed(event.key(), event.modifiers(), event.text())
