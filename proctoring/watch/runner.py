"""The watch beside a recording: a thread of its own that can never hold the recording up."""

import os
import threading
from collections import deque
from contextlib import suppress
from typing import Final

import cv2

from proctoring.capture.media import Plane, Samples
from proctoring.watch.watch import Noticed, Watch
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag

EVERY_MS: Final = 1_000
_EARLY_MS: Final = 50  # pictures come in the camera's own step
_MOST_BLOCKS: Final = 500  # 10 s of sound; what nobody listened to is given up
_NICE: Final = 10
_LEAVE_S: Final = 2.0


class WatchThread:
    """Looks at one picture a second and hears the sound. Nothing here waits: what comes while it is busy is skipped.

    `picture`, `sound`, `changes`, `open_flags` and `recent` may be called from any thread.
    """

    def __init__(self, policy: WatchPolicy) -> None:
        self._watch: Final = Watch(policy)
        self._picture: tuple[Plane, int] | None = None
        self._due_ms = 0
        self._blocks: Final[deque[tuple[Samples, int]]] = deque(maxlen=_MOST_BLOCKS)
        self._changes: Final[deque[Flag]] = deque()
        self._open: tuple[Flag, ...] = ()
        self._recent: tuple[Noticed, ...] = ()
        self._wake: Final = threading.Event()
        self._closing = False
        self._thread: Final = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether it watches."""
        return self._thread.is_alive()

    def picture(self, i420: Plane, recorded_ms: int) -> None:
        """Offer a picture; one a second is taken, and none while the last is being looked at."""
        if recorded_ms >= self._due_ms and not self._wake.is_set():
            self._due_ms = recorded_ms + EVERY_MS - _EARLY_MS
            self._picture = (i420, recorded_ms)
            self._wake.set()

    def sound(self, samples: Samples, recorded_ms: int) -> None:
        """Offer a block of sound whose first sample is of `recorded_ms`; heard with the next picture, or soon."""
        self._blocks.append((samples, recorded_ms))

    def changes(self) -> list[Flag]:
        """Give the flags that went up or came down since the last call."""
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def open_flags(self) -> tuple[Flag, ...]:
        """Give the flags that are up, each as long as its cause has been seen."""
        return self._open

    def recent(self) -> tuple[Noticed, ...]:
        """Give the last flags that went up, with their pictures, oldest first."""
        return self._recent

    def close(self) -> None:
        """Stop watching; what is still open stays to be asked for."""
        self._closing = True
        self._wake.set()
        self._thread.join(_LEAVE_S)

    def _run(self) -> None:
        cv2.setNumThreads(1)  # two threads at so small a picture cost more than they save
        with suppress(OSError):  # a system without priorities of threads
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while not self._closing:
            self._wake.wait(EVERY_MS / 1000)
            self._turn()
            if not self._closing:
                self._wake.clear()

    def _turn(self) -> None:
        offered, self._picture = self._picture, None
        for _ in range(len(self._blocks)):
            self._changes.extend(self._watch.listen(*self._blocks.popleft()))
        if offered is not None:
            self._changes.extend(self._watch.look(*offered))
        self._open, self._recent = self._watch.open_flags(), self._watch.recent()
