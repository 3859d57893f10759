"""A clean Debian 12 to try packages in, made once: `python -m tests.installer.trial.base DEB…` (as root, online).

It is taken from where debootstrap takes systems on this machine, and holds what the packages depend on, their
recommendations not, and a few tools of the trial: a debugger that lets a simulated person into the kiosk, a screen that
is not there, and a clock that can be wrong. It is made again when what the packages depend on changes. Nothing of ours
is in it, and the trials themselves have no network. An earlier version of the seat's package is built beside it.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[3]
TRIAL: Final = REPOSITORY / "build" / "trial"
BASE: Final = TRIAL / "base"
EARLIER: Final = TRIAL / "earlier"
EARLIER_VERSION: Final = "0.0.9"
SUITE: Final = "bookworm"
SYSTEM: Final = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "libpam-systemd",
    "kbd",
    "iproute2",
    "nftables",
    "procps",
    "ca-certificates",
)
TOOLS: Final = ("gdb", "xserver-xorg-video-dummy", "faketime")


def base_for(packages: Iterable[Path]) -> Path:
    """Make the system that these packages can be installed in, if it is not there yet; give its folder."""
    wanted = sorted({name for package in packages for name in depends_of(package)})
    mark = hashlib.sha256("\n".join((SUITE, *SYSTEM, *TOOLS, *wanted)).encode()).hexdigest()
    TRIAL.mkdir(parents=True, exist_ok=True)
    with (TRIAL / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = TRIAL / "base.stamp"
        if BASE.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == mark:
            return BASE
        stamp.unlink(missing_ok=True)
        _make(wanted)
        stamp.write_text(mark, encoding="ascii")
    return BASE


def depends_of(package: Path) -> tuple[str, ...]:
    """Give what a package depends on, each with its alternatives, but for our own packages."""
    field = subprocess.run(
        ["dpkg-deb", "--field", str(package), "Depends", "Pre-Depends"], capture_output=True, text=True, check=True
    )
    relations = [part.strip() for line in field.stdout.splitlines() for part in line.partition(":")[2].split(",")]
    return tuple(relation for relation in relations if relation and not relation.startswith("examroom"))


def _make(wanted: list[str]) -> None:
    shutil.rmtree(BASE, ignore_errors=True)
    new = TRIAL / "base.new"
    shutil.rmtree(new, ignore_errors=True)
    kernel = f"--include={','.join(SYSTEM)}"
    subprocess.run(["debootstrap", "--variant=minbase", kernel, SUITE, str(new)], check=True)
    shutil.copy("/etc/resolv.conf", new / "etc/resolv.conf")
    refuses = new / "usr/sbin/policy-rc.d"  # nothing is started while the system is made
    refuses.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    refuses.chmod(0o755)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    satisfy = ("apt-get", "satisfy", "--yes", "--no-install-recommends", ", ".join((*TOOLS, *wanted)))
    for argv in (("apt-get", "update"), satisfy, ("apt-get", "clean")):
        within = (
            "unshare",
            "--mount",
            "sh",
            "-c",
            f'mount -t proc proc "{new}/proc" && exec chroot "{new}" "$@"',
            "sh",
        )
        subprocess.run([*within, *argv], check=True, env=environment)
    refuses.unlink()
    (new / "etc/resolv.conf").unlink()
    new.rename(BASE)


def earlier_build() -> None:
    """Build the seat's package of an earlier version, from what is committed, if that was not done yet."""
    version = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.strip()
    stamp = EARLIER / "commit"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == version:
        return
    shutil.rmtree(EARLIER, ignore_errors=True)
    source = EARLIER / "source"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(REPOSITORY), str(source)], check=True)
    project = source / "pyproject.toml"
    text, count = re.subn(r'(?m)^version = ".*"$', f'version = "{EARLIER_VERSION}"', project.read_text("utf-8"))
    assert count == 1, "pyproject.toml names no version"
    project.write_text(text, encoding="utf-8")
    who = ("-c", "user.name=trial", "-c", "user.email=trial@example.org")
    subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message", "Earlier"], cwd=source, check=True)
    argv = (sys.executable, "-m", "installer.package", "--only", "seat", "--source", str(source), "--out", str(EARLIER))
    subprocess.run([*argv, "--cache", str(REPOSITORY / "build" / "wheels")], cwd=REPOSITORY, check=True)
    shutil.rmtree(source)
    stamp.write_text(version, encoding="ascii")


if __name__ == "__main__":
    base_for(map(Path, sys.argv[1:]))
    earlier_build()
