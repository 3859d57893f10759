"""A guarded Qt window in the kiosk's place, which leaves the level that it sees, and what it falls short of.

python -m tests.proctoring.lockdown.session.level_kiosk - FOLDER
"""

import json
import os
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.seat.guard.guard import Guard
from app.seat.heartbeat import Heartbeat, around
from app.seat.program import make_application

LOOK_MS = 200


def main(folder: Path) -> int:
    application = make_application()
    heartbeat = Heartbeat.join(os.environ, application)
    assert heartbeat is not None
    window = QWidget()
    guard = Guard(window, around=partial(around, heartbeat))
    guard.engage()
    heartbeat.begin()

    def look() -> None:
        level = guard.level()
        aside = folder / ".level"
        aside.write_text(json.dumps({"level": level.level.value, "short_of": level.short_of}), encoding="utf-8")
        aside.rename(folder / "level")

    timer = QTimer(application, interval=LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[2])))
