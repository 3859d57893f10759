"""Buttons: one primary a screen, the verb on it, at least 44 pixels high, the focus always seen."""

from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy

from app.ui import tokens
from app.ui.icons import Icon, icon_image, paint_icon
from app.ui.labels import repolish
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.tokens import Space, Tone, Type

_TICK = Space.M  # it stands in the margin beside the word


class Kind(StrEnum):
    """How much a button says "press me"."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    QUIET = "quiet"


class Button(Looked, Marked, QPushButton):
    """A button with a word on it. Return presses it as Space does."""

    def __init__(self, name: str, kind: Kind = Kind.SECONDARY, icon: Icon | None = None, *, bar: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", kind.value)
        self.setProperty("place", "bar" if bar else "page")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._kind, self._icon, self._most = kind, icon, tokens.TYPES[Type.BAR_STRONG].most if bar else 2.4
        self._said: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def keep_room(self, *words: str) -> None:
        """Be as wide as the longest of these, so that nothing moves when the word on it changes."""
        self._said = words
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Give the room of the longest word it may have."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        longest = max((metrics.horizontalAdvance(word) for word in self._said), default=0)
        return QSize(hint.width() + max(0, longest - metrics.horizontalAdvance(self.text())), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Give the same: a word is never cut."""
        return self.sizeHint()

    def look_changed(self) -> None:
        """Draw the icon again, in the colour of the word."""
        if self._icon is None:
            return
        palette = self.look.palette
        colour = {Kind.PRIMARY: palette.on_accent, Kind.SECONDARY: palette.ink, Kind.QUIET: palette.accent}[self._kind]
        side = self.look.length(tokens.ICON, self._most)
        shown = colour if self.isEnabled() else palette.ink_soft
        self.setIcon(icon_image(self._icon, side, QColor(shown), self.devicePixelRatioF()))
        self.setIconSize(QSize(side, side))

    def allow(self, why_not: str = "") -> None:
        """Be ready to be pressed, or not: then the pointer over it, and a screen reader, are told why not."""
        self.setEnabled(not why_not)
        self.setToolTip(why_not)
        self.setAccessibleDescription(why_not)

    def set_dim(self, dim: bool) -> None:
        """Show that pressing has no effect just now, without taking the focus away."""
        if self.property("dim") is not dim:
            self.setProperty("dim", dim)
            repolish(self)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the icon when the button is enabled or disabled."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self.look_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Return too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, a tick in its corner when it is on, and the ring when it has the focus."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            tick = QRectF(self.width() - _TICK - Space.XS, Space.XS, _TICK, _TICK)
            paint_icon(painter, Icon.CHECK, tick, self.look.tone(Tone.ACCENT if self.isEnabled() else Tone.SOFT))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)


class TickBox(Looked, Marked, QAbstractButton):
    """A box to tick with its sentence; the whole line is the target."""

    def __init__(self, name: str, kind: Type = Type.STRONG) -> None:
        super().__init__()
        self.setObjectName(name)
        self.be_markable()
        self._type = kind
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick on Return too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Give the room of box and sentence."""
        metrics = QFontMetrics(self.look.font(self._type))
        side = self.look.length(tokens.ICON + Space.XS, tokens.TYPES[self._type].most)
        width = 2 * Space.M + side + Space.M + metrics.horizontalAdvance(self.text())
        return QSize(width, max(tokens.TARGET, side + 2 * Space.M))

    def minimumSizeHint(self) -> QSize:
        """Give the same: the sentence is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw box, tick and sentence."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, side = self.look.palette, self.look.length(tokens.ICON + Space.XS, tokens.TYPES[self._type].most)
        box = QRectF(Space.M, (self.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        on = self.isChecked()
        painter.setPen(QPen(QColor(palette.accent if on else palette.line_strong), tokens.EDGE))
        painter.setBrush(QColor(palette.accent if on else palette.surface))
        painter.drawRoundedRect(box, tokens.RADIUS / 2, tokens.RADIUS / 2)
        if on:
            inset = side * 0.12
            paint_icon(painter, Icon.CHECK, box.adjusted(inset, inset, -inset, -inset), QColor(palette.on_accent))
        painter.setFont(self.look.font(self._type))
        painter.setPen(self.look.tone(Tone.INK if self.isEnabled() else Tone.SOFT))
        rest = self.rect().adjusted(Space.M + side + Space.M, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
