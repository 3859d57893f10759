"""Sound of a recording by recorded time: 48 kHz, mono, 16 bit, silence where nothing was recorded."""

from collections.abc import Iterable
from typing import Any, Final

import av
import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from app.archive.playing.reel import AnyPacket

RATE: Final = 48_000
PER_MS: Final = RATE // 1000
RUN_IN_MS: Final = 100  # an Opus decoder needs 80 ms until it sounds as it should (RFC 7845, 4.6)
_FULL: Final = 32_767
MAX_BLOCK_MS: Final = 120  # an Opus packet holds no more

Samples = NDArray[np.int16]


def sound_codec() -> AudioCodecContext:
    """Give a decoder of Opus that stands at its beginning."""
    codec = av.CodecContext.create("opus", "r")
    assert isinstance(codec, AudioCodecContext)  # noqa: S101 - tells the type checker what opus is
    codec.sample_rate, codec.layout = RATE, "mono"
    return codec


def decoded(codec: AudioCodecContext, packet: AnyPacket) -> Samples:
    """Decode one packet; nothing if it is none."""
    try:
        pieces = [_mono(frame) for frame in codec.decode(packet)]
    except av.error.FFmpegError:
        return np.zeros(0, np.int16)
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def loudest(codec: AudioCodecContext, packet: AnyPacket) -> tuple[int, int]:
    """Give a packet's peak, 0 to 32767, and its length in samples."""
    try:
        pieces = [frame.to_ndarray() for frame in codec.decode(packet)]
    except av.error.FFmpegError:
        pieces = []
    peak = max((float(max(piece.max(), -piece.min())) for piece in pieces if piece.size), default=0.0)
    scale = _FULL if pieces and pieces[0].dtype.kind == "f" else 1.0
    return min(int(peak * scale), _FULL), sum(piece.shape[1] for piece in pieces)


def heard(packets: Iterable[tuple[int, AnyPacket]], start_ms: int, length_ms: int) -> Samples:
    """Give `length_ms` of sound from `start_ms` on. `packets`: their recorded times, from the run-in before on."""
    sound = np.zeros(length_ms * PER_MS, np.int16)
    codec = sound_codec()
    for at_ms, packet in packets:
        block = decoded(codec, packet)
        begin = (at_ms - start_ms) * PER_MS
        first, last = max(0, begin), min(len(sound), begin + len(block))
        if first < last:
            sound[first:last] = block[first - begin : last - begin]
    return sound


def _mono(frame: av.AudioFrame) -> Samples:
    samples: NDArray[Any] = frame.to_ndarray()
    if samples.dtype.kind == "f":
        samples = np.clip(samples, -1.0, 1.0) * _FULL
    mono: Samples = samples[0].astype(np.int16)
    return mono
