"""A stage for attacks: a display server of its own, a window manager or none, and the target."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from app.resources import resource_folder

HERE: Final = Path(__file__).parent
WIDTH, HEIGHT = 1024, 768
_XVFB: Final = ("Xvfb", "-screen", "0", f"{2 * WIDTH}x{HEIGHT}x24")
PATIENCE_S: Final = 20.0


class Setup(StrEnum):
    """Where it is tried."""

    ALONE = "Xvfb, no window manager"
    MANAGED = "Xvfb with openbox"
    NESTED = "Xephyr like the session"
    """No window manager, no XTEST, no RECORD; keys and mouse come from the display around it and are real in here."""
    XORG = "Xorg, the session's configuration"
    """A dummy screen and no keyboard: only what a client of the display can do."""


class DisplayDied(Exception):  # noqa: N818 - it says what happened
    """The display server ended."""


@dataclass
class Stage:
    """One display with the target on it. `hands`: the display whose keys and mouse are a person's, None without any.

    `around`: the server of that display, if it is another.
    """

    setup: Setup
    guarded: bool
    folder: Path
    display: str
    server: subprocess.Popen[bytes]
    around: subprocess.Popen[bytes] | None
    hands: str | None
    manager: subprocess.Popen[bytes] | None
    environment: dict[str, str]
    target: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.start_target()

    @property
    def managed(self) -> bool:
        return self.setup is Setup.MANAGED

    def start_target(self) -> None:
        """Start the target and wait until its window is on show."""
        command = [sys.executable, "-m", "tests.app.seat.guard.attacks.target"]
        with (self.folder / "target.log").open("ab") as log:
            self.target = subprocess.Popen(
                [*command, *["--guarded"] * self.guarded, str(self.folder / "root")],
                env=self.environment | {"QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": "*=false"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.tell("reset")

    def tell(self, word: str = "state") -> dict[str, Any]:
        """Say something to the target, and give its answer. Raises `TargetGone`, `TargetStopped`."""
        assert self.target.stdin is not None
        assert self.target.stdout is not None
        try:
            self.target.stdin.write(word + "\n")
            self.target.stdin.flush()
        except BrokenPipeError as problem:
            raise TargetGone from problem
        ready, _, _ = select.select([self.target.stdout], [], [], PATIENCE_S)
        if not ready:
            raise TargetStopped
        line = self.target.stdout.readline()
        if not line:
            raise TargetGone
        return dict(json.loads(line))

    def run(self, *command: str) -> str:
        """Run a tool of the attacker's on this display, to its end."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout

    def press(self, *words: str) -> None:
        """Press keys and move the mouse as a person does. Raises `NoHands`."""
        if self.hands is None:
            raise NoHands
        command = ("xdotool", *words)
        environment = self.environment | {"DISPLAY": self.hands}
        subprocess.run(command, env=environment, capture_output=True, timeout=20, check=False)

    def marker(self) -> Path:
        """What a command that the window manager started would have left."""
        return self.folder / "marker"

    def alive(self) -> bool:
        return self.server.poll() is None

    def target_alive(self) -> bool:
        return self.target.poll() is None

    def end_target(self) -> None:
        if self.target.poll() is None:
            self.target.send_signal(signal.SIGCONT)
            self.target.kill()
        self.target.wait()
        for pipe in (self.target.stdin, self.target.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class TargetGone(Exception):  # noqa: N818 - it says what happened
    """The target's process ended."""


class NoHands(Exception):  # noqa: N818 - it says what is missing
    """This display has no keyboard and no mouse."""


class TargetStopped(Exception):  # noqa: N818 - it says what happened
    """The target does not answer."""


@contextlib.contextmanager
def stage(setup: Setup, folder: Path, *, guarded: bool) -> Iterator[Stage]:
    """Set a stage, and clear it away afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
    with contextlib.ExitStack() as ends:
        around, hands = None, None
        if setup is Setup.NESTED:
            around, hands = _started(_XVFB, folder, environment, ends)
        server, display = _started(_command(setup, folder), folder, environment | {"DISPLAY": hands or ""}, ends)
        environment["DISPLAY"] = display
        if setup is not Setup.XORG:  # the screen is the left half; the right half is where one is plugged in
            hands = hands or display
            output = "default" if setup is Setup.NESTED else "screen"
            left = ("xrandr", "--setmonitor", "left", f"{WIDTH}/300x{HEIGHT}/200+0+0", output)
            subprocess.run(left, env=environment, check=True, capture_output=True)
        manager = _openbox(folder, environment, ends) if setup is Setup.MANAGED else None
        made = Stage(setup, guarded, folder, display, server, around, hands, manager, environment)
        ends.callback(made.end_target)
        yield made


def until(true: Callable[[], bool], seconds: float = PATIENCE_S, step: float = 0.01) -> bool:
    """Wait for something to be so; tells whether it became so."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def _command(setup: Setup, folder: Path) -> tuple[str, ...]:
    match setup:
        case Setup.NESTED:
            without = ("-extension", "XTEST", "-extension", "RECORD")
            return ("Xephyr", "-screen", f"{2 * WIDTH}x{HEIGHT}", "-no-host-grab", *without)
        case Setup.XORG:
            config = folder / "xorg.conf"
            config.write_text(
                (resource_folder() / "lockdown" / "xorg.conf").read_text() + (HERE / "dummy.conf").read_text()
            )
            return ("Xorg", "-config", str(config), "-logfile", str(folder / "xorg.log"), "-novtswitch", "-sharevts")
        case _:
            return _XVFB


def _started(
    command: tuple[str, ...], folder: Path, environment: dict[str, str], ends: contextlib.ExitStack
) -> tuple[subprocess.Popen[bytes], str]:
    reading, writing = os.pipe()
    fixed = ("-displayfd", str(writing), "-nolisten", "tcp", "-noreset")
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen((*command, *fixed), pass_fds=[writing], stdout=log, stderr=log, env=environment)
    ends.callback(_end, server)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        number = pipe.readline().decode().strip()
    if not number:
        server.wait()
        raise DisplayDied((folder / "server.log").read_text()[-2000:])
    return server, f":{number}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def _openbox(folder: Path, environment: dict[str, str], ends: contextlib.ExitStack) -> subprocess.Popen[bytes]:
    config = folder / "openbox.xml"
    config.write_text((HERE / "openbox.xml").read_text().replace("MARKER", str(folder / "marker")))
    with (folder / "openbox.log").open("wb") as log:
        manager = subprocess.Popen(
            ["openbox", "--config-file", str(config), "--sm-disable"], env=environment, stdout=log, stderr=log
        )
    ends.callback(_end, manager)
    check = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
    shown = until(
        lambda: (
            "window id" in subprocess.run(check, env=environment, capture_output=True, text=True, check=False).stdout
        )
    )
    assert shown, "openbox did not start"
    return manager
