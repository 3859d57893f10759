import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import TracebackType

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.bridge import Worker, finish_background, in_background
from sync.faults import Fault


class Broken(Fault):
    code = "BROKEN"


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def no_fault(fault: Fault) -> None:
    raise AssertionError(fault)


def test_work_runs_elsewhere_and_its_end_is_told_on_the_screens_thread(worker: Worker, qtbot: QtBot) -> None:
    threads: list[int] = []
    parent = QObject()
    worker.run(parent, threading.get_ident, lambda ident: threads.extend((ident, threading.get_ident())), no_fault)
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != threads[1] == threading.get_ident()


def test_one_worker_keeps_the_order_of_its_jobs(worker: Worker, qtbot: QtBot) -> None:
    ran: list[int] = []
    told: list[int] = []
    parent = QObject()

    def job(number: int) -> int:
        ran.append(number)
        return number

    for number in range(200):
        worker.run(parent, partial(job, number), told.append, no_fault)
    qtbot.waitUntil(lambda: len(told) == 200)
    assert ran == told == list(range(200))


def test_a_fault_goes_to_failed_and_not_to_done(worker: Worker, qtbot: QtBot) -> None:
    faults: list[Fault] = []

    def work() -> None:
        raise Broken("detail")

    parent = QObject()
    worker.run(parent, work, lambda _result: pytest.fail("done was told"), faults.append)
    qtbot.waitUntil(lambda: bool(faults))
    assert [fault.code for fault in faults] == ["BROKEN"]


def test_a_defect_reaches_the_excepthook_and_neither_end(
    worker: Worker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: list[BaseException] = []

    def hook(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        caught.append(error)

    def work() -> None:
        raise ZeroDivisionError

    parent = QObject()
    with qtbot.captureExceptions() as captured:
        monkeypatch.setattr(sys, "excepthook", hook)
        worker.run(parent, work, lambda _result: pytest.fail("done was told"), no_fault)
        qtbot.waitUntil(lambda: bool(caught))
    assert isinstance(caught[0], ZeroDivisionError)
    assert not captured


def test_a_destroyed_parent_is_not_told(worker: Worker, qtbot: QtBot) -> None:
    gate = threading.Event()
    told: list[str] = []
    gone, here = QObject(), QObject()
    worker.run(gone, gate.wait, lambda _result: told.append("gone"), no_fault)
    worker.run(here, lambda: None, lambda _result: told.append("here"), no_fault)
    shiboken6.delete(gone)  # as Qt does with a page, while Python still has it
    gate.set()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["here"]


def test_closing_finishes_what_was_taken_and_ends_the_thread() -> None:
    others = set(threading.enumerate())
    worker = Worker()
    written: list[int] = []
    parent = QObject()
    for number in range(50):
        worker.run(parent, partial(written.append, number), lambda _none: None, no_fault)
    worker.close()
    assert written == list(range(50))
    assert set(threading.enumerate()) <= others


def test_the_shared_threads_run_work_and_are_gone_when_finished(qtbot: QtBot) -> None:
    finish_background()  # of whoever was before us in this process
    others = set(threading.enumerate())
    told: list[int] = []
    parent = QObject()
    in_background(parent, lambda: 7, told.append, no_fault)
    qtbot.waitUntil(lambda: told == [7])
    finish_background()
    assert set(threading.enumerate()) <= others
    in_background(parent, lambda: 8, told.append, no_fault)
    qtbot.waitUntil(lambda: told == [7, 8])
    finish_background()
