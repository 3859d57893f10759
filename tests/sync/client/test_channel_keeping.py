"""What a seat knows of the channel lasts without a network, survives a kill at every write, and is never an anchor."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.client import channel as channel_module
from sync.client import tuf_client
from sync.client.channel import (
    Channel,
    ChannelBusy,
    ContentExpired,
    ContentNotSigned,
    ContentRolledBack,
    Standing,
    begin,
)
from sync.client.medium import Medium, MediumUnreadable
from sync.client.sources import MediumSource
from sync.replica.durable import DiskFull, write_durably
from tests.killing import was_killed
from tests.sync.client.publisher import DAY_MS, NOW_MS, Publisher

PACKAGE = "packages/safety/one.erp"
PROVINCES = "packages/44-fire/one.erp"


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    made = Publisher(tmp_path / "usb")
    made.add(PACKAGE, b"a package")
    made.delegate("province-44", "packages/44-*/*")
    made.add(PROVINCES, b"of province 44", "province-44")
    made.publish()
    return made


@pytest.fixture
def seat(tmp_path: Path) -> Path:
    return tmp_path / "seat"


def opened(publisher: Publisher, seat: Path) -> Channel:
    return Channel(seat, publisher.embedded, MediumSource(Medium(publisher.medium)))


@pytest.fixture
def gone(publisher: Publisher) -> Callable[[], None]:
    """Pull the medium out."""

    def pull() -> None:
        publisher.medium.rename(publisher.medium.with_name("pulled-out"))

    return pull


def test_what_was_fetched_before_holds_without_a_source_until_it_expires(
    publisher: Publisher, seat: Path, tmp_path: Path, gone: Callable[[], None]
) -> None:
    channel = opened(publisher, seat)
    assert channel.refresh_or_kept(NOW_MS) is Standing.FRESH
    into = tmp_path / "one.erp"
    channel.fetch(channel.target(PROVINCES), into)
    gone()
    for now_ms in (0, NOW_MS, NOW_MS + 30 * DAY_MS - 1000):
        again = opened(publisher, seat)
        assert again.refresh_or_kept(now_ms) is Standing.KEPT
        again.fetch(again.target(PROVINCES), into)  # it is there, and it is what is signed for
        with pytest.raises(MediumUnreadable):
            again.fetch(again.target(PACKAGE), tmp_path / "two.erp")
    with pytest.raises(MediumUnreadable):
        opened(publisher, seat).refresh_or_kept(NOW_MS + 30 * DAY_MS)
    with pytest.raises(MediumUnreadable):
        opened(publisher, seat).refresh(NOW_MS)


def test_a_role_that_was_never_fetched_is_missed_as_the_source_is(
    publisher: Publisher, seat: Path, gone: Callable[[], None]
) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    gone()
    channel = opened(publisher, seat)
    channel.refresh_or_kept(NOW_MS)
    with pytest.raises(MediumUnreadable):
        channel.target(PROVINCES)


def test_a_seat_that_never_heard_anything_says_so(publisher: Publisher, seat: Path, gone: Callable[[], None]) -> None:
    gone()
    with pytest.raises(MediumUnreadable):
        opened(publisher, seat).refresh_or_kept(NOW_MS)


def test_a_new_root_reaches_a_seat_that_is_then_alone(
    publisher: Publisher, seat: Path, gone: Callable[[], None]
) -> None:
    publisher.publish_root(*publisher.rotate("root"))
    publisher.rotate("timestamp")
    publisher.publish_root()
    publisher.publish()
    opened(publisher, seat).refresh(NOW_MS)
    gone()
    assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.KEPT
    shutil.rmtree(seat / "root_history")  # they are in what was whole, too
    assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.KEPT


# --- who had the disk


def planted_by(tmp_path: Path, publisher: Publisher, seat: Path) -> Publisher:
    """Fill a seat's folder with another repository's metadata, whole and well signed by its own root."""
    attacker = Publisher(tmp_path / "attacker")
    attacker.add(PACKAGE, b"the attacker's")
    for _ in range(5):
        attacker.publish()
    theirs = Channel(seat, attacker.embedded, MediumSource(Medium(attacker.medium)))
    theirs.refresh(NOW_MS)
    assert theirs.target(PACKAGE).length == 14
    assert publisher.embedded != attacker.embedded
    return attacker


def test_a_cache_that_somebody_planted_is_no_anchor(publisher: Publisher, seat: Path, tmp_path: Path) -> None:
    """GHSA-9pfj-pjv5-22gj: trust begins with the root of the enrolment, whatever lies in the cache."""
    attacker = planted_by(tmp_path, publisher, seat)
    channel = opened(publisher, seat)
    channel.refresh(NOW_MS)
    channel.fetch(channel.target(PACKAGE), tmp_path / "one.erp")
    assert (tmp_path / "one.erp").read_bytes() == b"a package"
    with pytest.raises(ContentNotSigned):
        Channel(seat, publisher.embedded, MediumSource(Medium(attacker.medium))).refresh(NOW_MS)


def test_a_planted_cache_is_none_without_a_source_either(
    publisher: Publisher, seat: Path, tmp_path: Path, gone: Callable[[], None]
) -> None:
    planted_by(tmp_path, publisher, seat)
    gone()
    with pytest.raises(MediumUnreadable):
        opened(publisher, seat).refresh_or_kept(NOW_MS)


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "root_history/2.root.json", ".lock"])
def test_what_is_no_file_in_the_cache_keeps_nobody_waiting(
    publisher: Publisher, seat: Path, tmp_path: Path, name: str
) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    outside = tmp_path / "outside"
    outside.write_bytes(b"somebody's")
    (seat / name).unlink(missing_ok=True)
    if name != ".lock":
        os.mkfifo(seat / name)
        opened(publisher, seat).refresh(NOW_MS)
        (seat / name).unlink(missing_ok=True)
        (seat / name).symlink_to(outside)
        opened(publisher, seat).refresh(NOW_MS)
    assert outside.read_bytes() == b"somebody's"


def test_roots_that_lead_elsewhere_are_not_followed(publisher: Publisher, seat: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    seat.mkdir()
    (seat / "root_history").symlink_to(elsewhere)
    publisher.publish_root()
    opened(publisher, seat).refresh(NOW_MS)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'{"timestamp.json": 1}', b"\xff", b"[" * 200_000])
def test_what_was_whole_and_is_damaged_is_as_good_as_nothing(
    publisher: Publisher, seat: Path, gone: Callable[[], None], damage: bytes
) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    (seat / "whole.kept").write_bytes(damage)
    assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.FRESH
    (seat / "whole.kept").write_bytes(damage)
    gone()
    with pytest.raises(MediumUnreadable):
        opened(publisher, seat).refresh_or_kept(NOW_MS)


@pytest.mark.parametrize("keep", [0, 1, 100])
def test_every_file_of_the_folder_may_be_damaged(publisher: Publisher, seat: Path, keep: int) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    for file in seat.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.write_bytes(file.read_bytes()[:keep])
    channel = opened(publisher, seat)
    channel.refresh(NOW_MS)
    assert channel.target(PROVINCES).length == 14


# --- killed, cut, full


def test_a_kill_at_every_write_leaves_a_seat_that_works_alone_and_goes_on(
    publisher: Publisher, seat: Path, tmp_path: Path
) -> None:
    first = opened(publisher, seat)
    first.refresh(NOW_MS)
    first.target(PROVINCES)
    shutil.copytree(seat, tmp_path / "before", symlinks=True)
    publisher.publish_root(*publisher.rotate("root"))
    publisher.publish()
    newest = publisher.timestamp.version
    pulled_out = MediumSource(Medium(tmp_path / "no medium"))
    stages = 0
    for written in (False, True):
        for number in range(100):
            shutil.rmtree(seat)
            shutil.copytree(tmp_path / "before", seat, symlinks=True)
            if not killed(publisher, seat, number, written=written):
                break
            stages += 1
            alone = Channel(seat, publisher.embedded, pulled_out)
            assert alone.refresh_or_kept(NOW_MS) is Standing.KEPT
            assert alone.target(PROVINCES).length == 14
            again = opened(publisher, seat)
            again.refresh(NOW_MS)
            assert again.target(PROVINCES).length == 14
            assert json.loads((seat / "timestamp.json").read_bytes())["signed"]["version"] == newest
    assert stages >= 2 * 7  # the embedded root, a new one, timestamp, snapshot, targets, the province, what is whole


def killed(publisher: Publisher, seat: Path, number: int, *, written: bool) -> bool:
    """Refresh in another process, killed at the numbered write, before or after it; tell whether it came to that."""
    left = number

    def dying(path: Path, data: bytes, *more: Any) -> None:  # noqa: ANN401 - as it comes
        nonlocal left
        if left == 0 and not written:
            os.kill(os.getpid(), signal.SIGKILL)
        write_durably(path, data, *more)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def refresh() -> None:
        for module in (tuf_client, channel_module):
            setattr(module, write_durably.__name__, dying)
        channel = opened(publisher, seat)
        channel.refresh(NOW_MS)
        channel.target(PROVINCES)

    return was_killed(refresh)


def test_a_source_that_dies_between_two_roles_takes_nothing_away(
    publisher: Publisher, seat: Path, gone: Callable[[], None]
) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    publisher.publish()
    for name in ("3.targets.json", "3.snapshot.json"):
        (publisher.folder / "metadata" / name).unlink()
        assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.KEPT
    gone()
    assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.KEPT


def test_what_was_seen_of_a_torn_repository_still_guards_against_a_roll_back(publisher: Publisher, seat: Path) -> None:
    older = publisher.as_it_is()
    publisher.publish()
    (publisher.folder / "metadata" / "3.snapshot.json").unlink()
    with pytest.raises(Exception, match="CONTENT_NOT_PUBLISHED"):
        opened(publisher, seat).refresh(NOW_MS)
    publisher.put_back(older)
    with pytest.raises(ContentRolledBack):
        opened(publisher, seat).refresh(NOW_MS)


def test_a_full_disk_is_said_and_nothing_is_lost(
    publisher: Publisher, seat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(publisher, seat).refresh(NOW_MS)
    publisher.publish()

    def full(_path: Path, _data: bytes) -> None:
        raise DiskFull("no room", needed_mb=1, free_mb=0)

    with monkeypatch.context() as patch:
        patch.setattr(tuf_client, "write_durably", full)
        with pytest.raises(DiskFull):
            opened(publisher, seat).refresh_or_kept(NOW_MS)
    assert opened(publisher, seat).refresh_or_kept(NOW_MS) is Standing.FRESH


def test_there_is_no_room_for_a_file_before_it_is_fetched(
    publisher: Publisher, seat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = opened(publisher, seat)
    channel.refresh(NOW_MS)
    monkeypatch.setattr("sync.replica.durable.free_bytes", lambda _path: 8)
    with pytest.raises(DiskFull):
        channel.fetch(channel.target(PACKAGE), tmp_path / "one.erp")
    assert not (tmp_path / "one.erp").exists()


# --- two at once


def test_two_programs_do_not_write_one_folder_at_once(
    publisher: Publisher, seat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "_LOCK_WAIT_S", 0.05)
    channel, other = opened(publisher, seat), opened(publisher, seat)
    with channel._locked(), pytest.raises(ChannelBusy):
        other.refresh(NOW_MS)
    other.refresh(NOW_MS)
    facts = other.target(PACKAGE)
    part = tmp_path / f".{facts.sha256 or '':.32}.part"
    with channel_module._opened_part(part), pytest.raises(ChannelBusy):
        other.fetch(facts, tmp_path / "one.erp")
    other.fetch(facts, tmp_path / "one.erp")


def test_a_folder_is_begun_with_a_root_and_nothing_else(publisher: Publisher, seat: Path) -> None:
    begin(seat, publisher.embedded, NOW_MS)
    assert (seat / "root.json").read_bytes() == publisher.embedded
    with pytest.raises(ContentNotSigned):
        begin(seat, publisher.embedded.replace(b'"threshold":2', b'"threshold":3', 1), NOW_MS)


def test_the_metadata_that_expired_here_is_replaced_by_what_is_new(publisher: Publisher, seat: Path) -> None:
    channel = opened(publisher, seat)
    channel.refresh(NOW_MS)
    late = NOW_MS + 31 * DAY_MS
    with pytest.raises(ContentExpired):
        channel.refresh_or_kept(late)
    for signed in (publisher.root, publisher.targets, publisher.snapshot, publisher.timestamp):
        signed.expires = signed.expires.replace(year=signed.expires.year + 1)
    publisher.publish_root()
    publisher.publish()
    assert channel.refresh_or_kept(late) is Standing.FRESH
