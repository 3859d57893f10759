"""A camera through OpenCV, in a thread of its own; it is opened again for as long as somebody wants its pictures."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
import structlog

from proctoring.capture.drawing import from_bgr
from proctoring.capture.media import Picture, Plane
from proctoring.capture.profiles import STANDARD, Profile
from proctoring.capture.slot import Slot
from sync.wire.recording import Source

_RETRY_S: Final = 2.0
_SYSTEM: Final = Path("/sys/class/video4linux")
_COLOUR, _COLOUR_AND_ALPHA = 3, 4
_MOST_PIXELS: Final = 64_000_000
_log = structlog.get_logger(__name__)


class CameraDevice(Protocol):
    """The part of `cv2.VideoCapture` that is used."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Tell whether the device was opened."""

    def read(self) -> tuple[bool, Plane | None]:
        """Wait for the next picture (rows, columns, BGR)."""

    def release(self) -> None:
        """Let go of the device."""


class Camera:
    """A camera's last pictures. A device that stops answering is released and tried again every 2 s.

    What a driver gives that is no picture is left out: what is missing shows in the statistics, and as a gap.
    """

    def __init__(
        self,
        label: str,
        open_device: Callable[[], CameraDevice],
        retry_s: float = _RETRY_S,
        profile: Profile = STANDARD,
    ) -> None:
        self._label: Final = label
        self._open_device: Final = open_device
        self._retry_s: Final = retry_s
        self._profile: Final = profile
        self._slot: Final = Slot(profile.frame_rate)
        self._closed: Final = threading.Event()
        # A daemon: a driver can hang in open or read for ever, and then must not keep the recorder from ending.
        self._thread: Final = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def source(self) -> Source:
        """What is recorded."""
        return Source(track="picture", label=self._label, simulated=False)

    def wait(self, bound_s: float) -> bool:
        """Wait for the first picture; tell whether it came within the bound."""
        return self._slot.wait(bound_s)

    def newest(self) -> Picture | None:
        """Give the next picture, the oldest first."""
        return self._slot.take()

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
            except cv2.error as error:
                _log.warning("the camera's driver failed", error=str(error)[:200])
            finally:
                device.release()
            self._closed.wait(self._retry_s)

    def _pump(self, device: CameraDevice) -> None:
        while not self._closed.is_set():
            good, frame = device.read()
            stamp_ns = time.monotonic_ns()
            if not good or frame is None:
                return
            picture = _as_bgr(frame)
            if picture is not None and self._slot.wants(stamp_ns):
                self._slot.put(from_bgr(picture, self._profile), stamp_ns)


def _as_bgr(frame: Plane) -> Plane | None:
    """Give a frame as colour picture; None if it is none."""
    if frame.dtype != np.uint8 or frame.size == 0 or frame.size > _MOST_PIXELS:
        return None
    if frame.ndim == 2:  # noqa: PLR2004 - rows and columns: grey
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), np.uint8)
    if frame.ndim != _COLOUR or frame.shape[2] not in (_COLOUR, _COLOUR_AND_ALPHA):
        return None
    return np.ascontiguousarray(frame[:, :, :_COLOUR])


def open_camera(index: int, profile: Profile) -> Camera:
    """Open the camera with this number."""
    return Camera(f"camera {index}", lambda: _device(index, profile), profile=profile)


def named_camera(name: str, profile: Profile) -> Camera:
    """Open the camera of this name; it is looked for each time, since it may come back under another number."""

    def device() -> CameraDevice:
        index = camera_number(name)
        return _Nothing() if index is None else _device(index, profile)

    return Camera(f"camera {name}"[:200], device, profile=profile)


def camera_number(name: str, system: Path = _SYSTEM) -> int | None:
    """Give the number of the first camera whose name is this, else of the first whose name begins with it.

    Linux names them in `/sys/class/video4linux/video*/name`; the second node of a camera gives no pictures, and its
    number is higher.
    """
    found: dict[int, str] = {}
    for path in system.glob("video*/name"):
        number = path.parent.name.removeprefix("video")
        if number.isdecimal():
            found[int(number)] = path.read_text(encoding="utf-8", errors="replace").strip()
    exact = [number for number, theirs in found.items() if theirs == name]
    near = [number for number, theirs in found.items() if theirs.casefold().startswith(name.casefold())]
    return min(exact or near, default=None)


def _device(index: int, profile: Profile) -> CameraDevice:
    capture = cv2.VideoCapture(index)
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, profile.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, profile.height)
    capture.set(cv2.CAP_PROP_FPS, profile.frame_rate)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return _Capture(capture)


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


class _Nothing:
    """The device of a camera that is not there."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return False

    def read(self) -> tuple[bool, Plane | None]:
        return False, None

    def release(self) -> None:
        """Nothing to let go of."""
