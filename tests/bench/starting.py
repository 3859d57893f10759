"""From the start of a process to its first painted frame: an ordinary start, and the way back after SIGKILL."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.demo.home import DemoHome
from app.demo.processes import Process, running
from app.seat.home import SeatHome
from tests.bench.figures import Row
from tests.bench.site import Site

ROUNDS = 5
RESUMED = 5
DEMOS = 3
DEMO_ITEMS, CUT_AFTER = 8, 4


@dataclass(frozen=True)
class Start:
    """One start: ms until the first frame was painted, and the most memory the process had until then, MB."""

    ms: float
    peak_mb: float


def starts(site: Site, display: str) -> list[Row]:
    """Start the kiosk (it asks the proctors to sign in) and a bare window in turns, on X11 and off screen."""
    rows = []
    for shown_on, name in ((display, "X11"), (None, "off screen")):
        pairs = [
            (_kiosk(site.seat, shown_on, "SignInScreen"), bare_start(site.folder, shown_on)) for _ in range(ROUNDS + 1)
        ][1:]
        times = tuple(ours.ms for ours, _ in pairs), tuple(bare.ms for _, bare in pairs)
        rows.append(Row(f"Start to first frame, {name}; a bare window", "ms", *times, tail=True))
        if shown_on:
            peaks = tuple(ours.peak_mb for ours, _ in pairs), tuple(bare.peak_mb for _, bare in pairs)
            rows.append(Row(f"Peak memory until then, {name}; a bare window", "MB", *peaks))
    return rows


def resumptions(site: Site, seat: SeatHome, display: str, what: str) -> Row:
    """Kill a seat whose candidate sits, start it again, wait for the painted item; by turns with the bare window."""
    pairs = [(_kiosk(seat, display, "ItemScreen"), bare_start(site.folder, display)) for _ in range(RESUMED + 1)][1:]
    times = tuple(ours.ms for ours, _ in pairs), tuple(bare.ms for _, bare in pairs)
    return Row(f"{what}; a bare window", "ms", *times, tail=True)


def demonstrated(site: Site, display: str) -> list[Row]:
    """Let `examroom demo` cut its own power; what it says of itself, its logbook, and not one response lost."""
    resumed, began, bare = [], [], []
    for number in range(DEMOS):
        home = site.folder / f"demo-{number}"
        resumed.append(float(_demo(home)["resume_ms"]))
        began.append(_sign_in_to_item_ms(DemoHome(home).seat))
        bare.append(bare_start(site.folder, display).ms)
    return [
        Row("… as `examroom demo` states it; a bare window", "ms", tuple(resumed), tuple(bare)),
        Row("From the candidate's sign-in to the first item; a bare window", "ms", tuple(began), tuple(bare)),
    ]


def _sign_in_to_item_ms(seat: SeatHome) -> float:
    """Give the time from the page that asks who is there to the first item, by the seat's own logbook, ms."""
    lines = [json.loads(line) for line in (seat.log / "seat.log").read_text(encoding="utf-8").splitlines()]
    shown = [(line["screen"], datetime.fromisoformat(line["timestamp"])) for line in lines if line["event"] == "screen"]
    began = next(at for screen, at in shown if screen == "CheckInScreen")
    ended = next(at for screen, at in shown if screen == "ItemScreen")
    return (ended - began).total_seconds() * 1000


def _kiosk(seat: SeatHome, display: str | None, page: str) -> Start:
    return _start("tests.bench.kiosk_window", [str(seat.root)], seat.root / "bench.log", display, page)


def bare_start(folder: Path, display: str | None) -> Start:
    """Start the bare window; complaints go to a log in `folder`."""
    return _start("tests.bench.bare_window", [], folder / "bench.log", display, "QWidget")


def _start(module: str, arguments: list[str], log: Path, display: str | None, page: str) -> Start:
    """Start a program, wait for its frame, and kill it."""
    began = time.monotonic()
    with running(Process(module, module, arguments, log, display=display)) as process:
        painted = process.wait_for("painted")
        process.cut_power()
    if painted["page"] != page:
        raise RuntimeError(f"{painted['page']} came up where {page} was expected")
    return Start((painted["mono_s"] - began) * 1000, painted["peak_mb"])


def _demo(home: Path) -> dict[str, int]:
    wish = ["--items", str(DEMO_ITEMS), "--power-cut", str(CUT_AFTER), "--home", str(home)]
    command = [sys.executable, "-m", "app.cli.main", "demo", "--autopilot", "--json", *wish]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    summary: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    if summary["lost_responses"]:
        raise RuntimeError(f"{summary['lost_responses']} acknowledged responses were lost")
    return summary
