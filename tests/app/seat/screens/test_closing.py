"""Sealing, result, trouble and waiting."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.seat.screens.closing.result import DeliveryState, ResultScreen
from app.seat.screens.closing.result_parts import QrCode, grouped_code, marks_text
from app.seat.screens.closing.sealing import SealingScreen, SealStep, StepState
from app.seat.screens.trouble import TroubleScreen, TroubleView
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.ui.buttons import Button
from app.ui.labels import Label, Note, StatusMark
from app.ui.message import MessagePanel
from sync.replica.durable import DiskFull
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, press
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def result(show: Show[ResultScreen]) -> ResultScreen:
    screen = show(ResultScreen(ZH))
    screen.show_result(samples.result())
    return screen


def test_the_score_and_the_verdict_are_said_in_words(result: ResultScreen) -> None:
    assert find(result, Label, "score").text() == "86"
    assert find(result, Label, "verdict").text() == "合格"
    result.show_result(samples.result(passed=False))
    assert find(result, Label, "score").text() == "71"
    assert find(result, Label, "verdict").text() == "未合格"
    result.set_words(EN)
    assert find(result, Label, "verdict").text() == "Not passed"


def test_a_score_the_policy_keeps_is_nowhere_on_the_screen(result: ResultScreen) -> None:
    result.show_result(samples.result(shown=False))
    visible = " ".join(label.text() for label in result.findChildren(Label) if label.isVisible())
    assert "86" not in visible
    assert "合格" not in visible
    assert "63" not in visible
    assert "7K3Q X9M2 ZB5T 8WCD" in visible


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_the_delivery_has_its_words(result: ResultScreen, state: DeliveryState) -> None:
    before = find(result, StatusMark, "delivery_state").text()
    result.show_result(samples.result(delivery=state))
    after = find(result, StatusMark, "delivery_state").text()
    assert after
    assert (after == before) is (state is DeliveryState.RECEIPTED)


def test_the_qr_code_changes_with_what_it_says(result: ResultScreen) -> None:
    code = find(result, QrCode, "qr")
    before = code.grab().toImage()
    result.show_result(replace(samples.result(), qr="EXAMROOM:OTHER"))
    assert code.grab().toImage() != before


def test_done_asks_once_more_whether_the_code_is_copied(result: ResultScreen, qtbot: QtBot) -> None:
    done, now = find(result, Button, "done"), find(result, Note, "what_now")
    assert not done.hasFocus()
    with qtbot.assertNotEmitted(result.done, wait=20):
        press(done)
    assert "抄下核验码了吗" in now.text()
    result.show_result(replace(samples.result(), delivery=DeliveryState.PROVEN))
    assert "抄下核验码了吗" in now.text(), "a receipt that comes meanwhile asks nothing anew"
    result.show_result(replace(samples.result(), code="ZZZZ"))
    assert "抄下核验码了吗" not in now.text(), "the next candidate is asked too"
    press(done)
    with qtbot.waitSignal(result.done):
        press(find(result, Button, "done"))


@pytest.mark.parametrize(("milli", "text"), [(86000, "86"), (0, "0"), (1500, "1.5"), (333, "0.333"), (100000, "100")])
def test_marks_are_written_without_needless_zeros(milli: int, text: str) -> None:
    assert marks_text(milli) == text


def test_a_code_is_written_in_groups_of_four() -> None:
    assert grouped_code("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_the_steps_of_sealing_stand_in_order_with_their_state_in_words(show: Show[SealingScreen]) -> None:
    screen = show(SealingScreen(ZH))
    screen.show_sealing(samples.sealing())
    tops = []
    for step in SealStep:
        line = screen.findChild(QWidget, f"step_{step.value}")
        assert line is not None
        tops.append(line.mapTo(screen, line.rect().topLeft()).y())
    assert tops == sorted(tops)
    words = {label.text() for label in screen.findChildren(Label)}
    assert {"完成", "进行中", "等待"} <= words
    waiting = replace(samples.sealing().steps[4], state=StepState.WAITING_NETWORK)
    screen.show_sealing(replace(samples.sealing(), steps=(waiting,)))
    assert "等待网络" in {label.text() for label in screen.findChildren(Label)}


def test_a_fault_says_what_is_safe_and_what_to_do_and_can_be_tried_again(
    show: Show[TroubleScreen], qtbot: QtBot
) -> None:
    screen = show(TroubleScreen(ZH))
    fault = DiskFull("", needed_mb=1400, free_mb=212)
    screen.show_trouble(TroubleView(fault, can_retry=True))
    for words in (ZH, EN):
        screen.set_words(words)
        said = find(screen, MessagePanel, "trouble").text()
        expected = words.fault(fault)
        assert all(part in said for part in (expected.what, expected.safe, expected.do, "DISK_FULL"))
    with qtbot.waitSignal(screen.retry_requested):
        press(find(screen, Button, "retry"))
    screen.show_trouble(TroubleView(fault))
    assert not find(screen, Button, "retry").isVisible()


def test_waiting_says_what_will_come(show: Show[WaitingScreen]) -> None:
    screen = show(WaitingScreen(ZH))
    screen.show_waiting(WaitingView("考试还没有开始", "稍后这里会出现入场页面。"))
    assert "稍后" in find(screen, MessagePanel, "waiting").text()
