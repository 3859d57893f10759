"""The rows of the find page: read from the catalogue a page at a time, on a worker's thread, as far as one scrolls."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.archive.catalogue import PAGE, Entry, Query
from app.archive.window.sayings import Sayings
from app.ui.bridge import Worker
from sync.faults import Fault

COLUMNS: Final = ("when", "candidate", "session", "length", "verdict", "kept")
"""Each cell has two lines; the words of the heads are at `screen.archive.find.column_<name>`."""

Fetch = Callable[[Query, Entry | None], list[Entry]]
Count = Callable[[Query], int]
_Index = QModelIndex | QPersistentModelIndex


class FindModel(QAbstractTableModel):
    """What was found. Signals: how it stands with the first page (`found`, with the number), or a fault."""

    found = Signal(int)
    searching = Signal()
    failed = Signal(object)

    def __init__(self, fetch: Fetch, count: Count, sayings: Sayings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch, self._count = fetch, count
        self._worker = Worker(self)
        self._sayings = sayings
        self._query = Query()
        self._asked = 0
        self._rows: list[Entry] = []
        self._more = False
        self._fetching = False
        self._closed = False

    def set_sayings(self, sayings: Sayings) -> None:
        """Say everything in another language, in place."""
        self._sayings = sayings
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def search(self, query: Query) -> None:
        """Look for something else; what was found stays until the answer is there."""
        if self._closed:
            return
        self._query, self._asked = query, self._asked + 1
        asked = self._asked
        self._fetching = True
        self.searching.emit()

        def work() -> tuple[list[Entry], int] | None:
            if asked != self._asked:
                return None  # somebody typed on
            return self._fetch(query, None), self._count(query)

        self._worker.run(self, work, lambda got: self._begin(asked, got), lambda fault: self._fail(asked, fault))

    def clear(self) -> None:
        """Forget what was found: names of people are in it."""
        self._asked += 1
        self.beginResetModel()
        self._rows, self._more, self._fetching = [], False, False
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """Give what stands in a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def close(self) -> None:
        """End the worker's thread; nothing is looked for any more."""
        self._closed = True
        self._worker.close()

    def _begin(self, asked: int, got: tuple[list[Entry], int] | None) -> None:
        if asked != self._asked or got is None:
            return
        self.beginResetModel()
        self._rows, number = list(got[0]), got[1]
        self._more, self._fetching = len(self._rows) == PAGE, False
        self.endResetModel()
        self.found.emit(number)

    def _fail(self, asked: int, fault: Fault) -> None:
        if asked == self._asked:
            self._fetching = False
            self.failed.emit(fault)

    # Qt's model

    def rowCount(self, parent: _Index | None = None) -> int:
        """Give how many rows have been read."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Give how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell whether there may be more."""
        return not parent.isValid() and self._more and not self._fetching and not self._closed

    def fetchMore(self, parent: _Index) -> None:
        """Read the next page; it comes later."""
        if not self.canFetchMore(parent):
            return
        self._fetching = True
        asked, query, last = self._asked, self._query, self._rows[-1]
        self._worker.run(
            self,
            lambda: self._fetch(query, last),
            lambda rows: self._append(asked, rows),
            lambda fault: self._fail(asked, fault),
        )

    def _append(self, asked: int, rows: list[Entry]) -> None:
        if asked != self._asked:
            return
        self._fetching, self._more = False, len(rows) == PAGE
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        """Give a cell: its two lines, for the eye and for a screen reader."""
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        cell = self._sayings.cell(entry, COLUMNS[index.column()])
        return f"{cell.first}\n{cell.second}" if role == Qt.ItemDataRole.DisplayRole else f"{cell.first}. {cell.second}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        """Name a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._sayings.words(f"screen.archive.find.column_{COLUMNS[section]}")
        return None

    def cell(self, index: _Index) -> "Any":  # noqa: ANN401
        """Give a cell with its icon and tone, for whoever paints it."""
        entry = self.entry(index.row())
        return self._sayings.cell(entry, COLUMNS[index.column()]) if entry else None
