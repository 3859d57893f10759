"""A plain table of texts with a head, for lists that are short: media, months."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.archive.window.rows import RowButton
from app.ui.buttons import Kind
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark, rule
from app.ui.look import Look, hand_down
from app.ui.tokens import Space, Tone, Type


@dataclass(frozen=True)
class ListCell:
    """A cell: a text, with an icon and tone where it says how something stands."""

    text: str
    icon: Icon | None = None
    tone: Tone = Tone.INK


class ListTable(QWidget):
    """Rows of texts that wrap, made as needed and kept. `opens`: each leads on, which `opened` tells."""

    opened = Signal(int)

    def __init__(self, name: str, stretches: tuple[int, ...], *, opens: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self._stretches = stretches
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.M)
        for column, stretch in enumerate(stretches):
            self._grid.setColumnStretch(column, stretch)
        self._heads = [Label(Type.CAPTION, Tone.SOFT) for _ in stretches]
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignTop)
        self._rows: list[list[StatusMark | Label]] = []
        self._rules: list[QWidget] = []
        self._opens = opens
        self._ways: list[RowButton] = []

    def show_rows(
        self, heads: tuple[str, ...], rows: list[tuple[ListCell, ...]], look: Look, ways: tuple[str, str] = ("", "")
    ) -> None:
        """Show these rows under these heads; `ways`: what the buttons that lead on say, and to whom cannot see them."""
        for head, text in zip(self._heads, heads, strict=True):
            head.setText(text)
        while len(self._rows) < len(rows):
            self._add_row()
            hand_down(self, look)
        for at, widgets in enumerate(self._rows):
            shown = at < len(rows)
            self._rules[at].setVisible(shown)
            if self._opens:
                self._ways[at].setVisible(shown)
                self._ways[at].setText(ways[0])
                self._ways[at].setAccessibleName(f"{ways[1]} {rows[at][0].text}" if shown else "")
            for column, widget in enumerate(widgets):
                widget.setVisible(shown)
                if shown:
                    cell = rows[at][column]
                    mark = widget
                    if isinstance(mark, StatusMark):
                        mark.show_status(cell.icon or Icon.TO_DO, cell.tone, cell.text)
                    else:
                        mark.setText(cell.text)

    def _add_row(self) -> None:
        line = 1 + 2 * len(self._rows)
        divider = rule()
        self._grid.addWidget(divider, line, 0, 1, len(self._stretches) + self._opens)
        self._rules.append(divider)
        row: list[StatusMark | Label] = []
        for column in range(len(self._stretches)):
            last = column == len(self._stretches) - 1
            widget = StatusMark(Type.BODY, wrap=True) if last else Label()
            row.append(widget)
            self._grid.addWidget(widget, line + 1, column, Qt.AlignmentFlag.AlignTop)
        if self._opens:
            number = len(self._rows)
            way = RowButton(f"open_row_{number}", Kind.QUIET)
            way.clicked.connect(lambda: self.opened.emit(number))
            self._ways.append(way)
            self._grid.addWidget(way, line + 1, len(self._stretches), Qt.AlignmentFlag.AlignTop)
        self._rows.append(row)
