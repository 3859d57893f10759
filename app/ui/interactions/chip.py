"""A chip: an option to be put somewhere, or something put there already."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body, InlinePicture, Picture, plain_text, walk
from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.interactions.carried import Carried
from app.ui.look import Look, paint_focus
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type


class Chip(Carried):
    """What an option says, in a frame; `held`: it is picked up; `used`: it cannot be used once more."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.option = ""
        self.body = BodyView(self, after=self, corner=True)
        self._held = self._used = False
        self._said = self._letter = ""

    def show_option(self, option: str, body: Body, setting: Setting, letter: str = "") -> None:
        """Show an option, with a letter where something else refers to it by one."""
        self.option, self._said, self._letter = option, plain_text(body), letter
        self.setObjectName(f"chip_{option}")
        self.body.show_body(body, setting.media, words=setting.words, plays=setting.plays)

    def show_state(self, state: str, *, held: bool, used: bool) -> None:
        """Show whether it is picked up or used up; `state` says so in words."""
        self._held, self._used = held, used
        self.setAccessibleName(f"{self._said} {state}".strip())
        self.update()

    def arrange(self, width: int) -> int:
        """Lay it out in `width` and give its height."""
        self.body.set_look(self.look)
        left = Space.M + (self._mark() + Space.S if self._letter else 0)
        right = Space.M + self._mark() + Space.S
        inner = self.body.arrange(max(1, width - left - right))
        height = max(inner + 2 * Space.S, self.look.length(tokens.TARGET, 1.5))
        self.body.setGeometry(left, (height - inner) // 2, max(1, width - left - right), inner)
        return height

    def _mark(self) -> int:
        return self.look.length(tokens.ICON, 1.5)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the frame; what is used has a tick, what can be carried a grip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, side = self.look.palette, self._mark()
        edge = palette.accent if self._held or self.underMouse() else palette.line_strong
        ground = palette.accent_soft if self._held else palette.sunken if self._used else palette.surface
        pen = QPen(QColor(palette.line if self._used and not self._held else edge), tokens.EDGE)
        painter.setPen(pen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        at = QRectF(self.width() - Space.M - side, (self.height() - side) / 2, side, side)
        icon, colour = (Icon.CHECK, palette.accent) if self._used else (Icon.GRIP, palette.line_strong)
        paint_icon(painter, icon, at, QColor(colour))
        if self._letter:
            painter.setFont(self.look.font(Type.STRONG))
            painter.setPen(QColor(palette.ink))
            place = QRectF(Space.M, 0, side + Space.S, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._letter)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)


def chip_columns(bodies: list[Body], look: Look, width: int, *, lettered: bool = False) -> int:
    """Give how many chips of the same width stand in a line, so that most of what they say stays in one line."""
    metrics = QFontMetrics(look.font(Type.EXAM))
    longest = look.length(tokens.TARGET * 2, 1.5)
    for body in bodies:
        texts = plain_text(body).splitlines()
        if any(isinstance(piece, Picture | InlinePicture) for piece in walk(body)):
            texts = ["图" * 8]
        longest = max(longest, *(metrics.horizontalAdvance(text) for text in texts), 0)
    frame = 2 * Space.M + (2 if lettered else 1) * (look.length(tokens.ICON, 1.5) + Space.S) + Space.XS
    return max(1, min(len(bodies), (width + Space.M) // (longest + frame + Space.M)))


def arrange_chips(chips: list[Chip], columns: int, top: int, width: int) -> int:
    """Lay chips out in lines of so many; give where they end."""
    each = (width - (columns - 1) * Space.M) // max(1, columns)
    for start in range(0, len(chips), columns):
        line = chips[start : start + columns]
        height = max(chip.arrange(each) for chip in line)
        for at, chip in enumerate(line):
            chip.arrange(each)
            chip.setGeometry(at * (each + Space.M), top, each, height)
            chip.body.move(chip.body.x(), (height - chip.body.height()) // 2)
        top += height + Space.S
    return top - Space.S if chips else top
