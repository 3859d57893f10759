"""What all tests share: a screen that needs no display, and a log that no test's captured output keeps hold of."""

import os

import pytest
import structlog
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
settings.register_profile("house", deadline=None)  # how long an example takes says something of the machine only
settings.load_profile("house")


@pytest.fixture(autouse=True)
def fresh_log() -> None:
    """Log through the standard library: structlog's own printer would keep an output that a test has closed."""
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory(), cache_logger_on_first_use=False)
