"""Run inside the installed kiosk, by a debugger: a simulated candidate, and simulated proctors.

The kiosk of a PC has no autopilot, and nothing of it can be driven from outside: that is tried elsewhere. So
root's debugger lets the demonstration's people (they are installed, for rehearsals) into the process that the unit
started; they see and press what a person would, and tell what happens as JSON lines.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

SCRIPT = Path("/trial/person/script.json")


def begin() -> None:
    """Begin once the kiosk's event loop has its turn."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert application is not None
    QTimer.singleShot(0, application, _sit)


def _sit() -> None:
    from PySide6.QtWidgets import QApplication

    from app.demo.autopilot import Autopilot, Script
    from app.seat.kiosk import Kiosk

    told = json.loads(SCRIPT.read_text(encoding="utf-8"))
    events = Path(told.pop("events"))

    def tell(event: str, **facts: Any) -> None:
        with events.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, "mono_s": time.monotonic(), **facts}) + "\n")

    told["screenshots"] = Path(told["screenshots"])
    told["screenshots"].mkdir(mode=0o700, exist_ok=True)
    kiosk = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Kiosk))
    kiosk.deck.shown.connect(lambda screen: tell("shown", screen=screen))
    kiosk.item_shown.connect(lambda number, item: tell("item", number=number, item=item))
    kiosk.acknowledged.connect(lambda item, responses: tell("acknowledged", item=item, responses=responses))
    kiosk.delivered.connect(lambda stage: tell("delivered", stage=stage))
    tell("here", screen=type(kiosk.deck.currentWidget()).__name__, python=sys.prefix)
    Autopilot(kiosk, Script(**told), tell).begin()


begin()
