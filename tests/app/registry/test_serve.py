"""Starting and stopping the service: a port that stays, TLS 1.2 at least, a clean end."""

import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import app.serving.server
from app.registry.serve import RegistryServer
from app.registry.service import Registry
from app.serving.server import PortTaken
from sync.client.connection import RegistryConnection
from tests.app.registry.world import serving

SERVE = """
import sys
from pathlib import Path
from app.registry.serve import serve
serve(Path(sys.argv[1]), ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Registry.initialise(tmp_path / "registry", name="登记中心").close()
    return tmp_path / "registry"


def test_the_port_of_the_first_start_stays_and_sigterm_ends_it_cleanly(home: Path) -> None:
    ca_pem = (home / "trust" / "ca.pem").read_text()
    addresses = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen([sys.executable, "-c", SERVE, str(home)], stdout=subprocess.PIPE) as process:
            assert process.stdout
            address = process.stdout.readline().decode().strip()
            assert RegistryConnection(address, ca_pem).get("/v1/health", 1000).status == 200
            process.send_signal(number)
            assert process.stdout.read() == b"ended\n"
        assert process.returncode == 0
        addresses.append(address)
    assert addresses[0] == addresses[1]
    with Registry.open(home) as registry:
        assert registry.invite("07", 1000).url == addresses[0]


def test_a_port_that_is_taken_is_a_fault(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, Registry.open(home) as registry:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            RegistryServer(registry, "127.0.0.1", port)
    assert caught.value.facts == {"port": port}


def test_a_public_address_is_what_invitations_say(tmp_path: Path) -> None:
    home = tmp_path / "registry"
    with Registry.initialise(home, name="R", url="https://registry.example:8443") as registry:
        server = RegistryServer(registry, "127.0.0.1", 0)
        server._socket.close()
        assert registry.invite("07", 1000).url == "https://registry.example:8443"


def test_who_does_not_shake_hands_is_let_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.serving.server, "_HANDSHAKE_S", 0.2)
    with Registry.open(home) as registry, serving(registry) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=10) as plain:
            assert plain.recv(1) == b""


def test_tls_before_1_2_is_refused(url: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    parts = urlsplit(url)
    assert parts.hostname
    with (
        socket.create_connection((parts.hostname, parts.port or 443)) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        context.wrap_socket(plain)


def test_the_registrys_folders_are_its_own(home: Path) -> None:
    for folder in (home, home / "keys", home / "tuf" / "metadata", home / "log"):
        with Registry.open(home):
            assert folder.stat().st_mode & 0o077 == 0
    assert [file.name for file in (home / "keys").iterdir() if file.stat().st_mode & 0o077] == []
