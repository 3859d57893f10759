"""Pictures we draw ourselves (the simulated camera, "NO PICTURE") and the small preview; OpenCV on I420 planes."""

import time
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from proctoring.capture.media import Plane
from proctoring.capture.profiles import STANDARD, Profile

WIDTH: Final = STANDARD.width
HEIGHT: Final = STANDARD.height
"""The size of what is drawn; `sized` makes it the profile's."""
_GREY: Final = 128  # U and V of a picture without colour
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_PREVIEW: Final = (320, 240)
_JPEG_QUALITY: Final = 70
_CAPTION_TOP: Final = 8


def from_bgr(picture: Plane, profile: Profile) -> Plane:
    """Bring a camera's picture (rows, columns, BGR) to the profile's I420, the whole of it, with black borders."""
    rows, columns = picture.shape[:2]
    if (columns, rows) != (profile.width, profile.height):
        scale = min(profile.width / columns, profile.height / rows)
        size = (max(2, round(columns * scale)), max(2, round(rows * scale)))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = np.zeros((profile.height, profile.width, 3), np.uint8)
        top, left = (profile.height - size[1]) // 2, (profile.width - size[0]) // 2
        picture[top : top + size[1], left : left + size[0]] = small
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)


def sized(drawn: Plane, profile: Profile) -> Plane:
    """Bring what was drawn here to the profile's size."""
    if (profile.width, profile.height) == (WIDTH, HEIGHT):
        return drawn
    half = (profile.width // 2, profile.height // 2)
    quarter = HEIGHT // 4
    planes = [cv2.resize(drawn[:HEIGHT], (profile.width, profile.height), interpolation=cv2.INTER_AREA)]
    for top in (HEIGHT, HEIGHT + quarter):
        colour = drawn[top : top + quarter].reshape(HEIGHT // 2, WIDTH // 2)
        planes.append(cv2.resize(colour, half, interpolation=cv2.INTER_AREA).reshape(-1, profile.width))
    return np.asarray(np.concatenate(planes), np.uint8)


def simulated_scene(background: Plane, seconds: float) -> Plane:
    """Draw the simulated camera's picture: a head that sways before a wall, a caption that cannot be overlooked."""
    picture = background.copy()
    luma = picture[:HEIGHT]
    x = WIDTH // 2 + round(90 * np.sin(seconds * 0.7))
    y = 250 + round(12 * np.sin(seconds * 1.9))
    _head(luma, x, y)
    _simulated(luma)
    _clock(luma)
    return picture


def _head(luma: Plane, x: int, y: int) -> None:
    """Draw head and shoulders round (x, y), like enough to a face that what looks for faces finds one."""
    cv2.ellipse(luma, (x, 470), (150, 120), 0, 0, 360, 70, -1)
    cv2.ellipse(luma, (x, y - 22), (80, 92), 0, 0, 360, 40, -1)  # hair
    cv2.ellipse(luma, (x, y), (70, 92), 0, 0, 360, 178, -1)
    cv2.ellipse(luma, (x, y - 80), (62, 26), 0, 0, 360, 40, -1)
    for side in (-28, 28):
        cv2.ellipse(luma, (x + side, y - 16), (20, 11), 0, 0, 360, 105, -1)
        cv2.line(luma, (x + side - 17, y - 34), (x + side + 17, y - 34), 60, 6)
        cv2.circle(luma, (x + side, y - 16), 7, 30, -1)
    cv2.line(luma, (x, y - 22), (x, y + 20), 205, 9)
    cv2.ellipse(luma, (x, y + 24), (13, 5), 0, 0, 180, 110, -1)
    cv2.ellipse(luma, (x, y + 48), (26, 8), 0, 0, 360, 80, -1)
    around = luma[y - 120 : y + 120, x - 110 : x + 110]
    cv2.GaussianBlur(around, (7, 7), 0, dst=around)


def scene_background() -> Plane:
    """Draw what does not move in the simulated picture."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), _GREY, np.uint8)
    picture[:HEIGHT] = np.linspace(96, 150, WIDTH, dtype=np.uint8)
    for column in range(0, WIDTH, 80):
        cv2.line(picture[:HEIGHT], (column, 60), (column, HEIGHT), 110, 1)
    return picture


def simulated_bgr(profile: Profile, seconds: float) -> Plane:
    """Draw the simulated camera's picture as a driver gives one (rows, columns, BGR), for measuring."""
    drawn = sized(simulated_scene(scene_background(), seconds), profile)
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_YUV2BGR_I420), np.uint8)


def no_picture(profile: Profile) -> Plane:
    """Draw what is recorded while a camera gives nothing: black, and said so."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), _GREY, np.uint8)
    picture[:HEIGHT] = 16
    _caption(picture[:HEIGHT], "NO PICTURE", HEIGHT // 2)
    _clock(picture[:HEIGHT])
    return sized(picture, profile)


def preview_jpeg(i420: Plane) -> bytes:
    """Make the preview: a JPEG of 320x240."""
    small = cv2.resize(cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420), _PREVIEW, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return jpeg.tobytes()


def _caption(luma: Plane, text: str, y: int) -> None:
    (width, height), _ = cv2.getTextSize(text, _FONT, 1.2, 3)
    x = (WIDTH - width) // 2
    cv2.rectangle(luma, (x - 12, y - height - 10), (x + width + 12, y + 14), 16, -1)
    cv2.putText(luma, text, (x, y), _FONT, 1.2, 235, 3)


def _clock(luma: Plane) -> None:
    text = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    (width, _height), _ = cv2.getTextSize(text, _FONT, 0.7, 2)
    x = (WIDTH - width) // 2  # in the middle: the identity check shows the picture upright, its sides cut off
    cv2.rectangle(luma, (x - 8, HEIGHT - 34), (x + width + 8, HEIGHT), 16, -1)
    cv2.putText(luma, text, (x, HEIGHT - 10), _FONT, 0.7, 235, 2)


def _simulated(luma: Plane) -> None:
    """Say that it is simulated, in both languages, within what an upright picture keeps of it."""
    words = _simulated_words()
    rows, columns = words.shape
    left = (WIDTH - columns) // 2
    luma[_CAPTION_TOP : _CAPTION_TOP + rows, left : left + columns] = words


@cache
def _simulated_words() -> Plane:
    """Give the caption, white on black: OpenCV has no Chinese letters, so it is kept as a picture."""
    png = np.frombuffer((Path(__file__).parent / "simulated.png").read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(png, cv2.IMREAD_GRAYSCALE), np.uint8)
