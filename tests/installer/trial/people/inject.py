"""Run inside the installed kiosk, by a debugger: a simulated candidate, and simulated proctors.

The kiosk of a PC has no autopilot, and nothing of it can be driven from outside: that is tried elsewhere. So root's
debugger lets the demonstration's people (they are installed, for rehearsals) into the process that the unit started;
they see and press what a person would, and tell what happens as JSON lines.
"""

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.demo.autopilot import Autopilot, Script
from app.seat.kiosk import Kiosk
from app.seat.screens.delivery.item import ItemScreen

SCRIPT = Path("/trial/people/script.json")


def sit() -> None:
    told = json.loads(SCRIPT.read_text(encoding="utf-8"))
    events = Path(told.pop("events"))

    def tell(event: str, **facts: object) -> None:
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
    candidate = Autopilot(kiosk, Script(**told), tell)
    candidate.begin()
    if isinstance(kiosk.deck.currentWidget(), ItemScreen):  # it went on by itself: one looks which item this is
        for name in ("previous", "next"):
            button = kiosk.findChild(QAbstractButton, name)
            if button is not None and button.isEnabled():
                button.click()
                return


# once the kiosk's own event loop has its turn; where there is none yet, this fails, and so does the debugger's call
QTimer.singleShot(0, next(one for one in QApplication.topLevelWidgets() if isinstance(one, Kiosk)), sit)
