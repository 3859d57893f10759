"""One demonstration, run by the real command, and watched from outside while it runs."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

EXAMROOM = Path(sys.executable).with_name("examroom")
BOUND_S = 240
LOOK_S = 0.08
FAMILY_EVERY = 4
PAGE, OVERLAP = 4096, 512
MOST_BYTES = 8_000_000
WRITES = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Run:
    """What a demonstration left: its JSON line, its folder, and everything that was ever seen on the disk.

    `seen` holds, by file, the pieces of its content over time; files outside both folders (`home`, and `beside`
    for whatever goes to TMPDIR or HOME) are there under their absolute paths.
    """

    home: Path
    beside: Path
    code: int
    output: str
    narration: str
    seconds: float
    seen: dict[str, list[bytes]] = field(repr=False)
    processes: dict[int, str] = field(repr=False)
    left_over: tuple[str, ...]

    @property
    def summary(self) -> dict[str, Any]:
        """Give the last line of the output."""
        found = json.loads(self.output.splitlines()[-1])
        assert isinstance(found, dict)
        return found

    def path(self, key: str) -> Path:
        """Give a path that the summary names."""
        return self.home / str(self.summary[key])


def run_demo(home: Path, *arguments: str, watched: bool = True) -> Run:
    """Run `examroom demo --autopilot --json` on a virtual display, with TMPDIR and HOME of its own.

    With `watched`, what lies on the disk and who runs is looked at again and again, which costs a tenth of a core.
    """
    beside = home.with_name(f"{home.name}-beside")
    beside.mkdir()
    started = time.monotonic()
    command = [str(EXAMROOM), "demo", "--autopilot", "--json", "--pace", "0", "--home", str(home), *arguments]
    with subprocess.Popen(
        command, env=_environment(beside), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watch = Watch(home, beside, process.pid)
        with watch.looking() if watched else contextlib.nullcontext():
            try:
                output, narration = process.communicate(timeout=BOUND_S)
            except subprocess.TimeoutExpired:
                process.terminate()
                output, narration = process.communicate()
    left_over = tuple(watch.left_over())
    seconds = time.monotonic() - started
    return Run(home, beside, process.returncode, output, narration, seconds, watch.seen, watch.processes, left_over)


def _environment(beside: Path) -> dict[str, str]:
    left_out = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"TMPDIR": str(beside), "HOME": str(beside), "EXAMROOM_LANGUAGE": "zh"}


class Watch:
    """Looks at two folders and at what the processes hold open, again and again."""

    def __init__(self, home: Path, beside: Path, pid: int) -> None:
        self.seen: dict[str, list[bytes]] = {}
        self.processes: dict[int, str] = {}
        self._home, self._beside = home, beside
        self._root = psutil.Process(pid)
        self._family: list[psutil.Process] = [self._root]
        self._states: dict[str, tuple[int, int]] = {}
        self._pages: set[tuple[str, int]] = set()

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Look from a thread of its own for the length of the block, and once more at its end."""
        over = threading.Event()

        def look() -> None:
            turn = 0
            while not over.wait(LOOK_S):
                self._look_at_folders()
                if turn % FAMILY_EVERY == 0:
                    self._look_at_processes()
                turn += 1

        thread = threading.Thread(target=look, name="watch")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._look_at_folders()

    def left_over(self) -> Iterator[str]:
        """Name the processes of the demonstration that still live."""
        for process in (*self._family, *self._by_folder()):
            with contextlib.suppress(psutil.Error):
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    yield " ".join(process.cmdline())

    def _look_at_folders(self) -> None:
        for folder in (self._home, self._beside):
            for place, _, names in os.walk(folder):
                for name in names:
                    self._look_at_file(Path(place) / name)

    def _look_at_file(self, path: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            status = path.lstat()
            state = (status.st_mtime_ns, status.st_size)
            if path.is_file() and not path.is_symlink() and self._states.get(str(path)) != state:
                self._states[str(path)] = state
                with path.open("rb") as file:
                    self._take(self._name(path), file.read(MOST_BYTES))

    def _look_at_processes(self) -> None:
        with contextlib.suppress(psutil.Error):
            known = {process.pid for process in self._family}
            found = [*self._root.children(recursive=True), *self._by_folder()]
            self._family += [process for process in found if process.pid not in known]
        for process in self._family:
            with contextlib.suppress(psutil.Error, OSError):
                self.processes[process.pid] = " ".join(process.cmdline()) or self.processes.get(process.pid, "")
                self._look_at_open_files(Path(f"/proc/{process.pid}"))

    def _look_at_open_files(self, process: Path) -> None:
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                target = str(descriptor.readlink())
                info = (process / "fdinfo" / descriptor.name).read_text()
                flags = int(info.split("flags:")[1].split()[0], 8)
                if flags & WRITES and descriptor.is_file() and not self._is_ours(target):
                    with descriptor.open("rb") as file:
                        self._take(target, file.read(MOST_BYTES))

    def _by_folder(self) -> list[psutil.Process]:
        mine = os.getpid()
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if process.pid != mine and any(str(self._home) in part for part in process.info["cmdline"] or ())
        ]

    def _is_ours(self, target: str) -> bool:
        return target.startswith((f"{self._home}/", f"{self._beside}/")) and not target.endswith(" (deleted)")

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._home)) if path.is_relative_to(self._home) else str(path)

    def _take(self, name: str, raw: bytes) -> None:
        """Keep the pages that are new, with what stands around them."""
        pieces = self.seen.setdefault(name, [])
        for start in range(0, len(raw), PAGE):
            mark = (name, hash(raw[start : start + PAGE]))
            if mark not in self._pages:
                self._pages.add(mark)
                pieces.append(raw[max(0, start - OVERLAP) : start + PAGE + OVERLAP])
