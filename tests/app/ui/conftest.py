"""Widgets are tested in the application's own style."""

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.style import prepare_application
from tests.app.ui.sound import no_sound, speaker

__all__ = ["no_sound", "speaker"]


@pytest.fixture(scope="session", autouse=True)
def _styled(qapp: QApplication) -> None:
    prepare_application(qapp)
