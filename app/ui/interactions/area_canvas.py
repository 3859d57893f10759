"""A picture with areas on it, which grow and shrink with it."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Area, Canvas
from app.ui import tokens
from app.ui.interactions.area_button import AreaButton
from app.ui.interactions.areas import area_at, area_paths
from app.ui.look import Looked
from app.ui.pictures import read_picture
from app.ui.tokens import Space, Tone, Type

HIGH: Final = 380
"""The most pixels a picture is high at 100 %: the text around it should be seen with it."""
_ENLARGED: Final = 2.0


class AreaCanvas(Looked, QWidget):
    """`pressed` tells the area a press means; the keyboard comes to the areas one after another."""

    pressed = Signal(str)
    let_go = Signal()
    area_focused = Signal(QWidget)

    def __init__(self, parent: QWidget, most_high: int = HIGH) -> None:
        super().__init__(parent)
        self._most_high = most_high
        self.setMouseTracking(True)
        self._canvas: Canvas | None = None
        self._image: QImage | None = None
        self._areas: Sequence[Area] = ()
        self._paths: list[QPainterPath] = []
        self._buttons: list[AreaButton] = []
        self._scale = 1.0
        self._down: str | None = None

    @property
    def buttons(self) -> list[AreaButton]:
        """Give the areas' buttons, in their order."""
        return self._buttons[: len(self._areas)]

    def show_canvas(self, canvas: Canvas, areas: Sequence[Area], media: Mapping[str, bytes], *, slots: bool) -> None:
        """Show a picture and its areas; as `slots` they are seen before anything is done."""
        self._canvas, self._areas = canvas, areas
        self._image = read_picture(media.get(canvas.media, b""))
        self._paths = area_paths(areas, canvas)
        self.setAccessibleName(canvas.alt)
        while len(self._buttons) < len(areas):
            self._buttons.append(self._new_button())
        for button, area in zip(self._buttons, areas, strict=False):
            button.show_area(area.id, slot=slots)
        for button in self._buttons:
            button.setVisible(button in self.buttons)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def size_within(self, width: int) -> QSize:
        """Give the size of the picture in a column of `width`."""
        if self._canvas is None:
            return QSize(width, 0)
        most_high = self.look.length(self._most_high, 1.6)
        self._scale = min(width / self._canvas.width, most_high / self._canvas.height, _ENLARGED * self.look.scale)
        return QSize(round(self._canvas.width * self._scale), round(self._canvas.height * self._scale))

    def place_areas(self) -> None:
        """Lay the areas over the picture, once it has its size."""
        scaled = QTransform.fromScale(self._scale, self._scale)
        for button, path in zip(self._buttons, self._paths, strict=False):
            button.set_look(self.look)
            button.place(scaled.map(path))

    def area_at(self, at: QPointF) -> AreaButton | None:
        """Give the area that a press at this place of the widget means."""
        found = area_at(self._paths, self._areas, at / self._scale, tokens.TARGET / 2 / self._scale)
        return None if found is None else self._buttons[found]

    def set_hot(self, at: QPoint | None) -> None:
        """Outline the area at this place, as long as the hand is there."""
        hot = self.area_at(QPointF(at)) if at is not None else None
        for button in self.buttons:
            button.set_hot(button is hot)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hot else Qt.CursorShape.ArrowCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline what the hand is over."""
        self.set_hot(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        """Outline nothing."""
        super().leaveEvent(event)
        self.set_hot(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the area; it counts when the hand lets go in it."""
        button = self.area_at(event.position()) if event.button() is Qt.MouseButton.LeftButton else None
        self._down = button.area if button else None
        if button:
            button.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the press."""
        button, down = self.area_at(event.position()), self._down
        self._down = None
        if button is not None and button.area == down:
            button.by_key = False
            button.click()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press."""
        event.accept()

    def _new_button(self) -> AreaButton:
        button = AreaButton(self)
        button.clicked.connect(lambda: self.pressed.emit(button.area))
        button.stepped.connect(lambda by: self._step(button, by))
        button.let_go.connect(self.let_go)
        return button

    def _step(self, button: AreaButton, by: int) -> None:
        at = self._buttons.index(button) + by
        if 0 <= at < len(self.buttons):
            self.buttons[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.area_focused.emit(self.buttons[at])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the picture; without one, what it shows in words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette, box = self.look.palette, QRectF(self.rect())
        painter.fillRect(box, QColor(palette.picture_ground))
        if self._image is not None:
            painter.drawImage(box, self._image)
        else:
            painter.setFont(self.look.font(Type.BODY))
            painter.setPen(self.look.tone(Tone.SOFT))
            inside = self.rect().adjusted(Space.M, Space.M, -Space.M, -Space.M)
            painter.drawText(inside, Qt.TextFlag.TextWordWrap, self.accessibleName())
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
