"""Choosing the sources once, at the start. In the middle of a recording nothing ever takes a real device's place."""

import sys
from pathlib import Path
from typing import Final

import cv2

from proctoring.capture.camera import named_camera, open_camera
from proctoring.capture.clap import ClapPicture, ClapSound
from proctoring.capture.grammar import Choice, SourceKind, parse_picture, parse_sound
from proctoring.capture.media import PictureFeed, SoundFeed
from proctoring.capture.microphone import Microphone, any_microphone
from proctoring.capture.profiles import Profile
from proctoring.capture.stream import Stream, file_stream, rtsp_stream
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound

_CAMERA_BOUND_S: Final = 4.0
_MICROPHONE_BOUND_S: Final = 4.0
_STREAMED: Final = (SourceKind.RTSP, SourceKind.FILE)


def open_feeds(camera: str, microphone: str, profile: Profile) -> tuple[PictureFeed, SoundFeed]:
    """Open picture and sound, named as in `proctoring.capture.grammar`; pictures come in the profile's size and rate.

    With "auto", a camera or microphone that is not there, or gives nothing within 4 s, is stood for by the simulated
    one. What was named is opened and nothing else: while it gives nothing, nothing is recorded in its place. A stream
    or a file that is named for both is opened once.

    Raises:
        SourceRefused: one of them names no source.
    """
    cv2.setNumThreads(1)  # pictures this small are not worth waking other cores for
    picture, sound = parse_picture(camera), parse_sound(microphone)
    if picture.kind in _STREAMED and picture == sound:
        stream = _stream(picture, profile)
        return stream.picture, stream.sound
    opened = _picture(picture, profile)
    try:
        return opened, _sound(sound, profile)
    except BaseException:
        opened.close()
        raise


def _picture(choice: Choice, profile: Profile) -> PictureFeed:
    match choice.kind:
        case SourceKind.CLAP:
            return ClapPicture(profile)
        case SourceKind.CAMERA if choice.rest.isdecimal():
            return open_camera(int(choice.rest), profile)
        case SourceKind.CAMERA:
            return named_camera(choice.rest, profile)
        case SourceKind.RTSP | SourceKind.FILE:
            return _stream(choice, profile).picture
        case SourceKind.AUTO if _any_camera():
            camera = open_camera(0, profile)
            if camera.wait(_CAMERA_BOUND_S):
                return camera
            camera.close()
    return SyntheticPicture(profile)


def _sound(choice: Choice, profile: Profile) -> SoundFeed:
    match choice.kind:
        case SourceKind.CLAP:
            return ClapSound(int(choice.rest or 0))
        case SourceKind.MICROPHONE:
            return Microphone(choice.rest)
        case SourceKind.RTSP | SourceKind.FILE:
            return _stream(choice, profile).sound
        case SourceKind.AUTO if any_microphone():
            microphone = Microphone()
            if microphone.wait(_MICROPHONE_BOUND_S):
                return microphone
            microphone.close()
    return SyntheticSound()


def _stream(choice: Choice, profile: Profile) -> Stream:
    if choice.kind is SourceKind.FILE:
        return file_stream(Path(choice.rest), profile)
    return rtsp_stream(choice.rest, profile)


def _any_camera() -> bool:
    """Tell whether the system lists a camera at all; where that cannot be told, suppose so and wait for a picture."""
    return sys.platform != "linux" or any(Path("/dev").glob("video*"))
