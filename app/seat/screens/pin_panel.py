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
_LONGEST_PIN = 32
_STEPS: Mapping[int, int] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_COLUMNS,
    Qt.Key.Key_Down: _COLUMNS,
}


class ProctorButton(Looked, QAbstractButton):
    """A proctor's card."""

    stepped = Signal(int)

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
            self.stepped.emit(_STEPS[event.key()])
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
        font = self.look.font(Type.LEAD)
        room = rest.width() - (state_width + Space.M if self._state else 0)
        name = QFontMetrics(font).elidedText(self.card.name, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(self.look.tone(Tone.INK))
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)


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
        self._cards: list[ProctorButton] = []
        self._chosen = ""
        self._message = _Message()
        self._locked: dict[str, int] = {}
        self._heading = Label(Type.STRONG)
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
        self.content.addWidget(self._heading)
        self.content.addWidget(self._scroll, 1)
        self.content.addWidget(self._note)
        self.content.addWidget(self._pin_name)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self.content.addLayout(row)

    def look_changed(self) -> None:
        """Keep at least one card in sight."""
        self._scroll.setMinimumHeight(self.look.length(tokens.BAR) + Space.XS)

    def show_proctors(self, cards: tuple[ProctorCard, ...]) -> None:
        """Show the cards; the chosen one and what was typed stay, unless the chosen one has signed now."""
        while len(self._cards) < len(cards):
            self._add_card(cards[len(self._cards)])
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

    def show_message(self, said: str, proctor: str, number: int = 0) -> None:
        """Say "checking", "wrong" (with the tries left) or "locked" (with the seconds left)."""
        if said == "locked":
            self._locked[proctor] = number
            self._message = _Message()
        else:
            self._message = _Message(_Said[said.upper()], proctor, number)
        self._choose(proctor)
        if said != "checking":
            self.field.clear()
            self.field.setFocus()

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        self._heading.setText(words("screen.pin.choose"))
        self._pin_name.setText(words("screen.pin.pin"))
        self.field.setAccessibleName(words("screen.pin.pin"))
        self._render()

    def chosen(self) -> str:
        """Give the chosen proctor, or an empty text."""
        return self._chosen

    def _add_card(self, card: ProctorCard) -> None:
        button = ProctorButton(card)
        button.set_look(self.look)
        index = len(self._cards)
        button.clicked.connect(lambda: self._picked(button))
        button.stepped.connect(lambda by, at=index: self._step(at, by))
        self._cards.append(button)
        self._grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)

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
