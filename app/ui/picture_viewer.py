"""A picture as large as the page allows, in the page. Esc, Return or a press closes it."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.labels import Label
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type

_MOST_ENLARGED = 4.0


class _Sheet(Looked, QWidget):
    """Paints the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the picture in the middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.look.palette.picture_ground))
        if self.image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.size().boundedTo(self.image.size() * _MOST_ENLARGED)
        size = self.image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), self.image)


class PictureViewer(QWidget):
    """The picture, its description, and "Close"."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_viewer")
        self._sheet = _Sheet()
        self._alt = Label(Type.BODY, Tone.SOFT)
        self.close_button = Button("close_picture")
        self.close_button.clicked.connect(self.closed)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._sheet, 1)
        line = QHBoxLayout()
        line.addWidget(self._alt, 1)
        line.addWidget(self.close_button)
        column.addLayout(line)

    def show_picture(self, image: QImage, alt: str) -> None:
        """Show a picture."""
        self._sheet.image = image
        self._sheet.update()
        self._alt.setText(alt)
        self.setAccessibleName(alt)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close on a press anywhere."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.closed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the release comes here."""
        event.accept()
