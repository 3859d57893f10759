"""A witness over real HTTPS: what it answers, and what it does with too much."""

import base64
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest

from app.serving.server import PortTaken
from app.witness.cosigning import BODY_BYTES, Witness
from app.witness.home import WitnessHome
from app.witness.serve import WitnessServer
from sync.client.connection import RegistryConnection
from sync.trust.cosignature import cosignatures
from sync.wire.enrolment import WitnessKey
from sync.wire.error import ErrorReply
from sync.wire.witness import WitnessCard
from tests.app.witness.logs import WATCHED, SimulatedLog
from tests.app.witness.serving import running

LOG = SimulatedLog()
FULL_DISK = """
import sys
from pathlib import Path
from app.serving.server import bind
from app.witness.cosigning import Witness
from app.witness.home import WitnessHome
from app.witness.serve import WitnessServer
from sync.replica.durable import DiskFull, free_bytes
from tests.app.witness.logs import WATCHED

home = WitnessHome.initialise(Path(sys.argv[1]) / "witness", "witness.example/w1", WATCHED)
with (home.folder.parent / "filler").open("wb", buffering=0) as filler:
    while free_bytes(home.folder):
        filler.write(bytes(min(4096, free_bytes(home.folder))))
with bind("127.0.0.1", 0) as listening:
    port = listening.getsockname()[1]
witness = Witness(WitnessHome.open(home.folder))
print(WitnessServer(witness, "127.0.0.1", port).url.endswith(f":{port}"), (home.folder / "port").exists())
try:
    WitnessServer(witness, "127.0.0.1", 0)
except DiskFull as fault:
    print(fault.code)
"""


@pytest.fixture
def home(tmp_path: Path) -> WitnessHome:
    return WitnessHome.initialise(tmp_path / "witness", "witness.example/w1", WATCHED)


@pytest.mark.long
def test_a_full_disk_keeps_no_witness_from_starting_whose_port_is_given(tmp_path: Path) -> None:
    # a real full disk: a tmpfs of 1 MB in a mount namespace of its own
    script = f'mount -t tmpfs -o size=1m none "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, FULL_DISK]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 1 and "unshare" in answer.stderr:
        pytest.skip("this kernel gives ordinary users no mount namespace, so there is no small disk to fill")
    assert answer.stdout.split()[-3:] == ["True", "False", "DISK_FULL"], answer.stderr


def test_it_speaks_as_c2sp_has_it(home: WitnessHome) -> None:
    with running(home) as url:
        line = RegistryConnection(url, home.card.ca_pem)
        assert WitnessCard.parse(line.get("/card", 20_000).body) == home.card
        reply = line.post("/add-checkpoint", LOG.request(0, 5), 4_000)
        assert reply.status == HTTPStatus.OK
        (found,) = cosignatures(
            LOG.head(5) + reply.body.decode(),
            [WitnessKey(name=home.card.name, public_key_pem=home.card.public_key_pem)],
        )
        assert found.witness == "witness.example/w1"
        conflict = line.post("/add-checkpoint", LOG.request(0, 6), 4_000)
        assert (conflict.status, conflict.body) == (HTTPStatus.CONFLICT, b"5\n")
        assert line.post("/add-checkpoint", b"old", 4_000).status == HTTPStatus.BAD_REQUEST
        for reply in (line.get("/nothing", 4_000), line.get("/add-checkpoint", 4_000)):
            assert ErrorReply.parse(reply.body).code == HTTPStatus(reply.status).name
        line.close()


def test_more_than_any_request_is_is_not_taken_in(home: WitnessHome) -> None:
    with running(home) as url:
        line = RegistryConnection(url, home.card.ca_pem)
        too_much = line.post("/add-checkpoint", b"x" * (BODY_BYTES + 1), 4_000)
        assert too_much.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert ErrorReply.parse(too_much.body).code == "REQUEST_ENTITY_TOO_LARGE"
        assert line.post("/add-checkpoint", LOG.request(0, 5), 4_000).status == HTTPStatus.OK
        line.close()


def test_the_longest_request_that_there_is_fits() -> None:
    longest = f"old {10**17}\n" + (base64.b64encode(bytes(32)).decode() + "\n") * 63 + "\n" + "世" * 4_000
    assert len(longest.encode()) <= BODY_BYTES


def test_without_its_memory_it_says_that_it_cannot(home: WitnessHome) -> None:
    with running(home) as url:
        line = RegistryConnection(url, home.card.ca_pem)
        next((home.folder / "seen").iterdir()).unlink()
        reply = line.post("/add-checkpoint", LOG.request(0, 5), 4_000)
        assert (reply.status, reply.body) == (HTTPStatus.SERVICE_UNAVAILABLE, b"WITNESS_UNREADABLE\n")
        line.close()


def test_its_port_stays_and_is_its_own(home: WitnessHome, tmp_path: Path) -> None:
    other = WitnessHome.initialise(tmp_path / "other", "witness.example/w2", WATCHED)
    with running(home) as first:
        witness = Witness(other)
        with pytest.raises(PortTaken):
            WitnessServer(witness, "127.0.0.1", int(first.rpartition(":")[2]))
        witness.close()
    with running(home) as again:
        assert again == first
