"""How a page is put together: a body that scrolls when it must, and a foot whose buttons are always in sight."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.look import Looked
from app.ui.tokens import Space


class Scroll(QScrollArea):
    """Scrolls its content up and down, never sideways: it is at least as wide as its content has to be."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setProperty("part", "clear")
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._least_width = 0

    def minimumSizeHint(self) -> QSize:
        """Give the room the content cannot do without, and the scroll bar's."""
        hint, content = super().minimumSizeHint(), self.widget()
        self._least_width = content.minimumSizeHint().width() if content is not None else 0
        return QSize(max(hint.width(), self._least_width + tokens.SCROLL), hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for more room when the content needs it: a scroll area would not by itself."""
        taken = super().eventFilter(watched, event)
        content = watched if isinstance(watched, QWidget) and watched is self.widget() else None
        if content is None or event.type() is not QEvent.Type.LayoutRequest:
            return taken
        if content.minimumSizeHint().width() != self._least_width:
            self.updateGeometry()
        return taken

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the page: there PageDown is the next item, not the next piece of this one."""
        event.ignore()


class Column(Looked, QWidget):
    """Content in the middle of the page, never wider than can be read."""

    def __init__(self, width: int = tokens.COLUMN) -> None:
        super().__init__()
        self._width = width
        self._inner = QWidget()
        self.content = QVBoxLayout(self._inner)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(Space.L)
        outside = QHBoxLayout(self)
        outside.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        outside.addStretch(1)
        outside.addWidget(self._inner, 1000)
        outside.addStretch(1)
        self.look_changed()

    def look_changed(self) -> None:
        """Grow with the text."""
        self._inner.setMaximumWidth(self.look.length(self._width))


class Panel(QFrame):
    """A sheet with an edge; things are put into `content`."""

    def __init__(self, margin: int = Space.XL) -> None:
        super().__init__()
        self.setProperty("part", "panel")
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(margin, margin, margin, margin)
        self.content.setSpacing(Space.L)


class Bar(QFrame):
    """The head or foot of a page: as high as a bar, or as what stands in it, however little room there is."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.setProperty("part", part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give its height; a minimum that is set would be taken for all that its content needs."""
        return super().sizeHint().expandedTo(QSize(0, tokens.BAR))

    def minimumSizeHint(self) -> QSize:
        """Give its height, too."""
        return super().minimumSizeHint().expandedTo(QSize(0, tokens.BAR))


class Foot(Bar):
    """The foot of a page; buttons are put into `row`."""

    def __init__(self) -> None:
        super().__init__("foot")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        self.row.setSpacing(Space.M)
