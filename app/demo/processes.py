"""The processes of a demonstration: started, listened to line by line, and ended by their own ids."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sync.faults import EnvironmentFault
from sync.own_program import own_program

END_S = 20


class ProcessEnded(EnvironmentFault):
    """A program of the demonstration ended when it should not have. Facts: `program`, `log`."""

    code = "PROCESS_ENDED"


class Process:
    """One program, telling what it does as JSON lines on its standard output; its complaints go to a log file."""

    def __init__(self, name: str, module: str, arguments: list[str], log: Path, *, display: str | None = None) -> None:
        self.name = name
        self.log = log
        environment = dict(os.environ)
        if display is not None:
            environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
            environment.pop("WAYLAND_DISPLAY", None)
        log.touch(mode=0o600)
        with log.open("ab") as complaints:
            self._popen = subprocess.Popen(
                [*own_program(module), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=environment,
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    def tell(self, message: dict[str, Any]) -> None:
        """Write one JSON line to its standard input."""
        if self._popen.stdin is not None:
            self._popen.stdin.write(json.dumps(message).encode() + b"\n")
            self._popen.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Give what it tells, until it ends."""
        if self._popen.stdout is None:
            return
        for line in self._popen.stdout:
            with suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    yield message

    def wait_for(self, event: str) -> dict[str, Any]:
        """Give the next message of this kind.

        Raises:
            ProcessEnded: it ended without it.
        """
        for message in self.events():
            if message.get("event") == event:
                return message
        raise self.ended()

    def ended(self) -> ProcessEnded:
        """Make the fault that says where to look for the reason."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(END_S)
        return ProcessEnded(f"exit code {self._popen.returncode}", program=self.name, log=str(self.log))

    def cut_power(self) -> None:
        """SIGKILL: no last words, as when the power goes."""
        self._popen.kill()
        self._popen.wait()

    def wait(self) -> int:
        """Wait for its end and give its exit code."""
        return self._popen.wait(END_S)

    def end(self) -> None:
        """Ask it to end, and insist after a while."""
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(END_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


@contextmanager
def running(process: Process) -> Iterator[Process]:
    """End the process at the end of the block."""
    try:
        yield process
    finally:
        process.end()
