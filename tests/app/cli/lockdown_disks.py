"""Started with mounts of its own by test_lockdown.py: locks a PC down on a disk that is full, or read-only."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.app.cli.lockdown_typed import typed
from tests.proctoring.lockdown.pc import fingerprint, make_pc

LEFT = {"full": 0, "full-later": 70_000}


def mount(root: Path, *options: str) -> None:
    subprocess.run(["mount", *options, str(root)], check=True)


def locked(root: Path, disk: str) -> str:
    root.mkdir()
    mount(root, "-t", "tmpfs", "-o", "size=2m", "tmpfs")
    make_pc(root, taken=True)
    if disk == "read-only":
        mount(root, "-o", "remount,ro")
    else:
        figures = os.statvfs(root)
        filler = root / "filler"
        filler.write_bytes(bytes(figures.f_bavail * figures.f_frsize - LEFT[disk]))
    before = fingerprint(root)
    told = typed("en", "install", "--peer", "192.0.2.10:8443", "--root", root)
    fault = re.search(r"\[([A-Z_]+)", told.errors)
    same = "same" if fingerprint(root) == before else "changed"
    return f"{disk}: {told.code} {fault.group(1) if fault else ''} {same}\n"


if __name__ == "__main__":
    for name in ("full", "full-later", "read-only"):
        sys.stdout.write(locked(Path(sys.argv[1], name), name))
