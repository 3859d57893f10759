"""`examroom agent`: what waits is told whatever the agent came to, and there is no half an agent."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.seat.carrying import Carrier
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty
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
