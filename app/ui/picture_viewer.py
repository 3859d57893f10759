"""A picture in the page, to be looked at closely. Esc closes it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.labels import Label
from app.ui.look import Looked
from app.ui.picture_canvas import STEP, PictureCanvas
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_STACKED_FROM = 1.3  # from this scale on the description stands above the buttons


class PictureViewer(Looked, QWidget):
    """The picture, its description, and what it can be looked at with. Nothing of it is kept when it closes."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_viewer")
        self.canvas = PictureCanvas()
        self._alt = Label(Type.BODY, Tone.SOFT)
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
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(Space.M)
        self._line.addWidget(self._alt, 1)
        buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        buttons.setSpacing(Space.S)
        for widget in (self._smaller, self._larger, self._fit, self._whole):
            buttons.addWidget(widget)
        buttons.addSpacing(Space.XL)
        buttons.addWidget(self.close_button)
        self._line.addLayout(buttons)
        column.addLayout(self._line)

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
        self._alt.setText(alt)
        self.setAccessibleName(alt)
        self.canvas.setAccessibleName(alt)
        self.canvas.show_image(image)
        self._say_percent(self.canvas.percent)

    def close_picture(self) -> None:
        """Let the picture go."""
        self.canvas.show_image(None)
        self.closed.emit()

    def look_changed(self) -> None:
        """Give the description a line of its own when it is large."""
        stacked = self.look.scale >= _STACKED_FROM
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)

    def _say_percent(self, percent: int) -> None:
        self.canvas.setAccessibleDescription(f"{percent} %")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc or Return; zoom and move whichever button has the focus."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_picture()
        else:
            self.canvas.keyPressEvent(event)
