"""The whole: the command, Xorg on a screen that is not there, and the real kiosk on a seat that was never enrolled."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import xcffib
import xcffib.xproto

from tests.proctoring.lockdown.session.supervised import until
from tests.proctoring.lockdown.session.xorg import HEIGHT, WIDTH, installed, write_config

USER = 64001
"""An ordinary user within a user namespace, made up for the test; nobody on this PC."""


class Commanded:
    """`examroom lockdown session`, run by an ordinary user, and what it said."""

    def __init__(self, place: Path) -> None:
        self.said, self.runtime = place / "said", place / "runtime"
        self.runtime.mkdir(mode=0o700)
        config = write_config(place / "xorg.conf", installed())
        user = ["unshare", "--user", f"--map-user={USER}", f"--map-group={USER}", "--"] if os.geteuid() == 0 else []
        program = [sys.executable, "-P", "-m", "app.cli.main", "lockdown", "session", "--home", str(place / "seat")]
        environment = os.environ | {"XDG_RUNTIME_DIR": str(self.runtime), "NO_COLOR": "1"}
        with self.said.open("wb") as said:
            command = [*user, *program, "--xorg-config", str(config)]
            self.process = subprocess.Popen(command, stderr=said, stdout=said, env=environment)

    def told(self, what: str) -> list[dict[str, str]]:
        """Give the facts of all news of this kind so far."""
        lines = self.said.read_text(encoding="utf-8", errors="replace").splitlines()
        return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines if re.search(rf"\] {what}\b", line)]

    def await_told(self, what: str, times: int) -> dict[str, str]:
        until(lambda: len(self.told(what)) >= times, lambda: self.said.read_text(encoding="utf-8", errors="replace"))
        return self.told(what)[times - 1]

    def kiosks(self) -> list[int]:
        """Give the process ids of the kiosks that run."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                if "seat" in child.cmdline():
                    found.append(child.pid)
        return found

    def windows(self) -> list[tuple[int, int]]:
        """Give the sizes of the windows that can be seen."""
        display = xcffib.connect(display=self.told("display_up")[-1]["display"])
        seen = []
        for window in display.core.QueryTree(display.get_setup().roots[0].root).reply().children:
            form = display.core.GetGeometry(window).reply()
            state = display.core.GetWindowAttributes(window).reply().map_state
            if state == xcffib.xproto.MapState.Viewable:
                seen.append((form.width, form.height))
        display.disconnect()
        return seen


@pytest.fixture
def commanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commanded]:
    running = Commanded(tmp_path)
    monkeypatch.setenv("XAUTHORITY", str(running.runtime / "examroom-session" / "cookie"))
    yield running
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_real_kiosk_comes_back_whenever_it_or_its_display_is_killed(commanded: Commanded) -> None:
    whole_screen = [(WIDTH, HEIGHT)]
    commanded.await_told("display_up", 1)
    until(commanded.kiosks, lambda: "no kiosk was started")
    os.kill(commanded.kiosks()[0], signal.SIGKILL)  # before its first beat: it gets a new display, too
    commanded.await_told("display_up", 2)
    for times in (1, 2, 3):
        kiosk = int(commanded.await_told("kiosk_up", times)["pid"])
        until(lambda: commanded.windows() == whole_screen, lambda: f"{commanded.windows()}")
        os.kill(kiosk, signal.SIGKILL)
    kiosk = int(commanded.await_told("kiosk_up", 4)["pid"])
    os.kill(kiosk, signal.SIGSTOP)
    commanded.await_told("let_go_on", 1)
    os.kill(int(commanded.await_told("display_up", 2)["pid"]), signal.SIGKILL)
    commanded.await_told("display_up", 3)
    commanded.await_told("kiosk_up", 5)
    until(lambda: commanded.windows() == whole_screen, lambda: f"{commanded.windows()}")
    assert commanded.kiosks() != [kiosk], "not the one that was stopped"
