"""A process that lives no longer than the supervisor, and whose end, stop and last words are seen."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

END_S: Final = 3.0
_CHUNK: Final = 8_192
_MOST_WORDS: Final = 200
_SAYS: Final = re.compile(r"\w{3}")
"""Xorg ends what it says with lines of marks."""


class Child:
    """A running process. `ended` gives its exit code, negative for a signal, as `subprocess` does."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], passed: Sequence[int] = (), *, gains: bool = True
    ) -> None:
        """Start it; `passed` are descriptors it inherits, `gains` False if it may never gain rights (no_new_privs).

        Raises:
            OSError: there is no such program, or no room for another process.
        """
        # PR_SET_PDEATHSIG: the kernel kills it when the supervisor dies, however that happens (setpriv(1), util-linux)
        bounds = ["setpriv", "--pdeathsig", "KILL", *([] if gains else ["--no-new-privs"]), "--"]
        self._process = subprocess.Popen(
            [*bounds, *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(passed),
        )
        self.pid = self._process.pid
        self.began = time.monotonic()
        self.words = ""
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._descriptor = os.pidfd_open(self.pid)
        self._loop.add_reader(self._descriptor, self._has_ended)
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._output, self._hear)

    def go_on_if_stopped(self) -> bool:
        """Let it go on if somebody stopped it (SIGSTOP); tell whether somebody had."""
        if self.ended.done():
            return False
        stopped = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG)
        if stopped is None:
            return False
        self._process.send_signal(signal.SIGCONT)
        return True

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    async def end(self) -> None:
        """Ask it to end (SIGTERM), and end it after 3 s. Xorg was seen to hang for good after SIGTERM."""
        self._process.terminate()
        await asyncio.wait({self.ended}, timeout=END_S)
        self.kill()
        await self.ended

    def _hear(self) -> None:
        """Pass on what it says, and remember its last line."""
        try:
            said = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return
        if not said:
            self._loop.remove_reader(self._output)
            return
        sys.stderr.write(said.decode(errors="replace"))
        sys.stderr.flush()
        lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
        self.words = next((line[:_MOST_WORDS] for line in reversed(lines) if _SAYS.search(line)), self.words)

    def _has_ended(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        code = self._process.wait()
        self._hear()  # its last words may still be in the pipe; somebody it left behind may hold the other end open
        self._loop.remove_reader(self._output)
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._process.stdout.close()
        self.ended.set_result(code)


@asynccontextmanager
async def running(child: Child, children: set[Child]) -> AsyncIterator[Child]:
    """Hold a child among the others, and end it however the block is left, also when it is cancelled."""
    children.add(child)
    try:
        yield child
    finally:
        await asyncio.shield(asyncio.ensure_future(child.end()))
        children.discard(child)
