"""A client of the display that becomes an input method's program; its child keeps the connection and shows a window.

python -m tests.app.seat.guard.attacks.spoof
"""

import os
import signal
import sys
import time
from typing import Final

from tests.app.seat.guard.attacks.foe import Foe

PROGRAM: Final = "/usr/libexec/ibus-ui-gtk3"
_BECOMES_S: Final = 0.03
_SEEN_S: Final = 0.5
"""So long the guard may look at whose program has come."""


def main() -> None:
    own = os.getpid()
    foe = Foe(os.environ["DISPLAY"])
    if os.fork():
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.execv(PROGRAM, [PROGRAM])  # noqa: S606 - it has to be this process
    time.sleep(_BECOMES_S)
    os.kill(own, signal.SIGSTOP)  # it never gets to do what its program does
    time.sleep(_SEEN_S)
    foe.window(override=True)
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
