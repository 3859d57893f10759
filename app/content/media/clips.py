"""Sound and moving pictures in: open codecs only, read once from end to end before they are let in."""

import json
from dataclasses import dataclass
from typing import Final

from app.content.media.confined import run_confined
from app.content.media.medium import MediumRefused

MAX_CLIP_BYTES: Final = 20_000_000

_ADVICE: Final = "save it as WebM with VP9 and Opus, or as Ogg with Opus"
_CLOSED: Final = (  # where a signature begins, the signature, and the name of the kind
    (4, b"ftyp", "MP4"),
    (0, b"ID3", "MP3"),
    (0, b"FLV", "FLV"),
    (8, b"AVI ", "AVI"),
    (0, b"\x30\x26\xb2\x75", "WMA or WMV"),
    (0, b"#!AMR", "AMR"),
    (0, b"MThd", "MIDI"),
    (0, b"\x00\x00\x01\xba", "MPEG"),
    (0, b"\xff\xf1", "AAC"),
    (0, b"\xff\xf9", "AAC"),
    *((0, bytes([0xFF, second]), "MP3") for second in (0xF2, 0xF3, 0xFA, 0xFB)),
)
_SEGMENT: Final = b"\x18\x53\x80\x67"
_LAST_PAGE: Final = 4  # of an Ogg page's flags (RFC 3533, 6)


@dataclass(frozen=True)
class AdmittedClip:
    """A clip that was read whole; `picture`: there is something to see, and not only to hear."""

    data: bytes
    mime: str
    duration_ms: int
    picture: bool


def admit_clip(data: bytes) -> AdmittedClip:
    """Let a clip in: Opus, Vorbis, FLAC or PCM in Ogg, WebM, FLAC or WAV; VP8, VP9 or AV1 in WebM.

    At most 20 MB, ten minutes, 1280 x 720 pixels, one sound of two channels and one picture.

    Raises:
        MediumRefused: in a closed format or codec, beyond a bound, damaged or cut short.
    """
    if len(data) > MAX_CLIP_BYTES:
        raise MediumRefused(f"a clip of more than {MAX_CLIP_BYTES} bytes")
    kind = _kind(data)
    found = json.loads(run_confined("app.content.media.clip_probe", data))
    prefix = "video" if found["picture"] else "audio"
    if found["picture"] and kind != "webm":
        raise MediumRefused(f"a picture in {kind}; {_ADVICE}", kind)
    return AdmittedClip(data, f"{prefix}/{kind}", found["duration_ms"], found["picture"])


def _kind(data: bytes) -> str:
    """Tell the container, and whether it is whole where its own layout says so."""
    for at, signature, name in _CLOSED:
        if data[at : at + len(signature)] == signature:
            raise MediumRefused(f"a clip in {name}, which is not an open format; {_ADVICE}", name)
    if data[:4] == b"OggS":
        _check_last_page(data)
        return "ogg"
    if data[:4] == b"\x1a\x45\xdf\xa3":
        if b"webm" not in data[:64]:
            raise MediumRefused(f"a clip in Matroska; {_ADVICE}", "Matroska")
        _check_segment(data)
        return "webm"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        if 8 + int.from_bytes(data[4:8], "little") > len(data):
            raise MediumRefused("a clip that is cut short")
        return "wav"
    raise MediumRefused(f"no clip that is supported; {_ADVICE}")


def _check_last_page(data: bytes) -> None:
    """Check that an Ogg file ends with a whole page that says it is the last (RFC 3533, 6)."""
    last = data.rfind(b"OggS")
    lacing = data[last + 27 : last + 27 + data[last + 26]] if last + 26 < len(data) else b""
    whole = lacing and last + 27 + len(lacing) + sum(lacing) <= len(data)
    if not whole or not data[last + 5] & _LAST_PAGE:
        raise MediumRefused("a clip that is cut short")


def _check_segment(data: bytes) -> None:
    """Check that a WebM file holds all that its segment declares (RFC 8794, 4 and 6), if it declares it."""
    at = data.find(_SEGMENT, 0, 256) + len(_SEGMENT)
    length = 9 - data[at].bit_length() if at >= len(_SEGMENT) and at < len(data) else 9
    size = int.from_bytes(data[at : at + length], "big") & (1 << 7 * length) - 1
    is_known = length < 9 and size != (1 << 7 * length) - 1  # noqa: PLR2004 - a length has one to eight bytes
    if length == 9 or (is_known and at + length + size > len(data)):  # noqa: PLR2004
        raise MediumRefused("a clip that is cut short")
