"""The list that opens below an inline choice: within our own window, by mouse and by keys."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QScrollArea, QWidget

from app.exam.prose import Body, plain_text
from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.prose import BodyView
from app.ui.tokens import Space

_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_ELSEWHERE: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
_SEEN: Final = 7  # rows at once; the others by scrolling


class ListRow(Looked, Marked, QAbstractButton):
    """One option; the tick says that it is the one chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.be_markable(exclusive=True)
        self.option = ""
        self.body = BodyView(self, after=self, corner=True)
        self.body.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_option(self, option: str, body: Body, setting: Setting, *, chosen: bool) -> None:
        """Show an option."""
        self.option = option
        self.setObjectName(f"row_{option}")
        self.setChecked(chosen)
        self.body.show_body(body, setting.media, words=setting.words, plays=setting.plays)
        state = setting.words("screen.item.chosen") if chosen else ""
        self.setAccessibleName(f"{plain_text(body)} {state}".rstrip())

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def nextCheckState(self) -> None:
        """Leave choosing to the owner."""

    def frame(self) -> int:
        """Give the width of everything beside the text."""
        return 3 * Space.M + self.look.length(tokens.ICON, 1.5)

    def arrange(self, width: int) -> int:
        """Lay it out in `width` and give its height."""
        self.body.set_look(self.look)
        inner = self.body.arrange(max(1, width - self.frame()))
        height = max(tokens.TARGET, inner + 2 * Space.S)
        left = self.frame() - Space.M
        self.body.setGeometry(left, (height - inner) // 2, max(1, width - self.frame()), inner)
        return height

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the row."""
        painter = QPainter(self)
        palette = self.look.palette
        chosen, hot = self.isChecked(), self.underMouse() or self.hasFocus()
        painter.fillRect(self.rect(), QColor(palette.accent_soft if chosen or hot else palette.surface))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(palette.line))
        if chosen:
            side = self.look.length(tokens.ICON, 1.5)
            at = QRectF(Space.M, (self.height() - side) / 2, side, side)
            paint_icon(painter, Icon.CHECK, at, QColor(palette.accent))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus(painter, QRectF(self.rect()), self.look)


class DropList(Looked, QWidget):
    """The rows over the page. It closes on a choice, on Esc, on Tab, and on a press anywhere else."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, owner: QWidget) -> None:
        self._page_below = _styled(owner)
        super().__init__(self._page_below)
        self.look = getattr(owner, "look", self.look)
        self._owner = owner
        self.setObjectName("drop_list")
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page = QWidget()
        self._scroll.setWidget(self._page)
        self.rows: list[ListRow] = []

    def look_changed(self) -> None:
        """Close: what lies below has moved."""
        self.close_list()

    def open_list(self, options: list[tuple[str, Body]], chosen: str, setting: Setting, text_width: int) -> None:
        """Open over the page, below the owner, or above it where there is more room."""
        for option, body in options:
            row = ListRow(self._page)
            row.look = self.look
            row.show_option(option, body, setting, chosen=option == chosen)
            row.clicked.connect(lambda _on=False, name=option: self._choose(name))
            row.installEventFilter(self)
            self.rows.append(row)
        self._place(max(self._owner.width(), text_width + self.rows[0].frame()))
        application = QApplication.instance()
        if application is not None:  # a press on any widget of the page closes it
            application.installEventFilter(self)
        self.show()
        self.raise_()
        at = next((row for row in self.rows if row.option == chosen), self.rows[0])
        at.setFocus(Qt.FocusReason.PopupFocusReason)
        self._scroll.ensureWidgetVisible(at, 0, 0)

    def _place(self, width: int) -> None:
        """Lay the rows out, and this below or above the owner, within the window."""
        page, edge = self._page_below, 2 * tokens.EDGE
        window = page.rect()
        width = min(width, window.width() - edge)
        heights = [row.arrange(width) for row in self.rows]
        most = window.height() - 2 * Space.S
        owner = QRect(self._owner.mapTo(page, QPoint(0, 0)), self._owner.size())
        below, above = most - owner.bottom(), owner.top()
        wanted = min(sum(heights), sum(heights[:_SEEN])) + edge
        under = wanted <= below or below >= above
        height = max(min(wanted, below if under else above), min(wanted, 2 * tokens.TARGET))
        scrolls = height < sum(heights) + edge
        outer = width + edge + (tokens.SCROLL if scrolls else 0)
        left = max(0, min(owner.left(), window.width() - outer))
        self.setGeometry(left, owner.bottom() + 1 if under else owner.top() - height, outer, height)
        self._scroll.setGeometry(self.rect().adjusted(tokens.EDGE, tokens.EDGE, -tokens.EDGE, -tokens.EDGE))
        self._page.resize(width, sum(heights))
        top = 0
        for row, tall in zip(self.rows, heights, strict=True):
            row.setGeometry(0, top, width, tall)
            top += tall

    def close_list(self) -> None:
        """Go away; the focus goes back to the owner."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        focus: QWidget | None = self.window().focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        self.hide()
        self.deleteLater()
        if inside and self._owner.isVisible():
            self._owner.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def _choose(self, name: str) -> None:
        self.close_list()
        self.chosen.emit(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move among the rows by keys; close on a press elsewhere."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and watched in self.rows:
            return self._key(event)
        if event.type() in _ELSEWHERE and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched.window() is self.window():
                self.close_list()
                return watched is self._owner  # the press that closes it does not open it again
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        """Take every key: behind the list nothing is to move."""
        key = Qt.Key(event.key())
        at = next((place for place, row in enumerate(self.rows) if row.hasFocus()), 0)
        if key in _STEPS:
            self._focus(at + _STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_PageUp):
            self._focus(0)
        elif key in (Qt.Key.Key_End, Qt.Key.Key_PageDown):
            self._focus(len(self.rows) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if not event.isAutoRepeat():
                self._choose(self.rows[at].option)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.close_list()
        return True

    def _focus(self, at: int) -> None:
        row = self.rows[min(max(at, 0), len(self.rows) - 1)]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(row, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the edge around the rows."""
        QPainter(self).fillRect(self.rect(), QColor(self.look.palette.ink))


def _styled(owner: QWidget) -> QWidget:
    """Give what the list lies on: the page that has the stylesheet, else the window."""
    page: QWidget | None = owner
    while page is not None and not page.styleSheet():
        page = page.parentWidget()
    return page or owner.window()
