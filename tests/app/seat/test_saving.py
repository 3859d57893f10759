"""Saving: nothing is called saved that is not on the disk; what cannot be written blocks, alarms, is tried again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.exam import events
from app.exam.interactions import Responses
from app.exam.sitting import Given, Notes, Sitting, State
from app.seat.alarm import TONE_S, Cause, tone
from app.seat.home import SeatHome
from app.seat.phases.delivery import recorder_watch, saving
from app.seat.phases.delivery.bounds import fits
from app.seat.phases.delivery.saving import Saving
from app.seat.sealing import packet_of, seal
from app.seat.workplace import Workplace
from app.ui.clip_speaker import CHANNELS, RATE
from proctoring.recorder.client import RecorderGone
from sync.replica.durable import DiskFull
from sync.wire.packet import EndReason
from tests.app.exam.given import answered, chosen
from tests.app.seat.conftest import Site
from tests.app.seat.desk import PROCTOR, SeatAtWork
from tests.app.seat.moved_clock import MovedClock


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SeatAtWork]:
    monkeypatch.setattr(saving, "RETRY_MS", 50)
    monkeypatch.setattr(recorder_watch, "RECORDER_MS", 50)
    at_work = SeatAtWork(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def test_what_cannot_be_written_covers_the_item_alarms_and_is_saved_in_the_end(seat: SeatAtWork) -> None:
    seat.begin()
    told: list[object] = []
    seat.desk.acknowledged.connect(lambda _item, responses: told.append(responses))
    fill(seat.workplace)
    seat.choose()
    seat.until(lambda: seat.desk._saving.fault is not None)
    assert isinstance(seat.desk._saving.fault, DiskFull)
    assert not seat.rows(), "nothing can be given while nothing can be saved"
    assert seat.desk._alarm.causes == {Cause.NOT_SAVED}
    assert seat.says("作答没有保存")
    assert not told
    make_room(seat.workplace)
    seat.until(lambda: seat.desk._saving.fault is None)
    assert seat.desk._alarm.causes == frozenset()
    assert seat.rows()
    assert seat.says("都保存好了")
    assert [given.responses for given in seat.kept().given.values()] == told
    assert told


def test_what_came_first_is_written_first_however_often_it_is_tried(seat: SeatAtWork) -> None:
    seat.begin()
    item = seat.case.shelf.form.items[0].item
    seat.rest()
    fill(seat.workplace)
    told: list[object] = []
    seat.desk.acknowledged.connect(lambda _item, responses: told.append(responses))
    for choice in "AB":  # faster than any disk answers
        seat.items.responded.emit(item, chosen(choice))
    seat.items.flag_toggled.emit(item, True)
    seat.until(lambda: seat.desk._saving.fault is not None)
    make_room(seat.workplace)
    seat.until(lambda: seat.desk._saving.fault is None)
    assert told == [chosen("A"), chosen("B")]
    assert seat.kept().given[item].responses == chosen("B")
    assert item in seat.kept().flags


def test_a_hand_in_that_cannot_be_written_is_handed_in_once_it_can(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    fill(seat.workplace)
    clock.pass_ms(7_200_000)
    seat.until(lambda: seat.desk._saving.fault is not None)
    assert not seat.told
    make_room(seat.workplace)
    seat.until(lambda: bool(seat.told))
    kinds = [row.kind for row in seat.workplace.replica.journal.rows(seat.entry.sitting)]
    assert kinds.count("submitted") == 1
    assert len(seat.kept().given) == 1


def test_pressing_again_and_again_hands_in_once_and_makes_one_packet(seat: SeatAtWork) -> None:
    seat.begin()
    told: dict[str, object] = {}
    seat.desk.acknowledged.connect(told.__setitem__)
    for _ in range(3):
        seat.choose()
        seat.press("next")
    for _ in range(5):
        seat.review.submit_confirmed.emit()
    seat.until(lambda: bool(seat.told))
    ((_, case),) = seat.told
    packet = packet_of(seal(case, None))
    assert packet_of(seal(case, None)) == packet
    assert len(seat.workplace.replica.outbox.all()) == 1
    assert {answer.item: dict(answer.responses) for answer in packet.answers} == told
    assert len(told) == 3


def test_a_proctors_pause_while_nothing_can_be_saved_is_done_as_soon_as_it_can(seat: SeatAtWork) -> None:
    seat.begin()
    fill(seat.workplace)
    seat.choose()
    after: list[object] = []
    seat.desk.act(events.Paused(reason=events.PauseReason.PROCTOR, by=(PROCTOR,)), after.append)
    seat.until(lambda: seat.desk._saving.fault is not None)
    assert not after
    make_room(seat.workplace)
    seat.until(lambda: bool(after))
    assert seat.kept().state is State.PAUSED
    assert len(seat.kept().given) == 1, "what was chosen before the pause is before it"


def test_a_response_that_is_too_large_is_refused_in_words_and_takes_nothing_away(seat: SeatAtWork) -> None:
    seat.begin()
    item = seat.case.shelf.form.items[0].item
    seat.choose()
    seat.rest()
    before = seat.kept()
    seat.items.responded.emit(item, {"RESPONSE": ("x" * 20_001,)})
    seat.rest()
    assert seat.says("答案太长")
    assert seat.kept().given == before.given
    assert seat.rows()[0].isChecked()
    assert not seat.troubles


def test_what_fits_is_what_a_row_may_hold() -> None:
    nothing = Sitting()
    assert fits(nothing, "item", {"RESPONSE": ("x" * 20_000,)})
    assert fits(nothing, "item", {})
    assert not fits(nothing, "item", {"RESPONSE": ("x" * 20_001,)})
    assert not fits(nothing, "item", {"RESPONSE": tuple("x" for _ in range(501))})
    assert not fits(nothing, "item", {"RESPONSE": ("\ud800",)}), "half a character cannot be written down"


def test_all_together_fit_into_a_packet() -> None:
    long = _long_responses()
    sitting = Sitting(given={f"item-{number}": Given(long, True, 0, 0) for number in range(4)})
    assert fits(sitting, "item-9", chosen("A")), "a choice always has its place"
    assert fits(sitting, "item-0", long), "what is already there does not count twice"
    assert not fits(replace(sitting, given={**sitting.given, "item-5": Given(long, True, 0, 0)}), "item-6", long)


def test_more_marks_than_allowed_are_refused_in_words(seat: SeatAtWork) -> None:
    seat.begin()
    item = seat.case.shelf.form.items[0].item
    seat.items.noted.emit(item, Notes(struck=tuple(f"o{number}" for number in range(201))))
    assert seat.says("最后一处没有收下")
    seat.rest()
    assert item not in seat.kept().notes


def test_a_file_that_may_not_grow_loses_nothing_that_was_saved(seat: SeatAtWork) -> None:
    """The kernel itself says no (RLIMIT_FSIZE): in a program of its own, because the limit holds for all its files."""
    seat.begin()
    seat.choose()
    seat.rest()
    workplace, sitting = seat.workplace, seat.entry.sitting
    known = seat.kept()
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, str(workplace.home.root), sitting],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told[0] == "saved"
    assert told[-1] == "DISK_FAULT"
    assert len(seat.kept().flags) == told.count("saved")
    assert seat.kept().given == known.given


LIMITED = """
import resource, signal, sys
from pathlib import Path
from app.exam.events import Flagged
from app.seat.delivery import Delivery
from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from sync.faults import Fault
workplace = Workplace.open(SeatHome(Path(sys.argv[1])))
delivery = Delivery(sys.argv[2], workplace.replica.journal, workplace.clock)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
largest = max(file.stat().st_size for file in workplace.home.root.rglob("*") if file.is_file())
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100_000, largest + 100_000))
try:
    for number in range(10_000):
        delivery.record(Flagged(item=f"item-{number}", on=True))
        print("saved")
except Fault as fault:
    print(fault.code)
"""


# the recorder


def test_a_recorder_that_is_lost_is_said_and_the_sitting_goes_on(
    seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.begin()
    lose(seat, monkeypatch)
    seat.until(lambda: "RECORDING_INTERRUPTED" in seat.codes())
    assert seat.desk._alarm.causes == {Cause.NOT_RECORDING}
    assert seat.says("录音录像中断")
    seat.choose()
    seat.rest()
    assert len(seat.kept().given) == 1
    monkeypatch.undo()
    seat.until(lambda: "RECORDING_BACK" in seat.codes())
    assert seat.desk._alarm.causes == frozenset()
    assert seat.codes().count("RECORDING_INTERRUPTED") == 1


def test_by_policy_a_lost_recorder_pauses_and_only_a_proctor_goes_on(
    seat: SeatAtWork, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.rule(recording_lost="pause")
    seat.begin()
    lose(seat, monkeypatch)
    seat.until(lambda: seat.kept().state is State.PAUSED)
    seat.until(lambda: not seat.rows())
    assert seat.says("录音录像中断，考试已暂停")
    left = seat.case.delivery.remaining_ms()
    monkeypatch.undo()
    monkeypatch.setattr("app.seat.workplace.read_clock", clock)
    seat.until(lambda: seat.says("录音录像已恢复"))
    assert seat.kept().state is State.PAUSED
    clock.pass_ms(600_000)
    assert seat.case.delivery.remaining_ms() == left
    seat.go_on()
    assert seat.rows()


def test_a_proctor_may_go_on_without_a_recording_and_is_not_stopped_again(
    seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.rule(recording_lost="pause")
    seat.begin()
    lose(seat, monkeypatch)
    seat.until(lambda: seat.kept().state is State.PAUSED)
    seat.go_on()
    misses = seat.desk._watch._misses
    seat.until(lambda: seat.desk._watch._misses > misses + 3)
    assert seat.kept().state is State.ACTIVE
    assert seat.codes().count("PAUSED") == 1


# the queue itself


def test_what_waits_for_another_sitting_is_forgotten(seat: SeatAtWork) -> None:
    seat.begin()
    queue = Saving(seat.worker, seat)
    told: list[object] = []
    queue.begin(seat.case.delivery)
    queue.save(answered(seat.case.shelf.form.items[0].item, "A"), told.append, told.append)
    queue.begin(None)
    done: list[None] = []
    seat.worker.run(seat, lambda: None, done.append, lambda _fault: None)
    seat.until(lambda: bool(done))
    assert not told
    assert queue.waiting == 0


def test_what_is_ended_is_refused_to_whoever_comes_later(seat: SeatAtWork) -> None:
    seat.begin()
    refused: list[object] = []
    seat.desk.act(events.Submitted(reason=EndReason.PROCTOR, by=(PROCTOR,)), lambda _sitting: None)
    seat.items.flag_toggled.emit(seat.case.shelf.form.items[0].item, True)
    seat.until(lambda: bool(seat.told))
    QTimer.singleShot(0, seat, lambda: refused.append(None))
    seat.until(lambda: bool(refused))
    assert not seat.troubles
    assert not seat.kept().flags


def test_the_tone_is_short_and_does_not_click() -> None:
    sound = memoryview(tone()).cast("h")
    assert len(sound) == int(RATE * TONE_S) * CHANNELS
    assert sound[0] == 0
    assert abs(sound[-1]) < 200
    assert max(sound) > 10_000


def _long_responses() -> Responses:
    """Give responses of 300 kB."""
    return {f"R{number}": ("\u4e00" * 20_000,) for number in range(5)}


def fill(workplace: Workplace) -> None:
    """Leave the database no room for even the smallest row."""
    connection = workplace.replica._connection
    (pages,) = connection.rows("PRAGMA page_count")[0]
    connection.rows(f"PRAGMA max_page_count = {pages}")
    for size in (4000, 200, 1):
        with suppress(DiskFull):
            for number in range(100_000):
                workplace.replica.cabinet.set_setting(f"filling-{size}-{number}", "x" * size)
    with suppress(DiskFull):
        for number in range(1000):  # the journal's own last page
            workplace.replica.journal.append("filling", "tick", "run", number, number, b"{}")


def make_room(workplace: Workplace) -> None:
    """Let the database grow again."""
    workplace.replica._connection.rows("PRAGMA max_page_count = 1000000")


def lose(seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody answer for the recorder."""

    def gone(*_asked: object) -> None:
        raise RecorderGone("simulated")

    monkeypatch.setattr(seat.camera, "status", lambda: None)
    monkeypatch.setattr(seat.camera, "start", gone)
