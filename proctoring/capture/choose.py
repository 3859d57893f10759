"""Choosing the sources once, at the start. In the middle of a recording nothing ever takes a real device's place."""

from typing import Final, Literal

import cv2

from proctoring.capture.camera import open_camera
from proctoring.capture.media import PictureFeed, SoundFeed
from proctoring.capture.microphone import Microphone
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound

Choice = Literal["auto", "synthetic"]

_CAMERA_BOUND_S: Final = 4.0
_MICROPHONE_BOUND_S: Final = 4.0


def open_picture(choice: Choice) -> PictureFeed:
    """Open camera 0; if it gives no picture within 4 s, or for "synthetic", the simulated camera."""
    cv2.setNumThreads(1)  # pictures this small are not worth waking other cores for
    if choice == "auto":
        camera = open_camera(0)
        if camera.wait(_CAMERA_BOUND_S):
            return camera
        camera.close()
    return SyntheticPicture()


def open_sound(choice: Choice) -> SoundFeed:
    """Open the default microphone; if it gives nothing within 4 s, or for "synthetic", the simulated one."""
    if choice == "auto":
        microphone = Microphone()
        if microphone.wait(_MICROPHONE_BOUND_S):
            return microphone
        microphone.close()
    return SyntheticSound()
