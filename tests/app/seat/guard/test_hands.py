"""Whose hand answers, on a real display: keys that come from the display around it are real ones within."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from app.exam.conduct import Conduct, Oddity
from app.seat.phases.delivery.conduct_watch import _hands
from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from tests.app.seat.guard.attacks.foe import Foe
from tests.proctoring.lockdown.display.conftest import HEIGHT, WIDTH, Server, start_server

PATIENCE_S = 15.0


@pytest.fixture
def around() -> Iterator[Server]:
    """The display that stands for keyboard and mouse."""
    made = start_server()
    yield made
    made.end()


@pytest.fixture
def within(around: Server) -> Iterator[Server]:
    """The display on which somebody answers."""
    reading, writing = os.pipe()
    command = ["Xephyr", "-displayfd", str(writing), "-screen", f"{WIDTH}x{HEIGHT}", "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(
        command, pass_fds=[writing], stderr=subprocess.DEVNULL, env=os.environ | {"DISPLAY": around.display}
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        made = Server(process, f":{pipe.readline().decode().strip()}")
    yield made
    made.end()


def test_typing_at_this_pc_is_a_hand_and_a_programs_typing_is_not(around: Server, within: Server) -> None:
    window = Foe(within.display)
    watch = DisplayWatch(within.display, window.window((0, 0, WIDTH, HEIGHT), override=True), Allow(family=2**30))

    def judged(press: Callable[[], None], done: Callable[[], bool]) -> list[Oddity]:
        end = time.monotonic() + PATIENCE_S
        press()
        while not done():
            assert time.monotonic() < end
            watch.look()
            time.sleep(0.01)
        _, noticed = Conduct().handled("i", time.monotonic_ns() // 1_000_000, _hands(watch.input))
        return [one.oddity for one in noticed]

    try:
        watch.look()
        assert judged(lambda: None, lambda: True) == [Oddity.WITHOUT_INPUT]
        assert (
            judged(
                lambda: around.run("xdotool", "mousemove", "300", "300", "key", "a", "click", "1"),
                lambda: watch.input.local >= 2,
            )
            == []
        )
        assert watch.input.injected == 0
        assert judged(lambda: within.run("xdotool", "key", "a", "click", "1"), lambda: watch.input.injected >= 2) == [
            Oddity.INJECTED
        ]
    finally:
        watch.close()
        window.close()
