"""An item as it is read and answered: its head, stem and options in one column. Rows are kept from item to item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.exam.item import Body
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.look import Looked
from app.ui.options import OptionRow
from app.ui.prose import BodyView, column_width
from app.ui.tokens import Space, Tone, Type


@dataclass(frozen=True)
class PaneItem:
    """An item in one language; `options` as (id, body) in the order shown."""

    item: str
    stem: Body
    options: Sequence[tuple[str, Body]]
    choices: tuple[str, ...]
    several: bool
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class PaneWords:
    """The words around an item."""

    number: str = ""
    kind: str = ""
    flagged: str = ""
    chosen: str = ""
    not_chosen: str = ""


class ItemPane(Looked, QWidget):
    """Head, stem, options. A choice shows at once and is told by `responded`."""

    responded = Signal(str, object)
    picture_pressed = Signal(QImage, str)
    row_focused = Signal(QWidget)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("item_pane")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._item: PaneItem | None = None
        self._choices: tuple[str, ...] = ()
        self._words = PaneWords()
        self._number, self._kind = Line(Type.TITLE), Line(Type.BODY, Tone.SOFT)
        self._flag = StatusMark(Type.BODY)
        self.clear = Button("clear_response", Kind.QUIET)
        for widget in (self._number, self._kind, self._flag, self.clear):
            widget.setParent(self)
        self.clear.clicked.connect(lambda: self._respond(()))
        self._stem = BodyView(self, after=self.clear)
        self._stem.setObjectName("stem")
        self._stem.picture_pressed.connect(self.picture_pressed)
        self._rows: list[OptionRow] = []

    @property
    def rows(self) -> list[OptionRow]:
        """Give the rows of this item's options, in the order shown."""
        return self._rows[: len(self._item.options)] if self._item else []

    def show_item(self, item: PaneItem, words: PaneWords, *, flagged: bool) -> None:
        """Show an item."""
        self._item, self._words, self._choices = item, words, item.choices
        self._number.setText(words.number)
        self._kind.setText(words.kind)
        self._flag.show_status(Icon.FLAG, Tone.ATTENTION, words.flagged)
        self._flag.setVisible(flagged)
        self._stem.show_body(item.stem, item.pictures)
        while len(self._rows) < len(item.options):
            self._add_row()
        for row, (option, body) in zip(self._rows, item.options, strict=False):
            row.show_option(option, body, item.pictures, several=item.several)
        self._show_choices()
        self.arrange()

    def set_flagged(self, flagged: bool) -> None:
        """Show or hide the flag beside the number."""
        self._flag.setVisible(flagged)

    def choose(self, index: int) -> bool:
        """Choose the option at `index`, as a press on it does; False if there is none."""
        if not 0 <= index < len(self.rows):
            return False
        self.rows[index].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._pressed(self.rows[index])
        return True

    def focus_chosen(self) -> None:
        """Where the focus is among the options, put it on the one that is chosen."""
        chosen = next((row for row in self.rows if row.isChecked()), None)
        if chosen is not None and any(row.hasFocus() for row in self._rows):
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_changed(self) -> None:
        """Nothing yet: what stands in the head has the look later. The screen arranges when everything has it."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again when the width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.arrange()

    def _add_row(self) -> None:
        row = OptionRow(len(self._rows), self)
        row.set_look(self.look)
        row.clicked.connect(lambda: self._pressed(row))
        row.stepped.connect(lambda by: self._step(row, by))
        row.picture_pressed.connect(self.picture_pressed)
        QWidget.setTabOrder(self._rows[-1] if self._rows else self.clear, row)
        self._rows.append(row)

    def _pressed(self, row: OptionRow) -> None:
        if self._item is None:
            return
        chosen = {row.option} if not self._item.several else set(self._choices) ^ {row.option}
        self._respond(tuple(option for option, _body in self._item.options if option in chosen))

    def _respond(self, choices: tuple[str, ...]) -> None:
        if self._item is None or choices == self._choices:
            return
        self._choices = choices
        self._show_choices()
        self.responded.emit(self._item.item, choices)

    def _show_choices(self) -> None:
        for row in self.rows:
            chosen = row.option in self._choices
            row.set_chosen(chosen, self._words.chosen if chosen else self._words.not_chosen)
        if self.clear.hasFocus() and not self._choices:
            self.setFocus()
        self.clear.setVisible(bool(self._choices))

    def _step(self, row: OptionRow, by: int) -> None:
        at = self._rows.index(row) + by
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(self.rows[at])

    def arrange(self) -> None:
        """Place everything by hand: one pass, no nested layouts, so that changing the item is quick."""
        if self._item is None:
            return
        room = self.width() - 2 * Space.XXL
        overhead = self.look.length(tokens.MARKER, 1.8) + self.look.length(tokens.ICON, 1.5) + 4 * Space.L
        width = max(1, min(room, column_width(self.look) + overhead))
        left = (self.width() - width) // 2
        top = self._arrange_head(left, Space.L, width) + Space.L
        self._stem.set_look(self.look)
        height = self._stem.arrange(min(width, column_width(self.look)))
        self._stem.setGeometry(left, top, min(width, column_width(self.look)), height)
        top += height + Space.XL
        for row in self.rows:
            height = row.arrange(width)
            row.setGeometry(left, top, width, height)
            row.show()
            top += height + Space.M
        for row in self._rows[len(self._item.options) :]:
            row.hide()
        self.setMinimumHeight(top + Space.L)

    def _arrange_head(self, left: int, top: int, width: int) -> int:
        self.clear.ensurePolished()  # its size is the stylesheet's
        clear = self.clear.sizeHint()
        number = self._number.sizeHint()
        height = max(clear.height(), number.height())
        self.clear.setGeometry(left + width - clear.width(), top, clear.width(), height)
        x, middle = left, top + height // 2
        self._number.setGeometry(x, middle - number.height() // 2, number.width(), number.height())
        x += number.width() + Space.L
        for widget in (self._kind, self._flag):
            size = widget.sizeHint()
            if x + size.width() > left + width - clear.width():  # no room beside the number: one line down
                x, middle = left, middle + height // 2 + size.height() // 2
                top += size.height()
            widget.setGeometry(x, middle - size.height() // 2, min(size.width(), width), size.height())
            x += size.width() + Space.L
        return top + height
