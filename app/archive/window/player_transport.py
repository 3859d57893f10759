"""The player's buttons: play, a little back and on, picture by picture, how fast, how loud, and a snapshot."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.archive.window.player_engine import SPEEDS
from app.archive.window.player_volume import VolumeBar
from app.archive.window.rows import RowButton, Wrap
from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.look import Looked
from app.ui.play_button import PlayButton
from app.ui.tokens import Space
from app.words import Words

JUMP_MS: Final = 5_000
_LARGE: Final = 1.6
"""From text so much larger on, one line has no room for all buttons."""


class Transport(Looked, QWidget):
    """The buttons in a row, or in as many as they need."""

    play_pressed = Signal()
    jumped = Signal(int)  # ms, back or on
    stepped = Signal(int)  # 1 or -1
    speed_chosen = Signal(float)
    loudness_chosen = Signal(float, bool)  # 0 to 1, muted
    snapshot_pressed = Signal()
    enlarge_pressed = Signal()
    keys_pressed = Signal()

    def __init__(self, words: Words, *, snapshots: bool) -> None:
        super().__init__()
        self._words = words
        self._large = False
        self.play = PlayButton(self)
        self.play.clicked.connect(self.play_pressed)
        self._back = self._button("back", lambda: self.jumped.emit(-JUMP_MS))
        self._on = self._button("on", lambda: self.jumped.emit(JUMP_MS))
        self._before = self._button("before", lambda: self.stepped.emit(-1), Icon.BACK)
        self._after = self._button("after", lambda: self.stepped.emit(1), Icon.FORWARD)
        self.speeds: Final = {speed: self._speed(speed) for speed in SPEEDS}
        self.mute = RowButton("mute")
        self.mute.be_markable()
        self.mute.clicked.connect(self._loud)
        self.volume = VolumeBar()
        self.volume.valueChanged.connect(self._loud)
        self._snapshot = self._button("snapshot", self.snapshot_pressed.emit) if snapshots else None
        self._keys = self._button("keys", self.keys_pressed.emit)
        self._keys.be_markable()
        self._enlarge = self._button("enlarge", self.enlarge_pressed.emit)
        self._lay_out()
        self.set_words(words)
        self.show_speed(1.0)

    def _button(self, name: str, pressed: Callable[[], object], icon: Icon | None = None) -> Button:
        button = RowButton(name, icon=icon)
        button.clicked.connect(lambda _checked: pressed())
        return button

    def _speed(self, speed: float) -> Button:
        button = RowButton(f"speed_{speed:g}")
        button.be_markable(exclusive=True)
        button.clicked.connect(lambda: self.speed_chosen.emit(speed))
        return button

    def _lay_out(self) -> None:
        row = Wrap(self, Space.XS)
        for widget in (self.play, self._back, self._on, self._before, self._after):
            row.put(widget)
        for at, button in enumerate(self.speeds.values()):
            row.put(button, before=Space.L if at == 0 else 0)
        row.put(self.mute, before=Space.S)
        row.put(self.volume)
        if self._snapshot is not None:
            row.put(self._snapshot, before=Space.S)
        row.put(self._keys, far=True)
        row.put(self._enlarge, far=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self._words = words
        seconds = JUMP_MS // 1000
        self._back.setText(words("player.back", seconds=seconds))
        self._on.setText(words("player.on", seconds=seconds))
        self._before.setText(words("player.before"))
        self._after.setText(words("player.after"))
        for speed, button in self.speeds.items():
            button.setText(f"{speed:g}×")
            button.setAccessibleName(words("player.speed", times=f"{speed:g}"))
        self.mute.setText(words("player.mute"))
        self.volume.setAccessibleName(words("player.volume"))
        if self._snapshot is not None:
            self._snapshot.setText(words("player.snapshot"))
            self.enable_snapshot(possible=self._snapshot.isEnabled())
        self._keys.setText(words("player.keys.button"))
        self._keys.setAccessibleName(words("player.keys.button_long"))
        self.show_enlarged(self._large)
        self.show_playing(playing=self.play.icon_shown is Icon.PAUSE)

    def look_changed(self) -> None:
        """Measure again."""
        side = self._back.sizeHint().height()
        self.play.setFixedSize(side, side)
        self.volume.setFixedHeight(side)
        self.be_slim(self._large)

    def be_slim(self, slim: bool) -> None:
        """Leave out, where text is large, what has keys of its own and would take the picture's room."""
        hidden = slim and self.look.length(Space.L) > Space.L * _LARGE
        for button in (self._before, self._after, *self.speeds.values(), self._keys):
            button.setVisible(not hidden)

    def show_enlarged(self, large: bool) -> None:
        """Offer to give the picture the whole window, or to go back."""
        self._large = large
        self._enlarge.setText(self._words("player.smaller" if large else "player.larger"))

    def show_keys(self, shown: bool) -> None:
        """Mark whether the list of keys is shown."""
        self._keys.setChecked(shown)

    def show_playing(self, *, playing: bool) -> None:
        """Offer to play, or to pause."""
        self.play.icon_shown = Icon.PAUSE if playing else Icon.PLAY
        self.play.setAccessibleName(self._words("player.pause" if playing else "player.play"))
        self.play.update()

    def show_speed(self, speed: float) -> None:
        """Mark the speed it goes at."""
        for one, button in self.speeds.items():
            button.setChecked(one == speed)

    def enable_snapshot(self, *, possible: bool) -> None:
        """Offer a snapshot, or not: there may be no picture."""
        if self._snapshot is not None:
            self._snapshot.allow("" if possible else self._words("player.no_snapshot"))

    def _loud(self) -> None:
        self.loudness_chosen.emit(self.volume.loudness, self.mute.isChecked())
