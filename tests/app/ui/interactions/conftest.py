"""Windows of one test are gone before the next."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.app.ui.interactions.boards import close_windows


@pytest.fixture(autouse=True)
def _windows(qapp: QApplication) -> Iterator[None]:  # noqa: ARG001 - there has to be an application
    yield
    close_windows()
