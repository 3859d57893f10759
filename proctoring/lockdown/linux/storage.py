"""Where this PC's own system lies: shutting USB storage off must not shut that off."""

import os
from pathlib import Path
from typing import Final

from proctoring.lockdown.faults import LockdownStartsFromUsb
from proctoring.lockdown.steps import Place

_DEEPEST: Final = 8
"""Layers of encrypted, joined and divided disks that are looked through."""


def require_not_usb(place: Place) -> None:
    """See to it that the system does not lie on a USB disk; of files that are only tried out nobody can tell.

    Raises:
        LockdownStartsFromUsb: it does.
    """
    if place.live is None:
        return
    device = place.root.stat().st_dev
    if on_usb(place.root / "sys", f"{os.major(device)}:{os.minor(device)}"):
        raise LockdownStartsFromUsb


def on_usb(sys: Path, device: str) -> bool:
    """Tell whether a block device ("8:1"), or one that it is made of, hangs from USB; `sys` is where sysfs lies."""
    return _hangs((sys / "dev/block" / device).resolve(), _DEEPEST)


def _hangs(block: Path, deeper: int) -> bool:
    if any(part.startswith("usb") for part in block.parts):
        return True
    below = block / "slaves"
    if not deeper or not below.is_dir():
        return False
    return any(_hangs(one.resolve(), deeper - 1) for one in below.iterdir())
