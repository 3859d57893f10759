"""What is said of a recording while it plays: which moment it is, by its own time and by the clock, and a sentence."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.archive.window.rows import Wrap
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.tokens import Space, Tone, Type


class PlayerFacts(QWidget):
    """Two times in a row, or in two where there is little room, and a sentence below."""

    def __init__(self) -> None:
        super().__init__()
        self._time, self._wall = Line(Type.STRONG), Line(Type.BODY, Tone.SOFT)
        self._status = StatusMark(Type.BODY, wrap=True)
        times = QWidget()
        row = Wrap(times, Space.L)
        row.put(self._time)
        row.put(self._wall)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(times)
        column.addWidget(self._status)

    def show_times(self, time: str, wall: str) -> None:
        """Say which moment it is."""
        self._time.setText(time)
        self._wall.setText(wall)

    def show_status(self, icon: Icon, tone: Tone, text: str, *, seen: bool) -> None:
        """Say what one has to know; not `seen`: it can wait until there is room."""
        self._status.show_status(icon, tone, text)
        self._status.setVisible(seen)

    def text(self) -> str:
        """Give the sentence."""
        return self._status.text()
