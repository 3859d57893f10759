"""A camera through OpenCV, in a thread of its own; it is opened again for as long as somebody wants its pictures."""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

import cv2
import numpy as np

from proctoring.capture.drawing import from_bgr
from proctoring.capture.media import FRAME_RATE, HEIGHT, WIDTH, Picture, Plane
from sync.wire.recording import Source

_RETRY_S: Final = 2.0


class CameraDevice(Protocol):
    """The part of `cv2.VideoCapture` that is used."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Tell whether the device was opened."""

    def read(self) -> tuple[bool, Plane | None]:
        """Wait for the next picture (rows, columns, BGR)."""

    def release(self) -> None:
        """Let go of the device."""


class Camera:
    """A camera's newest picture. A device that stops answering is released and tried again every 2 s."""

    def __init__(self, label: str, open_device: Callable[[], CameraDevice], retry_s: float = _RETRY_S) -> None:
        self._label: Final = label
        self._open_device: Final = open_device
        self._retry_s: Final = retry_s
        self._lock: Final = threading.Lock()
        self._arrived: Final = threading.Event()
        self._closed: Final = threading.Event()
        self._picture: Picture | None = None
        # A daemon: a driver can hang in open or read for ever, and then must not keep the recorder from ending.
        self._thread: Final = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def source(self) -> Source:
        """What is recorded."""
        return Source(track="picture", label=self._label, simulated=False)

    def wait(self, bound_s: float) -> bool:
        """Wait for the first picture; tell whether it came within the bound."""
        return self._arrived.wait(bound_s)

    def newest(self) -> Picture | None:
        """Give the newest picture since the last call."""
        with self._lock:
            picture, self._picture = self._picture, None
            return picture

    def close(self) -> None:
        """Stop; a driver that hangs is left to its thread."""
        self._closed.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            device = self._open_device()
            try:
                if device.isOpened():
                    self._pump(device)
            finally:
                device.release()
            self._closed.wait(self._retry_s)

    def _pump(self, device: CameraDevice) -> None:
        while not self._closed.is_set():
            good, frame = device.read()
            stamp_ns = time.monotonic_ns()
            if not good or frame is None:
                return
            picture = Picture(from_bgr(frame), stamp_ns)
            with self._lock:
                self._picture = picture
            self._arrived.set()


def open_camera(index: int) -> Camera:
    """Open the camera with this number."""

    def device() -> CameraDevice:
        capture = cv2.VideoCapture(index)
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        capture.set(cv2.CAP_PROP_FPS, FRAME_RATE)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return _Capture(capture)

    return Camera(f"camera {index}", device)


class _Capture:
    """`cv2.VideoCapture` with the types it really has."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture: Final = capture

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._capture.isOpened()

    def read(self) -> tuple[bool, Plane | None]:
        good, frame = self._capture.read()
        return good, np.asarray(frame, np.uint8) if good else None

    def release(self) -> None:
        self._capture.release()
