"""Inline choice (下拉选择): a list that opens within a line."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.exam.interactions import InlineChoice, Interaction
from app.exam.prose import Body, Language, Paragraph, Run, plain_text
from app.ui import tokens
from app.ui.flow_slots import LineBox
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import InteractionView, Setting
from app.ui.interactions.drop_list import DropList
from app.ui.interactions.widest import Widest
from app.ui.look import Looked, paint_focus
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type
from app.words import Words

_HEIGHT = 1.9  # em, the least
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Up)


class ChoiceBox(Looked, QAbstractButton):
    """What is chosen, and the sign that a list opens; as wide as the widest option."""

    opened = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inline_choice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.opened)
        self._chosen = False
        self._body = BodyView(self, after=self, corner=True)
        self._body.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_body(self, body: Body, setting: Setting, *, chosen: bool) -> None:
        """Show what is chosen, or the words that ask for a choice."""
        self._chosen = chosen
        self._body.show_body(body, setting.media, words=setting.words, plays=setting.plays)
        self._lay_body()
        self.update()

    def frame(self) -> int:
        """Give the width of everything beside the text."""
        return 3 * Space.S + self.look.length(tokens.ICON, 1.5)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out what is in it."""
        super().resizeEvent(event)
        self._lay_body()

    def _lay_body(self) -> None:
        self._body.set_look(self.look)
        width = max(1, self.width() - self.frame())
        height = self._body.arrange(width)
        self._body.setGeometry(Space.S, (self.height() - height) // 2, width, height)

    def event(self, event: QEvent) -> bool:
        """Keep what its body asks for to itself."""
        return True if event.type() is QEvent.Type.LayoutRequest else super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Return and the arrows as by Space."""
        if event.key() not in _OPENING:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the box."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.look.palette
        edge = palette.accent if self._chosen or self.underMouse() else palette.line_strong
        painter.setPen(QPen(QColor(edge), tokens.EDGE))
        painter.setBrush(QColor(palette.accent_soft if self._chosen else palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        side = self.look.length(tokens.ICON, 1.5)
        at = QRectF(self.width() - Space.S - side, (self.height() - side) / 2, side, side)
        paint_icon(painter, Icon.DOWN, at.adjusted(2, 2, -2, -2), QColor(palette.ink))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)


class InlineChoiceView(InteractionView):
    """The box in its line. The list opens in our own window, so that it is seen wherever the exam is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._choice: InlineChoice | None = None
        self._values: tuple[str, ...] = ()
        self._setting = Setting(Language.ZH, {}, Words(Language.ZH))
        self._list: DropList | None = None
        self._widest = Widest(self)
        self.box = ChoiceBox(self)
        self.box.opened.connect(self._open)

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show an inline choice with its response."""
        if not isinstance(interaction, InlineChoice):
            raise TypeError(type(interaction).__name__)
        self._close()
        self._choice, self._values, self._setting = interaction, values, setting
        self._widest.take([self._empty(), *(body for _name, body in self._options())], setting)
        self._show_value()

    @property
    def drop_list(self) -> DropList | None:
        """The list, while it is open."""
        return self._list

    @property
    def chosen(self) -> str:
        """The option that is chosen, empty without one."""
        return self._values[0] if self._values else ""

    def line_box(self, most: int) -> LineBox:
        """Give the room for the widest option."""
        em = self.look.px(Type.EXAM)
        self.box.set_look(self.look)
        size = self._widest.size(self.look, max(1, most - self.box.frame()))
        height = max(size.height() + Space.XS, round(_HEIGHT * em))
        metrics = QFontMetrics(self.look.font(Type.EXAM))
        ascent = (height - metrics.height()) // 2 + metrics.ascent()
        return LineBox(min(most, size.width() + self.box.frame() + 1), ascent, height - ascent)

    def arrange(self, width: int) -> int:
        """Lay it out as a block of its own."""
        box = self.line_box(width)
        self.box.setGeometry(0, 0, box.width, box.height)
        return box.height

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the place in the line."""
        super().resizeEvent(event)
        self.arrange(self.width())

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the list with the item."""
        super().hideEvent(event)
        self._close()

    def _empty(self) -> Body:
        return (Paragraph((Run(self._setting.words("screen.interaction.inline_choice.empty")),)),)

    def _options(self) -> list[tuple[str, Body]]:
        language = self._setting.language
        return [(one.id, one.wording.in_language(language)) for one in self._choice.options] if self._choice else []

    def _show_value(self) -> None:
        chosen = self._values[0] if self._values else ""
        body = next((body for name, body in self._options() if name == chosen), None)
        self.box.set_look(self.look)
        self.box.show_body(body or self._empty(), self._setting, chosen=body is not None)
        name = self._setting.words("screen.interaction.inline_choice.name")
        self.box.setAccessibleName(f"{name} {plain_text(body)}" if body else name)

    def _open(self) -> None:
        if self._choice is None or self._list is not None:
            return
        clear = (Paragraph((Run(self._setting.words("screen.interaction.inline_choice.clear")),)),)
        options = [*self._options(), *([("", clear)] if self._values else [])]
        opened = DropList(self.box)
        opened.chosen.connect(self._chose)
        opened.closed.connect(self._closed)
        self._list = opened
        text_width = self._widest.size(self.look, self.window().width() // 2).width() + 1
        opened.open_list(options, self._values[0] if self._values else "", self._setting, text_width)

    def _close(self) -> None:
        if self._list is not None:
            self._list.close_list()

    def _closed(self) -> None:
        self._list = None

    def _chose(self, name: str) -> None:
        values = (name,) if name else ()
        if self._choice is not None and values != self._values:
            self._values = values
            self._show_value()
            self.responded.emit(self._choice.response, values)
