"""The first painted frame, told by the program that painted it. Imports Qt's core and nothing else that takes time."""

import json
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer


class FirstFrame(QObject):
    """Tells once, as a JSON line, when `watched` has been painted: the moment, the page's name, peak memory in MB.

    Qt paints all widgets of a window and hands the frame to the display within one event; a timer's turn is after it.
    """

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, lambda: self._tell(type(watched).__name__))
        return False

    def _tell(self, page: str) -> None:
        mono_s = time.monotonic()
        print(json.dumps({"event": "painted", "mono_s": mono_s, "page": page, "peak_mb": peak_mb()}), flush=True)


def peak_mb() -> float:
    """Give the most memory this process ever had resident, MB (`VmHWM`, proc_pid_status(5))."""
    return _status_mb("VmHWM:")


def resident_mb() -> float:
    """Give the memory this process has resident now, MB (`VmRSS`)."""
    return _status_mb("VmRSS:")


def _status_mb(name: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6
