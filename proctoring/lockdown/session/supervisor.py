"""The supervisor: keeps a display and the kiosk on it going, whatever ends, hangs or stops either of them."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from proctoring.lockdown.session.child import Child, running
from proctoring.lockdown.session.input_method import READY_S, InputMethod
from proctoring.lockdown.session.notify import Notify
from proctoring.lockdown.session.patience import Patience, Thinned
from proctoring.lockdown.session.pulse import VARIABLE, Pulse
from proctoring.lockdown.session.server import Display, ServerNotUp, require_programs, start_server
from sync.faults import EnvironmentFault

APOLOGY_S: Final = 10.0
"""How long the words on the display may take, and the kiosk waits for them."""
_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9_]{2,59})(?: ·.*)?\]$")
"""The last line of a program that ends with a fault; what follows the code is not for a screen."""


class SessionAsRoot(EnvironmentFault):
    """The session was started with an administrator's rights; what people sit at never has them."""

    code: ClassVar[str] = "SESSION_AS_ROOT"


class What(StrEnum):
    """What happened in the session; each has words under `lockdown.session.<value>`, with its facts."""

    DISPLAY_UP = "display_up"  # display, pid
    DISPLAY_ENDED = "display_ended"  # code, words
    DISPLAY_NOT_UP = "display_not_up"  # words
    NO_ROOM = "no_room"  # words
    KIOSK_UP = "kiosk_up"  # pid
    KIOSK_ENDED = "kiosk_ended"  # code, words
    KIOSK_SILENT = "kiosk_silent"  # seconds
    LET_GO_ON = "let_go_on"  # pid, times
    WAITING = "waiting"  # seconds, times, words
    ENDING = "ending"


@dataclass(frozen=True)
class News:
    """Something that happened. `facts`: what its words need; a code below zero is a signal's number."""

    what: What
    facts: dict[str, str | int]


@dataclass(frozen=True)
class SessionPlan:
    """What to run, as commands.

    `runtime`: a folder of our own, 0700. `silent_s`: how long a kiosk that came up may hang; `first_beat_s`: how long
    it may take to come up. `apology`: what says on the display that the kiosk cannot come up; it is given a code and
    the seconds until the next try, and leaves its words on the background.
    """

    server: tuple[str, ...]
    kiosk: tuple[str, ...]
    runtime: Path
    input_method: InputMethod | None = None
    silent_s: float = 15.0
    first_beat_s: float = 60.0
    apology: tuple[str, ...] = ()


class Supervisor:
    """Runs the session until SIGTERM or SIGINT. `tell` hears what happens, as it happens."""

    def __init__(self, plan: SessionPlan, tell: Callable[[News], None], notify: Notify) -> None:
        self._plan = plan
        self._tell = tell
        self._notify = notify
        self._children: set[Child] = set()
        self._display_patience = Patience()
        self._kiosk_patience = Patience()
        self._stops = Thinned(lambda pid, times: self._told(What.LET_GO_ON, pid=pid, times=times))
        self._stop = asyncio.Event()
        self._trouble = ""  # why the kiosk did not come up, a code; "" while it is well

    async def run(self) -> None:
        """Start display and kiosk, and start them again, until told to end; then end them, the kiosk first.

        Raises:
            NoDisplayServer: there is none to start.
        """
        require_programs(self._plan.server)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGCHLD, self._let_go_on)
        self._notify.ready()  # for what it is: how the kiosk stands is said in words
        alive = asyncio.create_task(self._say_alive())
        work = asyncio.create_task(self._keep_display())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({work, stopped, alive}, return_when=asyncio.FIRST_COMPLETED)
            self._stops.rest()
            if stopped.done():
                self._told(What.ENDING)
                self._notify.stopping()
        finally:
            for task in (alive, work, stopped):
                task.cancel()
            outcome = await asyncio.gather(work, return_exceptions=True)
        for defect in outcome:
            if isinstance(defect, Exception):
                raise defect

    async def _keep_display(self) -> None:
        while True:
            try:
                await self._keep_one_display()
            except ServerNotUp as why:
                self._told(What.DISPLAY_NOT_UP, words=str(why))
                await self._wait(self._display_patience, 0.0, str(why))
            except (OSError, EnvironmentFault) as why:  # for the cookie, or for another process
                words = getattr(why, "strerror", None) or str(why)
                self._told(What.NO_ROOM, words=words)
                await self._wait(self._display_patience, 0.0, words)

    async def _keep_one_display(self) -> None:
        began = time.monotonic()
        display = await start_server(self._plan.server, self._plan.runtime, os.environ)
        async with running(display.server, self._children) as server:
            self._told(What.DISPLAY_UP, display=display.name, pid=server.pid)
            async with self._typing(display) as environment:
                await self._keep_kiosk(server, environment)
            by_itself = server.ended.done()
        if by_itself:
            self._told(What.DISPLAY_ENDED, code=server.ended.result(), words=server.words)
            await self._wait(self._display_patience, time.monotonic() - began, server.words)

    @asynccontextmanager
    async def _typing(self, display: Display) -> AsyncIterator[dict[str, str]]:
        """Give the environment of the kiosk, with an input method beside it if there is one."""
        environment, method = display.environment(os.environ), self._plan.input_method
        if method is None:
            yield environment
            return
        environment |= method.environment
        ready = asyncio.Event()
        kept = asyncio.create_task(method.keep(environment, self._children, ready))
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(ready.wait(), READY_S)
            yield environment
        finally:
            kept.cancel()
            await asyncio.gather(kept, return_exceptions=True)

    async def _keep_kiosk(self, server: Child, environment: dict[str, str]) -> None:
        """Keep the kiosk going on its display, until that ends or a kiosk did not even come up on it."""
        if self._trouble and self._kiosk_patience.times > 1:
            await self._apologise(environment, 0.0)
        came_up = True
        while came_up and not server.ended.done():
            pulse = Pulse()
            number = pulse.there.fileno()
            started = Child(self._plan.kiosk, environment | {VARIABLE: str(number)}, (number,), gains=False)
            pulse.given_away()
            async with running(started, self._children) as kiosk:
                await self._watch(kiosk, pulse, server)
            came_up = pulse.first is not None
            pulse.close()
            if not server.ended.done():
                code = kiosk.ended.result()
                self._told(What.KIOSK_ENDED, code=code, words=kiosk.words)
                named = _CODE.search(kiosk.words)
                self._trouble = named[1] if named else f"KIOSK_ENDED {code}"
                lived_s = 0.0 if pulse.first is None else time.monotonic() - pulse.first
                await self._wait(self._kiosk_patience, lived_s, kiosk.words, environment)

    async def _watch(self, kiosk: Child, pulse: Pulse, server: Child) -> None:
        """Return when the kiosk or its server has ended; end a kiosk that is silent."""
        loop = asyncio.get_running_loop()
        loop.add_reader(pulse.fileno(), lambda: self._hear(kiosk, pulse))
        try:
            while not (kiosk.ended.done() or server.ended.done()):
                limit_s = self._plan.first_beat_s if pulse.first is None else self._plan.silent_s
                left_s = limit_s - pulse.silent_s()
                if left_s <= 0:
                    self._told(What.KIOSK_SILENT, seconds=round(limit_s))
                    kiosk.kill()
                    await kiosk.ended
                    return
                ends = {kiosk.ended, server.ended}  # looked at anew before a kiosk that has just come up could hang
                await asyncio.wait(ends, timeout=min(left_s, self._plan.silent_s), return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(pulse.fileno())

    def _hear(self, kiosk: Child, pulse: Pulse) -> None:
        came_up = pulse.first is not None
        if not pulse.read():  # the kiosk's end is closed: silence is counted, and its end is seen elsewhere
            asyncio.get_running_loop().remove_reader(pulse.fileno())
        if not came_up and pulse.first is not None:
            self._trouble = ""
            self._told(What.KIOSK_UP, pid=kiosk.pid)

    async def _wait(
        self, patience: Patience, lived_s: float, words: str, environment: dict[str, str] | None = None
    ) -> None:
        pause_s = patience.after(lived_s)
        if pause_s:
            self._told(What.WAITING, seconds=f"{pause_s:g}", times=patience.times, words=words)
            if environment is not None:
                await self._apologise(environment, pause_s)
        await asyncio.sleep(pause_s)

    async def _apologise(self, environment: dict[str, str], pause_s: float) -> None:
        """Have words put on the display before the kiosk is there again, beside which nobody is to be on it."""
        if not self._plan.apology:
            return
        with suppress(OSError):  # no room for another process: the kiosk is tried again all the same
            told = Child((*self._plan.apology, self._trouble, str(round(pause_s))), environment, gains=False)
            async with running(told, self._children):
                await asyncio.wait({told.ended}, timeout=APOLOGY_S)

    def _let_go_on(self) -> None:
        for child in tuple(self._children):
            if child.go_on_if_stopped():
                self._stops.happened(child.pid)

    async def _say_alive(self) -> None:
        while self._notify.every_s:
            self._notify.alive()
            await asyncio.sleep(self._notify.every_s)
        await self._stop.wait()

    def _told(self, what: What, **facts: str | int) -> None:
        self._tell(News(what, facts))


def require_unprivileged(uid: int) -> None:
    """Go on only as an ordinary user; there is no way to ask for anything else.

    Raises:
        SessionAsRoot: we are root.
    """
    if uid == 0:
        raise SessionAsRoot
