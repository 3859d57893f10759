"""A real registry, a seat enrolled with it, and on a copy of that seat a sitting that is under way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.content.bank import Bank
from app.demo.cast import blueprint_of_all
from app.demo.home import DemoHome
from app.demo.processes import Process, running
from app.demo.provision import set_up_registry, set_up_seat
from app.demo.recorder import recorder_let_go
from app.exam.events import Admitted, Answered, NoticeRead, Started, Tick, Viewed
from app.exam.form import draw_form
from app.registry.service import Registry
from app.seat.camera_desk import CameraDesk
from app.seat.delivery import Delivery
from app.seat.home import SeatHome
from app.seat.release import unlock_with
from app.seat.workplace import Workplace
from sync.trust.release import ReleaseShare
from sync.wire.plan import Blueprint
from tests.app.seat.only_session import only_session

LONG_JOURNAL = 3_000
"""Two hours: a tick every 5 s, and 300 items seen, responded to and seen again; and something to spare."""
EACH = 10
"""Of so many rows of a long journal one is an item seen and one a response, the others are ticks."""


@dataclass(frozen=True)
class Site:
    """The enrolled seat (nobody sits there), and what a proctor would type to release the items."""

    folder: Path
    seat: SeatHome
    share: ReleaseShare

    @contextmanager
    def sitting(self) -> Iterator[SeatHome]:
        """Give a copy of the seat at which a candidate has started and a (simulated) camera records."""
        seat = SeatHome(self.folder / "sitting")
        shutil.copytree(self.seat.root, seat.root)
        with recorder_let_go(seat.recorder_socket):
            _start_sitting(seat, self.share)
            yield seat


@contextmanager
def site(folder: Path, bank: Bank, rule: Blueprint | None = None) -> Iterator[Site]:
    """Set everything up with a bank, by default with all of its items; the registry ends with the block."""
    folder.mkdir(exist_ok=True)
    home = DemoHome(folder / "site")
    home.make()
    Registry.initialise(home.registry, name="Bench registry").close()
    arguments = ["registry", "serve", "--home", str(home.registry), "--json"]
    with running(Process("registry", "app.cli.main", arguments, home.root / "programs.log")) as registry:
        registry.wait_for("serving")
        stage = set_up_seat(home, set_up_registry(home, bank), rule or blueprint_of_all(bank), simulated=True)
        with Registry.open(home.registry) as opened:
            opened.release(stage.session, 0)
            share = ReleaseShare.from_code(opened.release_code(stage.session, 0))
        yield Site(folder, home.seat, share)


def _start_sitting(seat: SeatHome, share: ReleaseShare) -> None:
    workplace = Workplace.open(seat)
    try:
        session = only_session(workplace)
        unlock_with(workplace, session, share)
        plan, package, entry = session.plan, session.package, session.plan.roster[0]
        camera = CameraDesk(seat, workplace.enrolment.device, plan, "auto")  # as the kiosk asks, so that it finds it
        recording = camera.start(entry.sitting)
        delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
        delivery.record(
            Admitted(
                session=plan.session,
                candidate=entry.candidate,
                seat_number=entry.seat_number,
                proctors=("a" * 64,),
                confirmed_by=("a" * 64,),
            )
        )
        delivery.record(NoticeRead(notice_sha256="0" * 64, recording=recording))
        form = draw_form(package.header.items, package.sha256, plan.blueprint, entry.form_seed)
        delivery.record(Started(form_sha256=form.sha256, duration_ms=plan.policy.duration_ms))
    finally:
        workplace.close()


def lengthen(seat: SeatHome, rows: int) -> None:
    """Let the journal of the sitting under way have so many rows, the seat being down."""
    workplace = Workplace.open(seat)
    try:
        session = only_session(workplace)
        plan, package, entry = session.plan, session.package, session.plan.roster[0]
        delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
        places = draw_form(package.header.items, package.sha256, plan.blueprint, entry.form_seed).items
        for number in range(delivery.head()[1], rows):
            place = places[number // EACH % len(places)]
            match number % EACH:
                case 0:
                    delivery.record(Viewed(item=place.item, section=place.section))
                case 1:
                    delivery.record(Answered(item=place.item, responses={"RESPONSE": ("A",)}, complete=True))
                case _:
                    delivery.record(Tick())
    finally:
        workplace.close()
