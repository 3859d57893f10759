"""The guard: everything that holds the kiosk's window in front and the rest of the PC out, put on and off together."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.seat.guard.clips import Clips
from app.seat.guard.covers import Covers
from app.seat.guard.events import GuardEvent, GuardKind, Matter, Memory
from app.seat.guard.gate import Gate
from app.seat.guard.hold import Hold, within_wayland
from app.seat.guard.links import Links
from app.seat.guard.pauses import OtherUsers, Pauses
from app.seat.guard.synthetic import Synthetic
from app.seat.guard.watch import Watch
from proctoring.checks.machine import Machine
from proctoring.lockdown.clients import Standing
from proctoring.lockdown.input import Tally
from proctoring.lockdown.level import Evidence, Level, assess
from sync.trust.clock import ClockReading, read_clock

BEAT_MS: Final = 200
"""So often it is looked whether everything still holds; what does not is put back at once."""
_SOON_MS: Final = 20
"""Changes of the display come in bursts: one look for each."""
_COMING: Final = frozenset({GuardKind.WINDOW_CHANGED, GuardKind.FOCUS_LOST, GuardKind.GRAB_LOST})
"""What is the matter with every window that is just being shown."""
PLATFORM: Final = "xcb"
"""Qt's platform on which a window can be held. Elsewhere (offscreen) only the gate is kept, and the level is open."""


class Guard(QObject):
    """Guards one window, from `engage` to `release`. `noticed` tells what was stopped, undone or seen (`GuardEvent`).

    `around`: what is known of the session outside the window, freshly looked at each time it is asked for.
    `accessible`: whether a screen reader was approved for whoever sits here; else an open bus for one is told.
    """

    noticed = Signal(object)

    def __init__(
        self,
        window: QWidget,
        *,
        around: Callable[[], Evidence] = Evidence,
        clock: Callable[[], ClockReading] = read_clock,
        machine: Machine | None = None,
    ) -> None:
        super().__init__(window)
        self._window: Final = window
        self._around: Final = around
        self._clock: Final = clock
        self._memory = Memory()
        self._engaged = False
        self.accessible = False
        self._holds = False
        self._hold: Final = Hold(window)
        self._gate: Final = Gate(window, self._tell, self._look_soon)
        self._clips: Final = Clips(self._tell)
        self._covers: Final = Covers(window)
        self._links: Final = Links()
        self._synthetic: Final = Synthetic(self._tell)
        self._watch: Final = Watch(self._look_soon)
        self._pauses: Final = Pauses()
        self._others: Final = OtherUsers(machine or Machine())
        self._beat_timer = QTimer(self, interval=BEAT_MS)
        self._beat_timer.timeout.connect(self._beat)
        self._soon_timer = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon_timer.timeout.connect(self._look)

    @property
    def engaged(self) -> bool:
        """Tell whether the guard is on."""
        return self._engaged

    @property
    def pressed(self) -> Tally | None:
        """What was pressed so far, by hand and by programs; None where that is not watched."""
        return self._watch.pressed

    def engage(self) -> None:
        """Put everything on. The window is shown over the whole screen."""
        if self._engaged:
            return
        self._engaged = True
        self._memory = Memory()
        self._holds = QGuiApplication.platformName() == PLATFORM
        self._window.winId()  # there is a native window from here on
        self._gate.begin()
        if self._holds:
            self._hold.begin()
            self._synthetic.begin()
            self._covers.begin()
            supervision = self._around().supervision
            ours = supervision is not None and supervision.is_ours()
            self._watch.begin(int(self._window.winId()), os.getppid() if ours else None)
        self._clips.begin()
        self._links.begin()
        self._pauses.begin()
        self._others.begin()
        self._beat_timer.start()
        _application().aboutToQuit.connect(self.release)  # afterwards there is no display, and no order of ending

    def release(self) -> None:
        """Take everything off; the PC is as it was. May be called at any time, and more than once."""
        if not self._engaged:
            return
        self._engaged = False
        _application().aboutToQuit.disconnect(self.release)
        self._beat_timer.stop()
        self._soon_timer.stop()
        self._links.end()
        self._clips.end()
        if self._holds:
            self._watch.end()
            self._covers.end()
            self._synthetic.end()
            self._hold.end()
        self._gate.end()

    def evidence(self) -> Evidence:
        """Give what is seen now of what a level is made of."""
        seen = replace(
            self._around(),
            keyboard_grab=self._engaged and self._hold.grabbed and not within_wayland(),
            stack_watch=self._engaged and self._watch.running,
            key_filter=self._engaged and self._gate.shut,
            injection_told=self._engaged and self._watch.running and self._synthetic.on,
        )
        state = self._watch.state
        if state is None:
            return seen
        foreign = tuple(str(client) for client in state.clients if client.standing is not Standing.ALLOWED)
        return replace(
            seen,
            window_manager=state.window_manager is not None,
            foreign_clients=foreign,
            test_interfaces=state.test_interfaces,
        )

    def level(self) -> Level:
        """Give the level of now."""
        return assess(self.evidence())

    def _look_soon(self) -> None:
        if self._engaged and not self._soon_timer.isActive():
            self._soon_timer.start()

    def _beat(self) -> None:
        self._memory.beat()
        self._look()

    def _look(self) -> None:
        for matter in tuple(self._matters()):
            self._tell(matter)

    def _matters(self) -> Iterator[Matter]:
        now = self._clock()
        yield from self._pauses.look(now)
        yield from self._others.look()
        if QAccessible.isActive() and not self.accessible:
            yield Matter(
                GuardKind.ACCESSIBILITY, evidence=("accessibility bus: somebody reads or drives this program",)
            )
        if self._holds:
            yield from self._held()
            yield from self._covers.look()

    def _held(self) -> Iterator[Matter]:
        seen = tuple(self._watch.look())
        for matter in seen:
            self._answer(matter)
        settled = self._hold.settled
        held = () if self._watch.stalled else tuple(self._hold.look())  # that waits for the display's answer
        for matter in (*seen, *held):
            if settled or matter.kind not in _COMING:
                yield matter

    def _answer(self, matter: Matter) -> None:
        match matter.kind:
            case GuardKind.WINDOW_IN_FRONT:
                self._hold.bring_forward()
                self._watch.reclaim()
            case GuardKind.WINDOW_CHANGED:
                self._watch.reclaim()
                self._hold.put_back()
            case GuardKind.FOCUS_LOST:
                self._hold.take_focus()

    def _tell(self, matter: Matter) -> None:
        if self._memory.is_new(matter):
            self.noticed.emit(GuardEvent(matter.kind, matter.evidence, self._clock().wall_ms))


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    if application is None:
        raise TypeError("a guard needs an application")
    return application
