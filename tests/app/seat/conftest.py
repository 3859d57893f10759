"""A real registry over HTTPS, a real enrolled seat with plan and package; each test gets a copy of the seat."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

import app.seat.workplace
from app.demo.banks import sample_bank
from app.demo.cast import PROCTORS, blueprint
from app.demo.home import DemoHome
from app.demo.processes import Process, running
from app.demo.provision import Stage, set_up_registry, set_up_seat
from app.demo.recorder import recorder_let_go
from app.registry.admitting import LATE
from app.registry.service import Registry
from app.seat.home import SeatHome
from app.seat.workplace import Session, Workplace
from proctoring.checks.machine import Machine
from sync.replica.database import Replica
from sync.trust.keystore import open_key_store
from sync.trust.pin import make_credential
from sync.trust.release import ReleaseShare
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.only_session import only_session

ITEMS = 6
CHEAP_KIB = 64


@dataclass(frozen=True)
class Site:
    """The stage all tests of this folder share: the registry runs, the seat is enrolled."""

    home: DemoHome
    stage: Stage

    def release_share(self) -> ReleaseShare:
        """Give the release share as an operator would read it out."""
        with Registry.open(self.home.registry) as registry:
            registry.release(self.stage.session, 0)
            return ReleaseShare.from_code(registry.release_code(self.stage.session, 0))

    def pins(self) -> dict[str, str]:
        """Give the proctors' PINs by id."""
        return dict(zip(self.stage.published.proctors, (proctor.pin for proctor in PROCTORS), strict=True))

    def right(self, item: str) -> tuple[str, ...]:
        """Give an item's key."""
        return tuple(sorted(self.stage.published.bank.markings[item].correct()))


@pytest.fixture(autouse=True)
def made_up_pc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Let every kiosk look at a PC of this test's own, on which nothing runs, and not at the one the tests run on."""
    machine = Machine(tmp_path / "pc")
    machine.root.mkdir()
    monkeypatch.setattr("app.seat.surroundings.THIS_PC", machine)
    return machine


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = DemoHome(tmp_path_factory.mktemp("site"))
    home.make()
    Registry.initialise(home.registry, name="Test registry").close()
    arguments = ["registry", "serve", "--home", str(home.registry), "--json"]
    with running(Process("registry", "app.cli.main", arguments, home.root / "programs.log")) as registry:
        registry.wait_for("serving")
        with pytest.MonkeyPatch.context() as patch:
            # credentials that cost no fifth of a second for each PIN; what a real one costs is tested with the PIN
            cheap = partial(make_credential, memory_kib=CHEAP_KIB, passes=1)
            patch.setattr("app.registry.enrolling.make_credential", cheap)
            published = set_up_registry(home, sample_bank())
        yield Site(home, set_up_seat(home, published, blueprint(ITEMS), simulated=True))


@pytest.fixture
def seat_home(site: Site, tmp_path: Path) -> SeatHome:
    copy = SeatHome(tmp_path / "seat")
    shutil.copytree(site.home.seat.root, copy.root)
    _go_on_counting(site, copy)
    return copy


def _go_on_counting(site: Site, copy: SeatHome) -> None:
    """Let a copy count its requests on from where the copies before it ended; the registry would notice twins."""
    with closing(sqlite3.connect(site.home.registry / "registry.db")) as rows:
        (counter,) = rows.execute("SELECT counter FROM device").fetchone()
    with Replica.open(copy.replica, open_key_store(copy.keys).replica_key()) as replica:
        replica.requests.raise_to(counter + LATE)  # what the test before may have under way yet collides with nothing


@pytest.fixture(scope="session")
def filmed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeatHome]:
    """A seat for its recorder only, which films for every desk that needs one (`desk.SeatAtWork`)."""
    copy = SeatHome(tmp_path_factory.mktemp("filmed") / "seat")
    shutil.copytree(site.home.seat.root, copy.root)
    with recorder_let_go(copy.recorder_socket):
        yield copy


@pytest.fixture
def workplace(seat_home: SeatHome) -> Iterator[Workplace]:
    opened = Workplace.open(seat_home)
    yield opened
    opened.close()


@pytest.fixture
def session(workplace: Workplace) -> Session:
    return only_session(workplace)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """Give the clock of this test's seat: real, but for what the test moves it by."""
    moved = MovedClock()
    monkeypatch.setattr(app.seat.workplace, "read_clock", moved)
    return moved
