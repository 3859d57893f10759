"""`examroom agent`: what waits is told whatever the agent came to, and there is no half an agent."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.seat.carrying import Carrier
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty
from app.seat.workplace import Workplace
from sync.replica.cabinet import FURTHEST_AHEAD_MS
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore
from tests.app.cli.conftest import Place
from tests.app.cli.terminal import Terminal
from tests.proctoring.vault.format.tiny import Keys, complete


@pytest.fixture
def home(place: Place, tmp_path: Path) -> SeatHome:
    """Copy an enrolled seat, with a closed recording that no agent has ever seen."""
    home = SeatHome(Path(shutil.copytree(place.seat, tmp_path / "seat")))
    home.recordings.mkdir(exist_ok=True)
    made = complete(home.recordings / "new", Keys())
    made.folder.rename(home.recordings / made.recording)
    return home


@pytest.fixture
def signals() -> Iterator[None]:
    """Give the signals back: a command that goes on takes them."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.usefixtures("signals")
def test_a_defect_in_one_of_its_threads_ends_the_agent_and_the_status_says_what_waits(
    home: SeatHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_carrier: Carrier) -> None:
        raise RuntimeError("simulated defect")

    monkeypatch.setattr(Carrier, "turn", broken)
    ended = Terminal().run("agent", "run", "--home", home.root)
    assert ended.code == 3
    assert "The program failed" in ended.errors
    assert "ended" not in ended.output  # it did not end as it should
    assert not AgentDuty(home).is_held()
    assert "ended by a defect" in (home.log / "agent.log").read_text()

    told = Terminal().run("agent", "status", "--home", home.root)
    assert "Recordings that wait: 1" in told.output
    assert "No recordings wait" not in told.output
    state = json.loads(Terminal().run("agent", "status", "--json", "--home", home.root).output)
    assert (state["running"], len(state["recordings"]["waiting"])) == (False, 1)


@pytest.mark.parametrize("name", ["device.key", "sealing.key", "tls.key"])
@pytest.mark.parametrize("harm", ["missing", pytest.param("damaged", marks=pytest.mark.long)])
def test_a_seat_without_one_of_its_keys_says_so_in_its_status(home: SeatHome, name: str, harm: str) -> None:
    file = home.keys / name
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(bytes(file.stat().st_size))
    told = Terminal().run("agent", "status", "--home", home.root)
    assert (told.code, "Nothing can be signed or sent" in told.errors) == (3, True)
    assert "Recordings that wait: 1" in told.output  # what can be told is told all the same
    asked = Terminal().run("agent", "status", "--home", home.root, "--json")
    assert (asked.code, json.loads(asked.output)["keys"]) == (3, "KEY_STORE_UNREADABLE")


@pytest.mark.parametrize("name", ["device.key", "tls.key"])
def test_a_key_that_is_another_ones_is_said_in_the_status(home: SeatHome, name: str) -> None:
    store = FileKeyStore(home.keys)
    store._keys().write_p256(name, SigningKey.generate_p256())
    told = Terminal().run("agent", "status", "--home", home.root)
    assert (told.code, "KEYS_EXCHANGED" in told.errors) == (3, True)


def test_without_its_sealing_key_no_command_about_keys_ends_well(home: SeatHome) -> None:
    (home.keys / "sealing.key").unlink()
    for command in ("keys", "renew"):
        told = Terminal().run("seat", command, "--home", home.root)
        assert (told.code, "KEY_STORE_UNREADABLE" in told.errors) == (3, True)


def test_a_signed_time_that_cannot_be_right_is_said_until_one_is(home: SeatHome) -> None:
    now_ms = time.time_ns() // 1_000_000
    for signed_ms, said in ((now_ms + 2 * FURTHEST_AHEAD_MS, True), (now_ms, False)):
        workplace = Workplace.open(home)
        assert workplace.replica.cabinet.raise_highest_signed_ms(signed_ms, now_ms) != said
        workplace.close()
        for command in (("agent", "status"), ("outbox", "list")):
            told = Terminal().run(*command, "--home", home.root)
            assert (told.code, "a time that cannot be right" in told.output) == (0, said)
