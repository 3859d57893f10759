"""The kiosk's own program is killed and started again: the same item, order, answers, time, look and notes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from app.exam import events
from app.exam.appearance import Appearance, Spacing
from app.exam.form import Form, draw_form
from app.exam.prose import Language
from app.exam.room import Opened
from app.seat.delivery import Delivery, read_sitting
from app.seat.home import SeatHome
from app.seat.release import unlock_with
from app.seat.room_log import RoomLog
from app.seat.workplace import Session, Workplace
from proctoring.recorder.client import RecorderClient, RecorderGone
from proctoring.recorder.faults import NothingRecorded
from sync.wire.plan import RosterEntry, Theme
from tests.app.exam.given import answered
from tests.app.seat.conftest import Site

KIOSK = """
import json, sys
from pathlib import Path
from app.exam.prose import Language
from app.logbook import open_logbook
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.program import make_application
from app.seat.screens.delivery.item import ItemScreen
from app.ui.options import OptionRow

application, home = make_application(), SeatHome(Path(sys.argv[1]))
open_logbook(home.log, "seat")
kiosk = Kiosk(home, Language.ZH, "synthetic")
kiosk.resize(1366, 768)
kiosk.show()

def tell(sitting):
    screen, desk = kiosk.deck.screen_of(ItemScreen), kiosk.findChild(SittingDesk)
    view, look = screen._view, kiosk.deck.appearance
    print(json.dumps({
        "item": view.item.id, "number": view.number, "struck": view.notes.struck, "responses": view.responses,
        "options": [option.id for option in view.item.interactions[0].options],
        "left_ms": desk.case.delivery.remaining_ms(), "state": sitting.state.value,
        "covered": not any(row.isVisible() for row in screen.findChildren(OptionRow)),
        "look": [look.language.value, look.text_percent, look.theme.value, look.spacing.value, look.reduced_motion],
    }), flush=True)

kiosk.begin()
desk = kiosk.findChild(SittingDesk)
desk.changed.connect(tell)
desk._tick()
application.exec()
"""
LOOK = Appearance(Language.EN, 150, Theme.DARK, Spacing.WIDE, reduced_motion=True)
PROCTOR = "a" * 64


@pytest.fixture
def entry(session: Session) -> RosterEntry:
    return session.plan.roster[0]


@pytest.fixture
def form(session: Session, entry: RosterEntry) -> Form:
    package = session.package
    return draw_form(package.header.items, package.sha256, session.plan.blueprint, entry.form_seed)


@pytest.fixture
def under_way(workplace: Workplace, session: Session, entry: RosterEntry, form: Form, site: Site) -> Iterator[Delivery]:
    """A sitting at its fifth item, with an answer, a note, a look of its own."""
    unlock_with(workplace, session, site.release_share())
    proctor = session.plan.proctors[0].keyid
    RoomLog(session.plan.session, workplace.replica.journal, workplace.clock).record(
        Opened(session=session.plan.session, proctors=(proctor,))
    )
    delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
    place = form.items[4]
    for event in (
        events.Admitted(
            session=session.plan.session,
            candidate=entry.candidate,
            seat_number=7,
            proctors=(proctor,),
            confirmed_by=(proctor,),
        ),
        events.NoticeRead(notice_sha256="b" * 64, recording=None),
        events.Started(form_sha256=form.sha256, duration_ms=session.plan.policy.duration_ms),
        events.Viewed(item=place.item, section=place.section),
        answered(place.item, "A"),
        events.Noted(item=place.item, struck=("B",)),
        events.Adjusted.to(LOOK),
    ):
        delivery.record(event)
    yield delivery
    with suppress(RecorderGone, NothingRecorded):
        RecorderClient.attach(workplace.home.recorder_socket, 0).quit()
        with closing(RecorderClient.attach(workplace.home.recorder_socket, 0)) as last:
            last.stop()


@pytest.mark.parametrize("paused", [False, True])
def test_kill_9_and_back_again_and_again(
    workplace: Workplace, under_way: Delivery, form: Form, entry: RosterEntry, paused: bool
) -> None:
    if paused:
        under_way.record(events.Paused(reason=events.PauseReason.PROCTOR, by=(PROCTOR,)))
    left_ms = under_way.remaining_ms()
    told = []
    for _life in range(2):
        with kiosk_at(workplace.home) as first:
            told.append(first)
    assert [one["item"] for one in told] == [form.items[4].item] * 2
    assert [one["number"] for one in told] == [5] * 2
    assert told[0]["responses"] == {"RESPONSE": ["A"]}
    assert told[0]["struck"] == ["B"]
    assert told[0]["look"] == ["en", 150, "dark", "wide", True]
    assert tuple(told[0]["options"]) == next(iter(form.items[4].orders_by_name.values()))
    for one in told:
        assert one["covered"] is paused
        assert one["state"] == ("paused" if paused else "active")
        assert {**one, "left_ms": 0} == {**told[0], "left_ms": 0}
        assert left_ms - 60_000 < one["left_ms"] <= left_ms
    kept = read_sitting(workplace.replica.journal, entry.sitting)
    assert kept.resumes == 2
    assert kept.active_ms < 60_000
    assert paused is (kept.active_ms == under_way.sitting.active_ms)


@contextmanager
def kiosk_at(home: SeatHome) -> Iterator[dict[str, Any]]:
    """Start the kiosk's program, give what it shows once it is on the disk that it is back, and kill it."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", KIOSK, str(home.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as kiosk:
        assert kiosk.stdout is not None
        try:
            yield json.loads(kiosk.stdout.readline())
        finally:
            os.kill(kiosk.pid, signal.SIGKILL)
