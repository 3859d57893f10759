"""A real archive with a recording made by a real recorder from openly simulated sources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.archive.site import ArchiveSite
from tests.proctoring.conftest import recorded, seat
from tests.proctoring.seat import Recorded

__all__ = ["recorded", "seat"]


@pytest.fixture
def site(tmp_path: Path, recorded: Recorded) -> Iterator[ArchiveSite]:
    made = ArchiveSite.make(tmp_path, recorded)
    yield made
    made.close()
