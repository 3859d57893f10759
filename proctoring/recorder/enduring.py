"""One recording that goes on by itself: what broke off is begun anew, with a stated gap, as soon as that can be.

For what ends a recording inside the recorder (a full disk, one that refuses, an encoder that fails). What ends or
hangs the recorder itself is its keeper's affair.
"""

import os
import threading
import time
from typing import Final

from proctoring.recorder.epoch import RESTARTED
from proctoring.recorder.faults import EncoderFailed, NothingRecorded, NothingToGoOnWith
from proctoring.recorder.flags import FlagBoard
from proctoring.recorder.messages import Closed, RecorderState, RecorderStatus, RecordingSpec, Trouble
from proctoring.recorder.pulse import Pulse
from proctoring.recorder.recording import Recording, begin
from proctoring.recorder.resume import is_begun, recover_recording
from sync.faults import Fault
from sync.replica.durable import DiskFault, DiskFull, free_bytes
from sync.trust.keystore import KeyStore
from sync.trust.token import TokenFault, TokenMissing, TokenOther, TokenPinWrong

GO_ON_BYTES: Final = 20_000_000
"""Some minutes' room: with less, a recording that a full disk ended is not begun anew."""
_PAUSES_S: Final = (1, 2, 5, 10, 30, 60)  # after the first failure, the second, …; the last for all that follow
_HEALTHY_S: Final = 60.0  # a recording that held for so long starts with short pauses again
_TOKEN: Final = {TokenFault.code, TokenMissing.code, TokenOther.code, TokenPinWrong.code}  # somebody sees to it
_MENDABLE: Final = {DiskFull.code, DiskFault.code, EncoderFailed.code, *_TOKEN}
_REASONS: Final = {DiskFull.code: "disk_full"}


class Enduring:
    """A recording, whatever comes between. May be used from any thread; `begin`, `tend` and `stop` take turns."""

    def __init__(self, spec: RecordingSpec, keys: KeyStore, restarts: int = 0, *, awaited: bool = False) -> None:
        """`restarts`: how often it was begun anew before; `awaited`: `go_on` is about to be called."""
        self.spec: Final = spec
        self.board: Final = FlagBoard()
        self._keys: Final = keys
        self._turn: Final = threading.Lock()
        self._now: Recording | None = None
        self._fault: Fault | None = None
        self._closed: Closed | None = None
        self._over = False
        self._awaited = awaited
        self._restarts = restarts
        self._failures = 0
        self._began_s = self._due_s = 0.0
        self._came = False

    def begin(self, reason: str = RESTARTED) -> None:
        """Begin, or go on; `reason` states the gap then. Raises what `recording.begin` raises."""
        with self._turn:
            self._begin(reason)

    def go_on(self, reason: str) -> None:
        """Go on with what another process began; what keeps it from that is told by the status, and tried again."""
        with self._turn:
            self._began_s = time.monotonic()
            try:
                if not is_begun(self.spec.folder):
                    raise NothingToGoOnWith(folder=self.spec.folder.name)
                self._begin(reason)
            except Fault as fault:
                self._fault = fault
            finally:
                self._awaited = False

    @property
    def recording(self) -> Recording:
        """What is being recorded now, or was at last.

        Raises:
            NothingRecorded: it could not be begun yet.
        """
        if self._now is None:
            raise NothingRecorded("it could not be begun yet")
        return self._now

    @property
    def came(self) -> bool:
        """Whether camera or microphone have given anything since it was begun here."""
        return self._came or (self._now is not None and self._now.came)

    def pulse(self) -> Pulse:
        """Give the life sign for the keeper."""
        spec = self.spec.model_dump_json() if self.wanted else None
        now = self._now
        return Pulse(spec, now.capturing, now.turns, now.sealed_ms) if now else Pulse(spec)

    @property
    def under_way(self) -> bool:
        """Whether it is being recorded at this moment."""
        return self._state is RecorderState.RECORDING

    @property
    def fault(self) -> Fault | None:
        """What keeps it from being recorded at this moment."""
        if self.under_way:
            return None
        return self._fault or (self._now.fault if self._now else None)

    @property
    def wanted(self) -> bool:
        """Whether it is being recorded, or will be as soon as that can be."""
        return self.under_way or (not self._over and (self._awaited or self._mendable))

    def tend(self) -> None:
        """See to it that it goes on; call this every second or so."""
        with self._turn:
            if self._over or not self._mendable or self.under_way:
                return
            fault = self.fault
            if self._due_s == 0.0:
                self._failures = 0 if time.monotonic() - self._began_s > _HEALTHY_S else self._failures
                self._put_off()
            if time.monotonic() < self._due_s or not self._has_room(fault):
                return
            try:
                self._begin(_REASONS.get(fault.code if fault else "", RESTARTED))
            except Fault as again:
                self._fault = again
                self._put_off()
            else:
                self._restarts += 1

    def status(self) -> RecorderStatus:
        """Say how it goes."""
        recording, fault = self._now, self.fault
        if recording is None:
            status = RecorderStatus(
                state=RecorderState.FAILED,
                pid=os.getpid(),
                recording=self.spec.recording,
                sitting=self.spec.sitting,
            )
        else:
            status = recording.status()
        troubles = status.troubles
        if self.wanted and not self.under_way:
            troubles = (Trouble.DISK_FULL if isinstance(fault, DiskFull) else Trouble.RESTARTING,)
        changed = {"troubles": troubles, "restarts": self._restarts, "fault": fault.code if fault else None}
        return status.model_copy(update=changed)

    def stop(self) -> Closed:
        """Close it, or whatever of it is on the disk; again gives the same.

        Raises:
            NothingRecorded: nothing of it was ever begun.
            Fault: it cannot be closed now; asking again tries again.
        """
        with self._turn:
            self._over = True
            if self._closed is None:
                self._closed = self._now.stop() if self._now else self._recover()
            return self._closed

    def suspend(self) -> None:
        """End without closing it; a later start goes on with it."""
        with self._turn:
            self._over = True
            if self._now is not None:
                self._now.suspend()

    @property
    def _state(self) -> RecorderState:
        return self._now.state if self._now else RecorderState.FAILED

    @property
    def _mendable(self) -> bool:
        fault = self.fault
        return fault is not None and fault.code in _MENDABLE

    def _begin(self, reason: str) -> None:
        self._came = self.came
        self._now = begin(self.spec, self._keys, reason, self.board)
        self._fault, self._due_s, self._began_s = None, 0.0, time.monotonic()

    def _put_off(self) -> None:
        self._due_s = time.monotonic() + _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        self._failures += 1

    def _has_room(self, fault: Fault | None) -> bool:
        """Tell whether there is something to go on with, and, after a full disk, where to."""
        if not is_begun(self.spec.folder):
            return False
        return not isinstance(fault, DiskFull) or free_bytes(self.spec.folder) >= GO_ON_BYTES

    def _recover(self) -> Closed:
        if not is_begun(self.spec.folder):
            raise NothingRecorded("it was never begun")
        return recover_recording(self.spec.folder, self._keys)
