"""A picture in the page, to be looked at closely. Esc closes it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.picture_canvas import STEP, PictureCanvas
from app.ui.tokens import Space
from app.words import Words


class PictureViewer(QWidget):
    """The picture, and what it can be looked at with. Nothing of it is kept when it closes.

    What is said of a picture instead of it is for screen readers only: written below, it may tell the answer.
    """

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_viewer")
        self.canvas = PictureCanvas()
        self._smaller = Button("picture_smaller", icon=Icon.MINUS, bar=True)
        self._larger = Button("picture_larger", icon=Icon.PLUS, bar=True)
        self._fit, self._whole = Button("picture_fit", bar=True), Button("picture_whole", bar=True)
        self.close_button = Button("close_picture", bar=True)
        self.canvas.zoomed.connect(self._say_percent)
        self._smaller.clicked.connect(lambda: self.canvas.zoom(1 / STEP))
        self._larger.clicked.connect(lambda: self.canvas.zoom(STEP))
        self._fit.clicked.connect(self.canvas.fit)
        self._whole.clicked.connect(lambda: self.canvas.zoom_to(1.0))
        self.close_button.clicked.connect(self.close_picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.canvas, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        for widget in (self._smaller, self._larger, self._fit, self._whole):
            buttons.addWidget(widget)
        buttons.addSpacing(Space.XL)
        buttons.addWidget(self.close_button)
        column.addLayout(buttons)

    def set_words(self, words: Words) -> None:
        """Name the buttons."""
        for button, name in (
            (self._smaller, "smaller"),
            (self._larger, "larger"),
            (self._fit, "fit"),
            (self._whole, "whole"),
        ):
            button.setText(words(f"screen.item_view.picture_{name}"))
        self.close_button.setText(words("screen.item.close_picture"))

    def show_picture(self, image: QImage, alt: str) -> None:
        """Show a picture, all of it."""
        self.setAccessibleName(alt)
        self.canvas.setAccessibleName(alt)
        self.canvas.show_image(image)
        self._say_percent(self.canvas.percent)

    def close_picture(self) -> None:
        """Let the picture go."""
        self.canvas.show_image(None)
        self.closed.emit()

    def _say_percent(self, percent: int) -> None:
        self.canvas.setAccessibleDescription(f"{percent} %")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc or Return; zoom and move whichever button has the focus."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_picture()
        else:
            self.canvas.keyPressEvent(event)
