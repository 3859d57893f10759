"""What the checks are told beyond the PC's files: the registry's clock, what is usual here, what is ours."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.seat import surroundings
from app.seat.camera_desk import CameraDesk
from app.seat.carrying import SiteStore
from app.seat.guard.guard import Guard
from app.seat.pc import Pc
from app.seat.readiness import Display, Reach, Readiness, _registry
from app.seat.surroundings import Surroundings
from app.seat.workplace import Session, Workplace
from proctoring.checks.clocks import MOST_OFFSET_MS, clock_offset
from proctoring.checks.inputs import input_devices
from proctoring.checks.machine import Machine
from proctoring.checks.observation import observe
from sync.trust.keys import SigningKey
from sync.wire.environment import Verdict
from sync.wire.ids import new_id
from tests.app.seat.plugged import ordinary
from tests.app.seat.test_read_aloud import with_reader
from tests.proctoring.checks.made_up import MadeUp, keyboard

MOUSE = keyboard(4, "USB Mouse", "usb-0000:00:14.0-2/input0", keys="70000 0 0 0 0", rel="903")
KEYBOARD = keyboard(3, "USB Keyboard", "usb-0000:00:14.0-1/input0")


@pytest.fixture
def pc(made_up_pc: Machine) -> MadeUp:
    found = ordinary(made_up_pc)
    found.inputs(KEYBOARD)
    return found


@pytest.fixture
def around(pc: MadeUp, workplace: Workplace) -> Surroundings:
    return Surroundings(workplace.home, workplace.enrolment.url, workplace.trust, pc.machine)


def inputs(pc: MadeUp, around: Surroundings) -> Verdict:
    (seen,) = observe({"input_devices": input_devices}, pc.machine, around.situation())
    return seen.verdict


def test_the_registrys_clock_is_asked_once_and_counted_on_by_one_that_nobody_sets(
    pc: MadeUp, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verdict() -> Verdict:
        return clock_offset(pc.machine, around.situation()).verdict

    assert verdict() is Verdict.UNKNOWN
    around.hear_registry(time.time_ns() // 1_000_000 - 2_000)
    assert verdict() is Verdict.CLEAR
    assert around.situation().registry_offset_ms == pytest.approx(2_000, abs=1_000)
    wall_ms = surroundings._wall_ms
    monkeypatch.setattr(surroundings, "_wall_ms", lambda: wall_ms() + 2 * MOST_OFFSET_MS)
    assert verdict() is Verdict.FOUND, "somebody set this PC's clock; nobody had to be asked"


def test_readiness_hears_the_registrys_clock_with_the_answer_it_asks_for_anyway(
    workplace: Workplace, session: Session
) -> None:
    heard: list[int] = []
    camera = CameraDesk(workplace.home, workplace.enrolment.device, session.plan, "synthetic")
    assert _registry(Reach(workplace.connect(), camera, Display(1366, 768), heard.append)).readiness is Readiness.GOOD
    camera.leave()
    (served_ms,) = heard
    assert abs(served_ms - time.time() * 1000) < 5 * MOST_OFFSET_MS


def test_what_was_here_when_a_session_was_checked_is_usual_and_what_came_since_is_new(
    pc: MadeUp, around: Surroundings
) -> None:
    assert inputs(pc, around) is Verdict.CLEAR
    pc.inputs(KEYBOARD, MOUSE)
    around.remember()
    assert inputs(pc, around) is Verdict.FOUND, "proctors are shown it before they start"
    around.take_as_usual()
    assert inputs(pc, around) is Verdict.CLEAR
    pc.inputs(KEYBOARD, MOUSE, keyboard(5, "USB Mouse", "usb-0000:00:14.0-3/input0", keys="70000 0 0 0 0", rel="903"))
    around.take_as_usual()
    assert inputs(pc, around) is Verdict.FOUND, "it came after the checks, before the start"


def test_the_store_that_recordings_go_to_may_be_talked_to_and_a_station_on_this_pc_may_listen(
    around: Surroundings, workplace: Workplace
) -> None:
    pem = SigningKey.generate_p256().public.pem
    store = SiteStore(address="https://192.0.2.7:8443/recordings", archive=new_id(), archive_public_key_pem=pem)
    workplace.home.site_store.write_text(store.model_dump_json())
    situation = around.situation()
    assert ("192.0.2.7", 8443) in situation.peers
    (port,) = situation.ports
    assert ("127.0.0.1", port) in situation.peers
    assert workplace.enrolment.url.endswith(f":{port}")


def test_a_store_in_a_folder_or_one_that_cannot_be_read_is_nobody_to_talk_to(
    around: Surroundings, workplace: Workplace
) -> None:
    workplace.home.site_store.write_text("{")
    assert {host for host, _port in around.situation().peers} == {"127.0.0.1"}


@pytest.fixture
def deaf_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    answered = threading.Event()

    def nothing(*_question: object, **_hints: object) -> list[object]:
        answered.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    monkeypatch.setattr(surroundings, "RESOLVER_S", 0.05)
    yield
    answered.set()


@pytest.mark.usefixtures("deaf_resolver")
def test_a_resolver_that_hangs_holds_up_no_look(around: Surroundings) -> None:
    began = time.monotonic()
    assert around.situation().peers == frozenset()
    assert time.monotonic() - began < 10


def test_the_supervisor_of_our_session_is_ours_as_long_as_we_are_its_child(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert os.getppid() not in around.situation().own_pids
    around.set_supervised(supervised=True)
    assert os.getppid() in around.situation().own_pids
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert 1 not in around.situation().own_pids, "whoever takes in orphans is the parent of everything"


def test_a_reader_that_was_approved_for_somebody_of_this_room_may_read(
    pc: MadeUp, workplace: Workplace, session: Session, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    guard = Guard(window, machine=pc.machine)
    kiosk = Pc(workplace, guard, window)
    for granted in (True, False):
        desk = kiosk.desk(replace(session, plan=with_reader(session.plan, granted=granted)))
        bus = next(one for one in desk.look(()).weighed if one.observation.check == "accessibility_bus")
        assert (bus.observation.evidence == ("an approved accommodation uses it",)) is granted
        kiosk.let_read(approved=granted)
        assert guard.accessible is granted
    kiosk.leave()
