"""Exam text: our own `Body` tree laid out and painted line by line. No HTML is ever parsed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from app.exam.item import Body, Paragraph, Picture
from app.ui import tokens
from app.ui.look import Look, Looked
from app.ui.pictures import PictureButton, read_picture
from app.ui.tokens import Space, Type

_BOLD: Final = 700


def column_width(look: Look) -> int:
    """Give the width of the longest line of exam text, pixels."""
    return look.px(Type.EXAM) * tokens.LINE_CHARACTERS


@dataclass(frozen=True)
class _Placed:
    layout: QTextLayout
    top: int


class Prose:
    """Paragraphs laid out in a width; painting them again costs little."""

    def __init__(self, paragraphs: Sequence[Paragraph], look: Look, width: int, kind: Type = Type.EXAM) -> None:
        font = look.font(kind)
        pitch = round(look.px(kind) * tokens.LINE_HEIGHT)
        self._placed: list[_Placed] = []
        top = 0
        for paragraph in paragraphs:
            layout = _layout(paragraph, font)
            lines = _break_lines(layout, width, pitch)
            self._placed.append(_Placed(layout, top))
            top += lines * pitch + pitch // 3
        self.height = max(0, top - pitch // 3)
        self.width = max((_natural(placed.layout) for placed in self._placed), default=0)

    def paint(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        """Write the paragraphs with their top left corner `at`."""
        painter.setPen(colour)
        for placed in self._placed:
            placed.layout.draw(painter, at + QPointF(0, placed.top))


def _layout(paragraph: Paragraph, font: QFont) -> QTextLayout:
    layout = QTextLayout(paragraph.text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    ranges = []
    start = 0
    for run in paragraph.runs:
        length = len(run.text.encode("utf-16-le")) // 2  # Qt counts UTF-16 units, also for 𠮷
        if run.strong or run.emphasis:
            form = QTextCharFormat()
            if run.strong:
                form.setFontWeight(_BOLD)
            form.setFontUnderline(run.emphasis)  # Chinese is not slanted; papers underline
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = start, length, form
            ranges.append(span)
        start += length
    layout.setFormats(ranges)
    return layout


def _break_lines(layout: QTextLayout, width: int, pitch: int) -> int:
    count = 0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, count * pitch + (pitch - line.height()) / 2))
        count += 1
    layout.endLayout()
    return max(count, 1)


def _natural(layout: QTextLayout) -> int:
    widths = (layout.lineAt(index).naturalTextWidth() for index in range(layout.lineCount()))
    return round(max(widths, default=0.0))


class BodyView(Looked, QWidget):
    """A body: its paragraphs painted, its pictures as buttons. Whoever owns it calls `arrange`."""

    picture_pressed = Signal(QImage, str)

    def __init__(self, parent: QWidget, *, after: QWidget, corner: bool = False) -> None:
        super().__init__(parent)
        self._after = after  # the keyboard comes to the pictures after this
        self._corner = corner
        self._body: Body = ()
        self._images: Mapping[str, QImage | None] = {}
        self._texts: list[tuple[int, Prose]] = []
        self._buttons: list[PictureButton] = []

    def show_body(self, body: Body, pictures: Mapping[str, bytes]) -> None:
        """Take a body and the bytes of its pictures."""
        self._body = body
        names = {block.media for block in body if isinstance(block, Picture)}
        self._images = {name: read_picture(pictures.get(name, b"")) for name in names}

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay everything out in `width` and give the height it takes."""
        self._texts.clear()
        top = 0
        used = 0
        for is_text, blocks in _grouped(self._body):
            top += Space.M if top else 0
            if is_text:
                prose = Prose([block for block in blocks if isinstance(block, Paragraph)], self.look, width)
                self._texts.append((top, prose))
                top += prose.height
                continue
            for block in blocks:
                if isinstance(block, Picture):
                    top += self._place(used, block, top, width)
                    used += 1
        for button in self._buttons[used:]:
            button.hide()
        self.update()
        return top

    def _place(self, index: int, picture: Picture, top: int, width: int) -> int:
        if index == len(self._buttons):
            self._buttons.append(self._new_button())
        button = self._buttons[index]
        button.set_look(self.look)
        button.show_image(self._images[picture.media], picture.alt)
        size: QSize = button.size_within(width)
        button.setGeometry(QRect(0, top, size.width(), size.height()))
        button.show()
        return size.height() + Space.S

    def _new_button(self) -> PictureButton:
        button = PictureButton(self, corner=self._corner)
        button.clicked.connect(lambda: self.picture_pressed.emit(button.image, button.text()))
        QWidget.setTabOrder(self._buttons[-1] if self._buttons else self._after, button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the paragraphs."""
        painter = QPainter(self)
        colour = QColor(self.look.palette.ink)
        for top, prose in self._texts:
            prose.paint(painter, QPointF(0, top), colour)


def _grouped(body: Body) -> Iterable[tuple[bool, list[Paragraph | Picture]]]:
    groups: list[tuple[bool, list[Paragraph | Picture]]] = []
    for block in body:
        is_text = isinstance(block, Paragraph)
        if not groups or groups[-1][0] is not is_text:
            groups.append((is_text, []))
        groups[-1][1].append(block)
    return groups
