"""A display to run on: the person's own if there is one, else a virtual one (Xvfb) that we start and end."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from app.seat.display import NoDisplay

SCREEN = "1366x768x24"
_START_S = 15


@contextmanager
def virtual_display() -> Iterator[str]:
    """Run Xvfb for the length of the block; gives the value for DISPLAY.

    Raises:
        NoDisplay: Xvfb is missing or does not start.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise NoDisplay("Xvfb is not installed")
    read, write = os.pipe()
    arguments = [program, "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(
        arguments, pass_fds=(write,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        yield f":{_number(read, server)}"
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(_START_S)
        if server.poll() is None:
            server.kill()
            server.wait()


def _number(pipe: int, server: "subprocess.Popen[bytes]") -> str:
    """Read the display's number, which Xvfb writes once it is ready."""
    with os.fdopen(pipe, "rb") as file:
        line = file.readline()  # ends with the server, should it die
    if not line.strip().isdigit():
        raise NoDisplay(f"Xvfb ended with {server.wait()}")
    return line.strip().decode()
