"""The connection believes one CA, is bounded in bytes and seconds, and says plainly what went wrong."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.client.connection import (
    RegistryAddressRefused,
    RegistryAnswerBad,
    RegistryConnection,
    RegistryUnreachable,
    _served_ms,
)
from sync.client.enrolment import load_enrolment, renew_certificate
from sync.trust.certificates import DEVICE_DAYS, make_ca
from tests.app.registry.world import HOUR_MS, Seat, World, enrol_seat
from tests.sync.client.simulator import Act, Line, simulated_line


def test_only_the_invited_ca_is_believed_whatever_the_environment_says(
    url: str, seat: Seat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(seat.enrolment.ca_pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    stranger = RegistryConnection(url, make_ca("Another CA").certificate_pem)
    with pytest.raises(RegistryAnswerBad, match="certificate"):
        stranger.get("/v1/health", 1000)
    right = RegistryConnection(url, seat.enrolment.ca_pem)
    assert right.get("/v1/health", 1000).status == 200
    assert len(right._context.get_ca_certs()) == 1


def test_a_certificate_for_another_host_is_refused(
    connection: RegistryConnection, world: World, tmp_path: Path
) -> None:
    authority = world.registry.premises.authority
    with simulated_line(connection, authority, tmp_path, ("other.example",)) as line:
        other = RegistryConnection(line.url, authority.certificate_pem)
        with pytest.raises(RegistryAnswerBad):
            other.get("/v1/health", 1000)


def test_proxies_of_the_environment_are_not_asked_for_loopback(
    url: str, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    connection = RegistryConnection(url, seat.enrolment.ca_pem)
    assert connection.get("/v1/health", 1000).status == 200


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://", "ftp://registry", "registry"])
def test_an_address_that_is_not_https_is_refused(address: str, seat: Seat) -> None:
    with pytest.raises(RegistryAddressRefused):
        RegistryConnection(address, seat.enrolment.ca_pem)


def test_a_ca_that_is_none_is_refused() -> None:
    with pytest.raises(RegistryAddressRefused):
        RegistryConnection("https://127.0.0.1:1", "no certificate")


@pytest.mark.parametrize(
    ("act", "reason"),
    [(Act.REDIRECT, "elsewhere"), (Act.HUGE, "more than 1000 bytes"), (Act.GZIP, "encoded")],
)
def test_an_answer_no_registry_gives_is_refused(
    line: Line, over_the_line: RegistryConnection, act: Act, reason: str
) -> None:
    line.script, line.only = [act], "GET"
    with pytest.raises(RegistryAnswerBad, match=reason):
        over_the_line.get("/v1/health", 1000)
    assert over_the_line.get("/v1/health", 1000).status == 200


@pytest.mark.parametrize("act", [Act.DROP_BEFORE, Act.DROP_AFTER, Act.TRUNCATE])
def test_a_line_that_breaks_was_reached(line: Line, over_the_line: RegistryConnection, act: Act) -> None:
    line.script, line.only = [act], "GET"
    with pytest.raises(RegistryUnreachable) as caught:
        over_the_line.get("/v1/health", 1000)
    assert caught.value.reached


@pytest.mark.parametrize("act", [Act.DRIP_HEADERS, Act.DRIP_BODY])
def test_a_server_that_drips_holds_nobody_longer_than_the_whole_exchange_may_take(
    line: Line, over_the_line: RegistryConnection, act: Act
) -> None:
    line.script, line.only = [act], "GET"
    started = time.monotonic()
    with pytest.raises(RegistryUnreachable):
        over_the_line.get("/v1/health", 100_000)
    assert 0.5 < time.monotonic() - started < 2


def test_nobody_there_is_not_reached(seat: Seat) -> None:
    with pytest.raises(RegistryUnreachable) as caught:
        RegistryConnection("https://127.0.0.1:1", seat.enrolment.ca_pem).get("/v1/health", 1000)
    assert not caught.value.reached
    assert "127.0.0.1" not in caught.value.detail


@contextmanager
def silent_server() -> Iterator[int]:
    """Accept connections and say nothing, not even TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []

        def take() -> None:
            try:
                accepted.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=take)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in accepted:
            connection.close()


def test_a_silent_server_is_given_up(seat: Seat) -> None:
    with silent_server() as port:
        started = time.monotonic()
        silent = RegistryConnection(f"https://127.0.0.1:{port}", seat.enrolment.ca_pem, timeout=(0.2, 0.2))
        with pytest.raises(RegistryUnreachable):
            silent.get("/v1/health", 1000)
    assert time.monotonic() - started < 2


def test_a_refusal_is_read_and_anything_else_is_not_taken_for_one(
    line: Line, over_the_line: RegistryConnection
) -> None:
    assert over_the_line.get("/v1/nothing", 1000).error().code == "NOT_FOUND"
    line.script, line.only = [Act.PORTAL_409], "GET"
    with pytest.raises(RegistryAnswerBad):
        over_the_line.get("/v1/nothing", 1000).error()


def test_a_server_that_hangs_up_without_saying_so_is_no_outage(over_the_line: RegistryConnection) -> None:
    replies = [over_the_line.get("/v1/health", 1000).status for _ in range(40)]
    assert replies == [200] * 40


def test_a_certificate_that_was_renewed_by_another_process_is_shown_by_one_that_is_open(world: World, url: str) -> None:
    assert url
    other = enrol_seat(world, "61")
    before = world.clock.now_ms
    opened = other.enrolment.connect(other.keystore, newer=lambda: load_enrolment(other.trust).identity(other.keystore))
    stale = other.connect()
    world.clock.now_ms += DEVICE_DAYS // 2 * 24 * HOUR_MS
    renew_certificate(stale, other.asker, other.trust)
    path = f"/v1/proofs/{'0' * 64}"
    assert stale.get(path, 1_000).error().code == "CERTIFICATE_REPLACED"
    assert opened.get(path, 1_000).error().code == "PACKET_UNKNOWN"
    world.clock.now_ms = before
    assert opened.get(path, 1_000).error().code == "CERTIFICATE_NOT_YET_VALID"  # and nothing newer: asked once


def test_no_key_is_shown_in_what_an_identity_says_of_itself(seat: Seat) -> None:
    said = repr(seat.enrolment.identity(seat.keystore))
    assert "PRIVATE" not in said
    assert "SigningKey" not in said


def test_an_answer_says_what_the_servers_clock_is(over_the_line: RegistryConnection) -> None:
    served_ms = over_the_line.get("/v1/health", 1000).served_ms
    assert served_ms is not None
    assert abs(served_ms - time.time() * 1000) < 60_000


@pytest.mark.parametrize(
    "date", ["", "now", "Mon, 23 Nov 2026 00:57:00 -0000", "Mon, 99 Nov 99999 00:57:00 GMT", "9" * 99]
)
def test_a_date_that_is_none_is_no_clock(date: str) -> None:
    assert _served_ms({"Date": date}) is None
    assert _served_ms({}) is None
