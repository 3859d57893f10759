from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.seat.screens.admission.notice import NoticeScreen, notice_text
from app.ui.buttons import Button, TickBox
from app.ui.capture_view import LevelMeter, Preview, SimulatedTag
from app.ui.labels import Label, Note
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def screen(show: Show[NoticeScreen]) -> NoticeScreen:
    screen = show(NoticeScreen(ZH))
    screen.show_notice(samples.notice())
    return screen


def test_the_start_opens_only_when_the_notice_is_read(screen: NoticeScreen, qtbot: QtBot) -> None:
    start = find(screen, Button, "start_exam")
    with qtbot.assertNotEmitted(screen.start_requested, wait=20):
        start.click()
    with qtbot.waitSignal(screen.notice_read):
        press(find(screen, TickBox, "notice_tick"))
    with qtbot.waitSignal(screen.start_requested):
        press(start)


def test_when_it_is_read_the_focus_goes_to_the_start_and_not_to_the_proctors_way_in(screen: NoticeScreen) -> None:
    screen.set_proctor_corner(True)
    find(screen, TickBox, "notice_tick").setFocus()
    key(Qt.Key.Key_Space)
    screen.show_notice(replace(samples.notice(), acknowledged=True))
    settle()
    assert find(screen, Button, "start_exam").hasFocus()


def test_before_it_is_read_there_is_no_button_that_starts(screen: NoticeScreen) -> None:
    assert not find(screen, Button, "start_exam").isVisible()


def test_the_notice_is_read_by_keys_and_read_once(screen: NoticeScreen, qtbot: QtBot) -> None:
    tick = find(screen, TickBox, "notice_tick")
    tick.setFocus()
    with qtbot.waitSignal(screen.notice_read):
        key(Qt.Key.Key_Space)
    with qtbot.assertNotEmitted(screen.notice_read, wait=20):
        key(Qt.Key.Key_Return)
    assert tick.isChecked()


def test_without_a_running_recording_nothing_starts_and_the_reason_is_said(screen: NoticeScreen) -> None:
    screen.show_notice(samples.notice(ready=False))
    press(find(screen, TickBox, "notice_tick"))
    assert not find(screen, Button, "start_exam").isEnabled()
    assert "麦克风" in find(screen, Note, "notice_problem").text()
    screen.show_notice(samples.notice())
    assert find(screen, Button, "start_exam").isEnabled()
    assert find(screen, Note, "notice_problem").text() == ""


def test_another_candidate_has_to_read_it_again(screen: NoticeScreen) -> None:
    press(find(screen, TickBox, "notice_tick"))
    screen.show_notice(replace(samples.notice(), sitting="0193a1c2-0000-7000-8000-000000000002"))
    assert not find(screen, TickBox, "notice_tick").isChecked()
    assert not find(screen, Button, "start_exam").isEnabled()


def test_another_candidate_sees_nothing_of_the_one_before(screen: NoticeScreen) -> None:
    watched = (find(screen, Preview, "preview"), find(screen, LevelMeter, "level"))
    fresh = [widget.grab().toImage() for widget in watched]
    screen.set_preview(samples.preview())
    screen.set_level(-50)
    screen.set_source_simulated(picture=True, sound=True)
    screen.show_notice(replace(samples.notice(), ready=False))
    assert [widget.grab().toImage() for widget in watched] != fresh, "the same sitting keeps its picture"
    screen.show_notice(replace(samples.notice(), sitting="0193a1c2-0000-7000-8000-000000000002"))
    assert [widget.grab().toImage() for widget in watched] == fresh
    tags = ("picture_simulated", "sound_simulated")
    assert not any(find(screen, SimulatedTag, name).isVisible() for name in tags)


def test_after_a_restart_what_was_read_stays_read(screen: NoticeScreen) -> None:
    screen.show_notice(replace(samples.notice(), acknowledged=True))
    assert find(screen, Button, "start_exam").isEnabled()


def test_the_notice_that_is_hashed_is_the_notice_that_is_shown(screen: NoticeScreen) -> None:
    for words in (ZH, EN):
        screen.set_words(words)
        shown = {label.text() for label in screen.findChildren(Label)}
        title, *lines = notice_text(words, 3).splitlines()
        assert title in shown
        assert len(lines) == 6
        for line in lines:
            name, text = line.split(": ", 1)
            assert {name, text} <= shown


def test_a_simulated_source_is_labelled_over_the_picture_and_at_the_level(screen: NoticeScreen) -> None:
    preview = find(screen, Preview, "preview")
    labels = [find(screen, SimulatedTag, name) for name in ("picture_simulated", "sound_simulated")]
    screen.set_preview(samples.preview())
    real = preview.grab().toImage()
    screen.set_source_simulated(picture=True, sound=True)
    settle()
    assert [label.text() for label in labels] == ["模拟画面", "模拟声音"]
    assert all(label.isVisible() for label in labels)
    assert preview.grab().toImage() == real, "what the picture says of itself is not covered"
    assert preview.y() - labels[0].geometry().bottom() < 20
    screen.set_source_simulated(picture=False, sound=False)
    assert not any(label.isVisible() for label in labels)


def test_nobody_is_asked_to_sit_or_speak_for_what_is_simulated(screen: NoticeScreen) -> None:
    frame, speak = find(screen, Label, "frame_hint"), find(screen, Label, "speak_hint")
    assert frame.isVisible()
    assert speak.isVisible()
    screen.set_source_simulated(picture=True, sound=False)
    assert not frame.isVisible()
    assert speak.isVisible()
    screen.set_source_simulated(picture=False, sound=True)
    assert frame.isVisible()
    assert not speak.isVisible()


def test_the_level_moves_and_silence_is_empty(screen: NoticeScreen) -> None:
    meter = find(screen, LevelMeter, "level")
    pictures = []
    for level in (-2000, -600, -300, 0):
        screen.set_level(level)
        pictures.append(meter.grab().toImage())
    assert pictures[0] == pictures[1]
    assert pictures[1] != pictures[2] != pictures[3]


@pytest.mark.qt_log_ignore("JPEG datastream contains no image")
def test_a_damaged_preview_is_no_picture(screen: NoticeScreen) -> None:
    preview = find(screen, Preview, "preview")
    nothing = preview.grab().toImage()
    screen.set_preview(b"\xff\xd8\xff\xe0 not a picture")
    assert preview.grab().toImage() == nothing
