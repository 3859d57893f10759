"""Picture and sound, encoded without a break over all segments of an epoch; figures are in ARCHITECTURE.md.

VP8 in its real-time mode costs about 3 % of a weak PC's core. Opus frames are 20 ms. The encoders are never started
anew at a segment's boundary (that would cut sound); only a key frame is asked for there.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from proctoring.capture.media import SAMPLE_RATE, Plane, Samples
from proctoring.capture.profiles import Profile

if TYPE_CHECKING:
    AnyPacket = Packet[Any]  # generic for the type checker only
else:
    AnyPacket = Packet

MILLISECOND: Final = Fraction(1, 1000)
SAMPLE: Final = Fraction(1, SAMPLE_RATE)
OPUS_FRAME: Final = 960
_GOP_S: Final = 20  # only a bound: `tracks` asks for key frames by time
_VP8_OPTIONS: Final = {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0", "auto-alt-ref": "0"}
_OPUS_OPTIONS: Final = {"compression_level": "5", "frame_duration": "20"}


class PictureEncoder:
    """VP8, one packet for every picture the rate allows, times in ms since the recording's start."""

    def __init__(self, profile: Profile) -> None:
        codec = av.CodecContext.create("libvpx", "w")
        assert isinstance(codec, VideoCodecContext)  # noqa: S101 - tells the type checker what libvpx is
        codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
        codec.time_base, codec.framerate = MILLISECOND, Fraction(profile.frame_rate)
        codec.bit_rate, codec.thread_count = profile.picture_bits, 1
        codec.gop_size = _GOP_S * profile.frame_rate
        codec.options = dict(_VP8_OPTIONS)
        self._codec: Final = codec

    def encode(self, i420: Plane, time_ms: int, *, key: bool) -> list[AnyPacket]:
        """Encode one picture; `key` makes it one that a segment can begin with."""
        frame = av.VideoFrame.from_ndarray(i420, format="yuv420p")
        frame.pts, frame.time_base = time_ms, MILLISECOND
        if key:
            frame.pict_type = PictureType.I
        return self._codec.encode(frame)


class SoundEncoder:
    """Opus, packets of 20 ms; `start` is the first sample's place, counted from the recording's start."""

    def __init__(self, profile: Profile, start: int) -> None:
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, AudioCodecContext)  # noqa: S101 - tells the type checker what libopus is
        codec.sample_rate, codec.layout, codec.format = SAMPLE_RATE, "mono", "s16"
        codec.bit_rate, codec.time_base = profile.sound_bits, SAMPLE
        codec.options = dict(_OPUS_OPTIONS)
        codec.open()
        self._codec: Final = codec
        self._delay: Final = int.from_bytes((codec.extradata or b"")[10:12], "little")  # RFC 7845, pre-skip
        self._next = start
        self._rest: Samples = np.zeros(0, np.int16)

    def heard_ms(self, packet: AnyPacket) -> int:
        """Give the time of a packet's first sample, ms: the encoder looks ahead, and stamps packets earlier."""
        return ((packet.pts or 0) + self._delay) * 1000 // SAMPLE_RATE

    def encode(self, samples: Samples) -> list[AnyPacket]:
        """Encode what makes whole frames together with the rest of before."""
        self._rest = np.concatenate([self._rest, samples])
        packets: list[AnyPacket] = []
        while len(self._rest) >= OPUS_FRAME:
            block, self._rest = self._rest[:OPUS_FRAME], self._rest[OPUS_FRAME:]
            frame = av.AudioFrame.from_ndarray(block[np.newaxis, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._next, SAMPLE
            self._next += OPUS_FRAME
            packets += self._codec.encode(frame)
        return packets
