"""Kills a seat before every single write of a whole sitting, lets it recover, and reports what is left. A program.

Arguments: a seat's folder (copied for each round), a scratch folder, the release code, a proctor's id and PIN. Tells
each round as a JSON line. It forks, so it is a single-threaded process of its own.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from app.exam import events
from app.exam.appearance import Appearance
from app.exam.form import draw_form
from app.exam.prose import Language
from app.exam.sitting import State
from app.seat.admission import admit
from app.seat.delivery import Delivery, read_sitting
from app.seat.home import SeatHome
from app.seat.recovery import find_unfinished
from app.seat.release import kept_keys, unlock_with
from app.seat.sealing import Case, countersign_and_queue, packet_of, seal
from app.seat.shelf import ItemShelf
from app.seat.sign_in import Proctor, SignInDesk, open_credentials
from app.seat.workplace import Session, Workplace
from sync.client.release import PackageKeys
from sync.replica import database
from sync.trust.release import ReleaseShare
from sync.wire.packet import EndReason
from sync.wire.plan import RosterEntry
from tests.app.exam.given import answered


def main() -> None:
    """Kill before the first write, before the second, and so on, until a sitting comes through unharmed."""
    original, scratch, code, proctor_id, pin = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
    proctor = _signed_in(original, proctor_id, pin)
    for step in count(1):
        home = SeatHome(scratch / str(step))
        shutil.copytree(original, home.root)
        survived = _in_child(partial(_sit, home, code, proctor, die_before=step)) == 0
        _in_child(partial(_sit, home, code, proctor, die_before=None))
        sys.stdout.write(json.dumps(_left(home) | {"step": step, "survived": survived}) + "\n")
        sys.stdout.flush()
        shutil.rmtree(home.root)
        if survived:
            return


def _sit(home: SeatHome, code: str, proctor: Proctor, die_before: int | None) -> None:
    """Go through a whole sitting from wherever this seat stands."""
    if die_before is not None:
        _arm(die_before)
    workplace = Workplace.open(home)
    unfinished = find_unfinished(workplace)
    session = workplace.current_session()
    keys = kept_keys(workplace, session) or unlock_with(workplace, session, ReleaseShare.from_code(code))
    entry = unfinished.entry if unfinished else session.plan.roster[0]
    if not unfinished and workplace.replica.outbox.of_sitting(entry.sitting):
        return  # it was over
    if unfinished and unfinished.sitting.state is not State.AWAITING:
        delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
    else:
        delivery = admit(workplace, session, entry, [proctor], Appearance(Language.ZH))
    case = _case(workplace, session, entry, keys, delivery)
    _answer(case)
    if case.delivery.sitting.state is State.ACTIVE:
        case.delivery.record(events.Submitted(reason=EndReason.CANDIDATE))
    seal(case, None)
    countersign_and_queue(case, [proctor])
    workplace.close()


def _answer(case: Case) -> None:
    delivery, form = case.delivery, case.shelf.form
    if delivery.sitting.state is State.ADMITTED:
        if not delivery.sitting.notice_sha256:
            delivery.record(events.NoticeRead(notice_sha256="a" * 64, recording=None))
        delivery.record(events.Started(form_sha256=form.sha256, duration_ms=7_200_000))
    for place in form.items:
        if delivery.sitting.state is State.ACTIVE and place.item not in delivery.sitting.answered:
            delivery.record(answered(place.item, "true"))


def _case(workplace: Workplace, session: Session, entry: RosterEntry, keys: PackageKeys, delivery: Delivery) -> Case:
    package = session.package
    form = draw_form(package.header.items, package.sha256, session.plan.blueprint, entry.form_seed)
    return Case(workplace, session, entry, delivery, ItemShelf(package, keys, form))


def _left(home: SeatHome) -> dict[str, object]:
    """Say what stands on the disk after the recovery."""
    workplace = Workplace.open(home)
    entry = workplace.current_session().plan.roster[0]
    rows = workplace.replica.outbox.all()
    sitting = read_sitting(workplace.replica.journal, entry.sitting)
    left: dict[str, object] = {
        "packets": len(rows),
        "stage": rows[0].stage.value if rows else "",
        "state": sitting.state.value,
        "answered": len(sitting.answered),
        "packet_answers": len(packet_of(rows[0]).answers) if rows else 0,
        "unfinished": find_unfinished(workplace) is not None,
    }
    workplace.close()
    return left


def _arm(die_before: int) -> None:
    """Make the `die_before`-th write of this process its last moment."""
    writes = count(1)
    run = database._LockedConnection.run

    def run_or_die(self: database._LockedConnection, sql: str, *values: object) -> int:
        if next(writes) == die_before:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(self, sql, *values)

    database._LockedConnection.run = run_or_die  # type: ignore[method-assign]


def _in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _signed_in(original: Path, proctor_id: str, pin: str) -> Proctor:
    workplace = Workplace.open(SeatHome(original))
    credentials = open_credentials(workplace, workplace.current_session())
    proctor = SignInDesk(credentials, workplace.replica.cabinet, workplace.clock).sign_in(proctor_id, pin)
    workplace.close()
    return proctor


if __name__ == "__main__":
    main()
