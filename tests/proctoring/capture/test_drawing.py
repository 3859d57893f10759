"""The simulated camera's picture says what it is, and says it whole where only its upright middle is shown."""

from pathlib import Path

import cv2
import cv2.data
import numpy as np

from proctoring.capture.drawing import HEIGHT, WIDTH, scene_background, simulated_scene

UPRIGHT = HEIGHT * 3 // 4  # columns an upright 3:4 picture keeps of it
INK = 200  # luma of the words; nothing else in the picture is as bright


def test_caption_and_time_are_whole_in_an_upright_crop() -> None:
    luma = simulated_scene(scene_background(), 1.0)[:HEIGHT]
    columns = np.flatnonzero((luma > INK).any(axis=0))
    assert columns.size
    assert columns.min() >= (WIDTH - UPRIGHT) // 2 + 4
    assert columns.max() < (WIDTH + UPRIGHT) // 2 - 4


def test_the_caption_has_two_lines_of_words_at_the_top_and_the_time_stands_at_the_bottom() -> None:
    luma = simulated_scene(scene_background(), 1.0)[:HEIGHT]
    rows = np.asarray((luma > INK).any(axis=1))
    begins = np.flatnonzero(np.diff(rows.astype(np.int8)) == 1)
    assert (begins < HEIGHT // 4).sum() == 2
    assert rows[HEIGHT - 34 :].any()


def test_the_simulated_camera_shows_one_face_wherever_the_head_sways() -> None:
    path = Path(cv2.data.haarcascades)
    finders = [cv2.CascadeClassifier(str(path / f"haarcascade_frontalface_{name}.xml")) for name in ("default", "alt2")]
    for number in range(12):
        luma = simulated_scene(scene_background(), number * 1.37)[:HEIGHT]
        small = cv2.resize(luma, (320, 240), interpolation=cv2.INTER_AREA)
        found = [len(finder.detectMultiScale(small, 1.2, 4, minSize=(60, 60))) for finder in finders]
        assert found == [1, 1]
