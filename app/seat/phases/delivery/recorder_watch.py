"""The recorder's watch: looks at the recorder, says what it does, and brings it back when it is gone."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.seat.camera_desk import CameraDesk, is_recording
from app.seat.deck import Deck
from app.seat.phases.delivery.recorder_troubles import CAUSES, Lasting, mark, statements
from app.seat.phases.one_look import OneLook
from app.seat.screens.delivery.item import ItemScreen, RecordingState
from app.seat.sealing import Case
from app.ui.bridge import in_background
from proctoring.recorder.client import RecorderStatus
from sync.faults import Fault

RECORDER_MS = 2_000
ATTACH_EVERY: Final = 15
"""A recorder that stays away is looked for again at every fifteenth look."""


class RecorderWatch(QObject):
    """Watches over one sitting's recording.

    `lost` says why, once for each interruption; `back` ends it. `alarmed` raises or ends an alarm for what is wrong
    while it records; `stated` gives code and detail of what belongs into the journal and does not stand there, once.
    """

    lost = Signal(str)
    back = Signal()
    alarmed = Signal(object, bool)
    stated = Signal(str, str)

    def __init__(self, deck: Deck, camera: CameraDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._deck = deck
        self._camera = camera
        self._items = deck.screen_of(ItemScreen)
        self._case: Case | None = None
        self._misses = 0
        self._attaching = False
        self._lasting = Lasting()
        self._stated: set[tuple[str, str]] = set()
        self._one = OneLook(self)
        self._timer = QTimer(self, interval=RECORDER_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_lost(self) -> bool:
        """Whether nothing is being recorded, as far as is known."""
        return self._misses > 0

    def begin(self, case: Case) -> None:
        """Find the recorder that goes on by itself after a crash of ours, or start one; look at it from then on."""
        self._case, self._misses = case, 0
        self._lasting = Lasting()
        self._stated = {mark(one.code, one.detail) for one in case.delivery.sitting.incidents}
        self._items.set_recording(RecordingState.CHECKING, simulated=False)
        self._attach()

    def end(self) -> None:
        """Look no more; the recording goes on."""
        self._case = None
        self._timer.stop()

    def _look(self) -> None:
        self._one.look(self._camera.status, self._show)

    def _show(self, status: RecorderStatus | None) -> None:
        if self._case is None:
            return
        runs = is_recording(status)
        simulated = status is not None and any(source.simulated for source in status.sources)
        self._deck.set_sources(status.sources if status else ())
        state = RecordingState.RECORDING if runs else RecordingState.INTERRUPTED
        self._items.set_recording(state, simulated=simulated)
        if not runs:
            self._miss(status.fault or status.state.value if status else "no answer")
        elif self._misses:
            self._misses = 0
            self.back.emit()
        self._tell_troubles(status if runs else None)

    def _tell_troubles(self, status: RecorderStatus | None) -> None:
        """Tell what is wrong with a recording that goes on; one that does not has a greater trouble."""
        if status is None:
            self._lasting = Lasting()
        troubles = self._lasting.look(status.troubles if status is not None else ())
        for trouble, cause in CAUSES.items():
            self.alarmed.emit(cause, trouble in troubles)
        for code, detail in statements(status) if status is not None else ():
            if mark(code, detail) not in self._stated:
                self._stated.add(mark(code, detail))
                self.stated.emit(code, detail)

    def _miss(self, why: str) -> None:
        """State the interruption once; look for the recorder at once, then ever more rarely, until it is back."""
        self._misses += 1
        if self._misses == 1:
            self.lost.emit(why)
        often = self._misses & (self._misses - 1) == 0  # the first, second, fourth, eighth miss
        if not self._attaching and (often or self._misses % ATTACH_EVERY == 0):
            self._attach()

    def _attach(self) -> None:
        case = self._case
        if case is None:
            return
        self._attaching = True
        in_background(
            self,
            lambda: self._camera.start(case.entry.sitting, case.delivery.sitting.recording),
            lambda _recording: self._attached(None),
            self._attached,
        )

    def _attached(self, fault: Fault | None) -> None:
        self._attaching = False
        if self._case is None:
            return
        self._timer.start()
        if fault is None:
            self._look()
        else:
            self._items.set_recording(RecordingState.INTERRUPTED, simulated=False)
            self._miss(fault.code)
