"""Closing a session: reconciled, explained, signed by enough people, kept whole whatever is killed when."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.exam import events
from app.exam.appearance import Appearance
from app.exam.form import draw_form
from app.exam.room import Explained, Held, Overridden, Refused, Reported, override_detail
from app.seat.admission import admit
from app.seat.delivery import Delivery
from app.seat.home import SeatHome
from app.seat.recovery import find_unfinished
from app.seat.release import SessionClosed, forget_ended_releases, kept_keys, unlock_with
from app.seat.room_log import RoomLog
from app.seat.room_record import (
    RoomNotReconciled,
    TooFewSigners,
    close_room,
    finish_closings,
    kept_record,
    read_record,
    reconcile_seat,
)
from app.seat.sealing import Case, countersign_and_queue, seal
from app.seat.sessions import SessionState, kept_sessions
from app.seat.shelf import ItemShelf
from app.seat.sign_in import Proctor, SignInDesk, open_credentials
from app.seat.workplace import Session, Workplace
from sync.replica.cabinet import DocumentKind
from sync.trust.room_evidence import check_room_record
from sync.wire.environment import CheckStatement, Override, Severity, Verdict
from sync.wire.packet import EndReason
from sync.wire.plan import RosterEntry
from sync.wire.room import Standing
from tests.app.exam.given import answered
from tests.app.seat.conftest import Site


class Room:
    """An opened session and its two proctors."""

    def __init__(self, workplace: Workplace, session: Session, site: Site) -> None:
        self.workplace, self.session = workplace, session
        desk = SignInDesk(open_credentials(workplace, session), workplace.replica.cabinet, workplace.clock)
        self.proctors = tuple(desk.sign_in(proctor, pin) for proctor, pin in site.pins().items())
        self.keys = unlock_with(workplace, session, site.release_share())
        self.log = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
        self.log.take_duty(self.keyids)

    @property
    def keyids(self) -> tuple[str, ...]:
        return tuple(proctor.key.public.keyid for proctor in self.proctors)

    def entry(self, number: int) -> RosterEntry:
        return self.session.plan.roster[number]

    def admit(self, number: int) -> Delivery:
        return admit(self.workplace, self.session, self.entry(number), list(self.proctors), Appearance())

    def start(self, number: int) -> Case:
        delivery, package = self.admit(number), self.session.package
        form = draw_form(
            package.header.items, package.sha256, self.session.plan.blueprint, self.entry(number).form_seed
        )
        delivery.record(events.NoticeRead(notice_sha256="a" * 64, recording=None))
        delivery.record(events.Started(form_sha256=form.sha256, duration_ms=7_200_000))
        shelf = ItemShelf(package, self.keys, form)
        return Case(self.workplace, self.session, self.entry(number), delivery, shelf)

    def sit(self, number: int, *, answers: bool) -> Case:
        case = self.start(number)
        if answers:
            case.delivery.record(answered(case.shelf.form.items[0].item, "true"))
        case.delivery.record(events.Submitted(reason=EndReason.CANDIDATE))
        seal(case, None)
        return case

    def hand_over(self, case: Case) -> None:
        countersign_and_queue(case, list(self.proctors))

    def explain(self, number: int, note: str = "said so") -> None:
        self.log.record(Explained(sitting=self.entry(number).sitting, note=note, by=self.keyids))

    def close(self, proctors: tuple[Proctor, ...] | None = None) -> bytes:
        close_room(self.workplace, self.session, self.log, self.proctors if proctors is None else proctors)
        return kept_record(self.workplace, self.session.plan.session)


@pytest.fixture
def room(workplace: Workplace, session: Session, site: Site) -> Room:
    return Room(workplace, session, site)


def test_the_record_tells_of_everybody_and_anybody_can_check_it(room: Room) -> None:
    room.hand_over(room.sit(0, answers=True))
    room.log.record(Reported(code="DISTURBANCE", note="fire alarm next door", by=room.keyids[:1]))
    envelope = room.close()
    record = read_record(envelope)
    report = check_room_record(envelope, room.workplace.trust)
    assert report.good, [check for check in report.checks if not check.good]
    assert (record.counts.expected, record.counts.present) == (len(room.session.plan.roster), 1)
    assert set(record.signers) == set(room.keyids)
    assert [one.incident.code for one in record.incidents] == ["DISTURBANCE"]
    assert record.candidates[0].score_milli is not None
    assert record.simulated == ("candidate",)


def test_what_was_gone_on_over_stands_once_in_the_record_with_what_was_seen(room: Room) -> None:
    def agreed(check: str, line: str) -> Override:
        statement = CheckStatement(check=check, verdict=Verdict.FOUND, severity=Severity.BLOCKING, evidence=(line,))
        override = Override(statement=statement, reason="已核实是误报", by=room.keyids, wall_ms=1)
        room.log.record(Overridden(override=override))
        return override

    agreed("remote_tool", "/proc/812/comm: x11vnc")
    case = room.start(0)
    meanwhile = agreed("usb_storage", "/sys/bus/usb/devices/1-2: stick")
    told = events.Occurred(code="CHECK_OVERRIDDEN", detail=override_detail(meanwhile), by=room.keyids)
    case.delivery.record(told)
    case.delivery.record(events.Submitted(reason=EndReason.CANDIDATE))
    seal(case, None)
    room.hand_over(case)
    room.explain(0)
    record = read_record(room.close())
    found = [(one.sitting, one.incident.detail) for one in record.incidents if one.incident.code == "CHECK_OVERRIDDEN"]
    assert found == [
        (None, "remote_tool: 已核实是误报 · /proc/812/comm: x11vnc"),
        (room.entry(0).sitting, "usb_storage: 已核实是误报 · /sys/bus/usb/devices/1-2: stick"),
    ]


def test_nothing_is_closed_while_a_sitting_is_under_way(room: Room) -> None:
    case = room.start(0)
    with pytest.raises(RoomNotReconciled):
        room.close()
    case.delivery.record(events.Paused(reason=events.PauseReason.PROCTOR, by=room.keyids[:1]))
    with pytest.raises(RoomNotReconciled):
        room.close()
    assert room.log.room.is_open
    assert room.workplace.replica.cabinet.names(DocumentKind.ROOM_RECORD) == []


def test_a_packet_that_nobody_countersigned_keeps_the_room_open(room: Room) -> None:
    case = room.sit(0, answers=True)
    with pytest.raises(RoomNotReconciled):
        room.close()
    room.hand_over(case)
    assert read_record(room.close()).counts.present == 1


def test_blank_never_begun_doubted_and_refused_want_a_word(room: Room) -> None:
    room.hand_over(room.sit(0, answers=False))
    room.admit(1)
    room.log.record(Held(sitting=room.entry(2).sitting, note="another face", by=room.keyids[:1]))
    table = reconcile_seat(room.workplace, room.session, room.log.room)
    standings = {line.found.entry.sitting: line.standing for line in table.unexplained}
    assert standings == {
        room.entry(0).sitting: Standing.BLANK,
        room.entry(1).sitting: Standing.NEVER_BEGUN,
        room.entry(2).sitting: Standing.HELD,
    }
    with pytest.raises(RoomNotReconciled):
        room.close()
    room.log.record(Refused(sitting=room.entry(2).sitting, note="it was somebody else", by=room.keyids))
    for number in (0, 1):
        room.explain(number)
    record = read_record(room.close())
    assert [one.explanation for one in record.candidates[:3]] == ["said so", "said so", "it was somebody else"]


def test_one_proctor_is_not_two(room: Room) -> None:
    first = room.proctors[0]
    for too_few in ((first,), (first, first)):
        with pytest.raises(TooFewSigners):
            room.close(too_few)
    assert room.log.room.is_open


def test_a_closed_session_takes_nobody_and_opens_no_item(room: Room, site: Site) -> None:
    room.admit(0)
    room.explain(0)
    assert find_unfinished(room.workplace) is not None
    room.close()
    assert kept_keys(room.workplace, room.session) is None
    with pytest.raises(SessionClosed):
        unlock_with(room.workplace, room.session, site.release_share())
    assert [one.state for one in kept_sessions(room.workplace)] == [SessionState.CLOSED]
    assert find_unfinished(room.workplace) is None, "who was admitted and never began is not called back"


def test_a_share_that_came_back_after_the_closing_is_taken_away_again(room: Room, site: Site) -> None:
    room.close()
    name = room.session.plan.session
    share = site.release_share().code().encode()
    room.workplace.replica.cabinet.put_document(DocumentKind.RELEASE, name, share, 0)
    forget_ended_releases(room.workplace)
    assert kept_keys(room.workplace, room.session) is None


def test_a_plan_that_is_damaged_keeps_no_share_from_being_forgotten(room: Room) -> None:
    cabinet = room.workplace.replica.cabinet
    cabinet.put_document(DocumentKind.PLAN, "damaged", b"{}", 1)
    cabinet.put_document(DocumentKind.RELEASE, "damaged", b"x", 1)
    cabinet.raise_highest_signed_ms(room.session.plan.closes_ms, room.session.plan.closes_ms)
    forget_ended_releases(room.workplace)
    assert kept_keys(room.workplace, room.session) is None


def test_closing_twice_keeps_the_first_record(room: Room) -> None:
    first = room.close()
    assert room.close() == first
    finish_closings(room.workplace)
    kinds = [row.kind for row in room.workplace.replica.journal.rows(room.session.plan.session)]
    assert kinds.count("closed") == 1


def test_a_session_killed_before_any_write_of_its_closing_is_closed_once_and_whole(
    site: Site, seat_home: SeatHome, tmp_path: Path
) -> None:
    pins = [part for pair in site.pins().items() for part in pair]
    code = site.release_share().code()
    command = [sys.executable, "-m", "tests.app.seat.every_closing_step", str(seat_home.root), str(tmp_path / "rounds")]
    done = subprocess.run([*command, code, *pins], capture_output=True, text=True, check=False)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    # the explanation, the record, `Closed`, the share, and two files of two writes each at least
    assert len(rounds) > 8
    assert [found["survived"] for found in rounds] == [False] * (len(rounds) - 1) + [True]
    expected = {
        "state": "closed",
        "good": True,
        "journal_names_it": True,
        "closed_once": 1,
        "stands_on": True,
        "released": False,
        "opens": False,
        "files": (".json", ".pdf"),
        "same_bytes": True,
        "paper": True,
    }
    assert [found for found in rounds if expected.items() - {**found, "files": tuple(found["files"])}.items()] == []
