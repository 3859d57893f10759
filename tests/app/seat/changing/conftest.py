"""A real registry, a real seat with a plan and its package, and an administrator; each test has a copy of the seat."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.exam import events
from app.exam.room import Opened
from app.seat.accepting import Word
from app.seat.delivery import Delivery
from app.seat.home import SeatHome
from app.seat.preparing import fetch_sessions
from app.seat.room_log import RoomLog
from app.seat.workplace import Workplace
from sync.client.delivery import Courier
from sync.replica.outbox import Stage
from sync.trust.pin import make_administrator_credential
from tests.app.registry.world import PIN, Seat, World, enrol_seat, opened_world, serving, signed, simulated_packet

PROCTOR = "a" * 64


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture(scope="session")
def administrator(world: World) -> Word:
    with pytest.MonkeyPatch.context() as patch:
        # a credential that costs no fifth of a second; what a real one costs is tested with the PIN
        cheap = partial(make_administrator_credential, memory_kib=64, passes=1)
        patch.setattr("app.registry.enrolling.make_administrator_credential", cheap)
        return Word(world.registry.enrol_administrator("Zhao Min", PIN), PIN, "The PC goes to a school")


@pytest.fixture(scope="session")
def planned(world: World, administrator: Word) -> tuple[Seat, str]:
    """A seat with a session's plan and package, one packet of it in the outbox, queued; nobody sits there any more."""
    assert administrator.pin == PIN
    with serving(world.registry):
        seat = enrol_seat(world)
        session = world.registry.plan_session(world.request((seat.device,)))
        seat.replica.close()
        workplace = Workplace.open(SeatHome(seat.trust.parent))
        fetch_sessions(workplace)
        sha256, envelope = signed(world, seat, simulated_packet(world, seat, session, 0))
        plan, _ = world.plan(session)
        workplace.replica.outbox.add(sha256, "packet", plan.roster[0].sitting, envelope, world.clock.now_ms)
        workplace.replica.outbox.move(sha256, Stage.QUEUED)
        workplace.close()
    return seat, session


@pytest.fixture
def home(planned: tuple[Seat, str], tmp_path: Path) -> SeatHome:
    copy = SeatHome(tmp_path / "seat")
    shutil.copytree(planned[0].trust.parent, copy.root)
    return copy


@pytest.fixture
def session(planned: tuple[Seat, str]) -> str:
    return planned[1]


def opened_session(home: SeatHome, session: str) -> None:
    """Let proctors open the session at the seat."""
    workplace = Workplace.open(home)
    RoomLog(session, workplace.replica.journal, workplace.clock).record(Opened(session=session, proctors=(PROCTOR,)))
    workplace.close()


def begun_sitting(home: SeatHome, session: str) -> str:
    """Admit a candidate; give the sitting."""
    workplace = Workplace.open(home)
    entry = workplace.session_of(session).plan.roster[1]
    Delivery(entry.sitting, workplace.replica.journal, workplace.clock).record(
        events.Admitted(
            session=session,
            candidate=entry.candidate,
            seat_number=2,
            proctors=(PROCTOR,),
            confirmed_by=(PROCTOR,),
        )
    )
    workplace.close()
    return entry.sitting


def delivered(world: World, home: SeatHome) -> None:
    """Deliver what waits to the real registry, until it has its receipt."""
    with serving(world.registry):
        workplace = Workplace.open(home)
        Courier(workplace.replica, workplace.connect, lambda: workplace.trust).turn(lambda: False)
        workplace.close()
