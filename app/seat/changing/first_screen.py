"""`python -m app.seat.changing.first_screen FOLDER`: does the kiosk come up? Shown for a moment, to nobody.

It is the real one, on a folder in which no seat was enrolled: it has to say so, in letters, on its whole window.
Whoever starts this sets QT_QPA_PLATFORM=offscreen.
"""

import sys
from pathlib import Path
from typing import Final

from app.exam.prose import Language
from app.seat.home import SeatHome
from app.seat.program import make_application, make_kiosk
from app.seat.screens.trouble import TroubleScreen

WINDOW: Final = (1366, 768)
LEAST_COLOURS: Final = 8
"""A window without letters has two or three."""


def main(arguments: list[str]) -> int:
    """Bring the kiosk up and take it down; 0 if it drew what it had to say."""
    application = make_application()
    kiosk = make_kiosk(SeatHome(Path(arguments[0])), Language.ZH)
    kiosk.resize(*WINDOW)
    kiosk.show()
    kiosk.begin()
    application.processEvents()
    drawn = kiosk.grab().toImage()
    seen = {drawn.pixel(x, y) for x in range(0, WINDOW[0], 3) for y in range(0, WINDOW[1], 3)}
    said = isinstance(kiosk.deck.currentWidget(), TroubleScreen)
    kiosk.leave()
    kiosk.close()
    return 0 if said and len(seen) >= LEAST_COLOURS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
