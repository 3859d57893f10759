"""What the watch noticed in the recording of who sits here, for proctors in the corner; kept while it is open only."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.seat.camera_desk import CameraDesk
from app.seat.phases.one_look import OneLook
from app.seat.phases.proctor.corner_glance import clock_face
from app.seat.screens.proctor.corner_view import HintRow
from app.ui.text import Sentence
from app.words.lengths import whole_seconds
from proctoring.recorder.client import RecorderStatus
from sync.trust.clock import ClockReading
from sync.wire.recording import Flag

MOST_HINTS = 20
"""As many as the recorder remembers; those before are in the recording."""


@dataclass
class _Noticed:
    """One flag: its number with the recorder, the wall clock when it went up, ms, and its picture once it has come."""

    flag: Flag
    number: int
    wall_ms: int
    picture: bytes | None = None


class Hints(QObject):
    """`changed` follows whatever is to be shown differently."""

    changed = Signal()

    def __init__(self, camera: CameraDesk, clock: Callable[[], ClockReading], parent: QObject) -> None:
        super().__init__(parent)
        self._camera, self._clock = camera, clock
        self._recording: str | None = None
        self._noticed: dict[str, _Noticed] = {}
        self._one_look = OneLook(self)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._noticed)

    def rows(self) -> tuple[HintRow, ...]:
        """Give them, the newest first."""
        newest = sorted(self._noticed.items(), key=lambda one: one[1].flag.at_ms, reverse=True)
        return tuple(
            HintRow(
                key,
                Sentence(f"recording.flag.{one.flag.kind.value}"),
                clock_face(one.wall_ms),
                whole_seconds(one.flag.length_ms),
                one.picture,
            )
            for key, one in newest
        )

    def take(self, status: RecorderStatus | None, recording: str | None) -> None:
        """Take what the recorder says; what it says of another recording than `recording` is of somebody else."""
        if recording != self._recording:
            self.forget()
            self._recording = recording
        if status is None or recording is None or status.recording != recording:
            return
        now_ms, before = self._clock().wall_ms, self.rows()
        wanted: dict[int, str] = {}
        for noted in status.flags:
            key = f"{noted.flag.kind.value}-{noted.flag.at_ms}"
            began_ms = now_ms - (status.recorded_ms - noted.flag.at_ms)
            one = self._noticed.setdefault(key, _Noticed(noted.flag, noted.number, began_ms))
            one.flag, one.number = noted.flag, noted.number
            if noted.picture and one.picture is None:
                wanted[noted.number] = key
        for row in self.rows()[MOST_HINTS:]:
            del self._noticed[row.key]
        if self.rows() != before:
            self.changed.emit()
        if wanted:
            self._one_look.look(
                lambda: self._camera.flag_pictures(status.pid, wanted),
                lambda pictures: self._keep(recording, {wanted[number]: jpeg for number, jpeg in pictures.items()}),
            )

    def forget(self) -> None:
        """Keep nothing: the proctor has left, and what was seen is of nobody else's business."""
        self._recording = None
        self._noticed.clear()
        self.changed.emit()

    def _keep(self, recording: str, pictures: dict[str, bytes]) -> None:
        if recording == self._recording:
            for key, jpeg in pictures.items():
                if key in self._noticed:
                    self._noticed[key].picture = jpeg
            self.changed.emit()
