"""The room that options take when they stand in a line: in a gap, or in a list that opens."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body
from app.ui.interactions.base import Setting
from app.ui.look import Look
from app.ui.prose import BodyView


class Widest:
    """Measures bodies in a view that is never seen; what was measured once is remembered."""

    def __init__(self, parent: QWidget) -> None:
        self._probe = BodyView(parent, after=parent)
        self._probe.hide()
        self._bodies: Sequence[Body] = ()
        self._setting: Setting | None = None
        self._measured: dict[tuple[Look, int], QSize] = {}

    def take(self, bodies: Sequence[Body], setting: Setting) -> None:
        """Take the bodies of all options."""
        self._bodies, self._setting = bodies, setting
        self._measured = {}

    def size(self, look: Look, most: int) -> QSize:
        """Give the room in which each of them fits, where none is wider than `most`."""
        key = (look, most)
        if key not in self._measured:
            self._measured[key] = self._measure(look, most)
        return self._measured[key]

    def _measure(self, look: Look, most: int) -> QSize:
        size = QSize(0, 0)
        if self._setting is None:
            return size
        self._probe.set_look(look)
        for body in self._bodies:
            self._probe.show_body(body, self._setting.media, words=self._setting.words, plays={})
            height = self._probe.arrange(most)
            size = size.expandedTo(QSize(min(most, self._probe.natural_width()), height))
        self._probe.show_body((), {}, words=self._setting.words, plays={})
        return size
