"""Mutual TLS against a real server: only the device itself, with the certificate it was issued last, is let in."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import app.serving.server
from sync.client.asking import DeviceRevoked, sign_request
from sync.client.connection import (
    CertificateNotTaken,
    ClientIdentity,
    RegistryAddressRefused,
    RegistryAnswerBad,
    RegistryConnection,
    RegistryUnreachable,
)
from sync.client.enrolment import load_enrolment, renew_certificate
from sync.client.plans import fetch_plans
from sync.trust.anchor import Trust
from sync.trust.certificates import (
    DEVICE_DAYS,
    SERVER_DAYS,
    CertificateAuthority,
    csr,
    issue_device_certificate,
    issue_server_certificate,
    make_ca,
)
from sync.trust.keys import SigningKey
from sync.wire.enrolment import RequestKind
from sync.wire.error import ErrorReply
from sync.wire.ids import new_id
from tests.app.registry.world import (
    Seat,
    World,
    enrol_seat,
    opened_world,
    pem_file,
    serving,
    signed,
    simulated_packet,
)

DAY_MS = 86_400_000
GUARDED = (
    ("POST", "/v1/plans"),
    ("POST", "/v1/release"),
    ("POST", "/v1/claims"),
    ("POST", "/v1/rotate"),
    ("PUT", f"/v1/packets/{'0' * 64}"),
    ("PUT", f"/v1/recordings/{new_id()}/heads"),
    ("GET", f"/v1/proofs/{'0' * 64}"),
)
PUBLIC = ("/v1/health", "/v1/trust", "/v1/log/checkpoint", "/tuf/metadata/timestamp.json")


@pytest.fixture(autouse=True)
def _clock_put_back(world: World) -> Iterator[None]:
    before = world.clock.now_ms
    yield
    world.clock.now_ms = before


def ask(connection: RegistryConnection, method: str, path: str) -> tuple[int, str]:
    """Ask with an empty body; give the status and the refusal's code."""
    reply = {
        "GET": lambda: connection.get(path, 100_000),
        "POST": lambda: connection.post(path, b"{}", 100_000),
        "PUT": lambda: connection.put(path, b"{}", 100_000),
    }[method]()
    return reply.status, ErrorReply.parse(reply.body).code


def showing(url: str, seat: Seat, certificate_pem: str, key: SigningKey | None = None) -> RegistryConnection:
    identity = ClientIdentity(certificate_pem, key or seat.keystore.tls_key())
    return RegistryConnection(url, seat.enrolment.ca_pem, identity)


def issued(authority: CertificateAuthority, key: SigningKey, device: str, now_ms: int) -> str:
    return issue_device_certificate(authority, csr(key, "x"), device, "x", now_ms=now_ms)


def test_without_a_certificate_only_public_documents_are_given(url: str, seat: Seat) -> None:
    nobody = RegistryConnection(url, seat.enrolment.ca_pem)
    assert {ask(nobody, method, path) for method, path in GUARDED} == {(401, "CERTIFICATE_NEEDED")}
    assert {nobody.get(path, 1_000_000).status for path in PUBLIC} == {200}


def test_with_the_certificate_that_was_issued_the_doors_are_open(seat: Seat, connection: RegistryConnection) -> None:
    answers = {path: ask(connection, method, path) for method, path in GUARDED}
    assert {status for status, _ in answers.values()} == {404, 422}
    assert not {code for _, code in answers.values() if code.startswith("CERTIFICATE")}
    assert seat.device


def test_another_cas_and_a_self_made_certificate_end_the_handshake(url: str, world: World, seat: Seat) -> None:
    key, now_ms = seat.keystore.tls_key(), world.clock.now_ms
    stranger = make_ca("Another CA", now_ms=now_ms)
    namesake = make_ca("Test registry CA", now_ms=now_ms)  # the same name, another key
    own = CertificateAuthority(stranger.certificate_pem, key)
    for authority in (stranger, namesake, own):
        connection = showing(url, seat, issued(authority, key, seat.device, now_ms))
        for path in ("/v1/plans", "/v1/health"):
            with pytest.raises((RegistryAnswerBad, RegistryUnreachable)):  # closed or reset, as the network likes
                connection.get(path, 100_000)


def test_the_servers_own_kind_of_certificate_opens_nothing(url: str, world: World, seat: Seat) -> None:
    key = SigningKey.generate_p256()
    server = issue_server_certificate(world.registry.premises.authority, key.public, now_ms=world.clock.now_ms)
    with pytest.raises((RegistryAnswerBad, RegistryUnreachable)):  # OpenSSL ends the handshake
        showing(url, seat, server, key).post("/v1/plans", b"{}", 100_000)


def test_dates_are_judged_by_the_registrys_clock_and_said(url: str, world: World, seat: Seat) -> None:
    connection = seat.connect()
    at_first = world.clock.now_ms
    world.clock.now_ms = at_first + (DEVICE_DAYS + 1) * DAY_MS
    assert ask(connection, "POST", "/v1/plans") == (401, "CERTIFICATE_EXPIRED")
    world.clock.now_ms = at_first - 2 * DAY_MS
    assert ask(connection, "POST", "/v1/plans") == (401, "CERTIFICATE_NOT_YET_VALID")
    assert connection.get("/v1/health", 1_000).status == 200
    world.clock.now_ms = at_first
    assert ask(connection, "POST", "/v1/plans")[0] == 422
    assert url


def test_a_certificate_that_has_expired_is_renewed_without_a_token(world: World, url: str) -> None:
    assert url
    other = enrol_seat(world, "31")
    world.clock.now_ms += (DEVICE_DAYS + 1) * DAY_MS
    with pytest.raises(CertificateNotTaken, match="CERTIFICATE_EXPIRED"):
        fetch_plans(other.connect(), other.asker, Trust.load(other.trust))
    renew_certificate(other.connect(), other.asker, other.trust)
    renewed = load_enrolment(other.trust)
    assert renewed.certificate_pem != other.enrolment.certificate_pem
    assert fetch_plans(renewed.connect(other.keystore), other.asker, Trust.load(other.trust)) == []


def test_a_revoked_device_is_told_so_at_every_door(world: World, url: str) -> None:
    assert url
    other = enrol_seat(world, "32")
    world.registry.revoke_device(other.device)
    connection = other.connect()
    assert {ask(connection, method, path) for method, path in GUARDED} == {(403, "DEVICE_REVOKED")}
    with pytest.raises(DeviceRevoked):
        fetch_plans(connection, other.asker, Trust.load(other.trust))
    with pytest.raises(DeviceRevoked):  # nor is there a new certificate
        renew_certificate(connection, other.asker, other.trust)


def test_one_devices_certificate_carries_no_body_of_another(world: World, url: str, seat: Seat, session: str) -> None:
    assert url
    other = enrol_seat(world, "33")
    with other.connect_once() as connection:
        for kind, path in ((RequestKind.PLANS, "/v1/plans"), (RequestKind.CLAIM_LOOK, "/v1/claims")):
            reply = connection.post(path, sign_request(seat.asker, kind), 100_000)
            assert (reply.status, ErrorReply.parse(reply.body).code) == (403, "CERTIFICATE_OF_ANOTHER")
        sha256, envelope = signed(world, seat, simulated_packet(world, seat, session, 41))
        for _ in range(2):  # neither a new packet nor the receipt of a known one
            reply = connection.put(f"/v1/packets/{sha256}", envelope, 100_000)
            assert (reply.status, ErrorReply.parse(reply.body).code) == (403, "CERTIFICATE_OF_ANOTHER")
            with seat.connect_once() as own:
                assert own.put(f"/v1/packets/{sha256}", envelope, 100_000).status in (200, 201)


def test_a_refused_body_leaves_no_trace_of_its_figure(world: World, url: str, seat: Seat) -> None:
    assert url
    other = enrol_seat(world, "34")
    request = sign_request(seat.asker, RequestKind.PLANS)
    with other.connect_once() as connection:
        assert connection.post("/v1/plans", request, 100_000).status == 403
    with seat.connect_once() as own:
        assert own.post("/v1/plans", request, 100_000).status == 200


def test_after_a_renewal_the_certificate_before_is_refused_and_asking_again_gives_the_same(
    world: World, url: str
) -> None:
    other = enrol_seat(world, "35")
    assert renew_certificate(other.connect(), other.asker, other.trust).certificate_pem == (
        other.enrolment.certificate_pem
    )
    world.clock.now_ms += DEVICE_DAYS // 2 * DAY_MS
    first = renew_certificate(other.connect(), other.asker, other.trust)
    again = renew_certificate(other.connect(), other.asker, other.trust)  # as if the first answer had been lost
    assert first == again
    assert ask(showing(url, other, other.enrolment.certificate_pem), "POST", "/v1/plans") == (
        403,
        "CERTIFICATE_REPLACED",
    )
    assert ask(showing(url, other, first.certificate_pem), "POST", "/v1/plans")[0] == 422


def test_a_certificate_for_nobody_or_for_a_name_that_is_no_id_is_refused(url: str, world: World, seat: Seat) -> None:
    authority, now_ms = world.registry.premises.authority, world.clock.now_ms
    key = SigningKey.generate_p256()
    for name in (new_id(), "..", "seat\u202e07", "É" * 30, f"{seat.device} "):
        connection = showing(url, seat, issued(authority, key, name, now_ms), key)
        assert ask(connection, "POST", "/v1/plans") == (403, "CERTIFICATE_OF_ANOTHER")


def test_a_second_certificate_by_the_ca_for_the_same_device_is_not_the_one(url: str, world: World, seat: Seat) -> None:
    key = SigningKey.generate_p256()
    second = issued(world.registry.premises.authority, key, seat.device, world.clock.now_ms)
    assert ask(showing(url, seat, second, key), "POST", "/v1/plans") == (403, "CERTIFICATE_REPLACED")


def test_a_certificate_over_another_key_cannot_be_shown(url: str, seat: Seat) -> None:
    with pytest.raises(RegistryAddressRefused):
        showing(url, seat, seat.enrolment.certificate_pem, SigningKey.generate_p256())
    with pytest.raises(RegistryAddressRefused):
        showing(url, seat, "no certificate")


def test_a_seat_believes_its_registry_whatever_its_own_clock_says(world: World, url: str, seat: Seat) -> None:
    """A server's certificate whose time is over, or has not begun by this PC's clock, is the CA's word all the same."""
    for moved in (-(SERVER_DAYS + 2) * DAY_MS, 400 * DAY_MS):
        with one_handshake(world, moved) as address:
            connection = RegistryConnection(address, seat.enrolment.ca_pem)
            assert connection.get("/", 100).status == 204
    assert url


# the handshake's edges


@contextmanager
def one_handshake(world: World, moved_ms: int) -> Iterator[str]:
    """Serve one answer with a certificate of the registry's CA that was made at another time."""
    key = SigningKey.generate_p256()
    now_ms = world.clock.now_ms + moved_ms
    certificate = issue_server_certificate(world.registry.premises.authority, key.public, now_ms=now_ms)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem_file(world.folder / f"server-{moved_ms}.pem", certificate, key))
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        plain, _ = listening.accept()
        with plain, context.wrap_socket(plain, server_side=True) as tls:
            tls.recv(65_536)
            tls.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    with listening:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)


@contextmanager
def shaking(url: str, context: ssl.SSLContext, session: ssl.SSLSession | None = None) -> Iterator[ssl.SSLSocket]:
    with reaching(url) as plain, context.wrap_socket(plain, session=session) as tls:
        yield tls


def reaching(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 443), timeout=20)


def by_hand(seat: Seat, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=seat.enrolment.ca_pem)
    context.load_cert_chain(seat.pem_file())
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


REQUEST = b"GET /v1/proofs/" + b"0" * 64 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def read_all(tls: ssl.SSLSocket) -> bytes:
    received = b""
    while piece := tls.recv(65_536):
        received += piece
    return received


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_names_no_server_is_served_in_both_versions(
    url: str, seat: Seat, version: ssl.TLSVersion
) -> None:
    with shaking(url, by_hand(seat, version)) as tls:
        tls.sendall(REQUEST)
        assert b"PACKET_UNKNOWN" in read_all(tls)


def test_old_versions_of_tls_are_refused(url: str, seat: Seat) -> None:
    context = by_hand(seat)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError), shaking(url, context):
        pass


def test_a_resumed_session_is_judged_again_like_any_other(url: str, world: World) -> None:
    """Only TLS 1.2 can resume here; the certificate of the first handshake goes with it, and is looked at each time."""
    other = enrol_seat(world, "36")
    for version, resumes in ((ssl.TLSVersion.TLSv1_3, False), (ssl.TLSVersion.TLSv1_2, True)):
        context = by_hand(other, version)
        with shaking(url, context) as tls:
            tls.sendall(REQUEST)
            assert b"PACKET_UNKNOWN" in read_all(tls)
            before = tls.session
        if resumes:
            world.registry.revoke_device(other.device)
        with shaking(url, context, session=before) as tls:
            assert tls.session_reused is resumes
            tls.sendall(REQUEST)
            assert (b"DEVICE_REVOKED" if resumes else b"PACKET_UNKNOWN") in read_all(tls)


def test_a_handshake_that_never_goes_on_holds_nobody_up_and_is_given_up(
    url: str, connection: RegistryConnection
) -> None:
    silent = [reaching(url) for _ in range(20)]
    for sock in silent[:10]:
        sock.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a client's hello
    assert connection.get("/v1/health", 1_000).status == 200
    silent[0].sendall(b"\xff" * 600)
    assert silent[0].recv(100)[:1] in {b"\x15", b""}  # an alert, or closed
    for sock in silent:
        sock.close()


def test_a_handshake_that_says_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.serving.server, "_HANDSHAKE_S", 0.3)
    with opened_world(tmp_path) as impatient, serving(impatient.registry) as address:
        with reaching(address) as silent:
            assert silent.recv(1) == b""
        with reaching(address) as slow:
            slow.sendall(b"\x16")
            assert slow.recv(1) == b""


def test_the_key_reaches_openssl_without_a_file(
    url: str, seat: Seat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    loading = ssl.SSLContext.load_cert_chain

    def noting(context: ssl.SSLContext, certfile: str) -> None:
        shown.append(str(Path(certfile).readlink()))
        loading(context, certfile)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", noting)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert seat.connect().get("/v1/health", 1_000).status == 200
    assert shown == ["/memfd:identity (deleted)"]
    assert list(tmp_path.iterdir()) == []
    assert url
