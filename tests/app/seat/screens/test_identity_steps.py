"""The page that says who sits here, step by step."""

from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.seat.screens.admission.identity import IdentityScreen, Step
from app.ui.page import Scroll
from app.words import Words
from tests.app.seat.screens import samples
from tests.app.seat.screens.hands import settle


def test_the_next_step_is_read_from_its_top(qtbot: QtBot) -> None:
    screen = IdentityScreen(Words(Language.ZH))
    qtbot.addWidget(screen)
    screen.resize(1366, 768)
    screen.set_appearance(Appearance(Language.ZH, 200))
    screen.show_identity(samples.identity())
    screen.show()
    settle()
    bar = next(one for one in screen.findChildren(Scroll) if one.isVisible()).verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    screen.show_identity(samples.identity())  # the same step again: whoever reads is left where they are
    assert bar.value() > 0
    screen.show_identity(samples.identity(Step.PROCTOR))
    settle()
    assert bar.value() == 0
