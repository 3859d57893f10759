"""The cells of an answer card (答题卡) for a screen reader: the card is painted, and paint has no name."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget


class _Door(QAbstractButton):
    """A button that nobody sees; hand and keyboard have the card itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.number = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def lead(self, number: int, said: str, place: QRect) -> None:
        """Lead to an item from the place of its cell; `said` is number and state."""
        self.number = number
        self.setObjectName(f"door_{number}")
        if said != self.accessibleName():
            self.setAccessibleName(said)
        self.setGeometry(place)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Leave the cell as the card painted it."""


class Doors(QWidget):
    """Lies over the card with a button for every cell, as soon as a screen reader listens; until then it is empty."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._doors: list[_Door] = []

    def show_cells(self, cells: Iterable[tuple[int, str, QRect]]) -> None:
        """Lead to these items: number, what is said of it, and where its cell is."""
        if not QAccessible.isActive():
            return
        shown = 0
        for shown, (number, said, place) in enumerate(cells, start=1):
            if shown > len(self._doors):
                self._doors.append(self._door())
            self._doors[shown - 1].lead(number, said, place)
        for door in self._doors[shown:]:
            door.hide()

    def _door(self) -> _Door:
        door = _Door(self)
        door.clicked.connect(lambda: self.chosen.emit(door.number))
        return door
