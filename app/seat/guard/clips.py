"""Clipboard and selection: kept by us, and empty. What another program puts there is gone before it can be pasted."""

import time
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from app.seat.guard.events import GuardKind, Matter, Tell

_AGAIN_MS: Final = 100
"""Nobody who wants the clipboard as badly as we do makes us busier than this."""
_NAMES: Final = {QClipboard.Mode.Clipboard: "clipboard", QClipboard.Mode.Selection: "primary selection"}


class Clips(QObject):
    """Holds the clipboard, and where there is one the primary selection, for as long as the guard is on.

    What is there is never read: an owner that does not answer would hold us up. Owning it with nothing in it is
    enough, and whoever asks is given nothing.
    """

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell: Final = tell
        self._clipboard: Final = QGuiApplication.clipboard()
        modes = [QClipboard.Mode.Clipboard]
        if self._clipboard.supportsSelection():
            modes.append(QClipboard.Mode.Selection)
        self._modes: Final = tuple(modes)
        self._taking = False
        self._taken_s = 0.0
        self._lost: set[QClipboard.Mode] = set()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._take_lost)

    def begin(self) -> None:
        """Empty it and keep it empty."""
        self._clipboard.changed.connect(self._changed)
        for mode in self._modes:
            self._take(mode)

    def end(self) -> None:
        """Let go of it; it is empty."""
        self._clipboard.changed.disconnect(self._changed)
        self._timer.stop()
        for mode in self._modes:
            self._clipboard.clear(mode)

    def _changed(self, mode: QClipboard.Mode) -> None:
        if self._taking or mode not in self._modes:
            return
        if not self._owned(mode):
            self._tell(Matter(GuardKind.CLIPBOARD, _NAMES[mode], (f"{_NAMES[mode]}: taken by another program",)))
        self._lost.add(mode)
        if not self._timer.isActive():
            # not from within the change, which loops on some platforms
            since_ms = int((time.monotonic() - self._taken_s) * 1000)
            self._timer.start(max(0, _AGAIN_MS - since_ms))

    def _take_lost(self) -> None:
        lost, self._lost = self._lost, set()
        for mode in lost:
            self._take(mode)

    def _take(self, mode: QClipboard.Mode) -> None:
        self._taken_s = time.monotonic()
        self._taking = True
        self._clipboard.setMimeData(QMimeData(), mode)
        self._taking = False

    def _owned(self, mode: QClipboard.Mode) -> bool:
        if mode is QClipboard.Mode.Selection:
            return self._clipboard.ownsSelection()
        return self._clipboard.ownsClipboard()
