"""The window's pages are dressed as the program dresses them."""

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.style import prepare_application


@pytest.fixture(scope="session", autouse=True)
def _styled(qapp: QApplication) -> None:
    prepare_application(qapp)
