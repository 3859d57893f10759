"""A long recording, faster than real time: twenty seconds of packets, encoded once, written again and again.

Everything after the encoder is the recorder's own: segments, seals, heads, manifest.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np

from proctoring.capture.drawing import scene_background, simulated_scene
from proctoring.capture.media import SAMPLE_RATE
from proctoring.capture.profiles import STANDARD
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound
from proctoring.recorder.encoders import MILLISECOND, OPUS_FRAME, SAMPLE, PictureEncoder, SoundEncoder
from proctoring.recorder.epoch import begin_epoch
from proctoring.recorder.ledger import pair
from proctoring.recorder.segment_files import SegmentFiles
from proctoring.recorder.segments import PICTURE, SOUND, Segments, Step, Timed
from proctoring.vault.format.record import Flag
from sync.trust.clock import read_clock
from sync.wire.recording import ClockPair
from tests.proctoring.seat import SimulatedSeat

LOOP_MS: Final = 20_000
MINUTES: Final = 15
HEAD_MS: Final = 10_000
_OPUS_MS: Final = 20
_LEVEL: Final = 330  # of 32767: quiet, as the simulated microphone


@dataclass(frozen=True)
class _Encoded:
    track: str
    data: bytes
    at_ms: int
    key: bool


def write_long_recording(seat: SimulatedSeat) -> Path:
    """Write and close a recording of a quarter of an hour; give its folder."""
    spec = seat.spec("long", 60_000)
    sources = (SyntheticPicture().source, SyntheticSound().source)
    epoch = begin_epoch(spec, seat.keys.device_key(), sources)
    steps: deque[Step] = deque()
    segments = Segments(epoch.plan, _now, steps.append)
    files = SegmentFiles(epoch.plan, epoch.ratchet, lambda written: epoch.ledger.head(written, _now()), segments.first)
    loop = sorted((*_pictures(), *_sounds()), key=lambda encoded: encoded.at_ms)
    head_ms = HEAD_MS
    for start_ms in range(0, MINUTES * 60_000, LOOP_MS):
        for encoded in loop:
            at_ms = start_ms + encoded.at_ms
            segments.add(_timed(encoded, at_ms))
            while steps:
                files.take(steps.popleft())
            if at_ms >= head_ms:
                head_ms += HEAD_MS
                files.sync()
                epoch.ledger.head(files.written(), _now())
    segments.finish()
    while steps:
        files.take(steps.popleft())
    files.finish(Flag.RECORDING_END)
    epoch.ledger.close(recovered=False)
    epoch.ledger.release()
    return spec.folder


def _timed(encoded: _Encoded, at_ms: int) -> Timed:
    packet = av.Packet(encoded.data)
    packet.is_keyframe = encoded.key
    if encoded.track == PICTURE:
        packet.time_base, packet.pts = MILLISECOND, at_ms
        return Timed(PICTURE, packet, at_ms, at_ms + STANDARD.frame_ms)
    packet.time_base, packet.pts, packet.duration = SAMPLE, at_ms * SAMPLE_RATE // 1000, OPUS_FRAME
    return Timed(SOUND, packet, at_ms, at_ms + _OPUS_MS)


def _pictures() -> Iterator[_Encoded]:
    encoder, background = PictureEncoder(STANDARD), scene_background()
    for number in range(LOOP_MS * STANDARD.frame_rate // 1000):
        at_ms = number * 1000 // STANDARD.frame_rate
        for packet in encoder.encode(simulated_scene(background, number / STANDARD.frame_rate), at_ms, key=number == 0):
            yield _Encoded(PICTURE, bytes(packet), packet.pts or 0, packet.is_keyframe)


def _sounds() -> Iterator[_Encoded]:
    encoder, dice = SoundEncoder(STANDARD, 0), np.random.default_rng(1)
    for at_ms in range(0, LOOP_MS, _OPUS_MS):
        hiss = dice.normal(0, _LEVEL, OPUS_FRAME).astype(np.int16)
        for packet in encoder.encode(hiss):
            yield _Encoded(SOUND, bytes(packet), at_ms, key=True)


def _now() -> ClockPair:
    return pair(read_clock())
