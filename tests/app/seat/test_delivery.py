"""The running sitting: on the disk before it is true, and back exactly as it was after SIGKILL at any step."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.exam import events
from app.exam.prose import Language
from app.exam.sitting import OutOfOrder, State
from app.seat.delivery import Delivery, read_sitting
from sync.replica.database import Replica
from sync.replica.durable import DiskFull
from sync.trust.clock import ClockReading, read_clock
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from tests.app.exam.given import answered, chosen

SITTING = new_id()
OPENING = (
    events.Admitted(
        session=new_id(), candidate=new_id(), seat_number=7, proctors=("a" * 64,), confirmed_by=("a" * 64,)
    ),
    events.NoticeRead(notice_sha256="b" * 64, recording=new_id()),
    events.Started(form_sha256="c" * 64, duration_ms=7_200_000),
)
KEY = bytes(32)

SEAT = """
import sys
from pathlib import Path
from app.exam.events import read_event
from app.seat.delivery import Delivery
from sync.replica.database import Replica
from sync.trust.clock import read_clock
delivery = Delivery(sys.argv[2], Replica.open(Path(sys.argv[1]), bytes(32)).journal, read_clock)
for line in sys.stdin.buffer:
    delivery.record(read_event(line.rstrip()))
    print("saved", flush=True)
"""


class Clock:
    """A simulated clock: a second between any two looks."""

    def __init__(self) -> None:
        self.wall_offset_ms = 0
        self._seconds: Iterator[int] = count(1)

    def __call__(self) -> ClockReading:
        now = next(self._seconds) * 1000
        return ClockReading(boot_id="boot", mono_ms=now, wall_ms=10**12 + now + self.wall_offset_ms)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    with Replica.open(tmp_path / "replica.db", KEY) as opened:
        yield opened


def open_sitting(replica: Replica, clock: Clock) -> Delivery:
    delivery = Delivery(SITTING, replica.journal, clock)
    for event in OPENING:
        delivery.record(event)
    return delivery


def test_what_was_recorded_is_what_is_replayed(replica: Replica) -> None:
    delivery = open_sitting(replica, Clock())
    delivery.record(answered("item-1", "B"))
    delivery.record(events.Flagged(item="item-2", on=True))
    delivery.record(events.Adjusted(language=Language.EN, text_percent=150))
    assert read_sitting(replica.journal, SITTING) == delivery.sitting
    assert delivery.head() == (replica.journal.rows(SITTING)[-1].hash, 6)


def test_a_restart_resumes_with_the_same_answers_and_no_time_lost(replica: Replica) -> None:
    clock = Clock()
    before = open_sitting(replica, clock)
    before.record(events.Viewed(item="item-9"))
    before.record(answered("item-9", "A"))
    again = Delivery(SITTING, replica.journal, clock)
    assert (again.sitting.current, again.sitting.given["item-9"].responses) == ("item-9", chosen("A"))
    assert again.sitting.active_ms == before.sitting.active_ms
    assert again.sitting.resumes == 1


@pytest.mark.parametrize("jump_ms", [-(10**12), -61_000, 61_000, 10**12])
def test_a_jump_of_the_wall_clock_is_an_incident_and_changes_no_time(replica: Replica, jump_ms: int) -> None:
    clock = Clock()
    delivery = open_sitting(replica, clock)
    delivery.record(events.Tick())
    clock.wall_offset_ms = jump_ms
    delivery.record(answered("item-1", "A"))
    delivery.record(events.Tick())
    assert [incident.code for incident in delivery.sitting.incidents] == ["CLOCK_JUMPED"]
    assert delivery.sitting.active_ms < 10_000


def test_a_clock_that_fell_back_while_the_seat_was_dead_is_an_incident_too(replica: Replica) -> None:
    clock = Clock()
    open_sitting(replica, clock).record(events.Tick())
    clock.wall_offset_ms = -(10**11)  # a dead battery: the PC comes back years ago
    again = Delivery(SITTING, replica.journal, clock)
    again.record(answered("item-1", "A"))
    assert [incident.code for incident in again.sitting.incidents] == ["RESUMED", "CLOCK_JUMPED"]
    assert again.sitting.resumes == 1


def test_an_event_out_of_order_is_neither_true_nor_written(replica: Replica) -> None:
    delivery = open_sitting(replica, Clock())
    delivery.record(events.Submitted(reason=EndReason.CANDIDATE))
    state, head = delivery.sitting, delivery.head()
    with pytest.raises(OutOfOrder):
        delivery.record(answered("item-1", "A"))
    assert (delivery.sitting, delivery.head()) == (state, head)


def test_what_cannot_be_written_is_not_true(replica: Replica) -> None:
    delivery = open_sitting(replica, Clock())
    (pages,) = replica._connection.rows("PRAGMA page_count")[0]
    replica._connection.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        for number in range(1000):
            delivery.record(answered(f"item-{number}", *"ABCDEFGHIJKLMNOPQRST"))
    assert read_sitting(replica.journal, SITTING) == delivery.sitting
    replica._connection.rows("PRAGMA max_page_count = 1000000")
    delivery.record(answered("after", "A"))
    assert "after" in read_sitting(replica.journal, SITTING).answered


STEPS = (
    *OPENING,
    events.Viewed(item="item-1"),
    answered("item-1", "A"),
    events.Flagged(item="item-1", on=True),
    events.Adjusted(language=Language.EN, text_percent=125),
    events.Tick(),
    events.Occurred(code="CAMERA_LOST", detail=""),
    events.Submitted(reason=EndReason.CANDIDATE),
    events.Sealed(payload_sha256="d" * 64),
)


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_kill_9_after_every_step_loses_nothing_that_was_saved(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "replica.db"
    command = [sys.executable, "-c", SEAT, str(path), SITTING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as seat:
        assert seat.stdin is not None
        assert seat.stdout is not None
        for event in STEPS[:steps]:
            seat.stdin.write(events.event_bytes(event) + b"\n")
            seat.stdin.flush()
            assert seat.stdout.readline() == b"saved\n"
        os.kill(seat.pid, signal.SIGKILL)
    with Replica.open(path, KEY) as replica:
        kept = [json.loads(row.body)["kind"] for row in replica.journal.rows(SITTING)]
        sitting = read_sitting(replica.journal, SITTING)
    assert kept == [event.kind for event in STEPS[:steps]]
    answered = steps > STEPS.index(STEPS[4])
    assert sitting.answered == ({"item-1"} if answered else set())
    assert (sitting.state is State.SEALED) == (steps == len(STEPS))


class StillClock:
    """A simulated clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = ClockReading(boot_id="boot-1", mono_ms=1_000_000, wall_ms=10**12)

    def __call__(self) -> ClockReading:
        return self.now

    def move(self, boot_id: str | None = None, *, mono_ms: int = 0, wall_ms: int = 0, slept_ms: int = 0) -> None:
        """Move each clock by so much; another boot begins its monotonic clock at `mono_ms`."""
        before = self.now
        mono = before.mono_ms + mono_ms if boot_id is None else mono_ms
        slept = before.slept_ms + slept_ms if boot_id is None else slept_ms
        self.now = ClockReading(boot_id or before.boot_id, mono, before.wall_ms + wall_ms, slept)


def begun(replica: Replica, clock: StillClock) -> Delivery:
    delivery = Delivery(SITTING, replica.journal, clock)
    for event in OPENING:
        delivery.record(event)
    return delivery


def test_the_clock_does_not_run_while_the_seat_is_dead(replica: Replica) -> None:
    clock = StillClock()
    begun(replica, clock)
    clock.move(mono_ms=600_000, wall_ms=600_000)
    assert Delivery(SITTING, replica.journal, clock).sitting.active_ms == 0
    clock.move("boot-2", mono_ms=20_000, wall_ms=600_000)
    assert Delivery(SITTING, replica.journal, clock).sitting.active_ms == 0


@pytest.mark.parametrize(
    ("boot", "mono_ms", "wall_ms", "dead_ms"),
    [
        (None, 600_000, 600_000, 600_000),
        (None, 600_000, 10**11, 600_000),
        ("boot-2", 20_000, 600_000, 600_000),
        ("boot-2", 20_000, -600_000, 0),
    ],
)
def test_a_running_clock_goes_by_the_machine_or_else_by_the_wall_and_never_back(
    replica: Replica, boot: str | None, mono_ms: int, wall_ms: int, dead_ms: int
) -> None:
    clock = StillClock()
    begun(replica, clock)
    clock.move(boot, mono_ms=mono_ms, wall_ms=wall_ms)
    again = Delivery(SITTING, replica.journal, clock, "running")
    assert again.sitting.active_ms == dead_ms
    assert read_sitting(replica.journal, SITTING) == again.sitting


def test_while_it_was_paused_no_clock_ran_dead_or_not(replica: Replica) -> None:
    clock = StillClock()
    begun(replica, clock).record(events.Paused(reason=events.PauseReason.PROCTOR, by=("a" * 64,)))
    clock.move(mono_ms=600_000, wall_ms=600_000)
    assert Delivery(SITTING, replica.journal, clock, "running").sitting.active_ms == 0


def test_a_machine_that_slept_is_stated_once_and_takes_no_time(replica: Replica) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    clock.move(mono_ms=1_000, wall_ms=3_601_000, slept_ms=3_600_000)
    delivery.record(events.Tick())
    clock.move(mono_ms=1_000, wall_ms=1_000)
    delivery.record(events.Tick())
    assert [(one.code, one.detail) for one in delivery.sitting.incidents] == [("SUSPENDED", "3600 s")]
    assert delivery.sitting.active_ms == 2_000


def test_a_clock_that_was_moved_while_the_machine_slept_is_told_beside_it(replica: Replica) -> None:
    clock = StillClock()
    delivery = begun(replica, clock)
    clock.move(mono_ms=1_000, wall_ms=-100_000, slept_ms=3_600_000)
    delivery.record(events.Tick())
    assert [one.code for one in delivery.sitting.incidents] == ["SUSPENDED", "CLOCK_JUMPED"]
    assert delivery.sitting.incidents[1].detail == "-3701 s"


def test_sleep_before_the_start_is_nobodys_incident(replica: Replica) -> None:
    clock = StillClock()
    delivery = Delivery(SITTING, replica.journal, clock)
    for event in OPENING[:2]:
        delivery.record(event)
    clock.move(mono_ms=1_000, wall_ms=600_000, slept_ms=599_000)
    delivery.record(OPENING[2])
    delivery.record(events.Tick())
    assert not delivery.sitting.incidents


def test_the_real_clock_tells_how_long_the_machine_slept() -> None:
    first, second = read_clock(), read_clock()
    assert 0 <= second.slept_ms - first.slept_ms < 1_000
