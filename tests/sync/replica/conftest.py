"""A replica of one's own for each test."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.replica.database import Replica


@pytest.fixture
def key() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def replica(tmp_path: Path, key: bytes) -> Iterator[Replica]:
    with Replica.open(tmp_path / "replica.db", key) as opened:
        yield opened
