"""Figures and names as people read them."""

import pytest

from app.archive.window.sayings import device, size
from app.exam.prose import Language
from app.words import Words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2_000_000_000_000, "2.0 TB"),
        (999_000_000_000, "999.0 GB"),
        (100_000_000, "0.1 GB"),
        (99_900_000, "99.9 MB"),
        (100_000, "0.1 MB"),
        (99_900, "99.9 KB"),
        (0, "0.0 KB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(count: int, said: str) -> None:
    assert size(count) == said


def test_a_real_device_keeps_its_name_and_a_simulated_one_is_said_in_words() -> None:
    words = Words(Language.ZH)
    assert device("picture", "Logitech C270", simulated=False, words=words) == "Logitech C270"
    assert device("picture", "SIMULATED CAMERA", simulated=True, words=words) == "模拟摄像头"
    assert device("sound", "simulated", simulated=True, words=words) == "模拟麦克风"
