"""While the seat cannot save: no answer is lost, no time is lost, none is won; and nothing beside it ends a sitting."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import app.seat.workplace
from app.exam import events
from app.exam.sitting import OutOfOrder, Stamp, State, advance, replay
from app.seat.delivery import Delivery, read_sitting
from app.seat.home import SeatHome
from app.seat.phases import room_saving
from app.seat.phases.delivery import saving
from app.seat.workplace import Workplace
from sync.replica.cabinet import Cabinet
from sync.replica.database import Replica
from sync.replica.durable import DiskFull
from sync.replica.journal import Journal, JournalRow, OtherWriter
from sync.wire.packet import EndReason
from tests.app.exam.given import answered, chosen
from tests.app.seat.conftest import Site
from tests.app.seat.desk import PROCTOR
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import KEYIDS, PINS, ProctoredSeat
from tests.app.seat.test_delivery import KEY, SITTING, StillClock, begun

MINUTE_MS = 60_000
TWO_HOURS_MS = 120 * MINUTE_MS


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    with Replica.open(tmp_path / "replica.db", KEY) as opened:
        yield opened


class Disk:
    """A disk that refuses while it is `full`; `kinds`: of every row that it took."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.kinds: list[str] = []
        self._append = Journal.append
        self._record_failure = Cabinet.record_pin_failure

        def append(*row: object, **more: object) -> JournalRow:
            return self._take(*row, **more)

        def count(*failure: object) -> None:
            self._count(*failure)

        patch.setattr(Journal, "append", append)
        patch.setattr(Cabinet, "record_pin_failure", count)

    def _refuse(self) -> None:
        if self.full:
            raise DiskFull(needed_mb=1, free_mb=0)

    def _take(self, *row: object, **more: object) -> JournalRow:
        self._refuse()
        taken = self._append(*row, **more)  # type: ignore[arg-type]
        self.kinds.append(taken.kind)
        return taken

    def _count(self, *failure: object) -> None:
        self._refuse()
        self._record_failure(*failure)  # type: ignore[arg-type]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    moved = MovedClock()
    monkeypatch.setattr(app.seat.workplace, "read_clock", moved)
    monkeypatch.setattr(saving, "RETRY_MS", 50)
    monkeypatch.setattr(room_saving, "RETRY_MS", 50)
    return moved


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    at_work = ProctoredSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


# the rule, in the fold


def test_more_than_has_passed_is_not_given_back(replica: Replica) -> None:
    clock = StillClock()
    sitting = begun(replica, clock).sitting
    assert sitting.stamp is not None
    later = Stamp(sitting.stamp.run, sitting.stamp.mono_ms + 5_000, 0)
    with pytest.raises(OutOfOrder):
        advance(sitting, later, events.Restored(ms=5_001))
    restored = advance(sitting, later, events.Restored(ms=5_000))
    assert restored.timing.left_ms == sitting.timing.left_ms
    with pytest.raises(OutOfOrder):
        advance(restored, later, events.Restored(ms=1))


def test_time_is_given_back_to_the_section_in_front_too() -> None:
    rows = (
        events.Admitted(
            session=SITTING, candidate=SITTING, seat_number=7, proctors=(PROCTOR,), confirmed_by=(PROCTOR,)
        ),
        events.NoticeRead(notice_sha256="b" * 64, recording=None),
        events.Started(form_sha256="c" * 64, duration_ms=TWO_HOURS_MS, section_limits_ms=(10_000, 10_000)),
        events.Viewed(item="item-1"),
    )
    sitting = replay((Stamp("run", 0, 0), event) for event in rows)
    restored = advance(sitting, Stamp("run", 15_000, 15_000), events.Restored(ms=12_000))
    assert (restored.timing.section_left_ms(0), restored.timing.section_left_ms(1)) == (7_000, 10_000)
    assert [(one.code, one.detail, one.by) for one in restored.incidents] == [("TIME_RESTORED", "12 s", ())]


# the delivery


def test_the_clock_stands_while_nothing_can_be_saved_and_the_time_is_given_back(replica: Replica, disk: Disk) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    clock.move(mono_ms=4_000, wall_ms=4_000)
    disk.full = True
    for _ in range(3):
        with pytest.raises(DiskFull):
            delivery.record(answered("item-1", "A"))
        assert delivery.remaining_ms() == 7_200_000 - 4_000
        clock.move(mono_ms=TWO_HOURS_MS, wall_ms=TWO_HOURS_MS)
    disk.full = False
    delivery.record(answered("item-1", "A"))
    assert disk.kinds[-2:] == ["restored", "answered"]
    assert delivery.remaining_ms() == 7_200_000 - 4_000
    clock.move(mono_ms=1_000, wall_ms=1_000)
    delivery.record(events.Tick())
    assert delivery.remaining_ms() == 7_200_000 - 5_000, "it is given back once, and the clock goes on"
    assert disk.kinds[-1] == "tick"
    assert [one.code for one in delivery.sitting.incidents] == ["TIME_RESTORED"], "it is known why it was silent"
    assert read_sitting(replica.journal, SITTING) == delivery.sitting


def test_whoever_is_killed_while_nothing_can_be_saved_gets_what_the_dead_clock_gives(
    replica: Replica, disk: Disk
) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    disk.full = True
    clock.move(mono_ms=3_000, wall_ms=3_000)
    with pytest.raises(DiskFull):
        delivery.record(events.Tick())
    clock.move(mono_ms=600_000, wall_ms=600_000)
    disk.full = False
    again = Delivery(SITTING, replica.journal, clock)
    assert again.remaining_ms() == TWO_HOURS_MS
    assert "TIME_RESTORED" not in {one.code for one in again.sitting.incidents}


def test_paused_no_time_is_given_back(replica: Replica, disk: Disk) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    delivery.record(events.Paused(reason=events.PauseReason.PROCTOR, by=(PROCTOR,)))
    disk.full = True
    with pytest.raises(DiskFull):
        delivery.record(events.Tick())
    clock.move(mono_ms=600_000, wall_ms=600_000)
    disk.full = False
    delivery.record(events.Continued(by=(PROCTOR,)))
    assert delivery.remaining_ms() == TWO_HOURS_MS
    assert "restored" not in disk.kinds


def test_a_seat_that_stood_still_for_long_says_so(replica: Replica) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    for gap_ms in (10_000, 20_000):
        clock.move(mono_ms=gap_ms, wall_ms=gap_ms)
        delivery.record(events.Tick())
    assert [(one.code, one.detail) for one in delivery.sitting.incidents] == [("SEAT_STALLED", "20 s")]


def test_of_two_programs_that_sit_one_candidate_the_second_writes_nothing(replica: Replica) -> None:
    first = begun(replica, StillClock())
    second = Delivery(SITTING, replica.journal, StillClock())
    second.record(answered("item-1", "B"))
    state, head = first.sitting, first.head()
    with pytest.raises(OtherWriter):
        first.record(answered("item-1", "A"))
    assert (first.sitting, first.head()) == (state, head)
    assert read_sitting(replica.journal, SITTING) == second.sitting, "it can be read and gone on with"


# the desk


def test_an_answer_given_before_the_end_of_time_is_kept_however_long_the_disk_is_full(
    seat: ProctoredSeat, clock: MovedClock, disk: Disk
) -> None:
    seat.begin()
    item = seat.case.shelf.form.items[0].item
    clock.pass_ms(seat.case.delivery.remaining_ms() - 15_000)
    seat.rest()
    disk.full = True
    seat.choose(1)
    seat.until(lambda: seat.desk._saving.fault is not None)
    left = seat.case.delivery.remaining_ms()
    clock.pass_ms(20 * MINUTE_MS)
    seat.desk._time.look()
    assert seat.case.delivery.remaining_ms() == left
    assert not seat.desk._leaving
    disk.full = False
    seat.until(lambda: seat.says("不计入考试时间"))
    seat.rest()
    kept = seat.kept()
    assert (kept.state, item in kept.given) == (State.ACTIVE, True)
    assert 10_000 < kept.timing.left_ms <= left
    assert not seat.troubles
    clock.pass_ms(15_000)
    seat.until(lambda: bool(seat.told))


def test_extra_time_in_the_last_second_goes_on_instead_of_ending(
    seat: ProctoredSeat, clock: MovedClock, disk: Disk
) -> None:
    seat.begin()
    clock.pass_ms(seat.case.delivery.remaining_ms() - 400)
    seat.until(lambda: not seat.desk._saving.waiting)
    disk.full = True
    done: list[object] = []
    seat.desk.act(events.Extended(ms=600_000, note="x", by=KEYIDS[:1]), done.append)
    seat.desk._hand_in(EndReason.TIME)  # the clock ran out before anybody knew that the disk refuses
    seat.until(lambda: seat.desk._saving.fault is not None)
    disk.full = False
    seat.until(lambda: bool(done))
    seat.rest()
    assert not seat.troubles
    assert not seat.desk._leaving
    seat.choose(1)
    seat.rest()
    assert (seat.kept().state, len(seat.kept().given)) == (State.ACTIVE, 1)


def test_a_pause_in_the_last_second_is_a_pause(seat: ProctoredSeat, clock: MovedClock) -> None:
    seat.begin()
    clock.pass_ms(seat.case.delivery.remaining_ms() - 60_000)
    seat.desk.act(events.Paused(reason=events.PauseReason.PROCTOR, by=KEYIDS[:1]), lambda _sitting: None)
    seat.desk._hand_in(EndReason.TIME)
    seat.rest()
    assert not seat.troubles
    assert seat.kept().state is State.PAUSED
    seat.go_on()
    assert seat.rows()


# beside the desk


@pytest.mark.parametrize("pin", [None, "000000"])
def test_a_pin_given_while_the_disk_is_full_is_said_there_and_ends_nothing(
    seat: ProctoredSeat, disk: Disk, pin: str | None
) -> None:
    seat.begin()
    disk.full = True
    seat.choose(1)
    seat.until(lambda: seat.desk._saving.fault is not None)
    seat.deck.proctor_requested.emit()
    seat.until_screen("AuthorityScreen")
    seat.give_pin(0, pin)
    seat.until(lambda: seat.says("磁盘空间不足"))
    assert seat.screen == "AuthorityScreen"
    assert not seat.troubles
    disk.full = False
    seat.rest()
    assert [given.responses for given in seat.kept().given.values()] == [chosen(_second(seat))]
    seat.give_pin(0, PINS[0])
    seat.until_screen("CornerScreen")


def _second(seat: ProctoredSeat) -> str:
    (given,) = seat.kept().given.values()
    return next(iter(given.responses.values()))[0]


def test_a_report_for_the_room_is_written_when_the_disk_is_back(seat: ProctoredSeat, disk: Disk) -> None:
    disk.full = True
    seat.line._log_lock(seat.people.ids[0])
    disk.full = False
    seat.until(lambda: "reported" in disk.kinds)
    assert not seat.troubles
    assert disk.kinds.count("reported") == 1
