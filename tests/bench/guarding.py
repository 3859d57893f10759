"""The checks, the display watch, the lock-down and its session; each beside the least that has to be done for it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import xcffib
import xcffib.xproto

from app.resources import resource_folder
from proctoring.checks.build import build
from proctoring.checks.catalogue import CHECKS, WATCHED
from proctoring.checks.lists import Known
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Check, observe
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE, PACKAGES, ExpectedBuild, Tree
from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from proctoring.lockdown.installing import install, remove
from sync.trust.build import sign_build_list
from sync.wire.build import BuildList
from sync.wire.enrolment import RegistryRole
from sync.wire.environment import LockdownLevel, Verdict
from tests.bench.figures import Row
from tests.bench.starting import bare_start
from tests.proctoring.lockdown.pc import make_pc, prepared
from tests.proctoring.lockdown.session.supervised import Supervised, until
from tests.sync.trust.world import World

ROUNDS, WHOLE, LOOKS, FEW = 60, 12, 400, 3
WINDOWS = 8
PROGRAM = Path(__file__).parents[2]
Times = tuple[tuple[float, ...], tuple[float, ...]]


def guarding(folder: Path, display: str) -> list[Row]:
    """Measure all, by turns; `display`: an X server on which a window may be shown."""
    folder.mkdir()
    return [
        *_checks(),
        _first_look_of_build(folder / "installed"),
        _display_look(display),
        _doctor(),
        _lock_down(folder),
        _back_after_a_kill(folder / "session", display),
    ]


def _checks() -> list[Row]:
    """The rounds of this very PC: the watched checks as an exam makes them every second, and all as a start does."""
    known = Known.load(resource_folder() / "checks")
    own = os.getpid()
    situation = Situation(
        own_pids=frozenset({own}), own_pid=own, known=known, environment=dict(os.environ), level=LockdownLevel.SESSION
    )
    remembering = Machine().remembering()
    watched: Mapping[str, Check] = {name: CHECKS[name] for name in WATCHED}
    again = _by_turns(lambda: observe(watched, remembering, situation), _read_stats, ROUNDS, time.process_time)
    first = _by_turns(lambda: observe(CHECKS, Machine(), situation), _read_stats, WHOLE, time.process_time)
    processes = len(list(Machine().processes()))
    what = f"reading /proc/*/stat of {processes} processes"
    return [
        Row(f"A round of the watched checks, processor; {what}", "ms", *again, tail=True),
        Row(f"All checks once, processor; {what}", "ms", *first),
    ]


def _read_stats() -> None:
    for pid in Machine().processes():
        try:
            descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            os.read(descriptor, 4096)
        except ProcessLookupError:
            continue
        finally:
            os.close(descriptor)


def _first_look_of_build(program: Path) -> Row:
    """The program's own files against the signed list of them, as a start makes it."""
    for name in PACKAGES:
        shutil.copytree(PROGRAM / name, program / name)
    files, _ = Tree(program).files()
    listed = BuildList(product="examroom-seat", version="1.0.0", files=tuple(files[path] for path in sorted(files)))
    world = World.make()
    (program / LIST_FILE).write_bytes(sign_build_list(listed, world.roles[RegistryRole.BUILD]))

    def ours() -> None:
        situation = Situation(build=ExpectedBuild.beside(program, world.trust, "1.0.0"), environment={})
        if build(Machine(), situation).verdict is not Verdict.CLEAR:
            raise RuntimeError("the copied program is not as listed")

    sums = ["sha256sum", "--", *(str(program / path) for path in files)]
    return Row(
        f"The first look at our {len(files)} files against the signed list; sha256sum of them",
        "ms",
        *_by_turns(ours, lambda: subprocess.run(sums, check=True, stdout=subprocess.DEVNULL), FEW * 3),
    )


def _display_look(display: str) -> Row:
    """A look at a display with our window on top and some more below it."""
    server = xcffib.connect(display)
    root = server.get_setup().roots[0].root
    drawn = xcffib.xproto.WindowClass.InputOutput
    for _ in range(WINDOWS + 1):
        window = server.generate_id()
        server.core.CreateWindow(0, window, root, 0, 0, 320, 200, 0, drawn, 0, 0, [])
        server.core.MapWindow(window)
    server.core.QueryTree(root).reply()
    watch = DisplayWatch(display, window, Allow(family=os.getpid()))
    try:
        times = _by_turns(watch.look, lambda: server.core.QueryTree(root).reply(), LOOKS)
    finally:
        watch.close()
        server.disconnect()
    return Row(f"A look at the display, {WINDOWS} windows below ours; a bare XQueryTree", "ms", *times, tail=True)


def _doctor() -> Row:
    """The command as somebody types it, on a PC without a seat; the interpreter that only loads what reads options."""

    def ours() -> None:
        command = [sys.executable, "-m", "app.cli.main", "doctor", "--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode())

    bare = [sys.executable, "-c", "import typer"]
    times = _by_turns(ours, lambda: subprocess.run(bare, check=True), FEW)
    return Row("`examroom doctor`, the whole process; the bare interpreter importing typer", "ms", *times)


def _lock_down(folder: Path) -> Row:
    """A simulated PC locked down and let go again, every step durable first; the same files copied."""
    pcs = [make_pc(folder / f"pc-{number}") for number in range(FEW * 3)]
    left = list(pcs)

    def ours() -> None:
        book, steps = prepared(left.pop())
        install(book, steps, {})
        remove(book)

    def plain() -> None:
        subprocess.run(["cp", "-a", "--", str(pcs[0]), str(folder / f"copy-{len(left)}")], check=True)

    return Row("Lock-down of a simulated PC and back; cp -a of its files", "ms", *_by_turns(ours, plain, len(pcs)))


def _back_after_a_kill(folder: Path, display: str) -> Row:
    """The kiosk (here a bare window that beats) killed for the first time, until it is painted again; a bare window."""
    ours, plain = [], []
    for turn in range(FEW):
        place = folder / f"{turn}"
        place.mkdir(parents=True)
        with Supervised(place, program="tests.bench.beating_window") as session:
            _painted_s(session, 1)
            killed_s = time.monotonic()
            os.kill(session.await_kiosk(1), signal.SIGKILL)
            ours.append((_painted_s(session, 2) - killed_s) * 1000)
            session.end()
        plain.append(bare_start(place, display).ms)
    what = "A window killed under the supervisor, until it is back; a bare window's start"
    return Row(what, "ms", tuple(ours), tuple(plain))


def _painted_s(session: Supervised, time_up: int) -> float:
    """Give when the kiosk that came up so many times was painted (monotonic clock, s), once it is."""
    file = session.seen / f"{session.await_kiosk(time_up)}"
    until(file.exists, lambda: "no window was painted")
    return float(file.read_text(encoding="ascii"))


def _by_turns(
    ours: Callable[[], object],
    plain: Callable[[], object],
    turns: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Time both in turns, ms."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for times, act in zip(taken, (ours, plain), strict=True):
            began = clock()
            act()
            times.append((clock() - began) * 1000)
    return tuple(taken[0]), tuple(taken[1])
