"""The checks, the display watch, the lock-down and its session; each beside the least that has to be done for it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pydantic
import xcffib
import xcffib.xproto

from app.resources import resource_folder
from proctoring.checks.build import build
from proctoring.checks.catalogue import CHECKS, WATCHED
from proctoring.checks.installed import SHARE, ExpectedBuild
from proctoring.checks.listing import list_tree
from proctoring.checks.lists import Known
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Check, observe
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE
from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from proctoring.lockdown.installing import install, remove
from sync.trust.build import sign_build_list
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
OURS = ("app", "proctoring", "sync")
THIRD_PARTY = (
    *("PySide6", "shiboken6", "cv2", "opencv_python.libs", "av", "av.libs", "numpy", "numpy.libs", "sqlcipher3"),
    *("cryptography", "lxml", "pydantic", "pydantic_core", "rich", "typer", "tuf", "securesystemslib", "pygments"),
)
"""What is large, or many files, in a seat's package."""
Times = tuple[tuple[float, ...], tuple[float, ...]]


def guarding(folder: Path, display: str) -> list[Row]:
    """Measure all, by turns; `display`: an X server on which a window may be shown."""
    folder.mkdir()
    return [
        *_checks(),
        *_looks_at_a_build(folder / "installed"),
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


def _looks_at_a_build(program: Path) -> list[Row]:
    """An installed tree against the signed list of it: all of it as a start does, and a share as every second does."""
    _lay_out(program)
    listed = list_tree(program, "examroom-seat", "1.0.0")
    world = World.make()
    (program / LIST_FILE).write_bytes(sign_build_list(listed, world.roles[RegistryRole.BUILD]))
    known: list[Situation] = []

    def first() -> None:
        expected = ExpectedBuild.at(program, world.trust, "1.0.0", os.getuid())
        known.append(Situation(build=expected, environment={}))
        if build(Machine(), known[-1]).verdict is not Verdict.CLEAR:
            raise RuntimeError("the copied program is not as listed")

    places = [f"{program}/{one.path}" for one in listed.files]
    sums = ["xargs", "-0", "sha256sum", "--"]
    given = "\0".join(places).encode()
    firsts = _by_turns(first, lambda: subprocess.run(sums, input=given, check=True, stdout=subprocess.DEVNULL), FEW)
    brief = replace(known[-1], briefly=True)

    def share() -> None:
        if build(Machine(), brief).verdict is not Verdict.CLEAR:
            raise RuntimeError("the copied program is not as listed any more")

    def bare() -> None:
        for place in places[:SHARE]:
            os.lstat(place)

    megabytes = sum(one.size for one in listed.files) // 1_000_000
    return [
        Row(
            f"The first look at a tree, its list read; {len(places)} files, {megabytes} MB; sha256sum of them",
            "ms",
            *firsts,
        ),
        Row(
            f"Its share of a second's round, processor; os.lstat of {SHARE} files",
            "ms",
            *_by_turns(share, bare, ROUNDS, time.process_time),
            tail=True,
        ),
    ]


def _lay_out(program: Path) -> None:
    """Lay out what a seat's package brings, as links of the files that run here; without byte code."""
    no_byte_code = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in OURS:
        shutil.copytree(PROGRAM / name, program / name, ignore=no_byte_code)
    beside = Path(pydantic.__file__).parents[1]
    for name in THIRD_PARTY:
        shutil.copytree(beside / name, program / name, ignore=no_byte_code, copy_function=_linked, symlinks=True)
    for folder, _, _ in os.walk(program, topdown=False):
        if not any(Path(folder).iterdir()):
            Path(folder).rmdir()


def _linked(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:  # on another disk
        shutil.copy2(source, target)


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
