"""Started with mounts of its own by test_lockdown.py: locks a PC down on a disk that is full, or read-only."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.app.cli.terminal import Terminal
from tests.proctoring.lockdown.pc import fingerprint, make_pc

LEFT = {"full": 0, "full-later": 70_000}


def mount(root: Path, *options: str) -> None:
    subprocess.run(["mount", *options, str(root)], check=True)


def main(root: Path, disk: str) -> None:
    mount(root, "-t", "tmpfs", "-o", "size=2m", "tmpfs")
    make_pc(root, taken=True)
    if disk == "read-only":
        mount(root, "-o", "remount,ro")
    else:
        figures = os.statvfs(root)
        filler = root / "filler"
        filler.write_bytes(bytes(figures.f_bavail * figures.f_frsize - LEFT[disk]))
    before = fingerprint(root)
    told = Terminal().run("lockdown", "install", "--peer", "192.0.2.10:8443", "--root", root)
    fault = re.search(r"\[([A-Z_]+)", told.errors)
    same = "same" if fingerprint(root) == before else "changed"
    sys.stdout.write(f"{told.code}\n{fault.group(1) if fault else ''}\n{same}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
