import time

import pytest

from proctoring.vault.carrying.meter import Meter
from proctoring.vault.carrying.request import Progress


def test_time_left_follows_the_mediums_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    told: list[Progress] = []
    meter = Meter([1_000, 3_000], told.append)
    meter.begin(0, 1_000)
    assert told[-1] == Progress(1, 2, 0, 8_000, None)
    now[0] += 2
    meter.add(1_000)  # 500 bytes a second
    assert told[-1] == Progress(1, 2, 1_000, 8_000, 14)
    meter.add(1_000)
    meter.end()
    meter.begin(1, 2_000)  # smaller than was thought
    assert told[-1] == Progress(2, 2, 2_000, 6_000, 4)


def test_what_was_finished_before_says_nothing_of_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    told: list[Progress] = []
    meter = Meter([1_000, 1_000], told.append)
    meter.begin(0, 1_000)
    now[0] += 10
    meter.end()  # kept as it was
    assert told[-1] == Progress(1, 2, 2_000, 4_000, None)
