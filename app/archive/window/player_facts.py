"""What is said of a recording while it plays: which moment it is, what it is worth, and what else one has to know."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.archive.window.rows import Wrap
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.tokens import Space, Tone, Type


class PlayerFacts(QWidget):
    """Two times in a row, or in two where there is little room; below them the verdict, and a sentence when need be."""

    def __init__(self) -> None:
        super().__init__()
        self._time, self._wall = Line(Type.STRONG), Line(Type.BODY, Tone.SOFT)
        self._worth, self._said = StatusMark(Type.BODY, wrap=True), StatusMark(Type.BODY, wrap=True)
        self._worth.setObjectName("worth")
        self._said.setObjectName("said")
        times = QWidget()
        row = Wrap(times, Space.L)
        row.put(self._time)
        row.put(self._wall)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(times)
        column.addWidget(self._worth)
        column.addWidget(self._said)

    def show_times(self, time: str, wall: str) -> None:
        """Say which moment it is."""
        self._time.setText(time)
        self._wall.setText(wall)

    def show_worth(self, icon: Icon, tone: Tone, text: str, *, seen: bool) -> None:
        """Say what the recording is worth; not `seen`: that can wait until there is room."""
        self._worth.show_status(icon, tone, text)
        self._worth.setVisible(seen)

    def say(self, icon: Icon, tone: Tone, text: str) -> None:
        """Say what else one has to know; nothing takes it away."""
        self._said.show_status(icon, tone, text)
        self._said.setVisible(bool(text))

    def text(self) -> str:
        """Give what is said: the verdict, and the sentence after it."""
        return "\n".join(part for part in (self._worth.text(), self._said.text()) if part)
