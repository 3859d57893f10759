"""A gap in a text: empty, or with the option that was put into it, which can be carried on from here."""

from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body, plain_text
from app.ui import tokens
from app.ui.flow_slots import LineBox
from app.ui.interactions.base import Setting
from app.ui.interactions.carried import Carried
from app.ui.interactions.widest import Widest
from app.ui.look import paint_focus
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type

_HEIGHT: Final = 1.8  # em, the least
_EMPTY: Final = 4  # em, the least width


class GapButton(Carried):
    """The gap. All gaps of a text are as large as its largest option: they give nothing away, and nothing moves."""

    emptied = Signal()  # by the keys that delete

    def __init__(self, parent: QWidget, widest: Widest) -> None:
        super().__init__(parent)
        self.gap = self.option = ""
        self._number = 0
        self._over = self._asks = False
        self._widest = widest
        self._body = BodyView(self, after=self, corner=True)
        self._body.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_gap(self, gap: str, number: int) -> None:
        """Show the gap of that number."""
        self.gap, self._number = gap, number
        self.setObjectName(f"gap_{gap}")

    def fill(self, option: str, body: Body, setting: Setting) -> None:
        """Show what is in it; nothing with an empty option."""
        self.option, self.movable = option, bool(option)
        words = setting.words
        self._body.show_body(body, setting.media, words=words, plays=setting.plays)
        said = words("screen.interaction.gap_match.gap", number=self._number)
        filled = words("screen.interaction.gap_match.gap_filled", option=plain_text(body))
        empty = words("screen.interaction.gap_match.gap_empty")
        self.setAccessibleName(f"{said} {filled if option else empty}")
        self._lay_body()
        self.update()

    def show_waiting(self, *, over: bool, asks: bool) -> None:
        """Show that something is held over it, or that it waits for an option to be chosen."""
        if (over, asks) != (self._over, self._asks):
            self._over, self._asks = over, asks
            self.update()

    def line_box(self, most: int) -> LineBox:
        """Give the room for the largest option."""
        em = self.look.px(Type.EXAM)
        size = self._widest.size(self.look, max(1, most - 2 * Space.M))
        width = min(most, max(size.width() + 2 * Space.M, _EMPTY * em))
        height = max(size.height() + Space.XS, round(_HEIGHT * em))
        metrics = QFontMetrics(self.look.font(Type.EXAM))
        ascent = (height - metrics.height()) // 2 + metrics.ascent()
        return LineBox(width, ascent, height - ascent)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out what is in it."""
        super().resizeEvent(event)
        self._lay_body()

    def _lay_body(self) -> None:
        self._body.setVisible(bool(self.option))
        self._body.set_look(self.look)
        width = max(1, self.width() - 2 * Space.M)
        height = self._body.arrange(width)
        self._body.setGeometry(Space.M, (self.height() - height) // 2, width, height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take out by the keys that delete."""
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.emptied.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep what its body asks for to itself."""
        return True if event.type() is QEvent.Type.LayoutRequest else super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw a frame around what is in it, or a dashed one around its number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, filled = self.look.palette, bool(self.option)
        waits = self._over or self._asks
        edge = palette.accent if filled or waits or self.underMouse() else palette.line_strong
        solid = filled or waits
        style = Qt.PenStyle.SolidLine if solid else Qt.PenStyle.DashLine
        painter.setPen(QPen(QColor(edge), tokens.EDGE if solid else tokens.BORDER, style))
        painter.setBrush(QColor(palette.accent_soft if solid else palette.surface))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        if not filled:
            painter.setPen(QColor(palette.ink_soft))
            font = self.look.font(Type.EXAM)
            font.setPixelSize(round(font.pixelSize() * 0.8))
            painter.setFont(font)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self._number))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
