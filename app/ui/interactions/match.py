"""Match (匹配): rows and columns. A table while the columns' words fit above it; else letters, explained first."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction, Match, Option
from app.exam.prose import plain_text
from app.ui import tokens
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.match_cell import MatchCell
from app.ui.interactions.pairing import placed
from app.ui.options import marker
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type

_HEADED: Final = 5
"""The most columns that may have their words above them."""
_WORDS: Final = 0.38
"""The part of the width a row's own words need at least."""


class MatchView(Board):
    """Rows × columns. Where a row or column can be used once only, a press moves the mark."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._match: Match | None = None
        self._bodies: list[BodyView] = []
        self._cells: list[MatchCell] = []
        self._lines: list[int] = []
        self._letters: list[tuple[str, QRect]] = []
        self._headed = True

    @property
    def cells(self) -> list[MatchCell]:
        """Give the cells, row by row."""
        return self._cells[: len(self._match.rows) * len(self._match.columns)] if self._match else []

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a match with its response."""
        if not isinstance(interaction, Match):
            raise TypeError(type(interaction).__name__)
        self._match = interaction
        self.begin(interaction, values, setting)
        self._show_bodies((*interaction.columns, *interaction.rows))
        while len(self._cells) < len(interaction.rows) * len(interaction.columns):
            self._cells.append(self._new_cell())
        for cell in self._cells[len(interaction.rows) * len(interaction.columns) :]:
            cell.hide()
        self._name_cells(interaction)
        self._say_asked()
        self.show_values()

    def show_values(self) -> None:
        """Show the pairs."""
        if self._match is None:
            return
        words = self.setting.words
        for cell in self.cells:
            on = f"{cell.row} {cell.column}" in self.values
            cell.setChecked(on)
        for index, cell in enumerate(self.cells):
            row, column = divmod(index, len(self._match.columns))
            texts = (self._said(self._match.rows[row]), self._said(self._match.columns[column]))
            state = words("screen.item.chosen" if cell.isChecked() else "screen.item.not_chosen")
            cell.setAccessibleName(words("screen.interaction.match.cell", row=texts[0], column=texts[1], state=state))
            cell.update()

    def arrange(self, width: int) -> int:
        """Lay the table out."""
        match = self._match
        if match is None:
            return 0
        top = self.arrange_top(width)
        self._lines, self._letters = [], []
        column = self._column_width(width)
        self._headed = column > 0
        for index, cell in enumerate(self.cells):
            cell.set_letter("" if self._headed else marker(index % len(match.columns)))
            cell.set_look(self.look)
        return self._arrange_headed(top, width, column) if self._headed else self._arrange_lettered(top, width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the lines between the rows, and the letters that the columns have."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self.look.palette.line), tokens.BORDER))
        for y in self._lines:
            painter.drawLine(0, y, self.width(), y)
        painter.setFont(self.look.font(Type.STRONG))
        painter.setPen(QColor(self.look.palette.ink))
        for letter, place in self._letters:
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, letter)

    # how it is laid out

    def _name_cells(self, match: Match) -> None:
        pairs = ((row, column) for row in match.rows for column in match.columns)
        for cell, (row, column) in zip(self._cells, pairs, strict=False):
            cell.show_pair(row.id, column.id, several=row.match_max != 1)
            cell.show()

    def _show_bodies(self, options: tuple[Option, ...]) -> None:
        while len(self._bodies) < len(options):
            body = BodyView(self, after=self)
            body.picture_pressed.connect(self.picture_pressed)
            self._bodies.append(body)
        for body, option in zip(self._bodies, options, strict=False):
            body.show_body(self.body(option), self.setting.media, words=self.setting.words, plays=self.setting.plays)
            body.show()
        for body in self._bodies[len(options) :]:
            body.hide()

    def _column_width(self, width: int) -> int:
        """Give the width of a column under its own words; 0 if they do not fit so."""
        match = self._match
        if match is None or len(match.columns) > _HEADED:
            return 0
        metrics = QFontMetrics(self.look.font(Type.EXAM))
        words = [self._said(option) for option in match.columns]
        longest = max((metrics.horizontalAdvance(text) for text in words), default=0) + 2 * Space.S
        room = round(width * (1 - _WORDS)) // max(1, len(match.columns))
        least = self.look.length(tokens.TARGET * 2, 1.5)
        if longest <= room:
            return min(room, max(least, longest) + Space.XXL)
        return room if longest <= 2 * room and room >= self.look.length(tokens.TARGET * 3) else 0

    def _arrange_headed(self, top: int, width: int, column: int) -> int:
        match = self._match
        if match is None:
            return top
        count = len(match.columns)
        left = width - count * column
        heights = []
        for at in range(count):
            body = self._bodies[at]
            body.set_look(self.look)
            heights.append(body.arrange(column - 2 * Space.S))
        high = max(heights, default=0)
        for at, height in enumerate(heights):
            body = self._bodies[at]
            inside = self._centred(match.columns[at], column - 2 * Space.S)
            room = column - 2 * Space.S - inside
            body.setGeometry(left + at * column + Space.S + inside, top + high - height, room, body.arrange(room))
        top += high + Space.S
        for row in range(len(match.rows)):
            self._lines.append(top)
            body = self._bodies[count + row]
            body.set_look(self.look)
            words = body.arrange(left - Space.L)
            height = max(words + 2 * Space.S, self.look.length(tokens.TARGET, 1.5) + Space.XS)
            body.setGeometry(0, top + (height - words) // 2, left - Space.L, words)
            for at in range(count):
                self._cells[row * count + at].setGeometry(left + at * column, top + 1, column, height - 1)
            top += height
        self._lines.append(top)
        return top + 1

    def _centred(self, option: Option, width: int) -> int:
        """Give how far a line of words begins from the left, so that it stands over the marks below it."""
        words = QFontMetrics(self.look.font(Type.EXAM)).horizontalAdvance(self._said(option))
        return max(0, (width - words) // 2)

    def _arrange_lettered(self, top: int, width: int) -> int:
        match = self._match
        if match is None:
            return top
        indent = self.look.length(tokens.MARKER, 1.8) + Space.S
        for at in range(len(match.columns)):
            body = self._bodies[at]
            body.set_look(self.look)
            height = body.arrange(width - indent)
            body.setGeometry(indent, top, width - indent, height)
            self._letters.append((f"{marker(at)}.", QRect(Space.S, top + self._leading(), indent, height)))
            top += height + Space.XS
        top += Space.S
        for row in range(len(match.rows)):
            self._lines.append(top)
            top = self._arrange_lettered_row(row, top, width)
        self._lines.append(top)
        return top + 1

    def _arrange_lettered_row(self, row: int, top: int, width: int) -> int:
        count = len(self._match.columns) if self._match else 0
        side = self.look.length(tokens.TARGET, 1.5) + Space.XS
        beside = count * side <= width * (1 - _WORDS)
        words = width - count * side - Space.L if beside else width
        body = self._bodies[count + row]
        body.set_look(self.look)
        height = body.arrange(words)
        cells = self._cells[row * count : (row + 1) * count]
        if beside:
            high = max(height + 2 * Space.S, side + Space.XS)
            body.setGeometry(0, top + (high - height) // 2, words, height)
            for at, cell in enumerate(cells):
                cell.setGeometry(width - (count - at) * side, top + (high - side) // 2, side, side)
            return top + high
        body.setGeometry(0, top + Space.S, words, height)
        top += height + Space.M
        a_line = max(1, width // side)
        for at, cell in enumerate(cells):
            line, place = divmod(at, a_line)
            cell.setGeometry(place * side, top + line * side, side, side)
        return top + ((count - 1) // a_line + 1) * side + Space.S

    def _leading(self) -> int:
        pitch = round(self.look.px(Type.EXAM) * self.look.line_height)
        return (pitch - QFontMetrics(self.look.font(Type.STRONG)).height()) // 2

    # what the person does

    def _new_cell(self) -> MatchCell:
        cell = MatchCell(self)
        cell.set_look(self.look)
        cell.clicked.connect(lambda: self._press(cell))
        cell.stepped.connect(lambda rows, columns: self._step(cell, rows, columns))
        return cell

    def _press(self, cell: MatchCell) -> None:
        match = self._match
        if match is None:
            return
        limits = (_most(match.rows, cell.row), _most(match.columns, cell.column))
        pairs, moved = placed(self.values, (cell.row, cell.column), limits, match.max_associations)
        if pairs is None:
            self.warn(self.setting.words("screen.interaction.match.full", most=match.max_associations))
            return
        order = [f"{row.id} {column.id}" for row in match.rows for column in match.columns]
        self.respond(tuple(pair for pair in order if pair in pairs))
        if moved:
            self.tell(self.setting.words("screen.interaction.match.moved"))

    def _step(self, cell: MatchCell, rows: int, columns: int) -> None:
        count = len(self._match.columns) if self._match else 1
        row, column = divmod(self._cells.index(cell), count)
        row, column = row + rows, column + columns
        if 0 <= column < count and 0 <= row * count + column < len(self.cells):
            there = self.cells[row * count + column]
            there.setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(there)

    def _say_asked(self) -> None:
        match, words = self._match, self.setting.words
        if match is None:
            return
        most, least = match.max_associations, match.min_associations
        moved = words("screen.interaction.match.moved")
        every = all(row.match_max == 1 for row in match.rows)
        if every and (not most or most >= len(match.rows)):
            self.ask(words("screen.interaction.match.one_each"), moved)
        elif most:
            key = "exactly" if least == most else "most"
            asked = words(f"screen.interaction.match.{key}", most=most)
            self.ask(asked, words("screen.interaction.match.full", most=most), moved)
        else:
            self.ask(words("screen.interaction.match.several"), moved)

    def _said(self, option: Option) -> str:
        return plain_text(self.body(option)).replace("\n", " ")


def _most(options: tuple[Option, ...], name: str) -> int:
    return next((option.match_max for option in options if option.id == name), 1)
