"""What all tests share: a screen that needs no display, and a log that no test's captured output keeps hold of."""

import os

import pytest
import structlog

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def fresh_log() -> None:
    """Log through the standard library: structlog's own printer would keep an output that a test has closed."""
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory(), cache_logger_on_first_use=False)
