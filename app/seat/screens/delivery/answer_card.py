"""The answer card beside the item: count, cells, legend, filters."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.buttons import Button
from app.ui.labels import Line
from app.ui.look import Looked
from app.ui.number_grid import GridCell, Legend, NumberGrid, Only, selected
from app.ui.page import Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words


class AnswerCard(Looked, QFrame):
    """Every item at a glance; pressing a number goes there."""

    chosen = Signal(int)
    left = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setProperty("part", "side")
        self._words = words
        self._cells: tuple[GridCell, ...] = ()
        self._here = 0
        self._only = Only.ALL
        self._title, self._count = Line(Type.BAR_STRONG), Line(Type.BAR, Tone.SOFT)
        self.grid = NumberGrid("answer_card")
        self.grid.chosen.connect(self.chosen)
        self.grid.typing.connect(self._show_typed)
        self.grid.left.connect(self.left)
        self._legend = Legend()
        self._filters = {
            Only.ALL: Button("only_all", bar=True),
            Only.UNANSWERED: Button("only_unanswered", bar=True),
            Only.FLAGGED: Button("only_flagged", bar=True),
        }
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        column.addLayout(head)
        column.addWidget(self._legend)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, Space.XS, 0, 0)
        inside.addWidget(self.grid)
        inside.addStretch(1)
        self._scroll = Scroll(content)
        column.addWidget(self._scroll, 1)
        self._filter_row = filters = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        filters.setSpacing(Space.S)
        for only, button in self._filters.items():
            button.be_markable()
            button.clicked.connect(lambda checked, which=only: self._filter(which if checked else Only.ALL))
            filters.addWidget(button)
        column.addLayout(filters)

    def show_cells(self, cells: tuple[GridCell, ...]) -> None:
        """Show the states."""
        self._cells = cells
        self.grid.show_cells(cells)
        self._name()
        self._name_legend()

    def _name_legend(self) -> None:
        self._legend.set_words(self._words, closed=any(cell.closed for cell in self._cells))

    def show_all(self) -> None:
        """Leave out no item."""
        self._filter(Only.ALL)

    def begin_jump(self) -> None:
        """Let the next digits name the item to go to."""
        self.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._title.setText(self._words("screen.item_view.jump"))

    def _show_typed(self, digits: str) -> None:
        key = "screen.item_view.jump_to" if digits else "screen.card.title"
        self._title.setText(self._words(key, number=digits) if digits else self._words(key))
        self._count.setVisible(not digits)
        self._bring(int(digits or self._here))

    def set_here(self, number: int) -> None:
        """Mark the item on the screen and bring its cell into sight."""
        self._here = number
        self.grid.set_here(number)
        self._bring(number)

    def _bring(self, number: int) -> None:
        place = self.grid.cell_rect(number).center()
        self._scroll.ensureVisible(place.x(), place.y(), 0, self.look.length(tokens.CELL) * 2)

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        title = words("screen.card.title")
        self._title.setText(title)
        self.grid.setAccessibleName(title)
        self.grid.set_words(words)
        self._name_legend()
        self._filter(self._only)
        self._name()

    def look_changed(self) -> None:
        """Be as wide as the cells need."""
        self.setFixedWidth(self.look.length(tokens.CARD_WIDTH, tokens.ROOMY))
        self._stack_filters()

    def _stack_filters(self) -> None:
        """Put the filters one above the other where their words are too long to stand side by side."""
        wide = sum(button.sizeHint().width() + Space.S for button in self._filters.values())
        stacked = wide > self.width() - 2 * Space.L
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._filter_row.setDirection(way)

    def _name(self) -> None:
        answered = sum(cell.answered for cell in self._cells)
        self._count.setText(self._words("screen.card.count", answered=answered, items=len(self._cells)))
        for only, button in self._filters.items():
            count = len(selected(self._cells, only))
            text = self._words(f"screen.card.only_{only.value}", count=count)
            button.setText(text)
            button.setAccessibleName(self._words("screen.card.only_long", what=text))
        self._stack_filters()

    def _filter(self, only: Only) -> None:
        self._only = only
        for which, button in self._filters.items():
            button.setChecked(which is only)
        empty = "" if only is Only.ALL else self._words(f"screen.card.no_{only.value}")
        self.grid.show_only(only, empty)
