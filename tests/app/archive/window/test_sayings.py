"""Figures and names as people read them."""

from datetime import datetime, timedelta

import pytest

from app.archive.window.sayings import device, due_back
from app.exam.prose import Language
from app.words import Words


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "应于 2026-11-21 归还"), (0, "今天"), (1, "明天"), (2, "应于 2026-11-24 归还")]
)
@pytest.mark.parametrize("hour", [0, 23])
def test_what_is_due_today_or_tomorrow_is_said_so(days: int, said: str, hour: int) -> None:
    now = datetime(2026, 11, 22, hour, 30).astimezone()
    due = datetime(2026, 11, 22, 23, 59, 59).astimezone() + timedelta(days=days)
    found, text = due_back(_ms(due), _ms(now), Words(Language.ZH))
    assert found == days
    assert said in text


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_a_real_device_keeps_its_name_and_a_simulated_one_is_said_in_words() -> None:
    words = Words(Language.ZH)
    assert device("picture", "Logitech C270", simulated=False, words=words) == "Logitech C270"
    assert device("picture", "SIMULATED CAMERA", simulated=True, words=words) == "模拟摄像头"
    assert device("sound", "simulated", simulated=True, words=words) == "模拟麦克风"
