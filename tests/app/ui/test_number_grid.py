import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.ui.look import Look
from app.ui.number_grid import GridCell, NumberGrid, Only
from app.words import Words

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
    with qtbot.waitSignal(grid.chosen) as chosen:
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
    with qtbot.waitSignal(grid.chosen) as chosen:
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
            QTest.keyClick(grid, key)
    assert chosen.args == [34]


def test_arrows_stop_at_the_ends(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.chosen) as chosen:
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
    """Answered, seen, unseen, flagged, closed, here, and all of them together can be told apart in grey."""
    said = [(True, True), (False, True), (False, False)]  # answered, seen
    states = [GridCell(8, a, f, s, c) for a, s in said for f in (True, False) for c in (True, False)]
    found = []
    for here in (0, 8):
        for cell in states:
            grid.show_cells((cell,))
            grid.set_here(here)
            found.append(shapes(grid.grab(grid.cell_rect(8)).toImage()))
    assert len(found) == 24
    assert len(set(found[:12])) == 12  # elsewhere every state has a shape of its own
    assert not set(found[:12]) & set(found[12:])  # "here" is seen whatever the state
    assert len(set(found[12:])) == 8  # where one is, seen and unseen are the same: one has seen it


def test_digits_move_and_return_goes_there(grid: NumberGrid, qtbot: QtBot) -> None:
    typed: list[str] = []
    grid.typing.connect(typed.append)
    with qtbot.waitSignal(grid.chosen) as chosen:
        QTest.keyClicks(grid, "57")
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert chosen.args == [57]
    assert typed == ["5", "57", ""]


def test_digits_beyond_the_last_item_begin_a_number_anew(grid: NumberGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.chosen) as chosen:
        QTest.keyClicks(grid, "100")
        QTest.keyClicks(grid, "4")  # there is no item 1004
        QTest.keyClick(grid, Qt.Key.Key_Enter)
    assert chosen.args == [4]


def test_a_digit_can_be_taken_back_and_escape_leaves(grid: NumberGrid, qtbot: QtBot) -> None:
    QTest.keyClicks(grid, "57")
    QTest.keyClick(grid, Qt.Key.Key_Backspace)
    with qtbot.waitSignals([grid.typing, grid.left]), qtbot.assertNotEmitted(grid.chosen):
        QTest.keyClick(grid, Qt.Key.Key_Escape)


def test_a_number_that_the_filter_hides_can_be_gone_to(grid: NumberGrid, qtbot: QtBot) -> None:
    grid.show_only(Only.FLAGGED, "")
    with qtbot.waitSignal(grid.chosen) as chosen:
        QTest.keyClicks(grid, "60")
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert chosen.args == [60]


def test_a_cell_says_its_number_and_its_state(grid: NumberGrid) -> None:
    grid.set_words(Words(Language.EN))
    grid.show_cells((GridCell(1, True, True), GridCell(2, False, False, True, True), GridCell(3, False, False)))
    grid.set_here(2)
    assert [grid.describe(cell) for cell in grid.cells()] == [
        "Item 1 Answered Flagged",
        "Item 2 Seen, not answered Time used up Here",
        "Item 3 Not seen",
    ]
    assert grid.accessibleDescription() == "Item 2 Seen, not answered Time used up Here"
    QTest.keyClick(grid, Qt.Key.Key_Left)
    assert grid.accessibleDescription() == "Item 1 Answered Flagged"
