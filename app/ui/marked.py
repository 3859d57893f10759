"""A button that can be on or off: by a press, by its owner, and by a screen reader, which toggles without a press."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QFocusEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton

    _Button = QAbstractButton
else:
    _Button = object


class Marked(_Button):
    """Stands before a button's class. What toggles it from outside becomes a press: `clicked` tells of everything.

    Qt's "toggle" of AT-SPI sets the mark and clicks nothing, so a screen would show what nobody heard.
    """

    _by_owner = False
    _exclusive = False

    def be_markable(self, *, exclusive: bool = False) -> None:
        """Be on or off from now on; `exclusive`: one among others, which a screen reader calls a radio button."""
        self.setCheckable(True)
        self.set_exclusive(exclusive=exclusive)
        self.toggled.connect(self._make_it_a_press)

    def set_exclusive(self, *, exclusive: bool) -> None:
        """Be one among others, or one of several."""
        self._exclusive = exclusive
        self.setAutoExclusive(exclusive)

    def setChecked(self, checked: bool) -> None:
        """Set the mark, as its owner: nobody else gives way, and no press is told."""
        if checked == self.isChecked():
            return
        before, self._by_owner = self._by_owner, True
        self.setAutoExclusive(False)
        super().setChecked(checked)
        self.setAutoExclusive(self._exclusive)
        self._by_owner = before

    def nextCheckState(self) -> None:
        """Turn it by a press."""
        if self.isCheckable():
            self.setChecked(not self.isChecked())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus; Qt would keep Tab from the others of an exclusive group."""
        self.setAutoExclusive(False)
        super().focusInEvent(event)
        self.setAutoExclusive(self._exclusive)

    def _make_it_a_press(self, checked: bool) -> None:
        if not self._by_owner:
            self.setChecked(not checked)
            self.click()
