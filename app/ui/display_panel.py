"""The panel 显示: language, text size, colours, space between lines, motion. What is chosen is seen at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.exam.appearance import Appearance, Spacing
from app.exam.prose import Language
from app.ui import tokens
from app.ui.buttons import Button, TickBox
from app.ui.labels import Line
from app.ui.look import PLAIN_LOOK, Look, Looked, hand_down
from app.ui.style import stylesheet
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.plan import Theme

TEXT_SIZES: Final = (100, 125, 150, 175, 200)

_Change = Callable[[Appearance], Appearance]


class DisplayPanel(QWidget):
    """Lies over the whole page, lets it be seen, and takes what is pressed beside the panel: that closes it.

    Tab stays inside, Esc closes, the focus goes back to what opened it. Signal: this look (Appearance) is wanted.

    `at_seat`: it says which key helps on an item, and its own text keeps the size it had when it was opened, so that
    nothing in it moves from under a candidate's mouse. Elsewhere it takes every size at once, as the page does.
    """

    appearance_requested = Signal(object)

    def __init__(self, words: Words, parent: QWidget, *, at_seat: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName("display_panel")
        self._at_seat: Final = at_seat
        self._words = words
        self._appearance = Appearance(words.language)
        self._opener: QWidget | None = None
        self._percent = PLAIN_LOOK.percent
        self._rows = [
            _Row("language", [(_with(language=one), f"language_{one.value}") for one in Language]),
            _Row("text", [(_with(text_percent=one), f"text_{one}") for one in TEXT_SIZES]),
            _Row("theme", [(_with(theme=one), f"theme_{one.value}") for one in Theme]),
            _Row("spacing", [(_with(spacing=one), f"spacing_{one.value}") for one in Spacing]),
        ]
        self._title, self._keys = Line(Type.BAR_STRONG), Line(Type.BAR, Tone.SOFT)
        self._calm = TickBox("reduced_motion", Type.BAR)
        self._close = Button("close_display", bar=True)
        self._sheet = _Sheet(self)
        self._lay_out()
        for row in self._rows:
            row.chosen.connect(self._ask)
        self._calm.clicked.connect(lambda on: self._ask(_with(reduced_motion=on)))
        self._close.clicked.connect(self.close_panel)
        self.set_words(words)
        self.hide()

    def _lay_out(self) -> None:
        self._outside = outside = QVBoxLayout(self)
        outside.addWidget(self._sheet, 0, Qt.AlignmentFlag.AlignRight)
        outside.addStretch(1)
        self._grid = grid = QGridLayout(self._sheet)
        grid.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.M)
        grid.addWidget(self._title, 0, 0, 1, 2)
        for number, row in enumerate(self._rows, start=1):
            grid.addWidget(row.name, number, 0)
            grid.addWidget(row, number, 1)
        below = len(self._rows) + 1
        grid.addWidget(self._calm, below, 0, 1, 2)
        last = QHBoxLayout()
        last.addWidget(self._keys, 1)
        last.addWidget(self._close)
        grid.addLayout(last, below + 1, 0, 1, 2)

    def open(self, appearance: Appearance, opener: QWidget, look: Look) -> None:
        """Show the choice as it stands, below the head of the page, and take the focus."""
        self._opener, self._percent = opener, look.percent
        self.wear(look)
        self.show_appearance(appearance)
        page = self.parentWidget()
        if page is not None:
            self.setGeometry(page.rect())
        self._keep_size()
        self._keep_below()
        self.show()
        self.raise_()
        self._rows[0].focus()

    def wear(self, look: Look) -> None:
        """Take the colours of a look; at a seat the text keeps the size it had when the panel was opened."""
        own = replace(look, percent=self._percent) if self._at_seat else look
        self.setStyleSheet(stylesheet(own))
        hand_down(self, own)
        if not self._at_seat and self.isVisible():
            self._keep_size()
            self._keep_below()

    def _keep_size(self) -> None:
        """Have the room that both languages need, and keep it."""
        words, grid = self._words, self._grid
        grid.setColumnMinimumWidth(0, 0)
        sizes, names = [], []
        for language in Language:
            self.set_words(Words(language))
            names.append(max(row.name.sizeHint().width() for row in self._rows))
            sizes.append(max(row.sizeHint().width() for row in self._rows))
        self.set_words(words)
        grid.setColumnMinimumWidth(0, max(names))
        grid.setColumnMinimumWidth(1, max(sizes))

    def _keep_below(self) -> None:
        """Stand below the tools: neither they nor the clock beside them are covered."""
        page, tools = self.parentWidget(), self._opener.parentWidget() if self._opener else None
        layout = page.layout() if page is not None else None
        if page is None or tools is None or layout is None:
            return
        layout.activate()
        below = tools.mapTo(page, tools.rect().bottomLeft()).y()
        self._outside.setContentsMargins(Space.S, below + Space.L, Space.S, Space.S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay below the head of a page that changes its size."""
        super().resizeEvent(event)
        self._keep_below()

    def close_panel(self) -> None:
        """Go away and give the focus back."""
        self.hide()
        if self._opener is not None:
            self._opener.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_appearance(self, appearance: Appearance) -> None:
        """Mark what is chosen."""
        self._appearance = appearance
        for row in self._rows:
            row.mark(appearance)
        self._calm.setChecked(appearance.reduced_motion)

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        self._title.setText(words("screen.display.title"))
        self.setAccessibleName(words("screen.display.title"))
        self._calm.setText(words("screen.display.reduced_motion"))
        self._close.setText(words("screen.display.close"))
        self._keys.setText(words("screen.display.keys") if self._at_seat else "")
        for row in self._rows:
            row.set_words(words)

    def _ask(self, change: _Change) -> None:
        self.appearance_requested.emit(change(self._appearance))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside."""
        stops = [row.stop() for row in self._rows] + [self._calm, self._close]
        here = next((at for at, stop in enumerate(stops) if stop.hasFocus()), None)
        to = 0 if here is None else (here + (1 if forward else -1)) % len(stops)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[to].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc; let no key through to the page."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close when pressed beside the panel; the page gets nothing of it."""
        event.accept()
        if not self._sheet.geometry().contains(event.position().toPoint()):
            self.close_panel()


class _Sheet(Looked, QWidget):
    """The panel itself: a sheet with a strong edge, so that it stands out from the page in every theme."""

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw ground and edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.look.palette.line_strong), tokens.EDGE))
        painter.setBrush(QColor(self.look.palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)


class _Row(QWidget):
    """One thing to choose: its name, and a button for each choice; the arrows go from one to the next."""

    chosen = Signal(object)  # _Change

    def __init__(self, key: str, choices: list[tuple[_Change, str]]) -> None:
        super().__init__()
        self._key, self._choices = key, choices
        self.name = Line(Type.BAR, Tone.SOFT)
        self._group = QButtonGroup(self)
        self._buttons: list[Button] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        for change, choice in choices:
            button = Button(f"display_{choice}", bar=True)
            button.be_markable()
            button.clicked.connect(lambda _on, wanted=change: self.chosen.emit(wanted))
            self._group.addButton(button)
            self._buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)

    def set_words(self, words: Words) -> None:
        """Name everything."""
        name = words(f"screen.display.{self._key}")
        self.name.setText(name)
        for button, (_change, choice) in zip(self._buttons, self._choices, strict=True):
            text = words(f"screen.display.{choice}")
            button.setText(text)
            button.setAccessibleName(words("screen.display.choice", what=name, choice=text))

    def mark(self, appearance: Appearance) -> None:
        """Mark the choice that stands."""
        for button, (change, _choice) in zip(self._buttons, self._choices, strict=True):
            if change(appearance) == appearance:
                button.setChecked(True)

    def stop(self) -> QWidget:
        """Give where Tab stops in this row: the choice that stands."""
        return self._group.checkedButton() or self._buttons[0]

    def focus(self) -> None:
        """Take the focus."""
        self.stop().setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next one by the arrows."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
            return
        here = next((at for at, button in enumerate(self._buttons) if button.hasFocus()), 0)
        to = self._buttons[min(max(here + step, 0), len(self._buttons) - 1)]
        to.setFocus(Qt.FocusReason.TabFocusReason)
        to.click()


def _with(**what: object) -> _Change:
    return lambda appearance: replace(appearance, **what)  # type: ignore[arg-type]
