"""The button of a clip: play or pause."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus


class PlayButton(Looked, QAbstractButton):
    """Play or pause."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("play")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.icon_shown = Icon.PLAY

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Return as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the button."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, on = self.look.palette, self.isEnabled()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.accent if on else palette.sunken))
        box = QRectF(self.rect())
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        inset = box.width() * 0.28
        colour = QColor(palette.on_accent if on else palette.ink_soft)
        paint_icon(painter, self.icon_shown, box.adjusted(inset, inset, -inset, -inset), colour)
        if self.hasFocus():
            paint_focus(painter, box, self.look)
