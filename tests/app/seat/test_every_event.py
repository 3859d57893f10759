"""The real kiosk, SIGKILLed at every journal event of a sitting: it comes back as it stood; the packet is one."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from app.demo.cast import CANDIDATES
from app.demo.recorder import recorder_let_go
from app.seat.home import SeatHome
from app.seat.sealing import packet_of
from app.seat.workplace import Workplace
from sync.replica.outbox import Stage
from tests.app.seat.conftest import ITEMS, Site

FIRST_SCREEN = {
    "awaiting": "SignInScreen",
    "admitted": "NoticeScreen",
    "active": "ItemScreen",
    "submitted": "SealingScreen",
    "sealed": "SealingScreen",
}
Lives = list[dict[str, Any]]


@pytest.fixture
def lives(site: Site, seat_home: SeatHome) -> Lives:
    """All lives of the kiosk until one comes to the result."""
    site.release_share()
    items = [item.id for item in site.stage.published.bank.items]
    script = {
        "pins": site.pins(),
        "admission_number": CANDIDATES[0].admission_number,
        "answers": {item: {"RESPONSE": site.right(item)} if _is_answered(item) else {} for item in items},
        "pace_ms": 0,
    }
    command = [sys.executable, "-m", "tests.app.seat.every_event", str(seat_home.root)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with recorder_let_go(seat_home.recorder_socket):
        done = subprocess.run(
            command, input=json.dumps(script) + "\n", capture_output=True, text=True, check=False, env=environment
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(600)
def test_a_kiosk_killed_at_every_event_comes_back_as_it_stood(lives: Lives, site: Site, workplace: Workplace) -> None:
    assert [life["code"] for life in lives] == [-signal.SIGKILL] * (len(lives) - 1) + [0]
    assert [len(life["last"]) for life in lives] == [1] * (len(lives) - 1) + [0]
    killed_at = Counter(kind for life in lives for kind in life["last"])
    once = dict.fromkeys(("opened", "admitted", "resumed", "notice_read", "started", "submitted", "sealed"), 1)
    assert killed_at.items() >= (once | {"viewed": ITEMS}).items()
    answered = [item for item in _items_of(lives) if _is_answered(item)]
    assert killed_at["answered"] == len(answered)
    orders: dict[str, object] = {}
    for life in lives:
        before, told = life["before"], life["told"]
        screens = [line["screen"] for line in told if line["event"] == "shown"]
        assert screens[:1] in ([], [FIRST_SCREEN[before["state"]]])
        for standing in (line for line in told if line["event"] == "standing" and before["state"] == "active"):
            assert standing["item"] == before["item"] or before["item"] is None
            assert [standing[key] for key in ("responses", "flagged", "answered", "look", "shown_look")] == [
                before[key] for key in ("responses", "flagged", "answered", "look", "look")
            ]
            assert orders.setdefault(standing["item"], standing["order"]) == standing["order"]
        for clock in (line for line in told if line["event"] == "clock" and before["state"] == "active"):
            assert 0 <= before["left_ms"] // 1000 + 1 - _seconds(clock["says"]) <= 5
        assert 0 <= life["after"]["active_ms"] - before["active_ms"] <= life["lived_ms"]
    assert "dark" in lives[-1]["after"]["look"]
    (row,) = workplace.replica.outbox.all()
    assert row.stage is Stage.QUEUED
    packet = packet_of(row)
    assert {one.item: one.responses for one in packet.answers} == {
        item: {"RESPONSE": site.right(item)} for item in answered
    }
    assert packet.active_ms <= sum(life["lived_ms"] for life in lives)


def _is_answered(item: str) -> bool:
    """Leave about half of the items alone: which, is the same for every form."""
    return sum(item.encode()) % 2 == 0


def _items_of(lives: Lives) -> set[str]:
    """Give the items that were in front in any life."""
    return {line["item"] for life in lives for line in life["told"] if line["event"] == "standing"}


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return (hours * 60 + minutes) * 60 + seconds
