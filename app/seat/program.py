"""The kiosk as a program: the application, the window, the signals, and a clean end."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.exam.item import Language
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.workplace import Workplace
from app.ui.style import prepare_application

SIGNAL_LOOK_MS = 200


def run_kiosk(home: SeatHome, language: Language, *, window: bool) -> int:
    """Run the kiosk until it is ended; give Qt's exit code.

    Raises:
        KeyStoreUnreadable, ReplicaUnreadable, ReplicaNewer, TrustRefused, NotEnrolled: the seat cannot work as it is.
    """
    application = make_application()
    workplace = Workplace.open(home)
    try:
        kiosk = Kiosk(workplace, workplace.enrolment.connect(), language, "auto")
        if window:
            kiosk.resize(1366, 768)
            kiosk.show()
        else:
            # without a window manager showFullScreen() makes a small window: take the screen's geometry instead
            kiosk.setGeometry(application.primaryScreen().geometry())
            kiosk.show()
        kiosk.begin()
        code = application.exec()
        kiosk.leave()
    finally:
        workplace.close()
    return code


def make_application() -> QApplication:
    """Make the application, dressed, that ends cleanly on SIGTERM and SIGINT."""
    application = QApplication(sys.argv[:1])
    prepare_application(application)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.quit())
    # Python sees a signal only when it runs: wake it now and then while Qt waits
    wake = QTimer(application, interval=SIGNAL_LOOK_MS)
    wake.timeout.connect(lambda: None)
    wake.start()
    return application
