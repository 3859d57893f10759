"""A window that plays one recording, for whoever has its key."""

from pathlib import Path

from PySide6.QtGui import QCloseEvent

from app.archive.playing.source import PlayingSource
from app.archive.window.player import PlayerPanel
from app.ui import tokens
from app.ui.key_ring import KeyRing
from app.ui.screen import PageHead, Screen
from app.ui.simulated import Simulated
from app.ui.text import say
from app.ui.tokens import Space
from app.words import Words

_SIZE = (tokens.WIDE, 768)
_SIMULATED = {"picture": Simulated.CAMERA, "sound": Simulated.MICROPHONE}


class PlayerWindow(Screen):
    """The player with a head over it that says whose recording this is. `snapshots`: the folder they go to."""

    at_seat = False

    def __init__(self, source: PlayingSource, words: Words, snapshots: Path | None) -> None:
        super().__init__(words)
        self._source = source
        self._ring = KeyRing(self)
        self._head = PageHead(self.tools)
        self.panel = PlayerPanel(source, words, snapshots=snapshots)
        self.panel.enlarged.connect(self._share_room)
        self.body.addWidget(self._head)
        self.body.addWidget(self.panel, 1)
        self._share_room()
        self.resize(*_SIZE)
        self.appearance_requested.connect(self.set_appearance)
        self.set_simulated(tuple(what for track, what in _SIMULATED.items() if track in source.simulated))
        self.dress()

    def _share_room(self) -> None:
        large = self.panel.large
        self._head.setVisible(not large)
        edge = Space.S if large else Space.XL
        self.panel.setContentsMargins(edge, Space.S, edge, Space.S)

    def render_view(self) -> None:
        """Say everything in the words of now."""
        about = self._source.about
        self.setWindowTitle(self.words("player.window"))
        self._head.show_title(say(about.exam_title, self.words) if about else self.words("player.window"))
        facts = (about.name, about.site, about.room, about.seat_label) if about else (self._source.recording,)
        self._head.show_facts("\u2003".join(facts))
        self.panel.set_words(self.words)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the threads with the window."""
        self.panel.stop()
        super().closeEvent(event)
