import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from tests.app.seat.guard.attacks.foe import Foe

WIDTH, HEIGHT = 800, 600
NOBODY = Allow(family=2**30)
"""A family without members: this test's own windows then count as foreign."""


@dataclass
class Server:
    """A display server. `run` starts a tool on it, to its end."""

    process: subprocess.Popen[bytes]
    display: str

    def run(self, *command: str) -> None:
        subprocess.run(command, env=os.environ | {"DISPLAY": self.display}, check=True, capture_output=True, timeout=20)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def start_server() -> Server:
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        f"{WIDTH}x{HEIGHT}x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return Server(process, f":{pipe.readline().decode().strip()}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = start_server()
    yield made
    made.end()


@pytest.fixture
def foe(server: Server) -> Iterator[Foe]:
    made = Foe(server.display)
    yield made
    made.close()


@pytest.fixture
def own(server: Server) -> Iterator[int]:
    """A window of a program's that fills the screen."""
    program = Foe(server.display)
    yield program.window((0, 0, WIDTH, HEIGHT), override=True, colour=0x2060C0)
    program.close()


Watch = Callable[..., DisplayWatch]


@pytest.fixture
def watching(server: Server, own: int) -> Iterator[Watch]:
    """Makes a watch for the window; by default nobody is allowed."""
    made: list[DisplayWatch] = []

    def watch(allow: Allow = NOBODY, proc: Path = Path("/proc")) -> DisplayWatch:
        made.append(DisplayWatch(server.display, own, allow, proc))
        return made[-1]

    yield watch
    for one in made:
        one.close()
