"""The channel over any web server: a line that is cut, drips or never ends, and one that sends us elsewhere."""

import os
import signal
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from sync.client.channel import Channel, ContentAltered, ContentNotPublished, ContentRefused, Standing
from sync.client.mirror import Mirror, MirrorAddressRefused, MirrorAnswerBad, MirrorUnreachable
from sync.client.pace import Pace
from sync.trust.certificates import issue_server_certificate, make_ca
from sync.trust.keys import SigningKey
from tests.killing import begun
from tests.sync.client.publisher import NOW_MS, Publisher, Site, site

PACKAGE = "packages/safety/one.erp"
DATA = bytes(range(256)) * 4096


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    made = Publisher(tmp_path / "repository")
    made.add(PACKAGE, DATA)
    made.publish()
    return made


@pytest.fixture
def running(publisher: Publisher) -> Iterator[Site]:
    with site(publisher.folder) as one:
        yield one


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "one.erp"


def opened(publisher: Publisher, running: Site, tmp_path: Path, pace: Pace | None = None) -> Channel:
    mirror = Mirror(running.metadata, running.targets, timeout=(1, 0.3), pace=pace)
    return Channel(tmp_path / "seat", publisher.embedded, mirror)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.client.source.ANY_REQUEST_S", 0.4)
    monkeypatch.setattr("sync.client.source.SLOWEST_BYTES_PER_S", 10**9)


@pytest.fixture
def channel(publisher: Publisher, running: Site, tmp_path: Path) -> Channel:
    refreshed = opened(publisher, running, tmp_path)
    refreshed.refresh(NOW_MS)
    return refreshed


def test_any_web_server_can_carry_a_repository(channel: Channel, running: Site, into: Path) -> None:
    channel.fetch(channel.target(PACKAGE), into)
    assert into.read_bytes() == DATA
    assert running.asked[:4] == [
        "/metadata/2.root.json",
        "/metadata/timestamp.json",
        "/metadata/2.snapshot.json",
        "/metadata/2.targets.json",
    ]
    asked = len(running.asked)
    channel.fetch(channel.target(PACKAGE), into)
    assert len(running.asked) == asked  # it is there


def test_a_download_that_was_cut_goes_on_where_it_was(channel: Channel, running: Site, into: Path) -> None:
    facts = channel.target(PACKAGE)
    for cut in (100_000, 400_000):
        running.cut_after = cut
        with pytest.raises(MirrorUnreachable):
            channel.fetch(facts, into)
        assert not into.exists()
    channel.fetch(facts, into)
    assert into.read_bytes() == DATA
    assert running.ranges[-3:] == ["", "bytes=100000-", "bytes=500000-"]
    assert list(into.parent.glob(".*.part")) == []


def test_a_seat_that_is_killed_in_a_download_goes_on_where_it_was(
    channel: Channel, running: Site, publisher: Publisher, tmp_path: Path, into: Path
) -> None:
    facts = channel.target(PACKAGE)
    part = into.parent / f".{(facts.sha256 or '')[:32]}.part"

    def fetch_slowly() -> None:
        slow = opened(publisher, running, tmp_path, Pace(400_000))
        slow.refresh(NOW_MS)
        slow.fetch(facts, into)

    process = begun(fetch_slowly)
    try:
        until = time.monotonic() + 30
        while not part.exists() or part.stat().st_size < 100_000:
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    came = part.stat().st_size
    assert came < len(DATA)
    channel.fetch(facts, into)
    assert into.read_bytes() == DATA
    assert running.ranges[-1] == f"bytes={came}-"


@pytest.mark.parametrize("had", [b"x" * 5000, b"x" * len(DATA), b"x" * (len(DATA) + 1)])
def test_what_was_there_before_and_is_none_of_it_is_thrown_away(channel: Channel, into: Path, had: bytes) -> None:
    facts = channel.target(PACKAGE)
    (into.parent / f".{(facts.sha256 or '')[:32]}.part").write_bytes(had)
    channel.fetch(facts, into)
    assert into.read_bytes() == DATA


def test_a_mirror_that_knows_no_parts_is_asked_for_the_whole(
    channel: Channel, publisher: Publisher, into: Path
) -> None:
    facts = channel.target(PACKAGE)
    part = into.parent / f".{(facts.sha256 or '')[:32]}.part"
    part.write_bytes(DATA[:-1])
    (file,) = (publisher.folder / "targets").rglob("*.erp")
    file.write_bytes(DATA[:-1])  # it has fewer bytes than we: there is no such part
    with pytest.raises(ContentAltered):
        channel.fetch(facts, into)
    file.write_bytes(DATA)
    channel.fetch(facts, into)
    assert into.read_bytes() == DATA


def test_another_file_in_its_place_is_not_kept(channel: Channel, publisher: Publisher, into: Path) -> None:
    (file,) = (publisher.folder / "targets").rglob("*.erp")
    file.write_bytes(DATA[::-1])
    with pytest.raises(ContentAltered):
        channel.fetch(channel.target(PACKAGE), into)
    file.unlink()
    with pytest.raises(ContentNotPublished):
        channel.fetch(channel.target(PACKAGE), into)
    assert list(into.parent.glob("*.erp")) == list(into.parent.glob(".*.part")) == []


def test_endless_data_is_cut_off(channel: Channel, running: Site, publisher: Publisher, into: Path) -> None:
    publisher.publish()
    running.endless = True
    with pytest.raises(MirrorAnswerBad):
        channel.fetch(channel.target(PACKAGE), into)
    with pytest.raises((ContentAltered, MirrorAnswerBad)):
        channel.refresh(NOW_MS)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("where", ["headers", "body"])
def test_slow_retrieval_comes_to_an_end(channel: Channel, running: Site, into: Path, where: str) -> None:
    facts = channel.target(PACKAGE)
    running.dripping = where
    began = time.monotonic()
    with pytest.raises(MirrorUnreachable):
        channel.refresh(NOW_MS)
    assert channel.refresh_or_kept(NOW_MS) is Standing.KEPT
    with pytest.raises(MirrorUnreachable):
        channel.fetch(facts, into)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_mirror_that_is_not_well_is_silent(channel: Channel, running: Site, into: Path, status: int) -> None:
    running.status = status
    assert channel.refresh_or_kept(NOW_MS) is Standing.KEPT
    with pytest.raises(MirrorUnreachable):
        channel.fetch(channel.target(PACKAGE), into)


@pytest.mark.parametrize("status", [301, 302, 307, 401, 418])
def test_a_mirror_that_sends_us_elsewhere_is_not_followed(channel: Channel, running: Site, status: int) -> None:
    running.status, running.headers = status, {"Location": f"{running.url}/metadata/timestamp.json"}
    asked = len(running.asked)
    with pytest.raises(MirrorAnswerBad):
        channel.refresh(NOW_MS)
    assert len(running.asked) == asked + 1


def test_an_encoded_answer_is_refused(channel: Channel, running: Site) -> None:
    running.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(MirrorAnswerBad):
        channel.refresh(NOW_MS)


def test_a_server_without_a_repository_has_none(channel: Channel, publisher: Publisher) -> None:
    (publisher.folder / "metadata" / "timestamp.json").unlink()
    with pytest.raises(ContentNotPublished):
        channel.refresh(NOW_MS)


def test_nobody_there_is_said(publisher: Publisher, tmp_path: Path) -> None:
    nobody = Channel(tmp_path / "seat", publisher.embedded, Mirror("http://127.0.0.1:1", "http://127.0.0.1:1"))
    with pytest.raises(MirrorUnreachable) as caught:
        nobody.refresh(NOW_MS)
    assert caught.value.facts == {"place": "127.0.0.1"}


@pytest.mark.parametrize("url", ["", "ftp://mirror", "file:///etc", "http://", "https://[", "mirror"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(MirrorAddressRefused):
        Mirror(url, "http://mirror")


def test_a_mirror_keeps_to_a_pace(publisher: Publisher, running: Site, tmp_path: Path, into: Path) -> None:
    channel = opened(publisher, running, tmp_path, Pace(4_000_000))
    channel.refresh(NOW_MS)
    began = time.monotonic()
    channel.fetch(channel.target(PACKAGE), into)
    assert time.monotonic() - began > len(DATA) / 4_000_000 * 0.8
    assert into.read_bytes() == DATA


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give a server's certificate by a CA that this machine is told to believe."""
    authority, key = make_ca("A public CA"), SigningKey.generate_p256()
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = issue_server_certificate(authority, key.public, ("localhost", "127.0.0.1"))
    (tmp_path / "server.pem").write_bytes(secret + certificate.encode())
    (tmp_path / "ca.pem").write_text(authority.certificate_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return context


@pytest.mark.usefixtures("hasty")
def test_a_mirror_over_tls_is_watched_as_well(
    publisher: Publisher, tmp_path: Path, into: Path, tls: ssl.SSLContext
) -> None:
    with site(publisher.folder, tls) as running:
        channel = opened(publisher, running, tmp_path)
        channel.refresh(NOW_MS)
        channel.fetch(channel.target(PACKAGE), into)
        assert into.read_bytes() == DATA
        running.dripping = "body"
        with pytest.raises(MirrorUnreachable):
            channel.refresh(NOW_MS)


def test_a_mirror_by_a_ca_the_machine_does_not_know_is_not_spoken_to(
    publisher: Publisher, tmp_path: Path, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with site(publisher.folder, tls) as running:
        with pytest.raises(MirrorUnreachable):
            opened(publisher, running, tmp_path).refresh(NOW_MS)
        assert running.asked == []


def test_a_server_without_tls_behind_an_https_address_is_not_spoken_to(publisher: Publisher, tmp_path: Path) -> None:
    with site(publisher.folder) as plain:  # no TLS at all behind an https address
        address = plain.url.replace("http:", "https:")
        channel = Channel(tmp_path / "seat", publisher.embedded, Mirror(address, address, timeout=(1, 1)))
        with pytest.raises(MirrorUnreachable):
            channel.refresh(NOW_MS)
        assert plain.asked == []


def test_nothing_is_asked_of_a_channel_that_was_not_refreshed(publisher: Publisher, tmp_path: Path) -> None:
    channel = Channel(tmp_path / "seat", publisher.embedded, Mirror("http://mirror", "http://mirror"))
    with pytest.raises(ContentRefused):
        channel.target(PACKAGE)
