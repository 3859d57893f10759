"""A PC of the trial: a clean system of its own, started and ended as often as one likes, without any network.

Its disk is an overlay; what is written is thrown away at the end. A power cut kills everything that runs on it at once.
What had not reached the disk is not lost by that: a kernel that goes on keeps it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psutil

from tests.installer.trial.base import TRIAL

GIVEN: Final = "/trial"
"""Where a PC finds what it is given: packages, invitations, what the simulated person needs."""
_PLAIN: Final[Mapping[str, str]] = MappingProxyType({})
_CONTAINER: Final = ("--quiet", "--register=no", "--keep-unit", "--private-network", "--machine=trial")
_KERNEL: Final = ("/proc/sys/fs/suid_dumpable", "/proc/sys/kernel/yama/ptrace_scope", "/proc/sys/kernel/sysrq")
"""Settings of the kernel, which a container may not change: files of our own there."""


class NotSoError(AssertionError):
    """Something on the PC did not come to pass in time."""


@dataclass(frozen=True)
class Said:
    """What a program on the PC came to."""

    code: int
    text: str
    """What it said, on both outputs."""


class Pc:
    """One PC. `root` is its disk as seen from outside."""

    def __init__(self, scratch: Path, lowers: Sequence[Path], mib: int | None = None) -> None:
        self.scratch = scratch
        self.root = scratch / "disk"
        for folder in (scratch, self.root):
            folder.mkdir(parents=True)
        self._written = scratch / "written"
        self._written.mkdir()
        if mib is not None:
            size = f"size={mib}m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "trial", str(self._written)], check=True)
        self._lowers = tuple(lowers)
        self._mount()
        (self.root / GIVEN.lstrip("/")).mkdir(exist_ok=True)
        self._nspawn: subprocess.Popen[bytes] | None = None

    def settle(self) -> tuple[Path, ...]:
        """Give the disk as it is now, for other PCs to begin with; this one is not used any more."""
        self.cut()
        subprocess.run(["umount", str(self.root)], check=True)
        return (self._written / "up", *self._lowers)

    def give(self, file: Path, name: str | None = None) -> str:
        """Put a file or folder where the PC finds it; give its path there. It is readable for everybody."""
        target = self.root / GIVEN.lstrip("/") / (name or file.name)
        if file.is_dir():
            shutil.copytree(file, target, dirs_exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        for one in (target, *target.rglob("*")) if target.is_dir() else (target,):
            one.chmod(0o755 if one.is_dir() else 0o644)
        return f"{GIVEN}/{name or file.name}"

    def write(self, path: str, text: str, mode: int = 0o644) -> str:
        """Write a file on its disk."""
        target = self.at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
        return path

    def at(self, path: str) -> Path:
        """Give where something on its disk lies, seen from outside."""
        return self.root / path.lstrip("/")

    def run(self, *argv: str, timeout: float = 300, environment: Mapping[str, str] = _PLAIN) -> Said:
        """Run a program on it as its administrator, whether it is started or not."""
        own = {"LC_ALL": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "EXAMROOM_LANGUAGE": "en"}
        told = [f"{key}={value}" for key, value in (own | dict(environment)).items()]
        if self._nspawn is None:
            settings = [word for one in told for word in ("-E", one)]
            way = ["systemd-nspawn", *_CONTAINER, "--as-pid2", *settings, f"--directory={self.root}", "--", *argv]
        else:
            path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            way = [
                "nsenter",
                "--target",
                str(self._leader()),
                "--all",
                "--wd",
                "env",
                "-C",
                "/",
                "-i",
                path,
                *told,
                *argv,
            ]
        done = subprocess.run(
            way,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=timeout,
        )
        return Said(done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n"))

    def does(self, *argv: str) -> str:
        """Run a program that has to end well; give what it said."""
        said = self.run(*argv)
        assert said.code == 0, f"{' '.join(argv)} [{said.code}]\n{said.text[-4000:]}"
        return said.text

    def start(self) -> None:
        """Start it, and wait until it has come to rest."""
        argv = ("systemd-nspawn", *_CONTAINER, "--boot", f"--directory={self.root}")
        with (self.scratch / "console.log").open("ab") as log:
            self._nspawn = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.until(lambda: self._state() in {"running", "degraded"}, self._state)
        for path in filter(lambda path: Path(path).exists(), _KERNEL):
            own = self.write(f"/root/simulated{path}", Path(path).read_text(encoding="ascii"))
            self.does("mount", "--bind", own, path)

    def cut(self) -> None:
        """Cut its power."""
        if self._nspawn is None:
            return
        if self._nspawn.poll() is None:
            os.kill(self._leader(), signal.SIGKILL)
        self._nspawn.wait(timeout=60)
        self._nspawn = None

    def until(self, met: Callable[[], bool], seen: Callable[[], object], seconds: float = 90) -> None:
        """Wait until something is so.

        Raises:
            NotSoError: it was not in time; says what was `seen` last.
        """
        end = time.monotonic() + seconds
        while not met():
            if time.monotonic() > end:
                raise NotSoError(f"{seen()}")
            time.sleep(0.1)

    def grow(self, mib: int) -> None:
        """Give a disk that was made small more room."""
        subprocess.run(["mount", "-o", f"remount,size={mib}m", str(self._written)], check=True)

    def scrap(self) -> None:
        """Cut its power and throw it away."""
        self.cut()
        if os.path.ismount(self.root):
            subprocess.run(["umount", "--recursive", "--lazy", str(self.root)], check=True)
        if os.path.ismount(self._written):
            subprocess.run(["umount", "--lazy", str(self._written)], check=True)
        shutil.rmtree(self.scratch)

    def _mount(self) -> None:
        for name in ("up", "work"):
            (self._written / name).mkdir()
        lower = ":".join(map(str, self._lowers))
        layers = f"lowerdir={lower},upperdir={self._written / 'up'},workdir={self._written / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "trial", "-o", layers, str(self.root)], check=True)

    def _state(self) -> str:
        try:
            return self.run("systemctl", "is-system-running", timeout=30).text.strip()
        except (IndexError, psutil.Error):
            return "not begun"

    def _leader(self) -> int:
        assert self._nspawn is not None
        return psutil.Process(self._nspawn.pid).children()[0].pid


@contextmanager
def a_pc(name: str, lowers: Sequence[Path], mib: int | None = None) -> Iterator[Pc]:
    """Give a PC for the length of the block. What a killed trial leaves goes with `make clean`."""
    with tempfile.TemporaryDirectory(prefix="pc-", dir=TRIAL) as folder:
        pc = Pc(Path(folder, name), lowers, mib)
        try:
            yield pc
        finally:
            pc.scrap()
