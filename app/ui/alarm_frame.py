"""A frame around the whole window that says in words what is the matter. Nothing moves for it, and nothing is covered.

It lies over the pages: the frame in their margins, below the strip that says what is not real, and the words where the
head or the foot of the page has nothing to say. Where letters are so large that no such place is left, they stand over
the exam's name, as a warning of time does; never over a clock, a control or a state. Whatever is pressed goes below.
"""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.labels import Line, StatusMark
from app.ui.look import Looked
from app.ui.simulated import SimulatedStrip
from app.ui.tokens import Space, Tone, Type

AGAIN_MS: Final = 400
"""So often it looks where the page has room for the words: what stands in a head changes."""
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
_PARTS: Final = ("head", "foot")
_SMALLER: Final = (1.0, 0.85, 0.7, 0.6, 0.5, 0.42)
_LEAST_PX: Final = 14


class AlarmFrame(Looked, QWidget):
    """Lies over the pages of the window; takes no press and no key."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page: QWidget | None = None
        self._text, self._tone = "", Tone.DANGER
        self._label, self._font = QRect(), QFont()
        self._edge = QRect()
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self._place)
        self.hide()

    def text(self) -> str:
        """Give what it says; nothing is the matter when it is empty."""
        return self._text

    def label(self) -> QRect:
        """Give where the words stand; empty where the page has no room for them."""
        return self._label

    def say(self, text: str, tone: Tone) -> None:
        """Say what is the matter; an empty text takes the frame away."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if text:
            self.raise_()
            self._again.start()
            self._place()
        else:
            self._again.stop()
        self.update()

    def lie_over(self, page: QWidget | None) -> None:
        """Lie over this page from now on."""
        self._page = page
        if self._text:
            self.raise_()
            self._place()

    def look_changed(self) -> None:
        """Paint again."""
        self._place()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lie around everything."""
        super().resizeEvent(event)
        self._place()

    # where

    def _place(self) -> None:
        """Find room for the frame and the words; only they are seen and painted."""
        if not self._text:
            return
        self._edge = self.rect().adjusted(0, self._strip(), 0, 0)
        self._label, self._font = self._room()
        edge = tokens.ALARM_EDGE
        ring = QRegion(self._edge).subtracted(QRegion(self._edge.adjusted(edge, edge, -edge, -edge)))
        self.setMask(ring.united(QRegion(self._label)))
        self.update()

    def _strip(self) -> int:
        page = self._page
        strip = page.findChild(SimulatedStrip) if page is not None else None
        return strip.height() if strip is not None and strip.isVisible() else 0

    def _room(self) -> tuple[QRect, QFont]:
        """Give the words' place and size: as large as they can be where the page's bars are empty."""
        label, font, _gap = self._in(list(self._gaps()))
        if not label.isEmpty():
            return label, font
        label, font, gap = self._in(list(self._gaps(over_names=True)))
        if not label.isEmpty():  # the whole of it, so that no half letters look out
            label = QRect(gap.left(), gap.top(), label.right() - gap.left() + 1, gap.height())
        return label, font

    def _in(self, gaps: list[QRect]) -> tuple[QRect, QFont, QRect]:
        for part in _SMALLER:
            font = QFont(self.look.font(Type.BAR_STRONG))
            pixels = round(font.pixelSize() * part)
            if pixels < _LEAST_PX:
                break
            font.setPixelSize(pixels)
            for gap in gaps:
                label = self._fitting(gap, font)
                if not label.isEmpty():
                    return label, font, gap
        return QRect(), QFont(), QRect()

    def _fitting(self, gap: QRect, font: QFont) -> QRect:
        """Give the place in the middle of a gap; empty if the words do not go in."""
        metrics = QFontMetrics(font)
        beside = metrics.ascent() + Space.S + 2 * Space.M
        if gap.width() <= beside:
            return QRect()
        room = QRect(0, 0, gap.width() - beside, 10_000)
        words = metrics.boundingRect(room, _FLAGS, self._text)
        width, height = words.width() + 1 + beside, words.height() + 2 * Space.XS
        if words.width() > room.width() or height > gap.height():
            return QRect()
        return QRect(gap.left() + (gap.width() - width) // 2, gap.top() + (gap.height() - height) // 2, width, height)

    def _gaps(self, *, over_names: bool = False) -> Iterator[QRect]:
        """Give what is empty in the page's head and foot, the widest of each; the head's names may be no matter."""
        page = self._page
        if page is None:
            return
        bars = [bar for bar in page.findChildren(QWidget) if bar.property("part") in _PARTS and bar.isVisible()]
        for bar in sorted(bars, key=lambda bar: _PARTS.index(bar.property("part"))):
            whole = QRect(bar.mapTo(page, QPoint()) + page.pos(), bar.size())
            inside = whole.adjusted(Space.XL, tokens.ALARM_EDGE, -Space.XL, -tokens.ALARM_EDGE)
            taken = sorted(_taken(bar, page, over_names=over_names), key=QRect.left)
            start, widest = inside.left(), QRect()
            for rect in (*taken, QRect(inside.right() + 1, 0, 0, 0)):
                gap = QRect(start, inside.top(), rect.left() - Space.M - start, inside.height())
                if gap.width() > widest.width():
                    widest = gap
                start = max(start, rect.right() + 1 + Space.M)
            yield widest

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the edge, with a dark line inside, and write the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.look.palette
        danger = self._tone is Tone.DANGER
        fill = QColor(palette.danger_fill if danger else palette.attention_fill)
        colour = QColor(palette.on_danger if danger else palette.on_attention)
        painter.fillRect(self.rect(), fill)
        line, edge = tokens.ALARM_LINE, tokens.ALARM_EDGE
        inner = self._edge.adjusted(edge, edge, -edge, -edge)
        outer = inner.adjusted(-line, -line, line, line)
        dark = QRegion(outer).subtracted(QRegion(inner)).subtracted(QRegion(self._label))
        painter.setClipRegion(dark)
        painter.fillRect(outer, QColor(palette.ink))
        painter.setClipping(False)
        if self._label.isEmpty():
            return
        painter.setPen(colour)
        painter.drawRect(self._label.adjusted(0, 0, -1, -1))
        side = QFontMetrics(self._font).ascent()
        top = self._label.center().y() - side / 2
        paint_icon(
            painter,
            Icon.BLOCKED if danger else Icon.ATTENTION,
            QRectF(self._label.left() + Space.M, top, side, side),
            colour,
        )
        painter.setFont(self._font)
        words = self._label.adjusted(Space.M + side + Space.S, 0, 0, 0)
        painter.drawText(words, _FLAGS, self._text)


def _taken(bar: QWidget, page: QWidget, *, over_names: bool) -> Iterator[QRect]:
    """Give what stands in a bar: a line of text is as wide as its words, all else as it is."""
    head = bar.property("part") == _PARTS[0]
    for child in bar.findChildren(QWidget):
        inner = child.findChildren(QWidget)
        if not child.isVisible() or (inner and not isinstance(child, StatusMark)):
            continue
        size = child.size()
        if isinstance(child, QLabel):
            size.setWidth(min(size.width(), child.sizeHint().width()))
        name = isinstance(child, Line) and head and not isinstance(child.parentWidget(), StatusMark)
        if (isinstance(child, QLabel) and not child.text() and child.pixmap().isNull()) or (over_names and name):
            continue
        yield QRect(child.mapTo(page, QPoint()) + page.pos(), size)
