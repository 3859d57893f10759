"""The calculator on the page: display, keys, and the same keys on the keyboard. Esc closes it."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.calculator import OPERATIONS, Calculator, Key
from app.ui.labels import Line
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_GROWS: Final = 1.4
_ROWS: Final = (
    (Key.MEMORY_CLEAR, Key.MEMORY_READ, Key.MEMORY_SUBTRACT, Key.MEMORY_ADD, Key.CLEAR),
    ("7", "8", "9", Key.DIVIDE, Key.ROOT),
    ("4", "5", "6", Key.MULTIPLY, Key.PERCENT),
    ("1", "2", "3", Key.SUBTRACT, Key.SIGN),
    ("0", Key.POINT, Key.EQUALS, Key.ADD, Key.BACK),
)
_MEMORY: Final = (Key.MEMORY_ADD, Key.MEMORY_SUBTRACT, Key.MEMORY_READ, Key.MEMORY_CLEAR)
_TYPED: Final = {
    "+": Key.ADD,
    "-": Key.SUBTRACT,
    "*": Key.MULTIPLY,
    "x": Key.MULTIPLY,
    "/": Key.DIVIDE,
    "=": Key.EQUALS,
    "%": Key.PERCENT,
    ".": Key.POINT,
    ",": Key.POINT,
    "r": Key.ROOT,
    "s": Key.SIGN,
    "c": Key.CLEAR,
}


class CalculatorKey(Looked, QAbstractButton):
    """A key with its sign on it."""

    def __init__(self, key: Key | str) -> None:
        super().__init__()
        self.key = key
        self.setObjectName(f"calculator_{key.name.lower() if isinstance(key, Key) else key}")
        self.setText(key.value if isinstance(key, Key) else key)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room of a key."""
        return QSize(tokens.TARGET, self.look.length(tokens.TARGET, _GROWS))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Return as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, equals = self.look.palette, self.key is Key.EQUALS
        ground = palette.accent if equals else palette.surface if self.text().isdigit() else palette.sunken
        painter.setPen(QPen(QColor(palette.line_strong), tokens.BORDER))
        painter.setBrush(QColor(palette.accent_soft if self.isDown() else ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        painter.setFont(self.look.font(Type.BAR_STRONG))
        painter.setPen(QColor(palette.on_accent if equals and not self.isDown() else palette.ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)


class _Display(Looked, QWidget):
    """What was typed or came out, at the right end; above it what waits."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("calculator_display")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown = self._pending = ""

    def show_state(self, shown: str, pending: str) -> None:
        """Show another state."""
        self._shown, self._pending = shown, pending
        self.setAccessibleName(f"{pending} {shown}".strip())
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room of two lines."""
        return QSize(tokens.TARGET * 5, self.look.length(tokens.TARGET, _GROWS) + Space.L)

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.look.palette.line_strong), tokens.BORDER))
        painter.setBrush(QColor(self.look.palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        inside = self.rect().adjusted(Space.M, Space.XS, -Space.M, -Space.XS)
        right = Qt.AlignmentFlag.AlignRight
        painter.setFont(self.look.font(Type.BAR))
        painter.setPen(self.look.tone(Tone.SOFT))
        painter.drawText(inside, right | Qt.AlignmentFlag.AlignTop, self._pending)
        font = self.look.font(Type.CLOCK)
        painter.setFont(font)
        painter.setPen(self.look.tone(Tone.INK))
        painter.drawText(inside, right | Qt.AlignmentFlag.AlignBottom, self._shown)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)


class CalculatorPanel(QFrame):
    """Ends with `closed`. What it shows is not kept and is no response."""

    closed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("calculator")
        self.setProperty("part", "side")
        self._words = words
        self._calculator = Calculator()
        self._display = _Display()
        self._title = Line(Type.BAR_STRONG)
        self.close_button = Button("close_calculator", Kind.QUIET, bar=True)
        self.close_button.clicked.connect(self.closed)
        self.keys = [CalculatorKey(key) for row in _ROWS for key in row]
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        pad = QGridLayout()
        pad.setSpacing(Space.XS)
        for at, key in enumerate(self.keys):
            pad.addWidget(key, *divmod(at, len(_ROWS[0])))
            key.clicked.connect(lambda _checked=False, pressed=key.key: self._press(pressed))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        column.setSpacing(Space.S)
        column.addLayout(head)
        column.addWidget(self._display)
        column.addLayout(pad)
        column.addStretch(1)
        self.set_words(words)

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        self._title.setText(words("screen.calculator.title"))
        self.setAccessibleName(words("screen.calculator.title"))
        self.close_button.setText(words("screen.calculator.close"))
        for key in self.keys:
            if isinstance(key.key, Key):
                key.setAccessibleName(words(f"screen.calculator.key_{key.key.name.lower()}"))
            if isinstance(key.key, Key) and key.key in _MEMORY:
                key.setText(words(f"screen.calculator.sign_{key.key.name.lower()}"))
                key.update()
        self._show()

    def reset(self) -> None:
        """Forget everything."""
        self._calculator = Calculator()
        self._show()

    def begin(self) -> None:
        """Take the keys."""
        self._display.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _press(self, key: Key | str) -> None:
        if isinstance(key, Key):
            self._calculator.press(key)
        else:
            self._calculator.digit(int(key))
        self._show()
        if key in (Key.EQUALS, *OPERATIONS, Key.PERCENT, Key.ROOT) and self.isVisible():
            said = self._calculator.shown or self._words("screen.calculator.impossible")
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._display, said))

    def _show(self) -> None:
        machine = self._calculator
        shown = machine.shown or self._words("screen.calculator.impossible")
        remembers = self._words("screen.calculator.remembers") if machine.remembers else ""
        self._display.show_state(shown, f"{remembers} {machine.pending}".strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits and signs as they are typed; keep what else is typed from the options behind."""
        text, key = event.text().lower(), event.key()
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press(Key.EQUALS)
        elif key == Qt.Key.Key_Backspace:
            self._press(Key.BACK)
        elif key == Qt.Key.Key_Delete:
            self._press(Key.CLEAR)
        elif text in _TYPED:
            self._press(_TYPED[text])
        elif len(text) == 1 and text.isascii() and text.isdigit():
            self._press(text)
        elif not text.isprintable() or not text:
            super().keyPressEvent(event)
