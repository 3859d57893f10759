import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.seat.screens.delivery.review import ReviewScreen, ReviewView
from app.ui.buttons import Button
from app.ui.labels import Label, Note
from app.ui.number_grid import NumberGrid
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def screen(show: Show[ReviewScreen]) -> ReviewScreen:
    screen = show(ReviewScreen(ZH))
    screen.show_review(samples.review())
    return screen


def test_the_unfinished_comes_first_and_a_press_goes_there(screen: ReviewScreen, qtbot: QtBot) -> None:
    names = ("review_unanswered", "review_flagged", "review_all")
    grids = [find(screen, NumberGrid, name) for name in names]
    tops = [grid.mapTo(screen, grid.rect().topLeft()).y() for grid in grids]
    assert tops == sorted(tops)
    assert [cell.number for cell in grids[0].cells()] == [9, 17, 88]
    assert [cell.number for cell in grids[1].cells()] == [14, 41]
    with qtbot.waitSignal(screen.went_to) as went:
        press(grids[0], grids[0].cell_rect(88).center())
    assert went.args == [88]


def test_handing_in_is_confirmed_with_the_counts_in_a_sentence(screen: ReviewScreen, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(screen.submit_confirmed, wait=20):
        press(find(screen, Button, "submit"))
    sentence = find(screen, Label, "confirm_sentence")
    assert sentence.text() == "您有 3 题未答完、2 题标记。交卷后不能再修改。"
    screen.set_words(EN)
    assert sentence.text() == "Not finished: 3. Flagged: 2. After you hand in, nothing can be changed."
    with qtbot.waitSignal(screen.submit_confirmed):
        press(find(screen, Button, "confirm_submit"))


def test_a_second_return_keeps_working(screen: ReviewScreen, qtbot: QtBot) -> None:
    find(screen, Button, "submit").setFocus()
    with qtbot.assertNotEmitted(screen.submit_confirmed, wait=20):
        key(Qt.Key.Key_Return)
        key(Qt.Key.Key_Return)
    assert find(screen, Button, "submit").isVisible()


def corner(screen: ReviewScreen, button: Button) -> QPoint:
    return button.mapTo(screen, button.rect().topLeft())


def test_yes_and_no_are_far_apart(screen: ReviewScreen) -> None:
    press(find(screen, Button, "submit"))
    keep, confirm = find(screen, Button, "keep_working"), find(screen, Button, "confirm_submit")
    assert (corner(screen, keep) - corner(screen, confirm)).manhattanLength() > 300


def test_back_stands_where_back_always_stands(screen: ReviewScreen) -> None:
    back = corner(screen, find(screen, Button, "back"))
    press(find(screen, Button, "submit"))
    assert corner(screen, find(screen, Button, "keep_working")) == back


def test_the_button_that_hands_in_says_how_many_are_open(screen: ReviewScreen) -> None:
    confirm = find(screen, Button, "confirm_submit")
    assert confirm.text() == "仍要交卷（3 题未答完）"
    cells = samples.finished_cells(open_items=(), flagged=(4,))
    screen.show_review(ReviewView(samples.EXAM, "张伟", 7, cells, here=1))
    assert confirm.text() == "交卷"


@pytest.mark.parametrize("text_percent", [100, 200])
def test_handing_in_stands_nowhere_near_the_presses_that_led_here(screen: ReviewScreen, text_percent: int) -> None:
    screen.set_appearance(Appearance(Language.ZH, text_percent=text_percent))
    settle()
    submit, back = find(screen, Button, "submit"), find(screen, Button, "back")
    before = [QRect(corner(screen, one), one.size()) for one in (submit, back)]
    press(submit)
    settle()
    confirm = find(screen, Button, "confirm_submit")
    there = QRect(corner(screen, confirm), confirm.size())
    assert not any(there.adjusted(-48, -48, 48, 48).intersects(place) for place in before)


def test_esc_goes_back_one_step_at_a_time(screen: ReviewScreen, qtbot: QtBot) -> None:
    press(find(screen, Button, "submit"))
    with qtbot.assertNotEmitted(screen.back_requested, wait=20):
        key(Qt.Key.Key_Escape)
    with qtbot.waitSignal(screen.back_requested):
        key(Qt.Key.Key_Escape)


def test_back_names_the_item_and_goes(screen: ReviewScreen, qtbot: QtBot) -> None:
    assert find(screen, Button, "back").text() == "返回第 100 题"
    with qtbot.waitSignal(screen.back_requested):
        press(find(screen, Button, "back"))


@pytest.mark.parametrize(
    ("open_items", "flagged", "said"),
    [
        ((), (), "100 题都已答完。交卷后不能再修改。"),
        ((4,), (), "您有 1 题未答完。交卷后不能再修改。"),
        ((), (4, 5), "您有 2 题标记。交卷后不能再修改。"),
    ],
)
def test_the_sentence_says_only_what_there_is(
    screen: ReviewScreen, open_items: tuple[int, ...], flagged: tuple[int, ...], said: str
) -> None:
    cells = samples.finished_cells(open_items=open_items, flagged=flagged)
    screen.show_review(ReviewView(samples.EXAM, "张伟", 7, cells, here=1))
    assert find(screen, Label, "confirm_sentence").text() == said
    assert bool(find(screen, Note, "review_all_done").text()) is (not open_items and not flagged)


def test_shown_again_a_confirmation_is_closed(screen: ReviewScreen) -> None:
    press(find(screen, Button, "submit"))
    screen.show_review(samples.review())
    assert not find(screen, Button, "confirm_submit").isVisible()


def test_before_the_time_nothing_is_handed_in_and_it_says_when(show: Show[ReviewScreen], qtbot: QtBot) -> None:
    screen = show(ReviewScreen(ZH))
    screen.show_review(samples.review())
    submit = find(screen, Button, "submit")
    press(submit)
    screen.set_early_leave(61_000)  # also with the confirmation open
    assert not find(screen, Button, "confirm_submit").isVisible()
    with qtbot.assertNotEmitted(screen.submit_confirmed):
        submit.click()
    assert "2 分钟后才能交卷" in find(screen, Note, "review_early").text()
    screen.set_early_leave(0)
    assert submit.isEnabled()
    assert not find(screen, Note, "review_early").isVisible()
