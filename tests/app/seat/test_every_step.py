"""SIGKILL before and after every write of whole sittings, from the opening of the room to the queue."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.seat.home import SeatHome
from tests.app.seat.conftest import Site
from tests.app.seat.every_step_lives import ANSWERED

WHOLE = {
    "look": True,
    "flags": 1,
    "notes": 1,
    "plays": 1,
    "end": "candidate",
    "incidents": ["PAUSED", "EXTENDED", "CONTINUED", "ENDED_PROCTOR", "REOPENED", "CONTINUED"],
    "proctors": 2,
    "on_duty": 1,
}
VOIDED = {
    "look": False,
    "flags": 0,
    "notes": 0,
    "plays": 0,
    "end": "voided",
    "incidents": ["PAUSED", "CONTINUED", "IRREGULARITY", "ENDED_VOIDED"],
    "proctors": 2,
    "on_duty": 2,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("life", "events", "facts"),
    # room (3), admission (2), notice, start, two for each item, the rest of the life, sealed
    [
        ("whole", 3 + 2 + 2 + 2 * ANSWERED + 15 + 1, WHOLE),
        pytest.param("voided", 3 + 2 + 2 + 2 * ANSWERED + 4 + 1, VOIDED, marks=pytest.mark.long),
    ],
)
def test_a_seat_killed_at_any_write_recovers_to_one_whole_packet(
    life: str, events: int, facts: dict[str, Any], site: Site, seat_home: SeatHome, tmp_path: Path
) -> None:
    people = [word for pair in list(site.pins().items())[:2] for word in pair]
    arguments = [str(seat_home.root), str(tmp_path / "rounds"), life, site.release_share().code(), *people]
    command = [sys.executable, "-m", "tests.app.seat.every_step", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    # each event is a write in a transaction: before it, after it, after its commit
    assert len(rounds) > 3 * events
    assert [found["survived"] for found in rounds] == [False] * (len(rounds) - 1) + [True]
    expected = {
        "lost": [],
        "recovered": True,
        "packets": 1,
        "stage": "queued",
        "signatures": 3,
        "state": "sealed",
        "facts": facts,
        "answers_told": [True],
        "incidents_told": [True],
        "time_gained_ms": 0,
        "time_never_lived_ms": 0,
        "unfinished": False,
    }
    wrong = [{key: found[key] for key in expected if found[key] != expected[key]} for found in rounds]
    assert [found for found in wrong if found] == [], done.stderr[-2000:]
