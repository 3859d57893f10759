"""Shelves to put things on: a folder, and a bucket with Object Lock in a real S3-speaking server on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.s3_client import S3Access, s3_client
from sync.wire.ids import new_id
from tests.proctoring.vault.store.s3_server import ACCESS_KEY, Mood, S3Server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES = 5 << 20


@cache
def client_of(access: S3Access) -> "S3Client":
    """Give a client; making one takes longer than most of what it is asked."""
    return s3_client(access)


@dataclass(frozen=True)
class Bucket:
    """A bucket of the test's own, and the client of whoever else has the keys to it."""

    server: S3Server
    name: str
    access: S3Access

    @property
    def client(self) -> "S3Client":
        return client_of(self.access)

    @property
    def address(self) -> str:
        return f"s3://{self.name}/site?endpoint={self.server.url}&credentials={self.access.credentials}"

    def shelf(self) -> S3Shelf:
        return S3Shelf(self.client, self.name, "site", PART_BYTES)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture(scope="session")
def access(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> S3Access:
    credentials = tmp_path_factory.mktemp("s3") / "credentials"
    credentials.write_text(f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = simulated\n")
    return S3Access(s3_server.url, None, credentials, tries=2, connect_s=5, silence_s=30)


@pytest.fixture
def bucket(s3_server: S3Server, access: S3Access) -> Bucket:
    s3_server.mood = Mood()
    name = f"exam-{new_id()}"
    client_of(access).create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return Bucket(s3_server, name, access)


@pytest.fixture
def folder_shelf(tmp_path: Path) -> FolderShelf:
    return FolderShelf.create(tmp_path / "shelf")
