"""Proctors' cards and a PIN field: used wherever a proctor signs."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, Note
from app.ui.look import Looked
from app.ui.page import Panel, Scroll
from app.ui.proctor_button import ProctorButton, ProctorCard
from app.ui.text import Sentence, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault

_COLUMNS = 2
_ONE_COLUMN_FROM = 1.5  # from this scale on a long name needs the whole width
_LONGEST_PIN = 32
_MOST_PROCTORS = 20  # a plan has no more


class _Names(Scroll):
    """The cards; as high as all of them where there is room, scrolling where there is not."""

    _wanted = 0

    def want(self, height: int) -> None:
        """Say how high all cards are."""
        self._wanted = height
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Give the height of all cards."""
        return QSize(super().sizeHint().width(), self._wanted)


class _Said(Enum):
    NOTHING = auto()
    CHOOSE = auto()
    CHECKING = auto()
    WRONG = auto()
    SAME = auto()
    FAULT = auto()


@dataclass(frozen=True)
class _Message:
    said: _Said = _Said.NOTHING
    proctor: str = ""
    number: int = 0
    fault: Fault | None = None


class PinPanel(Looked, Panel):
    """Choose your name, type your PIN."""

    pin_entered = Signal(str, str)

    def __init__(self, button: str, signed: str = "signed_in") -> None:
        """Make one; `signed` is the word for those who have signed, in `screen.pin`."""
        super().__init__()
        self._signed = signed
        self._words: Words | None = None
        # All made now: what is made later comes later when the keyboard goes round.
        self._cards = [self._new_card(index) for index in range(_MOST_PROCTORS)]
        self._columns = _COLUMNS
        self._whole = False
        self._shown = 0
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
        self._scroll = _Names(names)
        for index, button in enumerate(self._cards):
            self._grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)
        self.content.setSpacing(Space.M)
        self.content.addWidget(self._heading)
        self.content.addWidget(self._scroll, 1000)
        self.entry = QWidget()  # what is said, the PIN and the button
        below = QVBoxLayout(self.entry)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(Space.M)
        below.addWidget(self._note)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._pin_name)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        below.addLayout(row)
        self.content.addWidget(self.entry)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def hasHeightForWidth(self) -> bool:
        """Say no: the names scroll, so that the panel fits into any height."""
        return False

    def look_changed(self) -> None:
        """Keep at least one card in sight, and long names whole."""
        self._columns = 1 if self.look.scale >= _ONE_COLUMN_FROM else _COLUMNS
        self._fit_names()
        for index, button in enumerate(self._cards):
            self._grid.addWidget(button, index // self._columns, index % self._columns)

    def show_whole(self, whole: bool) -> None:
        """Show all names one below the other, without a list that scrolls: for a page that scrolls as a whole.

        Then `entry` is the page's to place, where it stays in sight; else it is here again.
        """
        self._whole = whole
        if not whole:
            self.content.addWidget(self.entry)
        self._fit_names()

    def show_proctors(self, cards: tuple[ProctorCard, ...]) -> None:
        """Show the cards; the chosen one and what was typed stay, unless the chosen one has signed now."""
        signed = {card.proctor for card in cards if card.signed_in}
        done = self._chosen in signed and self._has_focus()
        if done:
            self.setFocus()  # before the signed card shuts: Qt would hand its focus to any other control
        at = next((index for index, card in enumerate(cards) if card.proctor == self._chosen), 0)
        if self._message.said is _Said.CHECKING or self._chosen in signed:
            self._message = _Message()
        if self._chosen not in {card.proctor for card in cards} - signed:
            self._chosen = ""
            self.field.clear()
        for index, button in enumerate(self._cards):
            button.setVisible(index < len(cards))
            if index < len(cards):
                button.card = cards[index]
        self._shown = len(cards)
        self._fit_names()
        self._render()
        if done:
            self._go_on(at)

    def _has_focus(self) -> bool:
        focus = self.window().focusWidget()
        return focus is self or self.isAncestorOf(focus) or self.entry.isAncestorOf(focus)

    def _go_on(self, at: int) -> None:
        """Put the focus on the next proctor who has not signed in; on the button when all have."""
        order = [*self._cards[at : self._shown], *self._cards[:at]]
        following = next((card for card in order if card.isEnabled()), None)
        (following or self.button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit_names(self) -> None:
        """Keep the PIN close under the names: the names take no more height than they need."""
        rows = -(-max(1, self._shown) // self._columns)
        wanted = rows * (self.look.length(tokens.BAR) + Space.M) - Space.M
        self._scroll.want(wanted)
        self._scroll.setMinimumHeight(wanted if self._whole else self.look.length(tokens.BAR, 1.2) + Space.XS)

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

    def show_same_person(self, proctor: str) -> None:
        """Say that this credential has been counted already; another proctor has to sign."""
        self._message = _Message(_Said.SAME, proctor)
        self.field.clear()
        self._choose(proctor)

    def show_fault(self, proctor: str, fault: Fault) -> None:
        """Say what kept the PIN from being checked; the field is empty again and has the focus."""
        self._message = _Message(_Said.FAULT, proctor, fault=fault)
        self.field.clear()
        self._choose(proctor)
        self.field.setFocus()

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait. Called every second: nobody else's typing or focus is touched."""
        newly = proctor not in self._locked and seconds_left > 0
        self._locked.pop(proctor, None)
        if seconds_left > 0:
            self._locked[proctor] = seconds_left
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
        button.typed.connect(lambda digit: self._begin_pin(button, digit))
        button.stepped.connect(lambda along, down: self._step(index, along + down * self._columns))
        return button

    def _picked(self, button: ProctorButton) -> None:
        if self._chosen != button.card.proctor:
            self._message = _Message()
            self.field.clear()
        self._choose(button.card.proctor)
        self.field.setFocus()

    def _begin_pin(self, button: ProctorButton, digit: str) -> None:
        """Take what is typed while a name has the focus: nobody looks whether the field has it."""
        self._picked(button)
        if self.field.isEnabled():
            self.field.insert(digit)

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
            word = button.card.word or Sentence(f"screen.pin.{self._signed}")
            button.show_card(button.card, say(word, words) if button.card.signed_in else "")
            button.setChecked(button.card.proctor == self._chosen)
        checking = self._message.said is _Said.CHECKING
        locked = self._locked.get(self._chosen, 0)
        if (checking or locked) and (self.field.hasFocus() or self.button.hasFocus()):
            self.setFocus()  # a shut field hands its focus to nobody: the next Return would press something
        self.field.setEnabled(not checking and not locked)
        tone, text = self._note_words(words, locked)
        self.button.allow(text if checking or locked else "")
        self._note.say(tone, text, Icon.RUNNING if checking and not locked else None)

    def _note_words(self, words: Words, locked: int) -> tuple[Tone, str]:
        if locked:
            return Tone.DANGER, words("screen.pin.locked", time=f"{locked // 60}:{locked % 60:02}")
        if self._message.fault is not None:
            told = words.fault(self._message.fault)
            return Tone.DANGER, words("screen.pin.fault", what=told.what, do=told.do)
        said: dict[_Said, tuple[Tone, str]] = {
            _Said.CHOOSE: (Tone.ATTENTION, words("screen.pin.choose_first")),
            _Said.CHECKING: (Tone.ACCENT, words("screen.pin.checking")),
            _Said.WRONG: (Tone.ATTENTION, words("screen.pin.wrong", tries=self._message.number)),
            _Said.SAME: (Tone.DANGER, words("screen.pin.same_person")),
        }
        return said.get(self._message.said, (Tone.ACCENT, ""))
