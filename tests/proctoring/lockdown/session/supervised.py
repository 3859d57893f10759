"""A session in a process of its own, which a test may kill, and what it tells.

    python -m tests.proctoring.lockdown.session.supervised lockdown session SETTINGS

Its command line is that of the program, so that what looks at it finds what it would find. It runs as whoever the tests
run as: the command line's door for ordinary users only is tested by itself.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import psutil

from proctoring.lockdown.session.input_method import InputMethod
from proctoring.lockdown.session.notify import Notify
from proctoring.lockdown.session.supervisor import News, SessionPlan, Supervisor

XVFB = ("Xvfb", "-screen", "0", "640x480x24")
TINY = "tests.proctoring.lockdown.session.tiny_kiosk"
PATIENT_S = 30.0


def until(true: Callable[[], object], otherwise: Callable[[], str]) -> None:
    """Wait for a condition, or say what was there instead."""
    ends = time.monotonic() + PATIENT_S
    while not true():
        assert time.monotonic() < ends, otherwise()
        time.sleep(0.01)


class Supervised:
    """A running session. `news` is what it told so far, oldest first."""

    def __init__(  # noqa: PLR0917 - one by one by its tests
        self,
        place: Path,
        how: str = "beats",
        server: tuple[str, ...] = XVFB,
        silent_s: float = 20.0,
        typing: InputMethod | None = None,
        program: str = TINY,
        within: tuple[str, ...] = (),
        apology: tuple[str, ...] = (),
        **environment: str,
    ) -> None:
        self.seen = place / "seen"
        self.runtime = place / "runtime"
        self.told = place / "told"
        self.said = place / "said"
        for folder in (self.seen, self.runtime):
            folder.mkdir(mode=0o700)
        self.told.touch()
        settings = {
            "server": server,
            "kiosk": [sys.executable, "-P", "-m", program, how, str(self.seen)],
            "typing": typing and asdict(typing),
            "runtime": str(self.runtime),
            "silent_s": silent_s,
            "apology": apology,
        }
        own = "tests.proctoring.lockdown.session.supervised"
        command = [*within, sys.executable, "-m", own, "lockdown", "session", json.dumps(settings), str(self.told)]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(command, stderr=said, env=os.environ | environment)
        self._known: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        until(lambda: not self.left(), lambda: f"these outlive the session: {self.left()}")

    def kill(self) -> None:
        """End the supervisor as the kernel does when memory is short."""
        if self.process.poll() is None:
            self._known |= {child.pid for child in psutil.Process(self.process.pid).children()}
        self.process.kill()
        self.process.wait()

    @property
    def news(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.told.read_text(encoding="utf-8").splitlines()]
        self._known |= {one["pid"] for one in found if "pid" in one}
        return found

    def left(self) -> set[int]:
        """Give those of its displays and kiosks that are still there."""
        _ = self.news
        return {pid for pid in self._known if _runs(pid)}

    def of(self, what: str) -> list[dict[str, Any]]:
        return [one for one in self.news if one["what"] == what]

    def await_news(self, what: str, times: int = 1) -> dict[str, Any]:
        """Give the news of this kind that came so many times, once it has come."""
        until(lambda: len(self.of(what)) >= times, lambda: f"{what} was not told {times} times: {self.news}")
        return self.of(what)[times - 1]

    def await_kiosk(self, times: int = 1) -> int:
        """Give the process id of the kiosk that came up."""
        return int(self.await_news("kiosk_up", times)["pid"])

    def await_seen(self, kiosk: int) -> dict[str, Any]:
        """Give what a tiny kiosk saw."""
        file = self.seen / str(kiosk)
        until(file.exists, lambda: "the kiosk saw nothing")
        return dict(json.loads(file.read_text(encoding="utf-8")))

    def end(self) -> int:
        """End it as systemd does; give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENT_S)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def main() -> None:
    settings = json.loads(sys.argv[3])
    plan = SessionPlan(
        tuple(settings["server"]),
        tuple(settings["kiosk"]),
        Path(settings["runtime"]),
        settings["typing"] and InputMethod(**settings["typing"]),
        settings["silent_s"],
        apology=tuple(settings["apology"]),
    )
    notify = Notify.of(os.environ)
    with Path(sys.argv[4]).open("a", encoding="utf-8", buffering=1) as told:

        def tell(news: News) -> None:
            told.write(json.dumps({"what": news.what.value} | news.facts) + "\n")
            notify.status(f"{news.what.value} {news.facts}")

        asyncio.run(Supervisor(plan, tell, notify).run())


if __name__ == "__main__":
    main()
