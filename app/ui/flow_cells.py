"""Where the cells of a table stand when some of them take several rows or columns."""

from dataclasses import replace

from app.exam.prose import Cell, Table


def cell_places(table: Table) -> tuple[list[tuple[int, int, Cell]], int]:
    """Give every cell with its row and column, its spans cut at the table's end; and the number of columns."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for row, cells in enumerate(table.rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            rows = max(1, min(cell.rows, len(table.rows) - row))
            columns = max(1, cell.columns)
            while any((row, column + more) in taken for more in range(columns)):
                columns -= 1
            taken |= {(row + down, column + right) for down in range(rows) for right in range(columns)}
            placed.append((row, column, replace(cell, rows=rows, columns=columns)))
            column += columns
    return placed, 1 + max((column for _row, column in taken), default=0)
