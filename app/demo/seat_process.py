"""The kiosk as the demonstration runs it: its own process, telling the conductor in JSON lines what happens.

Reads one JSON line (`Config`) on standard input. With a script, a simulated candidate sits; without, a person
does, with the demo card above the kiosk.
"""

import json
import sys
import time
from pathlib import Path

import shiboken6
from pydantic import BaseModel, ConfigDict
from PySide6.QtCore import QTimer

from app.demo.autopilot import Autopilot, Script
from app.demo.cast import CANDIDATES, PROCTORS
from app.demo.window import CardGroup, DemoWindow
from app.exam.interactions import Responses
from app.exam.prose import Language
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.program import make_application, make_kiosk
from app.words import Words


class ScriptConfig(BaseModel):
    """The simulated people's knowledge, as it comes over the pipe (never over the disk)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pins: dict[str, str]
    admission_number: str
    answers: dict[str, Responses]
    pace_ms: int
    screenshots: Path
    keyboard: bool


class Config(BaseModel):
    """What the conductor says first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path
    language: Language
    card: bool
    script: ScriptConfig | None


def tell(event: str, **facts: object) -> None:
    """Tell the conductor, with the moment on the clock that both processes share."""
    sys.stdout.write(json.dumps({"event": event, "mono_s": time.monotonic(), **facts}) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the kiosk until it is over; give the exit code."""
    config = Config.model_validate_json(sys.stdin.readline())
    application = make_application()
    kiosk = make_kiosk(SeatHome(config.home), config.language)
    _listen(kiosk)
    words = Words(config.language)
    window = DemoWindow(kiosk, words("demo.window"), _card(words) if config.card else ())
    window.show()
    window.activateWindow()  # without a window manager nobody else gives it the keyboard
    if config.script is not None:
        autopilot = Autopilot(kiosk, Script(**dict(config.script)), tell)
        autopilot.begin()
    kiosk.begin()
    code = application.exec()
    kiosk.leave()
    shiboken6.delete(window)  # while there is an application: whatever has a timer must end before its dispatcher
    return code


def _card(words: Words) -> tuple[CardGroup, ...]:
    """Say who to sign in as, and where to begin."""
    return (
        CardGroup(words("demo.card_first"), ((words("demo.card_hint"), ""),)),
        CardGroup(words("demo.card_proctors"), tuple((proctor.name, proctor.pin) for proctor in PROCTORS)),
        CardGroup(words("demo.card_candidates"), tuple((one.name, one.admission_number) for one in CANDIDATES)),
    )


def _listen(kiosk: Kiosk) -> None:
    kiosk.deck.shown.connect(lambda screen: tell("shown", screen=screen))
    # told once the page has been painted: the timer's turn comes after the paint events
    kiosk.item_shown.connect(lambda number, item: QTimer.singleShot(0, lambda: tell("item", number=number, item=item)))
    kiosk.acknowledged.connect(lambda item, responses: tell("acknowledged", item=item, responses=responses))
    kiosk.delivered.connect(lambda stage: tell("delivered", stage=stage))


if __name__ == "__main__":
    sys.exit(main())
