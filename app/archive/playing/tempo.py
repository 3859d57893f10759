"""Sound faster or slower at the pitch it was recorded at (FFmpeg's `atempo`)."""

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.filter import Graph

from app.archive.playing.sounds import RATE, Samples

SLOWEST: Final = 0.5
FASTEST_HEARD: Final = 2.0
"""Faster than this nothing is understood any more: the player is silent then, and says so."""


class Tempo:
    """Takes sound block by block and gives it `speed` times as fast; it begins anew after every jump."""

    def __init__(self, speed: float) -> None:
        self._graph: Final = Graph() if speed != 1.0 else None
        self._given = 0
        if self._graph is None:
            return
        source = self._graph.add_abuffer(sample_rate=RATE, format="s16", layout="mono", time_base=Fraction(1, RATE))
        tempo = self._graph.add("atempo", f"{speed:g}")
        form = self._graph.add("aformat", "sample_fmts=s16:channel_layouts=mono")
        sink = self._graph.add("abuffersink")
        source.link_to(tempo)
        tempo.link_to(form)
        form.link_to(sink)
        self._graph.configure()

    def turn(self, samples: Samples) -> Samples:
        """Give what is ready after these samples."""
        if self._graph is None:
            return samples
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._given, Fraction(1, RATE)
        self._given += len(samples)
        self._graph.push(frame)
        pieces: list[Samples] = []
        while True:
            try:
                pieces.append(self._graph.pull().to_ndarray()[0])
            except (av.error.BlockingIOError, av.error.EOFError):
                break
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
