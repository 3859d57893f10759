"""Started with mounts of its own by test_boot.py: this machine's system, started in a container over a copy of itself.

Everything written goes into an overlay; the container has a network of its own. Settings of the kernel that a
container may not change are files of ours there, and it has no screen: the kiosk's unit is looked at, not through.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.proctoring.lockdown.pc import fingerprint

SEAT = "var/lib/examroom/seat"
LOCKDOWN = (sys.executable, "-m", "app.cli.main", "lockdown")
KERNEL = ("proc/sys/fs/suid_dumpable", "proc/sys/kernel/yama/ptrace_scope", "proc/sys/kernel/sysrq")
KILLED_ON_THE_WAY = """
from functools import partial
from pathlib import Path
from app.cli.main import app
from typer.testing import CliRunner
from tests.proctoring.lockdown.kills import killed_at
install = ["lockdown", "install", "--peer", "192.0.2.10:8443"]
assert killed_at(partial(CliRunner().invoke, app, install), 150, after=True)
"""


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Container:
    """The system, started and ended as often as one likes, on the same disk."""

    def __init__(self, scratch: Path) -> None:
        self.root = scratch / "merged"
        for name in ("up", "work", "merged"):
            (scratch / name).mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={scratch / 'up'},workdir={scratch / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(self.root)], check=True)
        subprocess.run(["umount", "--recursive", "/sys/fs/cgroup"], check=True)
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"], check=True)
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._log = scratch / "log"

    def start(self, *words: str) -> None:
        """Start it, with more words on its command line, and wait until it has come to rest."""
        fixed = ("--quiet", "--register=no", "--keep-unit", "--private-network", "--boot", "--machine=seat")
        argv = ("systemd-nspawn", *fixed, f"--directory={self.root}", *words)
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait(lambda: self.says("systemctl", "is-system-running") in {"running", "degraded"})
        self.says("ip", "link", "set", "lo", "up")
        for path in KERNEL:
            if Path("/", path).exists():
                self.says("mount", "--bind", f"/root/simulated-{Path(path).name}", f"/{path}")

    def cut(self) -> None:
        """Cut its power."""
        assert self._nspawn is not None
        leader = self._leader()
        os.kill(leader, signal.SIGKILL)
        self._nspawn.wait(timeout=60)

    def ended(self) -> None:
        """Wait until it has shut itself down."""
        assert self._nspawn is not None
        self._nspawn.wait(timeout=120)

    def says(self, *argv: str) -> str:
        """Run a program inside, as its administrator; give what it says, and its code if that is not 0."""
        try:
            leader = str(self._leader())
        except (psutil.Error, IndexError):
            return ""
        # the checkout's copy inside, and the programs' own folders for what they write
        enter = ("nsenter", "--target", leader, "--all", "--wd", "env", "-C", str(Path.cwd()), "HOME=/root")
        done = subprocess.run([*enter, *argv], capture_output=True, text=True, check=False)
        return done.stdout.strip() + (
            f" [{done.returncode}] {done.stderr[-2000:]}" if "lockdown" in argv and done.returncode else ""
        )

    def state(self) -> str:
        """Say which of the units that matter run, and whether our packet filter is there."""
        units = ("console-getty.service", "examroom-egress.service", "examroom-agent.service", "examroom-kiosk.service")
        runs = [
            unit.partition(".")[0]
            for unit in units
            if self.says("systemctl", "is-active", unit) in {"active", "activating"}
        ]
        filtered = "examroom_lockdown" in self.says("nft", "list", "tables")
        return " ".join([*runs, *(["filter"] if filtered else [])])

    def disk(self) -> dict[str, str]:
        """Give the fingerprint of what a lock-down may touch, without what the seat itself logs."""
        found: dict[str, str] = {}
        for below in ("etc", "var/lib/examroom", "usr/lib/systemd/system"):
            found |= {f"{below}/{name}": told for name, told in fingerprint(self.root / below).items()}
        found |= {file.name: "there" for file in (self.root / "var/lib").glob("examroom*")}
        return {name: told for name, told in found.items() if f"{SEAT}/log" not in name}

    def _leader(self) -> int:
        assert self._nspawn is not None
        return psutil.Process(self._nspawn.pid).children()[0].pid


def wait(until: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)


def main(scratch: Path) -> None:
    seat = Container(scratch)
    (seat.root / SEAT).mkdir(parents=True)
    (seat.root / "root").chmod(0o711)  # an interpreter may lie there
    for path in KERNEL:
        if (real := Path("/", path)).exists():
            (seat.root / f"root/simulated-{real.name}").write_bytes(real.read_bytes())
    seat.start()
    before = seat.disk()
    tell(f"at first: {seat.state()}")
    seat.says(sys.executable, "-c", KILLED_ON_THE_WAY)
    tell(f"killed on the way: {seat.disk() != before}")
    seat.cut()
    seat.start()
    tell(f"after the next start: {seat.state()}; as before: {differences(before, seat.disk())}")
    tell(seat.says(*LOCKDOWN, "install", "--peer", "192.0.2.10:8443").partition(".")[0])
    seat.cut()
    seat.start()
    tell(f"locked: {seat.state()}; {seat.says(*LOCKDOWN, 'status').partition('.')[0]}")
    tell(seat.says("systemctl", "show", "--property=ConditionResult", "console-getty.service"))
    seat.cut()
    seat.start("examroom.unlocked")
    tell(f"started unlocked: {seat.state()}")
    seat.cut()
    seat.start()
    tell(seat.says(*LOCKDOWN, "remove").partition(".")[0])
    wait(lambda: "console-getty" in seat.state())
    tell(f"let go: {seat.state()}; as before: {differences(before, seat.disk())}")
    seat.cut()


def differences(before: dict[str, str], after: dict[str, str]) -> str:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return " ".join(names) or "all"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
