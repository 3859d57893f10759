"""A screen is shown as a window of the smallest size we promise."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.seat.screens.screen import Screen
from app.ui.style import prepare_application
from tests.app.seat.screens.hands import settle

S = TypeVar("S", bound=Screen)
Show = Callable[[S], S]


@pytest.fixture(scope="session", autouse=True)
def _styled(qapp: QApplication) -> None:
    prepare_application(qapp)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[S], S]:
    def shown(screen: S) -> S:
        qtbot.addWidget(screen)
        screen.resize(1366, 768)
        screen.show()
        with qtbot.waitActive(screen):
            screen.activateWindow()
        settle()
        return screen

    return shown
