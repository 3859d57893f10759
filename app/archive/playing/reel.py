"""The packets of one opened segment: pictures and sound in their order, each with its recorded time."""

import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
import av.error
from av.container import InputContainer
from av.packet import Packet

if TYPE_CHECKING:
    AnyPacket = Packet[Any]  # generic for the type checker only
else:
    AnyPacket = Packet

MAX_SIDE: Final = 4096
MAX_PIXELS: Final = 4096 * 2304
_MAX_PACKETS: Final = 200_000
_MILLISECOND: Final = Fraction(1, 1000)
_KEY_HEAD_BYTES: Final = 10
_VP8_START: Final = b"\x9d\x01\x2a"  # RFC 6386, 9.1: the start code of a key frame


class ReelError(ValueError):
    """These bytes are no segment's picture and sound."""


@dataclass(frozen=True)
class Reel:
    """A segment's packets. `keys` are the places of the pictures that can be decoded by themselves.

    `whole`: nothing in it made the reading of it end early.
    """

    pictures: tuple[AnyPacket, ...]
    picture_ms: tuple[int, ...]
    keys: tuple[int, ...]
    sounds: tuple[AnyPacket, ...]
    sound_ms: tuple[int, ...]
    whole: bool = True

    def picture_at(self, at_ms: int) -> int:
        """Give the place of the last picture at or before `at_ms`; -1 if there is none."""
        return bisect_right(self.picture_ms, at_ms) - 1

    def key_before(self, place: int) -> int:
        """Give the place from which decoding has to begin to see the picture at `place`; -1 if there is none."""
        at = bisect_right(self.keys, place) - 1
        return self.keys[at] if at >= 0 else -1


EMPTY: Final = Reel((), (), (), (), ())


def wind(data: bytes, start_ms: int) -> Reel:
    """Take a segment's plaintext apart; what is cut off at its end does not count.

    Raises:
        ReelError: it is no WebM with VP8 and Opus, or larger than any segment.
    """
    if not data:
        return EMPTY
    try:
        with av.open(io.BytesIO(data), "r", format="matroska", metadata_errors="replace") as container:
            _check(container.streams)
            pictures, sounds, whole = _demuxed(container)
    except av.error.EOFError:
        return EMPTY  # interrupted after its header: nothing was recorded into it
    except (av.error.FFmpegError, UnicodeDecodeError) as error:
        raise ReelError(str(error)) from None
    return Reel(
        tuple(pictures),
        _times(pictures, start_ms),
        tuple(place for place, packet in enumerate(pictures) if _is_key(packet)),
        tuple(sounds),
        _times(sounds, start_ms),
        whole,
    )


def _demuxed(container: InputContainer) -> tuple[list[AnyPacket], list[AnyPacket], bool]:
    pictures: list[AnyPacket] = []
    sounds: list[AnyPacket] = []
    whole = True
    try:
        for packet in container.demux():
            if packet.pts is None or not packet.size:
                continue
            (pictures if packet.stream.type == "video" else sounds).append(packet)
            if len(pictures) + len(sounds) > _MAX_PACKETS:
                raise ReelError("too many packets")
    except av.error.FFmpegError:
        whole = False
    return _rising(pictures), _rising(sounds), whole and bool(pictures or sounds)


def _check(streams: Iterable[Any]) -> None:
    # a track whose codec FFmpeg does not know has no context
    kinds = sorted((stream.type, stream.codec_context.name if stream.codec_context else "") for stream in streams)
    if not kinds or len(set(kinds)) != len(kinds) or not set(kinds) <= {("video", "vp8"), ("audio", "opus")}:
        raise ReelError(f"streams: {kinds[:4]}")


def _times(packets: Sequence[AnyPacket], start_ms: int) -> tuple[int, ...]:
    """Give recorded times, ms; of all packets at once, for fractions are slow."""
    if not packets:
        return ()
    base = packets[0].time_base or _MILLISECOND
    up, down = base.numerator * 1000, base.denominator
    return tuple(start_ms + round((packet.pts or 0) * up / down) for packet in packets)


def _rising(packets: Iterable[AnyPacket]) -> list[AnyPacket]:
    """Drop what goes back in time: an encoder that was started anew repeats its run-in."""
    found: list[AnyPacket] = []
    for packet in packets:
        if not found or (packet.pts or 0) > (found[-1].pts or 0):
            found.append(packet)
    return found


def _is_key(packet: AnyPacket) -> bool:
    """Tell whether a picture stands by itself and is of a size that may be decoded (RFC 6386, 9.1).

    Raises:
        ReelError: it is a key frame of an impossible size; decoding it would take all memory.
    """
    head = bytes(memoryview(packet)[:_KEY_HEAD_BYTES])
    if len(head) < _KEY_HEAD_BYTES or head[0] & 1 or head[3:6] != _VP8_START:
        return False
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE) or width * height > MAX_PIXELS or (width | height) & 1:
        raise ReelError(f"a picture of {width} × {height}")
    return True
