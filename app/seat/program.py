"""The kiosk as a program: the application, the window, the signals, and a clean end."""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from types import TracebackType

import shiboken6
import structlog
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.exam.prose import Language
from app.logbook import open_logbook
from app.seat.guard.guard import PLATFORM, Guard
from app.seat.heartbeat import Heartbeat, around
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk, ProgramDefect
from app.ui.style import prepare_application

SIGNAL_LOOK_MS = 200
WINDOW = (1366, 768)


def run_kiosk(home: SeatHome, language: Language, *, window: bool) -> int:
    """Run the kiosk until it is ended; give Qt's exit code. What keeps the seat from working is said on its screen.

    Raises:
        AlreadyRunning: a kiosk runs here; no window was opened, for it would cover that one.
    """
    application = make_application()
    heartbeat = Heartbeat.join(os.environ, application)
    kiosk = make_kiosk(home, language)
    if window:
        kiosk.resize(*WINDOW)
    else:
        # without a window manager showFullScreen() makes a small window: take the screen's geometry instead
        kiosk.setGeometry(application.primaryScreen().geometry())
    if window or application.platformName() != PLATFORM:
        kiosk.show()
        kiosk.activateWindow()  # without a window manager nobody else gives it the keyboard
    else:
        kiosk.guard = Guard(kiosk, around=partial(around, heartbeat))
        kiosk.guard.engage()
        # in a session of its own the supervisor would only start it again; on a desktop no window manager closes it
        kiosk.may_be_left = heartbeat is None
        kiosk.ended.connect(application.exit)
        _end_by_signals(application.exit)  # `quit` asks the windows first, and a guarded one refuses
    try:
        kiosk.begin()
        if heartbeat is not None:
            heartbeat.begin()
        code = application.exec()
    finally:
        if kiosk.guard is not None:
            kiosk.guard.release()
    kiosk.leave()
    if heartbeat is not None:
        heartbeat.end()
    shiboken6.delete(kiosk)  # while there is an application: whatever has a timer must end before its dispatcher
    return code


def make_application() -> QApplication:
    """Make the application, dressed, that ends cleanly on SIGTERM and SIGINT."""
    application = QApplication(sys.argv[:1])
    prepare_application(application)
    _end_by_signals(application.quit)
    # Python sees a signal only when it runs: wake it now and then while Qt waits
    wake = QTimer(application, interval=SIGNAL_LOOK_MS)
    wake.timeout.connect(lambda: None)
    wake.start()
    return application


def _end_by_signals(end: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        # by a timer: a signal that comes before the event loop runs must end it too
        signal.signal(number, lambda *_: QTimer.singleShot(0, end))


def make_kiosk(home: SeatHome, language: Language) -> Kiosk:
    """Make the kiosk with its logbook; a defect of ours goes there, and words about it to the screen.

    Raises:
        AlreadyRunning: a kiosk runs here.
        DiskFull, DiskFault: lock or logbook cannot be made.
    """
    kiosk = Kiosk(home, language, "auto")
    kiosk.take_seat()
    open_logbook(home.log, "seat")

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        structlog.get_logger("kiosk").error("defect", exc_info=(kind, error, trace))
        kiosk.show_trouble(ProgramDefect(kind.__name__))

    sys.excepthook = report
    return kiosk
