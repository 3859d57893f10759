"""SIGKILL before every write of a whole sitting: admission, answers, handing in, sealing, countersigning, queueing."""

import json
import subprocess
import sys
from pathlib import Path

from app.seat.home import SeatHome
from tests.app.seat.conftest import ITEMS, Site


def test_a_seat_killed_before_any_write_recovers_to_one_whole_packet(
    site: Site, seat_home: SeatHome, tmp_path: Path
) -> None:
    (proctor, pin), *_ = site.pins().items()
    code = site.release_share().code()
    command = [sys.executable, "-m", "tests.app.seat.every_step", str(seat_home.root), str(tmp_path / "rounds")]
    done = subprocess.run([*command, code, proctor, pin], capture_output=True, text=True, check=False)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    # release, admission (2), notice, start, an answer each, submission, packet, seal, queue at least
    assert len(rounds) > 9 + ITEMS
    assert [found["survived"] for found in rounds] == [False] * (len(rounds) - 1) + [True]
    expected = {
        "packets": 1,
        "stage": "queued",
        "state": "sealed",
        "answered": ITEMS,
        "packet_answers": ITEMS,
        "unfinished": False,
    }
    wrong = [found for found in rounds if expected.items() - found.items()]
    assert wrong == []
