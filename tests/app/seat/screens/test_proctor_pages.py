"""A proctor's pages with large text: one page scrolls, no list in it. And what is missing moves nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.seat.screens.choice_list import RadioRow
from app.seat.screens.closing.reconcile import ReconcileScreen
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.screen import Screen
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.labels import Note, StatusMark
from app.ui.page import Scroll
from app.ui.proctor_button import ProctorButton
from app.words import Words
from tests.app.seat.screens import corner_samples, room_shots
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.gallery import _countersign
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH

PAGES = (
    corner_samples.form_override,
    corner_samples.form_report,
    corner_samples.authority_screen,
    corner_samples.authority_entry,
    _countersign,
)


def enlarge(screen: Screen, percent: int) -> None:
    screen.set_appearance(replace(screen.appearance, text_percent=percent))
    settle()


def scrolling(screen: Screen) -> list[Scroll]:
    return [one for one in screen.findChildren(Scroll) if one.isVisible() and one.verticalScrollBar().maximum() > 0]


@pytest.mark.parametrize("words", [ZH, pytest.param(EN, marks=pytest.mark.long)], ids=["zh", "en"])
@pytest.mark.parametrize("make", PAGES)
def test_with_large_text_the_page_scrolls_as_a_whole(
    make: Callable[[Words], Screen], words: Words, show: Show[Screen]
) -> None:
    screen = show(make(words))
    enlarge(screen, 200)
    [page] = scrolling(screen)
    assert page.width() > screen.width() * 0.9
    assert page.height() > screen.height() * 0.4  # the PIN below it stays in sight
    enlarge(screen, 100)
    assert not any(one.width() > screen.width() * 0.9 for one in scrolling(screen))


def test_what_the_keyboard_comes_to_is_in_sight_with_large_text(show: Show[Screen]) -> None:
    screen = show(corner_samples.authority_entry(ZH))
    enlarge(screen, 200)
    [page] = scrolling(screen)
    names = [one for one in screen.findChildren(ProctorButton) if one.isVisible()]
    press(names[0])
    settle()
    assert screen.rect().contains(find(screen, Field, "pin").mapTo(screen, QPoint(0, 0)))
    names[-1].setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert _in_sight(names[-1], page)


def _in_sight(widget: QWidget, page: Scroll) -> bool:
    top = widget.mapTo(page.viewport(), QPoint(0, 0)).y()
    return top >= 0 and top + widget.height() <= page.viewport().height()


@pytest.mark.parametrize("percent", [100, 200])
def test_what_is_missing_is_said_at_the_foot_moves_nothing_and_is_gone_to(
    percent: int, show: Show[CornerFormScreen]
) -> None:
    screen = show(corner_samples.form_override(ZH))
    enlarge(screen, percent)
    parts = [screen.findChildren(RadioRow)[0], find(screen, Field, "note"), find(screen, Button, "form_confirm")]
    before = [part.mapTo(screen, QPoint(0, 0)) for part in parts]
    press(find(screen, Button, "form_confirm"))
    settle()
    assert [part.mapTo(screen, QPoint(0, 0)) for part in parts] == before
    said = find(screen, Note, "form_problem")
    assert said.text() == "请选择一项。"
    assert said.geometry().right() < find(screen, Button, "form_confirm").geometry().left()
    assert screen.focusWidget() is parts[0]
    key(Qt.Key.Key_Space)
    assert not said.isVisible()


def test_the_table_says_that_the_session_is_being_closed_and_is_shut_until_it_is(
    show: Show[ReconcileScreen],
) -> None:
    screen = show(room_shots.reconcile_ready(ZH))
    buttons = [find(screen, Button, name) for name in ("sign_and_close", "back")]
    verdict = find(screen, StatusMark, "reconcile_verdict")
    screen.show_closing()
    assert verdict.text() == "签名已收到，正在保存并关闭本场…"
    assert not any(button.isEnabled() for button in buttons)
    screen.set_words(EN)
    assert verdict.text() == "Signed. Saving and closing the session…"
    view = screen._view  # as the phase would show it again
    assert view is not None
    screen.show_table(view)
    assert all(button.isEnabled() for button in buttons)
