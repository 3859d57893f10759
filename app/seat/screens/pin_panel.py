"""Proctors' cards and a PIN field: used wherever a proctor signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.seat.screens.view import ProctorCard
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon, paint_icon
from app.ui.labels import Label, Note
from app.ui.look import Looked, paint_focus
from app.ui.page import Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_COLUMNS = 2
_ONE_COLUMN_FROM = 1.5  # from this scale on a long name needs the whole width
_LONGEST_PIN = 32
_MOST_PROCTORS = 20  # a plan has no more
_STEPS: Mapping[int, tuple[int, int]] = {  # along a row, down a column
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ProctorButton(Looked, QAbstractButton):
    """A proctor's card."""

    stepped = Signal(int, int)

    def __init__(self, card: ProctorCard) -> None:
        super().__init__()
        self.card = card
        self._state = ""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_card(self, card: ProctorCard, state: str) -> None:
        """Show a proctor; `state` is said at the right end."""
        self.card, self._state = card, state
        self.setObjectName(f"proctor_{card.proctor}")
        self.setEnabled(not card.signed_in)
        self.setAccessibleName(f"{card.name} {state}".rstrip())
        self.update()

    def nextCheckState(self) -> None:
        """Leave choosing to the panel: one of the cards is chosen at a time."""

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the card's room."""
        return QSize(tokens.PREVIEW[0] // 2, self.look.length(tokens.BAR))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the cards by the arrows; choose by Return as by Space."""
        if event.key() in _STEPS:
            self.stepped.emit(*_STEPS[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Nothing is dragged."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, chosen = self.look.palette, self.isChecked()
        painter.setPen(QPen(QColor(palette.accent if chosen else palette.line_strong), tokens.EDGE))
        fill = palette.done_soft if self.card.signed_in else palette.accent_soft if chosen else palette.surface
        painter.setBrush(QColor(fill))
        if self.card.signed_in:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        side = self.look.length(tokens.ICON, 1.8)
        self._paint_mark(painter, QRectF(Space.L, (self.height() - side) / 2, side, side))
        self._paint_words(painter, Space.L + side + Space.M)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_mark(self, painter: QPainter, box: QRectF) -> None:
        palette = self.look.palette
        if self.card.signed_in:
            paint_icon(painter, Icon.CHECK, box, QColor(palette.done))
            return
        edge = palette.accent if self.isChecked() else palette.line_strong
        painter.setPen(QPen(QColor(edge), tokens.EDGE))
        painter.setBrush(QColor(palette.surface))
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        if self.isChecked():
            inset = box.width() * 0.28
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent))
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))

    def _paint_words(self, painter: QPainter, left: int) -> None:
        small = self.look.font(Type.CAPTION)
        state_width = QFontMetrics(small).horizontalAdvance(self._state)
        rest = self.rect().adjusted(left, 0, -Space.L, 0)
        painter.setFont(small)
        painter.setPen(self.look.tone(Tone.DONE if self.card.signed_in else Tone.SOFT))
        painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._state)
        rest.setWidth(rest.width() - (state_width + Space.M if self._state else 0))
        font = self.look.font(Type.LEAD)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if QFontMetrics(font).horizontalAdvance(self.card.name) > rest.width():
            font = self.look.font(Type.CAPTION)  # a long name on two lines is still a whole name
            flags |= Qt.TextFlag.TextWordWrap
        painter.setFont(font)
        painter.setPen(self.look.tone(Tone.INK))
        painter.drawText(rest, flags, self.card.name)


class _Said(Enum):
    NOTHING = auto()
    CHOOSE = auto()
    CHECKING = auto()
    WRONG = auto()


@dataclass(frozen=True)
class _Message:
    said: _Said = _Said.NOTHING
    proctor: str = ""
    number: int = 0


class PinPanel(Looked, Panel):
    """Choose your name, type your PIN."""

    pin_entered = Signal(str, str)

    def __init__(self, button: str) -> None:
        super().__init__()
        self._words: Words | None = None
        # All made now: what is made later comes later when the keyboard goes round.
        self._cards = [self._new_card(index) for index in range(_MOST_PROCTORS)]
        self._columns = _COLUMNS
        self._chosen = ""
        self._message = _Message()
        self._locked: dict[str, int] = {}
        self._heading = Label(Type.SECTION)
        self._pin_name = Label(Type.STRONG, wrap=False)
        self._note = Note()
        self._note.setObjectName("pin_note")
        self.field = Field("pin", secret=True, longest=_LONGEST_PIN)
        self.button = Button(button, Kind.PRIMARY)
        self.field.returnPressed.connect(self._enter)
        self.button.clicked.connect(self._enter)
        self._lay_out()

    def _lay_out(self) -> None:
        names = QWidget()
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.M)
        stack = QVBoxLayout(names)
        stack.setContentsMargins(0, 0, Space.XS, 0)
        stack.addLayout(self._grid)
        stack.addStretch(1)
        self._scroll = Scroll(names)
        for index, button in enumerate(self._cards):
            self._grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)
        self.content.setSpacing(Space.M)
        self.content.addWidget(self._heading)
        self.content.addWidget(self._scroll, 1)
        self.content.addWidget(self._note)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._pin_name)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self.content.addLayout(row)

    def hasHeightForWidth(self) -> bool:
        """Say no: the names scroll, so that the panel fits into any height."""
        return False

    def look_changed(self) -> None:
        """Keep at least one card in sight, and long names whole."""
        self._scroll.setMinimumHeight(self.look.length(tokens.BAR, 1.2) + Space.XS)
        self._columns = 1 if self.look.scale >= _ONE_COLUMN_FROM else _COLUMNS
        for index, button in enumerate(self._cards):
            self._grid.addWidget(button, index // self._columns, index % self._columns)

    def show_proctors(self, cards: tuple[ProctorCard, ...]) -> None:
        """Show the cards; the chosen one and what was typed stay, unless the chosen one has signed now."""
        signed = {card.proctor for card in cards if card.signed_in}
        if self._message.said is _Said.CHECKING or self._chosen in signed:
            self._message = _Message()
        if self._chosen not in {card.proctor for card in cards} - signed:
            self._chosen = ""
            self.field.clear()
        for index, button in enumerate(self._cards):
            button.setVisible(index < len(cards))
            if index < len(cards):
                button.card = cards[index]
        self._render()

    def show_checking(self, proctor: str) -> None:
        """Say that the PIN is being checked; nothing can be typed meanwhile."""
        self._message = _Message(_Said.CHECKING, proctor)
        self._choose(proctor)

    def show_wrong(self, proctor: str, tries_left: int) -> None:
        """Say that the PIN was wrong; the field is empty again and has the focus."""
        self._message = _Message(_Said.WRONG, proctor, tries_left)
        self.field.clear()
        self._choose(proctor)
        self.field.setFocus()

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait. Called every second: nobody else's typing or focus is touched."""
        newly = proctor not in self._locked
        self._locked[proctor] = seconds_left
        if seconds_left <= 0:
            del self._locked[proctor]
        if self._message.proctor == proctor:
            self._message = _Message()
        if newly and proctor == self._chosen:
            self.field.clear()
            self._card(proctor).setFocus()
        self._render()

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        self._heading.setText(words("screen.pin.choose"))
        self._pin_name.setText(words("screen.pin.pin"))
        self.field.setAccessibleName(words("screen.pin.pin"))
        self._render()

    def _card(self, proctor: str) -> ProctorButton:
        return next(button for button in self._cards if button.card.proctor == proctor)

    def _new_card(self, index: int) -> ProctorButton:
        button = ProctorButton(ProctorCard("", ""))
        button.hide()
        button.clicked.connect(lambda: self._picked(button))
        button.stepped.connect(lambda along, down: self._step(index, along + down * self._columns))
        return button

    def _picked(self, button: ProctorButton) -> None:
        if self._chosen != button.card.proctor:
            self._message = _Message()
            self.field.clear()
        self._choose(button.card.proctor)
        self.field.setFocus()

    def _choose(self, proctor: str) -> None:
        self._chosen = proctor
        self._render()

    def _step(self, at: int, by: int) -> None:
        """Move the focus to the next card in that direction that can be chosen."""
        at += by
        while 0 <= at < len(self._cards):
            if self._cards[at].isVisible() and self._cards[at].isEnabled():
                self._cards[at].setFocus(Qt.FocusReason.OtherFocusReason)
                self._scroll.ensureWidgetVisible(self._cards[at])
                return
            at += 1 if by > 0 else -1

    def _enter(self) -> None:
        if not self._chosen:
            self._message = _Message(_Said.CHOOSE)
            self._render()
        elif self.field.text():
            self.pin_entered.emit(self._chosen, self.field.text())
        else:
            self.field.setFocus()

    def _render(self) -> None:
        words = self._words
        if words is None:
            return
        for button in self._cards:
            button.show_card(button.card, words("screen.pin.signed_in") if button.card.signed_in else "")
            button.setChecked(button.card.proctor == self._chosen)
        checking = self._message.said is _Said.CHECKING
        locked = self._locked.get(self._chosen, 0)
        self.field.setEnabled(not checking and not locked)
        self.button.setEnabled(not checking and not locked)
        self._note.say(*self._note_words(words, locked))

    def _note_words(self, words: Words, locked: int) -> tuple[Tone, str]:
        if locked:
            return Tone.DANGER, words("screen.pin.locked", time=f"{locked // 60}:{locked % 60:02}")
        match self._message.said:
            case _Said.CHOOSE:
                return Tone.ATTENTION, words("screen.pin.choose_first")
            case _Said.CHECKING:
                return Tone.ACCENT, words("screen.pin.checking")
            case _Said.WRONG:
                return Tone.ATTENTION, words("screen.pin.wrong", tries=self._message.number)
            case _:
                return Tone.ACCENT, ""
