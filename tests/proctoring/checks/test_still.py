"""Pictures that repeat: simulated sensors with noise, still pictures, films that go round, covered lenses."""

import random

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.capture.drawing import preview_jpeg
from proctoring.capture.media import Plane
from proctoring.checks.still import LEAST_PICTURES, is_still

POINTS = 32 * 24


def scene(seed: int) -> bytes:
    return random.Random(seed).randbytes(POINTS)


def sensed(picture: bytes, noise: random.Random) -> bytes:
    """Give a scene as a quiet sensor sees it: one point in a hundred is one brighter or darker."""
    points = bytearray(picture)
    for at in noise.sample(range(POINTS), POINTS // 100):
        points[at] = min(255, max(0, points[at] + noise.choice((-1, 1))))
    return bytes(points)


def test_an_empty_room_before_a_real_sensor_is_not_still() -> None:
    noise = random.Random(7)
    assert is_still([sensed(scene(1), noise) for _ in range(30)]) is False


def test_one_picture_shown_all_the_time_is_still() -> None:
    assert is_still([scene(1)] * LEAST_PICTURES) is True


def test_a_film_that_goes_round_is_still() -> None:
    assert is_still([scene(number % 10) for number in range(30)]) is True


def test_a_camera_that_stalls_for_a_moment_is_not_still() -> None:
    noise = random.Random(7)
    pictures = [sensed(scene(1), noise) for _ in range(10)]
    assert is_still([*pictures[:5], pictures[4], pictures[4], *pictures[5:]]) is False


def test_a_covered_lens_does_not_tell() -> None:
    assert is_still([bytes(POINTS)] * 20) is None
    assert is_still([bytes([16, 30] * (POINTS // 2))] * 20) is None


@pytest.mark.parametrize(
    ("different", "again", "verdict"), [(10, 3, False), (10, 4, True), (32, 8, False), (24, 10, True)]
)
def test_a_quarter_of_the_pictures_has_to_come_again(different: int, again: int, verdict: bool) -> None:
    assert is_still([scene(number) for number in (*range(different), *range(again))]) is verdict


def previewed(luma: Plane) -> bytes:
    """Give a picture as it comes out of the recorder's preview: a small JPEG, read again, smaller still."""
    jpeg = preview_jpeg(np.vstack([luma, np.full((240, 640), 128, np.uint8)]))
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return cv2.resize(grey, (64, 48), interpolation=cv2.INTER_AREA).tobytes()


def test_a_sensors_noise_comes_through_the_recorders_preview_and_a_still_picture_stays_still() -> None:
    noise = np.random.default_rng(7)
    wall = np.tile(np.linspace(40, 200, 640), (480, 1))
    real = [previewed((wall + noise.normal(0, 0.5, wall.shape)).astype(np.uint8)) for _ in range(10)]
    assert is_still(real) is False
    assert is_still([previewed(wall.astype(np.uint8))] * 10) is True


def test_too_few_pictures_and_pictures_of_different_sizes_do_not_tell() -> None:
    assert is_still([]) is None
    assert is_still([scene(1)] * (LEAST_PICTURES - 1)) is None
    assert is_still([b""] * 20) is None
    assert is_still([*[scene(1)] * 20, scene(1)[:-1]]) is None


@settings(max_examples=40)
@given(st.lists(st.binary(min_size=4, max_size=8), max_size=30))
def test_whatever_comes_is_judged_and_different_pictures_are_never_still(pictures: list[bytes]) -> None:
    verdict = is_still(pictures)
    assert verdict is not True or len(set(pictures)) < len(pictures)
