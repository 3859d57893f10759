"""What the figures were measured on, in one line that names no place of this machine."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil


def machine(folder: Path) -> str:
    """Describe processor, system and the file system that `folder` lies on."""
    one, five, _ = os.getloadavg()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}. {_processor()}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 2**30:.0f} GiB; Linux {platform.release()}, {_file_system(folder)};"
        f" Python {platform.python_version()}, PySide6 {version('pyside6-essentials')}."
        f" Load when the run ended: {one:.1f} over one minute, {five:.1f} over five."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _file_system(folder: Path) -> str:
    found = [part for part in psutil.disk_partitions(all=True) if folder.is_relative_to(part.mountpoint)]
    return max(found, key=lambda part: len(part.mountpoint)).fstype if found else "unknown file system"
