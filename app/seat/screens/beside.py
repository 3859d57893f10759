"""Two parts side by side; where the text is large, one below the other on one page that scrolls as a whole."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QBoxLayout, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.look import Looked
from app.ui.page import Scroll
from app.ui.pin_panel import PinPanel
from app.ui.tokens import Space

_ONE_COLUMN_FROM = 140
"""Per cent of text: from here on two columns would leave slits of both at the smallest window."""


class _Part(QWidget):
    """The right part: as high as it wants to be in one column; beside another its lists take what room there is."""

    flows = False

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(content)

    def hasHeightForWidth(self) -> bool:
        """Say no beside another: what it would like best is not the least it can do with."""
        return self.flows and super().hasHeightForWidth()


class Beside(Looked, QWidget):
    """What is asked (`left`, scrolls by itself) beside what is done about it (`right`).

    `one_column` tells when that changes, with whether there is one column now. Where the focus goes is brought into
    sight.
    """

    one_column = Signal(bool)

    def __init__(
        self, left: QWidget, right: QWidget, shares: tuple[int, int] = (1, 1), *, right_first: bool = False
    ) -> None:
        """Make one; `shares`: of the width. `right_first`: in one column the right part stands above."""
        super().__init__()
        self._left, self._one, self._right_first = left, False, right_first
        self._side, self._right = Scroll(left), _Part(right)
        page = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._row.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        self._row.setSpacing(Space.XL)
        self._row.addWidget(self._side, shares[0])
        self._row.addWidget(self._right, shares[1])
        self._page = Scroll(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._page, 1)
        self._below = QVBoxLayout()
        whole.addLayout(self._below)
        self._settled = QTimer(self, singleShot=True, interval=0)  # what has just come has its place after this
        self._settled.timeout.connect(self._follow)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._settled.start)

    def look_changed(self) -> None:
        """Go from two columns to one, or back."""
        one = self.look.percent >= _ONE_COLUMN_FROM
        if one is self._one:
            return
        self._one = self._right.flows = one
        self._right.updateGeometry()
        if one:
            self._side.takeWidget()
            self._side.hide()
            self._row.setDirection(QBoxLayout.Direction.TopToBottom)
            self._row.insertWidget(self._row.count() if self._right_first else 0, self._left)
        else:
            self._row.removeWidget(self._left)
            self._row.setDirection(QBoxLayout.Direction.LeftToRight)
            self._side.setWidget(self._left)
            self._side.show()
        self._left.show()
        self.one_column.emit(one)

    def to_top(self) -> None:
        """Show the page from its beginning."""
        for scroll in (self._page, self._side):
            scroll.verticalScrollBar().setValue(0)

    def hold_below(self, widget: QWidget | None) -> None:
        """Keep something below the page where it never scrolls away, or (None) nothing."""
        margin = 0 if widget is None else Space.M
        self._below.setContentsMargins(2 * margin, margin, 2 * margin, margin)
        if widget is not None:
            self._below.addWidget(widget)

    def bring_into_sight(self, widget: QWidget) -> None:
        """Scroll to something on the page, where all of it scrolls."""
        if self._one:
            self._page.ensureWidgetVisible(widget, 0, tokens.TARGET)

    def _follow(self) -> None:
        focus = self.window().focusWidget()
        if self._page.isAncestorOf(focus):
            self.bring_into_sight(focus)


def beside_pins(left: QWidget, pins: PinPanel, sheet: QWidget) -> Beside:
    """Put the names and the PIN beside what is agreed to.

    In one column the names stand right below it, before whom it concerns, and the PIN at the foot, always in sight.

    `sheet`: the candidate's, in the column of `left`, before its stretch.
    """
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.L)
    column.addWidget(pins)
    column.addStretch(1)
    asked = left.layout()
    beside = Beside(left, right)

    def place(one: bool) -> None:
        pins.show_whole(one)
        beside.hold_below(pins.entry if one else None)
        if isinstance(asked, QVBoxLayout):
            here, there = (column, asked) if one else (asked, column)
            there.removeWidget(sheet)
            here.insertWidget(here.count() - 1, sheet)

    beside.one_column.connect(place)
    return beside
