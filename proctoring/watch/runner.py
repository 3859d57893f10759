"""The watch beside a recording: a thread of its own that can never hold the recording up."""

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import cv2

from proctoring.capture.media import Plane, Samples
from proctoring.watch.watch import Watch
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag

EVERY_MS: Final = 1_000
_EARLY_MS: Final = 50  # pictures come in the camera's own step
_MOST_BLOCKS: Final = 500  # 10 s of sound; what nobody listened to is given up
_NICE: Final = 10
_LEAVE_S: Final = 2.0


Note = Callable[[Flag, Plane | None], None]
"""Told of a flag that went up, has grown or came down; the picture is of the moment it began."""


class WatchThread:
    """Looks at one picture a second and hears the sound. Nothing here waits: what comes while it is busy is skipped.

    It tells `note` from its own thread. A picture that was given must not be written to afterwards.
    """

    def __init__(self, policy: WatchPolicy, note: Note) -> None:
        self._watch: Final = Watch(policy)
        self._note: Final = note
        self._picture: tuple[Plane, int] | None = None
        self._due_ms = 0
        self._blocks: Final[deque[tuple[Samples, int]]] = deque(maxlen=_MOST_BLOCKS)
        self._wake: Final = threading.Event()
        self._closing = False
        self._thread: Final = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether it watches."""
        return self._thread.is_alive()

    def see(self, i420: Plane, at_ms: int) -> None:
        """Offer a picture (planar I420) of recorded time `at_ms`; one a second is taken, none while it is busy."""
        if at_ms >= self._due_ms and not self._wake.is_set():
            self._due_ms = at_ms + EVERY_MS - _EARLY_MS
            self._picture = (i420, at_ms)
            self._wake.set()

    def hear(self, samples: Samples, at_ms: int) -> None:
        """Offer a block of sound (48 kHz mono) whose first sample is of `at_ms`; heard within a second."""
        self._blocks.append((samples, at_ms))

    def close(self) -> None:
        """Look at what waits, tell of what is still up, and end."""
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
            self._wake.clear()
        self._turn()

    def _turn(self) -> None:
        offered, self._picture = self._picture, None
        changes: list[Flag] = []
        for _ in range(len(self._blocks)):
            changes += self._watch.listen(*self._blocks.popleft())
        if offered is not None:
            changes += self._watch.look(*offered)
        for flag in changes:
            self._note(flag, self._watch.picture(flag.kind))
        for flag in self._watch.open_flags():
            self._note(flag, None)
