"""SIGKILL of the seat, and of the registry, at every moment of a packet's delivery: still once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("who", "least"),
    # the seat: put in, queued, in flight, receipted, signed time, proven, each before, after and committed; and twice
    # a request and its answer. The registry: packet, score, leaf, hashes, their commit; tiles and checkpoint
    [("seat", 25), pytest.param("registry", 80, marks=pytest.mark.long)],
)
def test_whoever_is_killed_wherever_the_packet_counts_once(tmp_path: Path, who: str, least: int) -> None:
    command = [sys.executable, "-m", "tests.sync.client.every_outbox_step", str(tmp_path), who]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rounds) > least
    assert [found["survived"] for found in rounds] == [False] * (len(rounds) - 1) + [True]
    assert [found for found in rounds if (found["seat"], found["registry"]) != (["proven"], [1, 1, 1])] == []
