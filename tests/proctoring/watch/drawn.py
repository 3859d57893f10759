"""Simulated rooms and heads that a face detector takes for faces, and simulated sounds; openly drawn, nobody's."""

import io
import subprocess
import wave
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.capture.media import SAMPLE_RATE, Plane, Samples

WIDTH, HEIGHT = 640, 480
MIDDLE = WIDTH // 2


@cache
def _wide_room() -> Plane:
    """A room half as wide again as the picture, with things on its walls."""
    rng = np.random.default_rng(5)
    room = cv2.GaussianBlur(rng.integers(40, 210, (HEIGHT, WIDTH * 3 // 2), dtype=np.uint8), (61, 61), 0)
    cv2.normalize(room, room, 80, 160, cv2.NORM_MINMAX)
    for x in range(40, room.shape[1], 150):
        cv2.rectangle(room, (x, 30 + x % 70), (x + 70, 160 + x % 90), 60 + x % 130, -1)
    return np.asarray(room, np.uint8)


def room(*heads: int, turned: int = 0, noise: int = 1) -> Plane:
    """Draw a room with heads in the columns `heads`, seen by a camera turned by `turned` columns; planar I420."""
    luma = _wide_room()[:, 160 + turned : 160 + turned + WIDTH].copy()
    for x in heads:
        cv2.ellipse(luma, (x, 470), (110, 110), 0, 0, 360, 70, -1)
        cv2.ellipse(luma, (x, 250), (70, 92), 0, 0, 360, 178, -1)
        for side in (-26, 26):
            cv2.circle(luma, (x + side, 232), 7, 30, -1)
        cv2.ellipse(luma, (x, 294), (24, 9), 0, 0, 180, 60, 3)
    return i420(grain(luma, noise))


@cache
def _grain(seed: int) -> NDArray[np.int8]:
    return np.random.default_rng(seed).integers(-6, 7, (HEIGHT, WIDTH), dtype=np.int8)


def grain(luma: Plane, seed: int) -> Plane:
    """Put a sensor's noise over a picture; none with seed 0."""
    if not seed:
        return luma
    return np.asarray(np.clip(luma.astype(np.int16) + _grain(seed % 7), 0, 255), np.uint8)


def plain(brightness: int, noise: int = 1) -> Plane:
    """A picture of one brightness: what a covered camera gives."""
    return i420(grain(np.full((HEIGHT, WIDTH), brightness, np.uint8), noise))


def i420(luma: Plane) -> Plane:
    """Put grey colour planes under a picture."""
    return np.concatenate([luma, np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)])


@cache
def speech(text: str, voice: str) -> Samples:
    """Let espeak-ng say something."""
    said = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(10_000_000), np.int16).astype(np.float64)
    at = np.arange(len(sound) * SAMPLE_RATE // rate) * rate / SAMPLE_RATE
    return np.asarray(np.interp(at, np.arange(len(sound)), sound), np.int16)


def tone(hertz: float, seconds: float, peak: int) -> Samples:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * hertz * at) * peak).astype(np.int16)


def hiss(seconds: float, loudness: float) -> Samples:
    return np.random.default_rng(2).normal(0, loudness, round(seconds * SAMPLE_RATE)).astype(np.int16)


def keys(seconds: float) -> Samples:
    """Somebody types: short decaying clicks, five a second."""
    rng = np.random.default_rng(3)
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    for at in rng.integers(0, len(sound) - 1500, round(seconds * 5)):
        sound[at : at + 1500] += rng.normal(0, 3000, 1500) * np.exp(-np.arange(1500) / 200)
    return np.clip(sound, -32768, 32767).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)
