"""This PC as the kiosk's window sees it: the screens, how far it is shut down, and the checks of one session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from app.seat import surroundings
from app.seat.camera_desk import Glimpse
from app.seat.environment import EnvironmentDesk, Look
from app.seat.guard.guard import Guard
from app.seat.recording_space import disk_fact
from app.seat.surroundings import Surroundings
from app.seat.workplace import Session, Workplace
from app.ui.bridge import Worker
from proctoring.checks.situation import ScreenFact, Situation
from proctoring.lockdown.input import Tally
from proctoring.lockdown.level import Evidence, Level, assess
from sync.faults import Fault

PICTURE: Final = (64, 48)
"""What a picture is made as small as before it is compared, pixels."""


class Pc(QObject):
    """Made once for a kiosk, with its seat. Without a guard the PC is open, whatever else is so.

    `noticed` carries what the guard noticed (`GuardEvent`).
    """

    noticed = Signal(object)

    def __init__(self, workplace: Workplace, guard: Guard | None, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._guard = workplace, guard
        self.surroundings = Surroundings(workplace.home, workplace.enrolment.url, workplace.trust, surroundings.THIS_PC)
        self._level = assess(Evidence())
        self._worker = Worker(self)
        if guard is not None:
            guard.noticed.connect(self.noticed)
        self.see()

    @property
    def pressed(self) -> Tally | None:
        """What hands and programs pressed so far; None where nobody can tell, as beside an approved screen reader."""
        return None if self._guard is None or self._guard.accessible else self._guard.pressed

    def in_background(
        self, parent: QObject, work: Callable[[], Look], done: Callable[[Look], None], failed: Callable[[Fault], None]
    ) -> None:
        """Look on a thread that no recorder and no network ever holds up."""
        self._worker.run(parent, work, done, failed)

    def leave(self) -> None:
        """End the thread."""
        self._worker.close()

    def see(self) -> None:
        """Take what only this thread can see: the screens, and the guard's level."""
        screens = (
            ScreenFact(screen.name(), place.x(), place.y(), place.width(), place.height())
            for screen in QGuiApplication.screens()
            for place in (screen.geometry(),)
        )
        self.surroundings.set_screens(tuple(screens))
        if self._guard is not None:
            evidence = self._guard.evidence()
            self._level = assess(evidence)
            around = evidence.supervision
            self.surroundings.set_supervised(supervised=around is not None and around.is_ours())
        self.surroundings.set_level(self._level.level)

    def glimpsed(self, seen: Glimpse | None) -> None:
        """Take what camera and microphone show: how loud it is, and whether a real camera's picture stands still."""
        self.surroundings.hear(seen.status if seen is not None else None)
        image = QImage.fromData(seen.jpeg) if seen is not None and seen.jpeg and not seen.simulated else QImage()
        if image.isNull():
            self.surroundings.show(None)
            return
        grey = image.scaled(*PICTURE).convertToFormat(QImage.Format.Format_Grayscale8)
        self.surroundings.show(bytes(grey.constBits()))

    def let_read(self, *, approved: bool) -> None:
        """Say whether a reader was approved for whoever sits here now: then it may ask what the window shows."""
        if self._guard is not None:
            self._guard.accessible = approved

    def desk(self, session: Session) -> EnvironmentDesk:
        """Give the checks as this session weighs them."""
        reads = any(entry.accommodation.reader for entry in session.plan.roster)

        def situation() -> Situation:
            try:
                disk = disk_fact(self._workplace, session)
            except Fault:
                disk = None  # a disk that does not say is not known; whoever writes there says more
            return replace(self.surroundings.situation(), disk=disk, accessibility=reads)

        policy = session.plan.policy.environment
        return EnvironmentDesk(policy, surroundings.THIS_PC, situation, self._now, self.see)

    def _now(self) -> Level:
        return self._level
