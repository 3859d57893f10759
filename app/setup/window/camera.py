"""The camera's picture and the microphone's level, live, while the person sits before them."""

from dataclasses import dataclass
from typing import Final, Self

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.setup.devices import SILENCE_TENTHS
from app.setup.steps import StepResult
from app.setup.window.chrome import Leg, SetupPage
from app.setup.window.pages import say_problem
from app.ui.capture_view import LevelMeter, Preview, SimulatedTag
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.page import Panel
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from proctoring.recorder.client import RecorderStatus

_PICTURE: Final = (400, 300)
_TRACKS: Final = ("picture", "sound")


@dataclass(frozen=True)
class Seen:
    """One look: a small JPEG, the level (tenths of dBFS), the devices' names, and what is simulated."""

    jpeg: bytes | None
    level_tenths: int
    camera: str
    microphone: str
    camera_simulated: bool
    microphone_simulated: bool

    @classmethod
    def of(cls, jpeg: bytes | None, status: RecorderStatus) -> Self:
        """Make it of what the recorder says."""
        picture, sound = (next((one for one in status.sources if one.track == track), None) for track in _TRACKS)
        return cls(
            jpeg=jpeg,
            level_tenths=status.level_dbfs_tenths,
            camera=picture.label if picture else "",
            microphone=sound.label if sound else "",
            camera_simulated=picture is None or picture.simulated,
            microphone_simulated=sound is None or sound.simulated,
        )


class CameraPage(SetupPage):
    """What camera and microphone give now. The way on opens when both gave something real; the second is for later."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.CAMERA, "camera", second=True)
        self._seen: Seen | None = None
        self._was_seen = self._was_heard = False
        self._fault: StepResult | None = None
        self._preview, self._level = Preview(_PICTURE), LevelMeter()
        self._picture_tag, self._sound_tag = SimulatedTag(), SimulatedTag()
        self._picture, self._sound = StatusMark(Type.LEAD, wrap=True), StatusMark(Type.LEAD, wrap=True)
        self._picture_hint, self._sound_hint = Label(), Label()
        self.named(self._preview.set_nothing, "setup.camera_opening")
        self.named(self._preview.setAccessibleName, "setup.camera_picture")
        self.named(self._level.setAccessibleName, "setup.camera_level")
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        left = QVBoxLayout()
        left.setSpacing(Space.M)
        for widget in (self._picture_tag, self._preview, self._sound_tag, self._level):
            left.addWidget(widget)
        left.addStretch(1)
        panel = Panel()
        for mark, hint in ((self._picture, self._picture_hint), (self._sound, self._sound_hint)):
            both = QVBoxLayout()
            both.setSpacing(Space.XS)
            both.addWidget(mark)
            both.addWidget(hint)
            panel.content.addLayout(both)
        panel.content.addStretch(1)
        columns.addLayout(left)
        columns.addWidget(panel, 1)
        self.column.content.addLayout(columns)
        self.finish()

    def begin(self) -> None:
        """Forget what was seen before: the devices are opened anew."""
        self._seen, self._fault, self._was_seen, self._was_heard = None, None, False, False
        self._preview.show_picture(None)
        self.render_view()

    def show_seen(self, seen: Seen) -> None:
        """Show the newest look."""
        self._seen, self._fault = seen, None
        self._was_seen = self._was_seen or (seen.jpeg is not None and not seen.camera_simulated)
        self._was_heard = self._was_heard or (seen.level_tenths > SILENCE_TENTHS and not seen.microphone_simulated)
        self._preview.show_picture(seen.jpeg)
        self._level.set_level(seen.level_tenths)
        self.render_view()

    def show_fault(self, result: StepResult) -> None:
        """Say why there is nothing to see."""
        self._fault = result
        self.render_view()

    @property
    def good(self) -> bool:
        """Whether a real camera and a real microphone gave something."""
        return self._was_seen and self._was_heard

    def render_view(self) -> None:
        """Write how both stand."""
        super().render_view()
        seen, said = self._seen, self.words
        say_problem(self, self._fault)
        simulated_picture, simulated_sound = (
            bool(seen and seen.camera_simulated),
            bool(seen and seen.microphone_simulated),
        )
        self._picture_tag.say(said("screen.setup.camera_simulated") if simulated_picture else "")
        self._sound_tag.say(said("screen.setup.microphone_simulated") if simulated_sound else "")
        self._mark(self._picture, self._picture_hint, "picture", self._was_seen, missing=simulated_picture)
        self._mark(self._sound, self._sound_hint, "sound", self._was_heard, missing=simulated_sound)
        self.next.allow("" if self.good else said("screen.setup.camera_not_yet"))
        self.second.setVisible(not self.good)

    def _mark(self, mark: StatusMark, hint: Label, which: str, good: bool, *, missing: bool) -> None:
        state = "good" if good else "missing" if missing else "waiting"
        icon, tone = {
            "good": (Icon.CHECK, Tone.DONE),
            "missing": (Icon.ATTENTION, Tone.ATTENTION),
            "waiting": (Icon.RUNNING, Tone.ACCENT),
        }[state]
        mark.show_status(icon, tone, self.words(f"screen.setup.{which}_{state}"))
        name = "" if self._seen is None else self._seen.camera if which == "picture" else self._seen.microphone
        hint.setText(self.words(f"screen.setup.{which}_{state}_hint", device=name or "—"))
