"""What one picture shows: light, detail, faces, and whether the camera still looks where it looked at the start."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import cv2.data
import numpy as np

from proctoring.capture.media import Plane

SMALL: Final = (320, 240)
"""What faces are looked for in (columns, rows): a face at a seat is wider than 40 of it, and it takes 6 ms, not 60."""
_PARTS: Final = (8, 6)
_EDGES: Final = (80, 60)
_CASCADE: Final = "haarcascade_frontalface_alt2.xml"
_SCALE: Final = 1.2
_NEIGHBOURS: Final = 4
_LEAST_FACE: Final = (40, 40)
_SAME_SHARE: Final = 0.001  # of the small picture: a sensor's noise changes far more than that
_STRONGEST_EDGE: Final = 60.0  # one bright window does not outweigh the rest of a room
_SURE: Final = 0.3  # phase correlation's response (0 to 1); measured: the same scene over 0.3, another below 0.12


@dataclass(frozen=True)
class Shown:
    """What one picture shows.

    `light`: mean brightness; `detail`: how much its parts differ in it; both 0 to 255. `still`: nothing differs from
    the picture before. `faces`: centres in thousandths of width and height. `moved`: how far what is seen (the
    candidate and the room) has shifted since the first picture with one face, thousandths of the width; None where
    that cannot be told.
    """

    light: float
    detail: float
    still: bool
    faces: tuple[tuple[int, int], ...]
    moved: int | None


class Eye:
    """Looks at one picture after another; remembers the first with one face in it, and the last."""

    def __init__(self) -> None:
        self._cascade: Final = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / _CASCADE))
        self._window: Final = cv2.createHanningWindow(_EDGES, cv2.CV_32F)
        self._last: Plane | None = None
        self._start: cv2.typing.MatLike | None = None

    def look(self, i420: Plane) -> Shown:
        """Look at a picture, planar I420 (`rows` * 3 / 2 by `columns`)."""
        luma = i420[: i420.shape[0] * 2 // 3]
        small = np.asarray(cv2.resize(luma, SMALL, interpolation=cv2.INTER_AREA), np.uint8)
        parts = cv2.resize(small, _PARTS, interpolation=cv2.INTER_AREA)
        still = self._last is not None and np.count_nonzero(self._last != small) <= _SAME_SHARE * small.size
        self._last = small
        faces = self._faces(small)
        return Shown(
            float(small.mean()),
            float(parts.max()) - float(parts.min()),
            bool(still),
            faces,
            self._moved(small, one_face=len(faces) == 1),
        )

    def _faces(self, small: Plane) -> tuple[tuple[int, int], ...]:
        boxes = self._cascade.detectMultiScale(small, scaleFactor=_SCALE, minNeighbors=_NEIGHBOURS, minSize=_LEAST_FACE)
        columns, rows = SMALL
        return tuple(
            ((2 * int(x) + int(width)) * 500 // columns, (2 * int(y) + int(height)) * 500 // rows)
            for x, y, width, height in boxes
        )

    def _moved(self, small: Plane, *, one_face: bool) -> int | None:
        """Tell how far the scene's edges are from where they were at the start (phase correlation)."""
        edges = _edges(small)
        if self._start is None:
            self._start = edges if one_face else None
            return None
        (right, down), response = cv2.phaseCorrelate(self._start, edges, self._window)
        return round(float(np.hypot(right, down)) * 1000 / _EDGES[0]) if response >= _SURE else None


def _edges(small: Plane) -> cv2.typing.MatLike:
    calm = cv2.GaussianBlur(small, (5, 5), 0)
    strength = cv2.magnitude(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1))
    edges = cv2.resize(np.minimum(strength, _STRONGEST_EDGE), _EDGES, interpolation=cv2.INTER_AREA)
    return np.asarray(edges - edges.mean(), np.float32)
