import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.look import Look
from app.ui.number_grid import GridCell, NumberGrid, Only

CELLS = tuple(GridCell(n, answered=n <= 20, flagged=n in (5, 25)) for n in range(1, 101))


@pytest.fixture
def grid(qtbot: QtBot) -> NumberGrid:
    grid = NumberGrid("grid")
    qtbot.addWidget(grid)
    grid.resize(344, 400)
    grid.show_cells(CELLS)
    grid.set_here(23)
    grid.show()
    return grid


def shapes(image: QImage) -> bytes:
    """Only light and dark: what is left of a picture for somebody who sees no colour."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return bytes(grey.constBits())


def test_a_press_on_a_cell_goes_there(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.chosen, timeout=1000) as chosen:
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(57).center())
    assert chosen.args == [57]


def test_a_press_beside_the_cells_goes_nowhere(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(grid.chosen, wait=20):
        QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(343, 399))


def test_cells_stand_in_tens(grid: NumberGrid) -> None:
    assert grid.cell_rect(1).top() == grid.cell_rect(10).top() < grid.cell_rect(11).top()
    assert grid.cell_rect(1).left() == grid.cell_rect(91).left()


def test_large_text_makes_fives_of_them(grid: NumberGrid) -> None:
    grid.set_look(Look(percent=200))
    assert grid.cell_rect(1).top() == grid.cell_rect(5).top() < grid.cell_rect(6).top()
    assert grid.cell_rect(5).right() < grid.width()


def test_two_tens_stand_side_by_side_where_there_is_room(grid: NumberGrid) -> None:
    grid.resize(800, 400)
    assert grid.cell_rect(20).top() == grid.cell_rect(1).top() < grid.cell_rect(21).top()


def test_arrows_move_and_return_goes(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.chosen, timeout=1000) as chosen:
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
            QTest.keyClick(grid, key)
    assert chosen.args == [34]


def test_arrows_stop_at_the_ends(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.chosen, timeout=1000) as chosen:
        for _press in range(12):
            QTest.keyClick(grid, Qt.Key.Key_Down)
        QTest.keyClick(grid, Qt.Key.Key_Space)
    assert chosen.args == [100]


def test_filters_leave_the_unanswered_and_the_flagged(grid: NumberGrid) -> None:
    grid.show_only(Only.UNANSWERED, "")
    assert [cell.number for cell in grid.cells()] == list(range(21, 101))
    grid.show_only(Only.FLAGGED, "")
    assert [cell.number for cell in grid.cells()] == [5, 25]
    assert not grid.cell_rect(6).isValid()
    grid.show_only(Only.ALL, "")
    assert len(grid.cells()) == 100


def test_every_state_differs_in_shape_without_colour(grid: NumberGrid) -> None:
    """Answered, not yet, flagged (both ways), here (both ways): all six can be told apart in grey."""
    states = [GridCell(8, a, f) for a in (True, False) for f in (True, False)]
    seen = []
    for here in (0, 8):
        for cell in states:
            grid.show_cells((cell,))
            grid.set_here(here)
            seen.append(shapes(grid.grab(grid.cell_rect(8)).toImage()))
    assert len(set(seen)) == len(seen) == 8
