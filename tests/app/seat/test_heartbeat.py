"""The kiosk beats from its event loop, and says of its session only what it saw."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.seat.heartbeat import Heartbeat, around
from proctoring.lockdown.level import Evidence, assess
from proctoring.lockdown.session.looking import look_at_account, look_at_users
from proctoring.lockdown.session.pulse import VARIABLE, Pulse


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    one = Pulse()
    yield one
    one.close()


def joined(pulse: Pulse, parent: QObject) -> Heartbeat:
    environment = {VARIABLE: str(os.dup(pulse.there.fileno()))}
    heartbeat = Heartbeat.join(environment, parent)
    assert heartbeat is not None
    assert environment == {}  # whatever the kiosk starts finds no way to beat for it
    return heartbeat


def test_it_beats_as_soon_as_the_window_is_up_and_then_only_while_the_event_loop_runs(
    qtbot: QtBot, qapp: QObject, pulse: Pulse
) -> None:
    parent = QObject(qapp)
    heartbeat = joined(pulse, parent)
    pulse.read()
    before = pulse.first
    heartbeat.begin()
    pulse.read()
    first = pulse.first
    assert before is None
    assert first is not None

    def later() -> bool:
        return pulse.silent_s() < 0.5 and pulse.last > first

    assert not later()  # nobody ran the event loop since
    qtbot.waitUntil(later)
    heartbeat.end()
    parent.deleteLater()


def test_without_a_session_there_is_no_heartbeat_and_no_supervisor(qapp: QObject) -> None:
    assert Heartbeat.join({}, qapp) is None
    assert around(None) == Evidence(account=look_at_account(os.getuid()), machine_users=look_at_users())
    assert "no_supervisor" in assess(around(None)).short_of


def test_a_heartbeat_of_ones_own_making_is_no_session(qapp: QObject, pulse: Pulse) -> None:
    parent = QObject(qapp)
    heartbeat = joined(pulse, parent)
    assert {"strange_supervisor", "strange_display"} <= set(assess(around(heartbeat)).short_of)
    heartbeat.end()
    parent.deleteLater()


def test_a_supervisor_that_is_gone_or_stands_still_does_not_trouble_the_kiosk(qapp: QObject, pulse: Pulse) -> None:
    parent = QObject(qapp)
    heartbeat = joined(pulse, parent)
    for _ in range(2_000):  # more than the socket holds
        heartbeat.begin()
    pulse.close()
    heartbeat.begin()
    assert heartbeat.supervision.same_user
    heartbeat.end()
    parent.deleteLater()
