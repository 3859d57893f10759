"""The player: picture, transport, timeline and marks of one recording."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.archive.playing import PlayingSource
from app.archive.window.player_engine import PlayerEngine
from app.ui.clip_speaker import Speaker
from app.ui.look import Looked
from app.words import Words


class PlayerPanel(Looked, QWidget):
    """Plays a recording.

    `moved`: the position, ms of recorded time. `snapped`: a snapshot is on the disk (the PNG file, its SHA-256):
    whoever keeps the recording writes that into its custody.

    `snapshots` is the folder that snapshots go to; None: none are made. Call `stop` when the panel is no longer
    wanted; it is also called when the application ends or the panel is destroyed.
    """

    moved = Signal(int)
    snapped = Signal(object, str)  # Path, sha256

    def __init__(
        self,
        source: PlayingSource,
        words: Words,
        *,
        snapshots: Path | None = None,
        speaker: Callable[[], Speaker] = Speaker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("player")
        self.source: Final = source
        self.words = words
        self._snapshots: Final = snapshots
        self.engine: Final = PlayerEngine(source, speaker, self)
        self.engine.moved.connect(self.moved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)
        self.destroyed.connect(partial(PlayerEngine.close, self.engine))

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self.words = words

    def look_changed(self) -> None:
        """Nothing of its own: what stands in it paints itself."""

    def seek(self, at_ms: int) -> None:
        """Go to a moment, ms of recorded time."""
        self.engine.seek(at_ms)

    def play(self) -> None:
        """Play on."""
        self.engine.play()

    def pause(self) -> None:
        """Stop where it is."""
        self.engine.pause()

    def stop(self) -> None:
        """End playing and its threads."""
        self.engine.close()
