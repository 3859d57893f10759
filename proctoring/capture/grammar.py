"""How a source is named: in specifications, on command lines. Imports no camera and no encoder.

picture  auto | synthetic | synthetic:clap | camera:N | camera:NAME | rtsp://… | file:PATH
sound    auto | synthetic | synthetic:clap[:PPM] | microphone:NAME | rtsp://… | file:PATH
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.faults import Refused

MAX_CHOICE: Final = 500
_MOST_PPM: Final = 10_000
_MOST_DIGITS: Final = 3  # of a camera's number; OpenCV takes higher ones for other kinds of devices
_PPM: Final = re.compile(r"-?[0-9]{1,5}")


class SourceRefused(Refused):
    """A source was named in a way that means nothing; the fact `source` is what was said."""

    code = "SOURCE_REFUSED"


class SourceKind(StrEnum):
    """What is recorded from."""

    AUTO = "auto"
    SYNTHETIC = "synthetic"
    CLAP = "synthetic:clap"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    RTSP = "rtsp"
    FILE = "file"


@dataclass(frozen=True)
class Choice:
    """A source that was named; `rest` is a camera's number or name, a microphone's name, an address, a path, ppm."""

    kind: SourceKind
    rest: str = ""


_PLAIN: Final = {kind.value: kind for kind in (SourceKind.AUTO, SourceKind.SYNTHETIC, SourceKind.CLAP)}


def parse_picture(text: str) -> Choice:
    """Read what picture is to be recorded from.

    Raises:
        SourceRefused: this names no source of pictures.
    """
    choice = _parsed(text)
    if choice is None or choice.kind is SourceKind.MICROPHONE or (choice.kind is SourceKind.CLAP and choice.rest):
        raise SourceRefused("not a source of pictures", source=text[:MAX_CHOICE])
    return choice


def parse_sound(text: str) -> Choice:
    """Read what sound is to be recorded from.

    Raises:
        SourceRefused: this names no source of sound.
    """
    choice = _parsed(text)
    if choice is None or choice.kind is SourceKind.CAMERA:
        raise SourceRefused("not a source of sound", source=text[:MAX_CHOICE])
    return choice


def check_choice(text: str) -> str:
    """Give `text` back if it names a source of pictures or of sound, for pydantic.

    Raises:
        ValueError: it names neither.
    """
    if _parsed(text) is None:
        raise ValueError("no source is named like this")
    return text


def _parsed(text: str) -> Choice | None:
    if len(text) > MAX_CHOICE or not text.isprintable():
        return None
    kind, _, rest = text.partition(":")
    choice = None
    if text in _PLAIN:
        choice = Choice(_PLAIN[text])
    elif kind == "synthetic":
        choice = _clap(rest)
    elif kind == "rtsp":
        choice = _rtsp(text, rest)
    elif kind == "camera" and rest.isdecimal() and len(rest) > _MOST_DIGITS:
        choice = None
    elif rest and kind in ("camera", "microphone", "file"):
        choice = Choice(SourceKind(kind), rest)
    return choice


def _clap(rest: str) -> Choice | None:
    """Read `clap:PPM`."""
    name, _, ppm = rest.partition(":")
    if name != "clap" or _PPM.fullmatch(ppm) is None or abs(int(ppm)) > _MOST_PPM:
        return None
    return Choice(SourceKind.CLAP, ppm)


def _rtsp(text: str, rest: str) -> Choice | None:
    """Read `rtsp://…` or `rtsp:rtsp://…`."""
    address = text if rest.startswith("//") else rest
    scheme, _, place = address.partition("://")
    return Choice(SourceKind.RTSP, address) if scheme in ("rtsp", "rtsps") and place else None
