"""Choosing the sources once, at the start. In the middle of a recording nothing ever takes a real device's place."""

import sys
from pathlib import Path
from typing import Final

import cv2

from proctoring.capture.camera import open_camera
from proctoring.capture.clap import ClapPicture, ClapSound
from proctoring.capture.grammar import SourceKind, parse_picture, parse_sound
from proctoring.capture.media import PictureFeed, SoundFeed
from proctoring.capture.microphone import Microphone, any_microphone
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound

_CAMERA_BOUND_S: Final = 4.0
_MICROPHONE_BOUND_S: Final = 4.0


def open_picture(choice: str) -> PictureFeed:
    """Open camera 0; if there is none, or it gives no picture within 4 s, or for "synthetic", the simulated camera."""
    cv2.setNumThreads(1)  # pictures this small are not worth waking other cores for
    kind = parse_picture(choice).kind
    if kind is SourceKind.CLAP:
        return ClapPicture()
    if kind is SourceKind.AUTO and _any_camera():
        camera = open_camera(0)
        if camera.wait(_CAMERA_BOUND_S):
            return camera
        camera.close()
    return SyntheticPicture()


def open_sound(choice: str) -> SoundFeed:
    """Open the default microphone; without one, after 4 s of nothing, or for "synthetic", the simulated one."""
    chosen = parse_sound(choice)
    if chosen.kind is SourceKind.CLAP:
        return ClapSound(int(chosen.rest or 0))
    if chosen.kind is SourceKind.AUTO and any_microphone():
        microphone = Microphone()
        if microphone.wait(_MICROPHONE_BOUND_S):
            return microphone
        microphone.close()
    return SyntheticSound()


def _any_camera() -> bool:
    """Tell whether the system lists a camera at all; where that cannot be told, suppose so and wait for a picture."""
    return sys.platform != "linux" or any(Path("/dev").glob("video*"))
