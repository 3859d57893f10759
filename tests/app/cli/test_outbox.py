"""What waits at a seat is said, stopped, let go on and tried again, by hand, in both languages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty
from app.seat.workplace import Workplace
from sync.replica.outbox import Hold, Stage, Why
from tests.app.cli.conftest import Place
from tests.app.cli.terminal import Terminal, Told

HOUR_MS = 3_600_000
WHYS = (Why.NO_NETWORK, Why.NO_NETWORK, Why.BUSY)


@pytest.fixture
def place_that_waits(place: Place) -> Iterator[Place]:
    """Put three packets into the seat's outbox that wait for two reasons, the oldest for two hours; take them out."""
    workplace = Workplace.open(SeatHome(place.seat))
    outbox, now = workplace.replica.outbox, workplace.clock()
    for number, why in enumerate(WHYS):
        sha256 = f"{number:064d}"
        outbox.add(sha256, sha256, sha256, b"simulated", now.wall_ms - (2 - number) * HOUR_MS)
        outbox.move(sha256, Stage.QUEUED)
        outbox.postpone(sha256, Hold(why, "status", 10 * HOUR_MS, now))
    workplace.close()
    yield place
    workplace = Workplace.open(SeatHome(place.seat))
    workplace.replica.outbox.resume()
    workplace.replica.outbox._connection.run("DELETE FROM outbox")  # other tests have the same seat
    workplace.close()


def run(place: Place, *arguments: object, language: str = "en") -> Told:
    return Terminal(language).run("outbox", *arguments, "--home", place.seat)


def test_what_waits_is_said_with_since_when_and_why(place_that_waits: Place) -> None:
    english, chinese = (run(place_that_waits, "list", language=one).output.splitlines()[0] for one in ("en", "zh"))
    busy, nobody = "the registry is busy and asks to wait (1)", "nobody answers: no network (2)"
    assert english == f"3 waiting, oldest 2 h: {busy}, {nobody}"
    assert chinese.startswith("3 份等待送出，最早的已等 2 小时：登记中心忙，要求稍候（1 份）")
    told = json.loads(run(place_that_waits, "list", "--json").output)
    assert (told["waiting"], told["why"], told["paused"]) == (3, {"busy": 1, "no_network": 2}, None)
    assert [packet["stage"] for packet in told["packets"]] == ["queued"] * 3
    status = Terminal().run("agent", "status", "--home", place_that_waits.seat, "--json")
    assert json.loads(status.output)["outbox"] == {key: told[key] for key in told if key != "packets"}


def test_a_pause_is_said_until_it_is_lifted_and_nothing_is_sent_meanwhile(place_that_waits: Place) -> None:
    said = run(place_that_waits, "pause", "--reason", "会场需要网络")
    assert "Sending is paused since" in said.output
    assert "会场需要网络" in run(place_that_waits, "list").output
    assert "会场需要网络" in Terminal("zh").run("agent", "status", "--home", place_that_waits.seat).output
    assert run(place_that_waits, "retry").output.startswith("To be tried at once: 3.")
    once = Terminal().run("agent", "run", "--once", "--home", place_that_waits.seat)
    assert "still waiting: 3." in once.output
    assert {packet["tries"] for packet in json.loads(run(place_that_waits, "list", "--json").output)["packets"]} == {0}
    assert "paused" not in run(place_that_waits, "resume").output


def test_one_packet_or_all_are_tried_again_at_once(place_that_waits: Place) -> None:
    assert run(place_that_waits, "retry", f"{1:064d}").output.startswith("To be tried at once: 1.")
    assert run(place_that_waits, "retry").output.startswith("To be tried at once: 2.")


def test_a_limit_is_kept_and_lifted(place: Place) -> None:
    assert run(place, "limit", "20000").output == "At most 20 kB a second are used for packets and content.\n"
    workplace = Workplace.open(SeatHome(place.seat))
    assert workplace.pace() is not None
    workplace.close()
    assert run(place, "limit", "9999").code == 2
    assert run(place, "limit", "0").output == "Packets and content use the network as fast as it goes.\n"
    workplace = Workplace.open(SeatHome(place.seat))
    assert workplace.pace() is None
    workplace.close()


def test_a_second_agent_is_told_that_there_is_one(place: Place) -> None:
    duty = AgentDuty(SeatHome(place.seat))
    duty.take()
    try:
        told = Terminal().run("agent", "run", "--once", "--home", place.seat)
        assert (told.code, "[AGENT_RUNNING" in told.errors) == (3, True)
        assert "is running" in Terminal().run("agent", "status", "--home", place.seat).output
    finally:
        duty.give_up()
    assert "is not running" in Terminal().run("agent", "status", "--home", place.seat).output


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_an_agent_ends_when_it_is_told_to_and_leaves_its_place_however_it_ends(
    place_that_waits: Place, ending: signal.Signals
) -> None:
    home = SeatHome(place_that_waits.seat)
    command = [sys.executable, "-m", "app.cli.main", "agent", "run", "--home", str(home.root)]
    environment = {**os.environ, "EXAMROOM_LANGUAGE": "en"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as agent:
        while not AgentDuty(home).is_held():
            assert agent.poll() is None
        agent.send_signal(ending)
        said, _ = agent.communicate(timeout=30)
    assert not AgentDuty(home).is_held()
    if ending is signal.SIGTERM:
        assert (agent.returncode, said) == (0, "Background delivery has ended.\n")
