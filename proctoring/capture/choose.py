"""Choosing the sources once, at the start. In the middle of a recording nothing ever takes a real device's place."""

import sys
from pathlib import Path
from typing import Final, Literal

import cv2

from proctoring.capture.camera import open_camera
from proctoring.capture.media import PictureFeed, SoundFeed
from proctoring.capture.microphone import Microphone, any_microphone
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound

Choice = Literal["auto", "synthetic"]

_CAMERA_BOUND_S: Final = 4.0
_MICROPHONE_BOUND_S: Final = 4.0


def open_picture(choice: Choice) -> PictureFeed:
    """Open camera 0; if there is none, or it gives no picture within 4 s, or for "synthetic", the simulated camera."""
    cv2.setNumThreads(1)  # pictures this small are not worth waking other cores for
    if choice == "auto" and _any_camera():
        camera = open_camera(0)
        if camera.wait(_CAMERA_BOUND_S):
            return camera
        camera.close()
    return SyntheticPicture()


def open_sound(choice: Choice) -> SoundFeed:
    """Open the default microphone; without one, after 4 s of nothing, or for "synthetic", the simulated one."""
    if choice == "auto" and any_microphone():
        microphone = Microphone()
        if microphone.wait(_MICROPHONE_BOUND_S):
            return microphone
        microphone.close()
    return SyntheticSound()


def _any_camera() -> bool:
    """Tell whether the system lists a camera at all; where that cannot be told, suppose so and wait for a picture."""
    return sys.platform != "linux" or any(Path("/dev").glob("video*"))
