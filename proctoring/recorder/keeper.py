"""The keeper: a small parent that watches over the recorder proper, ends it when it hangs, and starts it anew.

It imports no encoder and no OpenCV, holds the lock and the listening socket, and knows of a recording only what the
worker tells it: the specification to go on with, and that capture and seals advance. A worker that ends with exit code
0 was meant to end. What the two say to each other is in `pulse`.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from proctoring.recorder.pulse import MAX_PULSE_BYTES, Order, Pulse

STALL_S: Final = 6.0
"""While it records: so long without a sign of life, or without capture getting any further, and it is ended …"""
DISK_S: Final = 45.0
"""… and so long without a sealed record: the disk hangs (a slow one is the worker's own affair)."""
SILENT_S: Final = 30.0
"""So long without a sign of life while it does not record: opening a device may take its time."""
END_S: Final = 40.0
"""So long it may take to end when it was told to."""
_PAUSES_S: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
_HEALTHY_S: Final = 60.0
_TICK_S: Final = 0.5
_OVERSLEPT_S: Final = 2.0  # who was stopped too (a machine that slept) judges nobody


@dataclass
class Life:
    """What is known of one worker: when its life signs last changed (monotonic seconds)."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    pulse: Pulse = field(default_factory=Pulse)
    heard_s: float = field(default_factory=time.monotonic)
    turned_s: float = field(default_factory=time.monotonic)
    sealed_s: float = field(default_factory=time.monotonic)
    healthy_since_s: float | None = None
    rest: bytes = b""

    def note(self, pulse: Pulse, now_s: float) -> None:
        """Take a life sign."""
        before, self.pulse, self.heard_s = self.pulse, pulse, now_s
        if not pulse.capturing or pulse.turns != before.turns or not before.capturing:
            self.turned_s = now_s
        if not pulse.capturing or pulse.sealed_ms != before.sealed_ms or not before.capturing:
            self.sealed_s = now_s
        self.healthy_since_s = (self.healthy_since_s or now_s) if pulse.capturing else None

    def forgive(self, now_s: float) -> None:
        """Begin to wait anew."""
        self.heard_s = self.turned_s = self.sealed_s = now_s

    def wrong(self, now_s: float) -> str | None:
        """Give the reason to state in the recording if this worker has to be ended."""
        if not self.pulse.capturing:
            return "recorder_restarted" if now_s - self.heard_s > SILENT_S else None
        if max(now_s - self.heard_s, now_s - self.turned_s) > STALL_S:
            return "encoder_stalled"
        return "disk_slow" if now_s - self.sealed_s > DISK_S else None


class Keeper:
    """Keeps one recorder alive at `listener`. `command` starts a worker; the descriptors it needs are added to it."""

    def __init__(self, listener: socket.socket, lock: int, command: list[str], ready: int | None) -> None:
        self._listener: Final = listener
        self._lock: Final = lock
        self._command: Final = command
        self._ready = ready
        self._ending_s: float | None = None
        self._life: Life | None = None
        self._failures = 0

    def run(self) -> int:
        """Keep it alive until it ends properly; give the exit code."""
        signal.signal(signal.SIGTERM, self._end)
        order = Order(keeper=os.getpid())
        while True:
            life = self._life = self._begin(order)
            reason = self._watch(life)
            code = self._bury(life)
            if code == 0 or self._is_ending() or life.pulse.spec is None:
                return abs(code)
            order = Order(os.getpid(), life.pulse.spec, reason, order.restarts + 1)
            self._log(reason, code, order.restarts)
            self._pause(life)
            if self._is_ending():
                return 0

    def _is_ending(self) -> bool:
        return self._ending_s is not None

    def _begin(self, order: Order) -> Life:
        ours, theirs = socket.socketpair()
        given = (self._listener.fileno(), theirs.fileno(), self._lock)
        numbers = ["--listener", str(given[0]), "--channel", str(given[1])]
        process = subprocess.Popen([*self._command, *numbers], pass_fds=given, stdin=subprocess.DEVNULL)
        theirs.close()
        ours.settimeout(_TICK_S)
        with suppress(OSError):  # it is dead already, which will be noticed
            ours.sendall(order.to_line())
        return Life(process, ours, Pulse(order.spec))

    def _watch(self, life: Life) -> str:
        """Watch until it ends or has to be ended; give the reason."""
        while True:
            before_s = time.monotonic()
            heard, _, _ = select.select([life.channel], [], [], _TICK_S)
            now_s = time.monotonic()
            if heard and not self._listen(life, now_s):
                return "recorder_restarted"  # it has closed its end: it is dead, or about to be
            if now_s - before_s > _TICK_S + _OVERSLEPT_S:
                life.forgive(now_s)
            reason = life.wrong(now_s)
            if reason or (self._ending_s is not None and now_s > self._ending_s):
                life.process.kill()
                return reason or "recorder_restarted"

    def _listen(self, life: Life, now_s: float) -> bool:
        try:
            chunk = life.channel.recv(MAX_PULSE_BYTES)
        except OSError:
            return False
        *lines, life.rest = (life.rest + chunk).split(b"\n")
        life.rest = life.rest[-MAX_PULSE_BYTES:]
        for line in lines:
            pulse = Pulse.parse(line)
            if pulse is not None:
                life.note(pulse, now_s)
                self._say_ready()
        return bool(chunk)

    def _bury(self, life: Life) -> int:
        """Wait until it is gone for good: two must never write one recording."""
        life.channel.close()
        try:
            return life.process.wait(SILENT_S)
        except subprocess.TimeoutExpired:
            life.process.kill()
            return life.process.wait()

    def _pause(self, life: Life) -> None:
        healthy = life.healthy_since_s is not None and time.monotonic() - life.healthy_since_s > _HEALTHY_S
        self._failures = 0 if healthy else self._failures
        until_s = time.monotonic() + _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        self._failures += 1
        while time.monotonic() < until_s and self._ending_s is None:
            time.sleep(0.05)

    def _end(self, _signal: int, _frame: object) -> None:
        self._ending_s = time.monotonic() + END_S
        if self._life is not None and self._life.process.poll() is None:
            self._life.process.terminate()

    def _say_ready(self) -> None:
        if self._ready is not None:
            os.write(self._ready, b"1")
            os.close(self._ready)
            self._ready = None

    def _log(self, reason: str, code: int, restarts: int) -> None:
        event = {"event": "the recorder is started anew", "reason": reason, "code": code, "restarts": restarts}
        sys.stderr.write(json.dumps(event) + "\n")
        sys.stderr.flush()
