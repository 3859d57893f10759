"""Programs come through the channel as packages do; the newest for this platform lies ready, never installed here."""

from pathlib import Path

import pytest

from sync.client.channel import Channel, ContentAltered, Standing
from sync.client.medium import Medium, MediumUnreadable
from sync.client.mirror import Mirror, MirrorUnreachable
from sync.client.software_update import (
    Release,
    SoftwareOlder,
    SoftwareRefused,
    lay_ready,
    newer_release,
    this_platform,
)
from sync.client.sources import MediumSource
from sync.replica.durable import DiskFull
from tests.sync.client.publisher import NOW_MS, Publisher, site

SEAT = "examroom-seat"


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    made = Publisher(tmp_path / "usb")
    made.delegate("software", "software/*/*/*", terminating=True)
    for version in ("1.9.0", "1.10.0", "1.1"):
        add(made, version)
    add(made, "9.0.0", "windows-amd64")
    made.publish()
    return made


def add(publisher: Publisher, version: str, platform: str = "", product: str = SEAT, path: str = "") -> Path:
    platform = platform or this_platform()
    path = path or f"software/{product}/{version}/{product}_{version}_{platform}.deb"
    data = f"the program {product} {version} for {platform}".encode()
    return publisher.add(path, data, "software", product=product, version=version, platform=platform)


@pytest.fixture
def updates(tmp_path: Path) -> Path:
    return tmp_path / "updates"


def opened(publisher: Publisher, tmp_path: Path) -> Channel:
    channel = Channel(tmp_path / "seat", publisher.embedded, MediumSource(Medium(publisher.medium)))
    channel.refresh_or_kept(NOW_MS)
    return channel


def newest(publisher: Publisher, tmp_path: Path, installed: str = "1.0") -> Release:
    found = newer_release(opened(publisher, tmp_path), SEAT, installed)
    assert found is not None
    return found


def test_the_newest_by_its_numbers_for_this_platform_lies_ready(
    publisher: Publisher, tmp_path: Path, updates: Path
) -> None:
    release = newest(publisher, tmp_path)
    assert (release.version, release.platform) == ("1.10.0", this_platform())
    file = lay_ready(opened(publisher, tmp_path), release, updates)
    assert file == updates / SEAT / "1.10.0" / f"{SEAT}_1.10.0_{this_platform()}.deb"
    assert file.read_bytes().startswith(b"the program examroom-seat 1.10.0")
    assert file.stat().st_mode & 0o777 == 0o600  # nothing here can be run by mistake


@pytest.mark.parametrize("installed", ["1.10.0", "1.10", "1.10.0.dev3"])
def test_what_is_installed_already_is_not_fetched(publisher: Publisher, tmp_path: Path, installed: str) -> None:
    assert newer_release(opened(publisher, tmp_path), SEAT, installed) is None


def test_a_list_that_has_only_older_ones_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(SoftwareOlder) as caught:
        newer_release(opened(publisher, tmp_path), SEAT, "1.10.1")
    assert caught.value.facts == {"offered": "1.10.0", "installed": "1.10.1"}


def test_a_product_that_is_not_published_is_not_there(publisher: Publisher, tmp_path: Path) -> None:
    assert newer_release(opened(publisher, tmp_path), "examroom-room", "1.0") is None
    assert newer_release(opened(publisher, tmp_path), SEAT, "1.0", "plan9-mips") is None


def test_another_role_cannot_speak_for_programs(publisher: Publisher, tmp_path: Path) -> None:
    publisher.delegate("province-44", "*/*/*/*")
    path = f"software/{SEAT}/2.0/tool.deb"
    publisher.add(path, b"evil", "province-44", product=SEAT, version="2.0", platform=this_platform())
    publisher.publish()
    assert newest(publisher, tmp_path).version == "1.10.0"


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("2.0", f"software/{SEAT}/2.1/tool.deb"),
        ("2.0", "software/other/2.0/tool.deb"),
        ("2.0", f"software/{SEAT}/2.0/.hidden"),
        ("2.0", f"software/{SEAT}/2.0/../tool.deb"),
        ("../..", f"software/{SEAT}/../../tool.deb"),
        ("latest", f"software/{SEAT}/latest/tool.deb"),
        ("1.10", f"software/{SEAT}/1.10/tool.deb"),  # the same as 1.10.0
    ],
)
def test_an_entry_that_does_not_fit_is_refused(publisher: Publisher, tmp_path: Path, version: str, path: str) -> None:
    publisher.add(path, b"data", "software", product=SEAT, version=version, platform=this_platform())
    publisher.publish()
    with pytest.raises(SoftwareRefused):
        newer_release(opened(publisher, tmp_path), SEAT, "1.0")


def test_a_newer_release_takes_the_place_of_what_lay_ready(publisher: Publisher, tmp_path: Path, updates: Path) -> None:
    first = lay_ready(opened(publisher, tmp_path), newest(publisher, tmp_path), updates)
    add(publisher, "2.0.0")
    publisher.publish()
    second = lay_ready(opened(publisher, tmp_path), newest(publisher, tmp_path), updates)
    assert second.exists()
    assert not first.exists()


def test_what_lies_ready_is_verified_each_time_even_without_a_source(
    publisher: Publisher, tmp_path: Path, updates: Path
) -> None:
    release = newest(publisher, tmp_path)
    file = lay_ready(opened(publisher, tmp_path), release, updates)
    publisher.medium.rename(tmp_path / "pulled-out")
    alone = Channel(tmp_path / "seat", publisher.embedded, MediumSource(Medium(publisher.medium)))
    assert alone.refresh_or_kept(NOW_MS) is Standing.KEPT
    again = newer_release(alone, SEAT, "1.0")
    assert again == release
    assert lay_ready(alone, again, updates) == file
    file.write_bytes(b"exchanged on the disk")
    with pytest.raises(MediumUnreadable):
        lay_ready(alone, again, updates)


def test_a_file_that_is_not_the_one_that_was_signed_for_never_lies_ready(
    publisher: Publisher, tmp_path: Path, updates: Path
) -> None:
    (file,) = (publisher.folder / "targets").rglob(f"*{SEAT}_1.10.0_{this_platform()}.deb")
    file.write_bytes(b"?" * file.stat().st_size)
    with pytest.raises(ContentAltered):
        lay_ready(opened(publisher, tmp_path), newest(publisher, tmp_path), updates)
    assert [file for file in updates.rglob("*") if file.is_file()] == []


def test_a_cut_download_goes_on(publisher: Publisher, tmp_path: Path, updates: Path) -> None:
    with site(publisher.folder) as running:
        channel = Channel(tmp_path / "seat", publisher.embedded, Mirror(running.metadata, running.targets))
        channel.refresh(NOW_MS)
        release = newer_release(channel, SEAT, "1.0")
        assert release is not None
        running.cut_after = 10
        with pytest.raises(MirrorUnreachable):
            lay_ready(channel, release, updates)
        assert lay_ready(channel, release, updates).stat().st_size == release.facts.length
        assert running.ranges[-1] == "bytes=10-"


def test_programs_leave_room_for_exams(
    publisher: Publisher, tmp_path: Path, updates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, release = opened(publisher, tmp_path), newest(publisher, tmp_path)
    monkeypatch.setattr("sync.replica.durable.free_bytes", lambda _path: 2_000_000_000)
    with pytest.raises(DiskFull):
        lay_ready(channel, release, updates)
