"""The list of the player's keys (按键): what each does, in the place of the picture while somebody reads it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.ui.labels import Label, Line
from app.ui.page import Panel
from app.ui.tokens import Space, Tone, Type
from app.words import Words

SPACE: Final = "space"
KEYS: Final = {
    "play": SPACE,
    "jump": "← →",
    "ends": "Home End",
    "step": ", .",
    "speed": "[ ]",
    "mute": "M",
    "marks": "P N",
    "zoom": "+ −",
    "whole": "0",
    "large": "F",
    "leave": "Esc",
    "list": "F1",
}
"""What can be done, in the order of the list, and the keys on the keyboard; `SPACE` has a word in every language."""


class PlayerKeys(QWidget):
    """Two columns: the keys, and what they do."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("player_keys")
        panel = Panel(Space.M)
        self._title = Label(Type.SECTION)
        panel.content.addWidget(self._title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.XS)
        grid.setColumnStretch(1, 1)
        self._lines: dict[str, tuple[Line, Label]] = {}
        for row, name in enumerate(KEYS):
            keys, does = Line(Type.STRONG), Label(Type.BODY, Tone.SOFT)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(does, row, 1, Qt.AlignmentFlag.AlignTop)
            self._lines[name] = keys, does
        panel.content.addLayout(grid)
        panel.content.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        self.set_words(words)

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self._title.setText(words("player.keys.title"))
        self.setAccessibleName(self._title.text())
        for name, (keys, does) in self._lines.items():
            keys.setText(words("player.keys.space") if KEYS[name] == SPACE else KEYS[name])
            does.setText(words(f"player.keys.{name}"))
