"""The player's states as pictures, for the gallery."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.archive.window.player_window import PlayerWindow
from app.words import Words
from tests.app.archive.window.player_samples import shown
from tests.app.seat.screens.gallery import Shot
from tests.proctoring.seat import wait_until


def _at(at_ms: int, words: Words) -> PlayerWindow:
    window = PlayerWindow(shown(), words, Path("snapshots"))
    panel = window.panel
    panel.seek(at_ms)

    def seen() -> bool:
        QApplication.processEvents()
        return panel.engine.shown is not None and panel.engine.shown.at_ms == at_ms

    wait_until(seen)
    panel.stop()
    return window


def _playing(words: Words) -> PlayerWindow:
    return _at(9_300, words)


def _gap(words: Words) -> PlayerWindow:
    return _at(7_000, words)


def _keys(words: Words) -> PlayerWindow:
    window = _at(9_300, words)
    window.panel.show_keys(True)
    return window


SHOTS = (Shot("30-player", _playing), Shot("31-player-gap", _gap), Shot("32-player-keys", _keys))
