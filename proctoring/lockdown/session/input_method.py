"""Chinese typing in a session that has nothing else: ibus with its pinyin engine, where it is installed.

It works without a desktop, a window manager or a D-Bus session, and under the kiosk's keyboard grab. The engine's
own key (Shift) changes between Chinese and Latin letters; nothing of a desktop is needed to choose it.
"""

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from proctoring.lockdown.session.child import Child, running
from proctoring.lockdown.session.patience import Patience

READY_S: Final = 8.0
"""How long the first kiosk on a display waits for it: Qt looks for ibus once, as it starts."""
_TRIES: Final = 30
_TRY_S: Final = 3.0
_AGAIN_S: Final = 0.2


@dataclass(frozen=True)
class InputMethod:
    """What to run beside the kiosk. `daemon`: as long as the display is up; `choose`: until it succeeds once."""

    daemon: tuple[str, ...]
    choose: tuple[str, ...]
    environment: dict[str, str]

    @classmethod
    def found(cls, runtime: Path) -> Self | None:
        """Give ibus with its pinyin engine, None where it is not installed. `runtime`: where its socket goes."""
        if shutil.which("ibus-daemon") is None or shutil.which("ibus") is None:
            return None
        address = f"unix:path={runtime / 'ibus'}"
        environment = {
            "IBUS_ADDRESS": address,
            "QT_IM_MODULE": "ibus",
            "GSETTINGS_BACKEND": "memory",  # its settings are the same for every candidate
            "NO_AT_BRIDGE": "1",
            "GTK_A11Y": "none",  # its candidates' window would turn the accessibility bus on, and the guard tell of it
        }
        daemon = ("ibus-daemon", "--address", address, "--emoji-extension", "disable")
        return cls(daemon, ("ibus", "engine", "libpinyin"), environment)

    async def keep(self, environment: dict[str, str], children: set[Child], ready: asyncio.Event) -> None:
        """Keep the daemon going until cancelled; `ready` when it can be typed with, or when that was given up.

        An exam goes on without it: whatever it does, the kiosk is not ended for it.
        """
        patience = Patience()
        while True:
            began = time.monotonic()
            async with running(Child(self.daemon, environment, gains=False), children) as daemon:
                await self._choose(environment, children, daemon)
                ready.set()
                await daemon.ended
            await asyncio.sleep(patience.after(time.monotonic() - began))

    async def _choose(self, environment: dict[str, str], children: set[Child], daemon: Child) -> None:
        """Choose the engine as soon as the daemon takes it."""
        for _ in range(_TRIES):
            async with running(Child(self.choose, environment, gains=False), children) as chosen:
                await asyncio.wait({chosen.ended}, timeout=_TRY_S)
            if daemon.ended.done() or chosen.ended.result() == 0:
                return
            await asyncio.sleep(_AGAIN_S)
