"""The candidate beside their photo: two pictures of one size, who acts, and why."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.seat.screens.admission.identity import REASON_LONGEST, Camera, IdentityScreen, Purpose, Step
from app.ui.buttons import Button
from app.ui.capture_view import SimulatedTag
from app.ui.fields import Field
from app.ui.labels import Label, Note
from app.ui.pictures import Photo
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, type_in
from tests.app.seat.screens.samples import EN, ZH

RARE = "𠮷䶮" + chr(0x2A700)
RIGHT_TO_LEFT = "عبد الرحيم"


@pytest.fixture
def screen(show: Show[IdentityScreen]) -> IdentityScreen:
    screen = show(IdentityScreen(ZH))
    screen.show_identity(samples.identity())
    return screen


def shown(screen: IdentityScreen) -> set[str]:
    names = {"deny", "confirm", "back", "doubt", "refuse", "admit", "go_on"}
    return {button.objectName() for button in screen.findChildren(Button) if button.isVisible()} & names


@pytest.mark.parametrize(("button", "signal"), [("confirm", "confirmed"), ("deny", "denied")])
def test_the_candidate_says_yes_or_no(screen: IdentityScreen, qtbot: QtBot, button: str, signal: str) -> None:
    assert shown(screen) == {"confirm", "deny"}
    with qtbot.waitSignal(getattr(screen, signal)) as told:
        press(find(screen, Button, button))
    assert told.args == [samples.SITTING]


def test_return_makes_nobody_somebody(screen: IdentityScreen, qtbot: QtBot) -> None:
    for step in (Step.CANDIDATE, Step.PROCTOR):
        screen.show_identity(samples.identity(step))
        with qtbot.assertNotEmitted(screen.confirmed, wait=20), qtbot.assertNotEmitted(screen.admit_requested, wait=20):
            if QApplication.focusWidget() is not None:
                key(Qt.Key.Key_Return)


def test_the_answers_are_far_apart(screen: IdentityScreen) -> None:
    yes, no = (find(screen, Button, name) for name in ("confirm", "deny"))
    assert yes.mapTo(screen, yes.rect().topLeft()).x() - no.mapTo(screen, no.rect().topRight()).x() > 600


@pytest.mark.parametrize("percent", [100, 200])
def test_photo_and_live_picture_have_one_size(screen: IdentityScreen, percent: int) -> None:
    screen.set_appearance(Appearance(text_percent=percent))
    screen.show_live(samples.preview(), Camera.LIVE)
    QApplication.processEvents()
    photo, live = (find(screen, Photo, name) for name in ("roster_photo", "live_picture"))
    assert photo.size() == live.size()
    assert photo.height() >= 280
    assert photo.mapTo(screen, photo.rect().topLeft()).y() == live.mapTo(screen, live.rect().topLeft()).y()


@pytest.mark.parametrize(
    ("step", "ways", "buttons"),
    [
        (Step.PROCTOR, (), {"back", "doubt", "admit"}),
        (Step.PROCTOR, ("late",), {"back", "doubt", "admit"}),
        (Step.PROCTOR, ("held",), {"back", "refuse", "admit"}),
        (Step.CHECKING, (), set()),
    ],
)
def test_each_step_has_its_own_buttons(
    screen: IdentityScreen, step: Step, ways: tuple[str, ...], buttons: set[str]
) -> None:
    screen.show_identity(samples.identity(step, ways=ways))
    assert shown(screen) == buttons


def test_what_is_in_the_way_is_said_in_both_languages_to_the_proctor(screen: IdentityScreen) -> None:
    note = find(screen, Note, "identity_note")
    screen.show_identity(samples.identity(ways=("late", "other_seat")))
    assert note.text() == ""
    screen.show_identity(samples.identity(Step.PROCTOR, ways=("late", "other_seat")))
    assert "47" in note.text()
    assert "12 号机" in note.text()
    assert "两名" in find(screen, Button, "admit").text()
    screen.set_words(EN)
    assert "seat 12" in note.text()


@pytest.mark.parametrize("photo", [True, False])
@pytest.mark.parametrize("camera", list(Camera))
def test_without_photo_or_camera_the_way_by_hand_is_said(screen: IdentityScreen, photo: bool, camera: Camera) -> None:
    screen.show_identity(samples.identity(Step.PROCTOR, photo=photo))
    screen.show_live(samples.preview() if camera in (Camera.LIVE, Camera.SIMULATED) else None, camera)
    manual = find(screen, Note, "identity_manual").text()
    by_hand = not photo or camera in (Camera.SIMULATED, Camera.NONE)
    assert ("同样有效" in manual) is by_hand
    assert ("照片" in manual) is (not photo)
    assert bool(find(screen, SimulatedTag, "picture_simulated").text()) is (camera is Camera.SIMULATED)
    assert {"doubt", "admit"} <= shown(screen)


@pytest.mark.parametrize("bytes_", [b"", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a"])
def test_a_photo_that_does_not_decode_is_no_photo(screen: IdentityScreen, bytes_: bytes) -> None:
    view = samples.identity(Step.PROCTOR)
    screen.show_identity(replace(view, card=replace(view.card, photo=bytes_)))
    assert "照片" in find(screen, Note, "identity_manual").text()


def test_the_next_candidate_does_not_see_the_one_before(screen: IdentityScreen) -> None:
    screen.show_live(samples.preview(), Camera.LIVE)
    view = samples.identity()
    screen.show_identity(replace(view, card=replace(view.card, sitting="0193a1c2-0000-7000-8000-000000000002")))
    assert find(screen, Photo, "live_picture")._image is None


@pytest.mark.parametrize(
    "name", ["<b>张</b>伟 & 李", RARE, RIGHT_TO_LEFT, "阿" * 200, "W" * 200, f"{RIGHT_TO_LEFT} 张伟 {RARE}"]
)
def test_a_name_is_shown_as_it_is_and_pushes_nothing_off_the_page(screen: IdentityScreen, name: str) -> None:
    screen.show_identity(samples.identity(Step.PROCTOR, name=name))
    QApplication.processEvents()
    assert find(screen, Label, "candidate_name").text() == name
    admit = find(screen, Button, "admit")
    assert screen.rect().contains(admit.mapTo(screen, admit.rect().center()))


def test_a_doubt_needs_a_reason_and_offers_some(screen: IdentityScreen, qtbot: QtBot) -> None:
    screen.show_identity(samples.identity(Step.PROCTOR))
    screen.ask_reason(Purpose.DOUBT)
    with qtbot.assertNotEmitted(screen.reason_given, wait=20):
        press(find(screen, Button, "go_on"))
    assert find(screen, Note, "reason_note").text()
    press(find(screen, Button, "quick_1"))
    assert not find(screen, Note, "reason_note").text()
    with qtbot.waitSignal(screen.reason_given) as given:
        press(find(screen, Button, "go_on"))
    assert given.args == [Purpose.DOUBT, "本人与照片不像"]


def test_a_reason_is_bounded_and_one_line(screen: IdentityScreen, qtbot: QtBot) -> None:
    screen.show_identity(samples.identity(Step.PROCTOR))
    screen.ask_reason(Purpose.ADMIT)
    find(screen, Field, "reason").insert("因  交通\t原因" + "长" * 10_000)
    with qtbot.waitSignal(screen.reason_given) as given:
        key(Qt.Key.Key_Return)
    assert given.args[1].startswith("因 交通原因长")
    assert len(given.args[1]) <= REASON_LONGEST


def test_escape_goes_back_from_the_reason(screen: IdentityScreen, qtbot: QtBot) -> None:
    screen.show_identity(samples.identity(Step.PROCTOR))
    screen.ask_reason(Purpose.DOUBT)
    type_in("x")
    with qtbot.waitSignal(screen.back_requested):
        key(Qt.Key.Key_Escape)
    assert screen.asks_reason
    screen.show_identity(samples.identity(Step.PROCTOR))
    assert not screen.asks_reason
