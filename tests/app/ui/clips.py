"""Clips made here: a bar that grows, and a tone."""

import io

import av
import numpy as np

RATE = 48_000
PICTURES = 15


def clip(*, picture: bool = True, sound: bool = True, seconds: float = 1.0) -> bytes:
    """Make a WebM."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=PICTURES) if picture else None
        audio = container.add_stream("libopus", rate=RATE, layout="mono") if sound else None
        if video is not None:
            video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
            for number in range(round(seconds * PICTURES)):
                pixels = np.zeros((120, 160, 3), np.uint8)
                pixels[:, : 160 * number // round(seconds * PICTURES)] = (220, 40, 40)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts = number
                container.mux(video.encode(frame))
            container.mux(video.encode())
        if audio is not None:
            for start in range(0, round(seconds * RATE), 960):
                tone = np.sin(np.arange(start, start + 960) * 2 * np.pi * 440 / RATE) * 9000
                block = av.AudioFrame.from_ndarray(tone.astype(np.int16)[None], format="s16", layout="mono")
                block.sample_rate, block.pts = RATE, start
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return out.getvalue()
