"""A seat whose clock says 1970 or 2040, or jumps between them: no wrong release, no lost packet, nothing shut.

The seat's own commands run under `faketime`, which moves the wall clock of a whole process (not the monotonic one); the
registry keeps the right time.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from sync.replica.cabinet import DocumentKind
from sync.replica.outbox import Stage
from tests.app.registry.world import HOUR_MS, Seat, World, enrol_seat, opened_world, serving, signed, simulated_packet

pytestmark = pytest.mark.long

DAYS = ("1970-01-02 03:04:05", "2040-06-01 12:00:00", "2001-09-09 01:46:40", "2037-12-31 23:59:59")


@dataclass(frozen=True)
class Told:
    code: int
    text: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened, serving(opened.registry):
        yield opened


@pytest.fixture
def seat(world: World) -> Seat:
    found = enrol_seat(world)
    found.replica.close()
    return found


@pytest.fixture
def home(seat: Seat) -> SeatHome:
    return SeatHome(seat.trust.parent)


def at(day: str, *arguments: object) -> Told:
    """Run one of the seat's commands on a PC whose clock was set to `day`."""
    command = ("faketime", "-f", f"@{day}", sys.executable, "-m", "app.cli.main", *map(str, arguments))
    environment = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return Told(ended.returncode, ended.stdout + ended.stderr)


def kept(home: SeatHome, kind: DocumentKind) -> list[str]:
    workplace = Workplace.open(home)
    try:
        return workplace.replica.cabinet.names(kind)
    finally:
        workplace.close()


def test_a_clock_in_1970_fetches_and_one_in_2040_says_why_it_takes_no_new_package(
    world: World, seat: Seat, home: SeatHome
) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    late = at("2040-06-01 12:00:00", "seat", "fetch", "--home", home.root)
    assert late.code in (1, 3)
    assert "Traceback" not in late.text
    assert kept(home, DocumentKind.PACKAGE) == []  # expiry blocks what is new …
    early = at("1970-01-02 03:04:05", "seat", "fetch", "--home", home.root)
    assert early.code == 0, early.text
    assert "Warning" not in early.text
    assert kept(home, DocumentKind.PLAN) == [session]
    assert kept(home, DocumentKind.PACKAGE) == [world.package.package]
    again = at("2040-06-01 12:00:00", "seat", "fetch", "--home", home.root)
    assert again.code == 0, again.text  # … never what is here


def test_a_release_is_judged_by_the_registrys_clock_alone(world: World, seat: Seat, home: SeatHome) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    ask = (
        "import sys; from pathlib import Path; from app.seat.home import SeatHome;"
        "from app.seat.workplace import Workplace;"
        "from sync.client.release import fetch_release; place = Workplace.open(SeatHome(Path(sys.argv[1])));"
        "print(fetch_release(place.connect(), place.asker, place.trust, sys.argv[2]).code())"
    )

    def asked(day: str) -> Told:
        command = ("faketime", "-f", f"@{day}", sys.executable, "-c", ask, str(home.root), session)
        environment = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
        return Told(ended.returncode, ended.stdout + ended.stderr)

    before = [asked(day) for day in DAYS]
    assert all(told.code != 0 and "NOT_RELEASED_YET" in told.text for told in before), before
    world.clock.now_ms += HOUR_MS
    after = [asked(day) for day in DAYS]
    assert len({told.text for told in after}) == 1
    assert all(told.code == 0 for told in after), after


def test_packets_are_delivered_by_an_agent_whose_clock_jumps(world: World, seat: Seat, home: SeatHome) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=len(DAYS)))
    for number, day in enumerate(DAYS):
        sha256, envelope = signed(world, seat, packet := simulated_packet(world, seat, session, number))
        workplace = Workplace.open(home)
        workplace.replica.outbox.add(sha256, packet.packet, packet.sitting, envelope, 1)
        workplace.replica.outbox.move(sha256, Stage.QUEUED)
        workplace.close()
        told = at(day, "agent", "run", "--once", "--home", home.root)
        assert told.code == 0, told.text
        workplace = Workplace.open(home)
        row = workplace.replica.outbox.get(sha256)
        workplace.close()
        assert row is not None
        assert row.stage is Stage.PROVEN
