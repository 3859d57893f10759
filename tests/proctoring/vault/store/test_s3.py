"""A shelf that is a bucket with Object Lock: it is the store that refuses."""

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from proctoring.vault.store.address import open_shelf
from proctoring.vault.store.fetching import fetch
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.s3_client import s3_client
from proctoring.vault.store.s3_faults import (
    StorageClockWrong,
    StorageForbidden,
    StorageNotLocking,
    StorageSignInRefused,
    StorageUnreachable,
)
from proctoring.vault.store.shelf import ShelfConflict, ShelfDamaged, ShelfNameMissing
from tests.proctoring.vault.store.conftest import PART_BYTES, Bucket

HOUR_MS = 3_600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def versions(bucket: Bucket) -> list[tuple[str, str]]:
    found = bucket.client.list_object_versions(Bucket=bucket.name)
    return [(one["Key"], one["VersionId"]) for one in found.get("Versions", [])]


def test_what_is_put_is_given_back_and_nothing_is_put_over_it(bucket: Bucket) -> None:
    shelf = open_shelf(bucket.address)
    shelf.put("a/b.json", b"hello")
    shelf.put("a/b.json", b"hello")
    with pytest.raises(ShelfConflict):
        shelf.put("a/b.json", b"hellO")
    assert (shelf.read("a/b.json"), shelf.read("a/b.json", 1, 3)) == (b"hello", b"ell")
    assert (list(shelf.names("a/")), shelf.size("a/b.json"), shelf.size("a/c")) == (["a/b.json"], 5, None)
    assert len(versions(bucket)) == 1
    with pytest.raises(ShelfNameMissing):
        shelf.read("a/c")
    assert (shelf.free_bytes(), shelf.local_folder("a")) == (None, None)


def test_the_store_refuses_to_delete_what_is_retained_and_to_shorten_it(bucket: Bucket) -> None:
    shelf, client = bucket.shelf(), bucket.client
    end = now_ms() + HOUR_MS
    shelf.put("a", b"1", end)
    [(key, version)] = versions(bucket)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=bucket.name, Key=key, VersionId=version)
    sooner = datetime.fromtimestamp(end / 1000 - 600, UTC)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object_retention(
            Bucket=bucket.name,
            Key=key,
            VersionId=version,
            Retention={"Mode": "COMPLIANCE", "RetainUntilDate": sooner},
        )
    with pytest.raises(StorageForbidden):
        shelf.erase("a")
    assert shelf.read("a") == b"1"


def test_retention_is_only_ever_extended(bucket: Bucket) -> None:
    shelf, end = bucket.shelf(), now_ms() + HOUR_MS
    shelf.put("a", b"1", end)
    first = shelf.lock("a").until_ms
    shelf.extend("a", end - 1_000_000)
    shelf.put("a", b"1", end - 1_000_000)
    assert first is not None
    assert shelf.lock("a").until_ms == first >= end
    shelf.extend("a", end + HOUR_MS)
    assert (shelf.lock("a").until_ms or 0) >= end + HOUR_MS


def test_a_hold_keeps_without_an_end_until_it_is_taken_off(bucket: Bucket) -> None:
    shelf = bucket.shelf()
    shelf.put("a", b"1")
    shelf.set_hold("a", on=True)
    with pytest.raises(StorageForbidden):
        shelf.erase("a")
    [(key, version)] = versions(bucket)
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.client.delete_object(Bucket=bucket.name, Key=key, VersionId=version)
    shelf.set_hold("a", on=False)
    shelf.erase("a")
    assert versions(bucket) == []


def test_neither_a_delete_marker_nor_an_overwriting_makes_anything_vanish(bucket: Bucket) -> None:
    shelf, client = bucket.shelf(), bucket.client
    shelf.put("a", b"genuine", now_ms() + HOUR_MS)
    client.delete_object(Bucket=bucket.name, Key="site/a")
    assert (list(shelf.names()), shelf.read("a"), list(shelf.disturbed())) == (["a"], b"genuine", ["a"])
    client.put_object(Bucket=bucket.name, Key="site/a", Body=b"forged!!")
    assert (shelf.size("a"), shelf.read("a")) == (7, b"genuine")
    shelf.put("a", b"genuine")
    with pytest.raises(ShelfConflict):
        shelf.put("a", b"forged!!")


def test_a_large_upload_goes_on_at_the_next_part(bucket: Bucket, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(os.urandom(2 * PART_BYTES + 1000))
    shelf, end = bucket.shelf(), now_ms() + HOUR_MS
    sent: list[int] = []

    def cut(count: int) -> None:
        if len(sent) == 2:
            raise InterruptedError
        sent.append(count)

    with pytest.raises(InterruptedError):
        shelf.put("large", file, end, cut)
    assert shelf.size("large") is None
    again: list[int] = []
    bucket.shelf().put("large", file, end, again.append)
    assert (sent, again) == ([PART_BYTES, PART_BYTES], [1000])
    assert (shelf.lock("large").until_ms or 0) >= end
    bucket.server.mood.cut_reads = 1  # the connection breaks in the middle of an answer
    assert shelf.read("large") == file.read_bytes()


def test_a_copy_on_this_machine_goes_on_where_it_stopped(bucket: Bucket, tmp_path: Path) -> None:
    shelf = bucket.shelf()
    shelf.put("recordings/x/one", b"1" * 1000)
    shelf.put("recordings/x/two", b"2" * 2000)
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / ".two.part").write_bytes(b"2" * 500)
    asked: list[int] = []
    fetch(shelf, "recordings/x", copy, asked.append)
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == {"one": b"1" * 1000, "two": b"2" * 2000}
    assert asked == [1000, 1500]


# when the store or the way to it is bad


@pytest.mark.parametrize("status", [500, 503])
def test_a_store_that_fails_for_a_moment_is_asked_again(bucket: Bucket, status: int) -> None:
    shelf = bucket.shelf()
    bucket.server.mood.status, bucket.server.mood.times = status, 1
    shelf.put("a", b"1")
    assert shelf.read("a") == b"1"


def test_a_store_that_keeps_failing_is_stated_and_the_tries_are_bounded(bucket: Bucket) -> None:
    shelf = bucket.shelf()
    mood = bucket.server.mood
    mood.status, mood.times = 503, 1_000
    with pytest.raises(StorageUnreachable):
        shelf.put("a", b"1")
    assert mood.times >= 990
    mood.times = 0
    shelf.put("a", b"1")


def test_a_cut_connection_a_slow_one_and_nobody_there_are_stated(bucket: Bucket) -> None:
    shelf = bucket.shelf()
    bucket.server.mood.drop_after = 0
    with pytest.raises(StorageUnreachable):
        shelf.put("a", b"1")
    bucket.server.mood.drop_after = -1
    hurried = S3Shelf(s3_client(replace(bucket.access, silence_s=0.5, tries=1)), bucket.name, "site")
    bucket.server.mood.slow_s = 1.0
    with pytest.raises(StorageUnreachable):
        hurried.read("a")
    bucket.server.mood.slow_s = 0
    nobody = replace(bucket.access, endpoint="http://127.0.0.1:9", tries=1)
    with pytest.raises(StorageUnreachable):
        S3Shelf(s3_client(nobody), bucket.name)


def test_a_store_that_drips_is_given_up(bucket: Bucket) -> None:
    bucket.shelf().put("a", b"1" * 1000)
    impatient = S3Shelf(s3_client(replace(bucket.access, patience_s=0.3, tries=1)), bucket.name, "site")
    assert impatient.read("a") == b"1" * 1000
    bucket.server.mood.drip_s = 0.05  # a silence of 30 s is never reached
    begun = time.monotonic()
    with pytest.raises(StorageUnreachable):
        impatient.read("a")
    assert time.monotonic() - begun < 10
    bucket.server.mood.drip_s = 0
    assert impatient.read("a") == b"1" * 1000


def test_an_answer_that_was_lost_leaves_one_version(bucket: Bucket) -> None:
    shelf = bucket.shelf()
    client = bucket.client
    client.put_object(Bucket=bucket.name, Key="site/a", Body=b"1")
    shelf.put("a", b"1")
    assert len(versions(bucket)) == 1


def test_bytes_that_change_on_their_way_are_refused_by_the_store(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = bucket.shelf()
    real = bucket.server.refusal
    monkeypatch.setattr(bucket.server, "refusal", lambda asked, headers: real(replace(asked, body=b"x"), headers))
    with pytest.raises(ShelfDamaged):
        shelf.put("a", b"1")
    monkeypatch.undo()
    assert shelf.size("a") is None


def test_a_store_that_forgets_what_it_took_is_found_out(bucket: Bucket) -> None:
    shelf = bucket.shelf()
    bucket.server.mood.lose = lambda asked: asked.method == "PUT" and asked.path.endswith("/a")
    with pytest.raises(ShelfNameMissing):
        shelf.put("a", b"1", now_ms() + HOUR_MS)


def test_wrong_credentials_and_none_are_told_apart_from_a_dead_network(bucket: Bucket, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("[default]\naws_access_key_id = NOBODY\naws_secret_access_key = x\n")
    with pytest.raises(StorageSignInRefused):
        S3Shelf(s3_client(replace(bucket.access, credentials=wrong)), bucket.name)
    for access in (
        replace(bucket.access, credentials=tmp_path / "none"),
        replace(bucket.access, credentials=wrong, profile="another"),
    ):
        with pytest.raises(StorageSignInRefused):
            S3Shelf(s3_client(access), bucket.name)


def test_a_wrong_clock_is_named(bucket: Bucket) -> None:
    bucket.server.mood.clock_s = 2_000
    with pytest.raises(StorageClockWrong):
        bucket.shelf()


def test_a_bucket_that_cannot_keep_is_refused(bucket: Bucket) -> None:
    name = f"plain-{bucket.name}"
    bucket.client.create_bucket(Bucket=name)
    for bad in (name, f"missing-{bucket.name}"):
        with pytest.raises(StorageNotLocking):
            S3Shelf(bucket.client, bad)
