"""Which cameras and microphones the kernel knows; none is opened, so nobody is disturbed."""

import re
from collections.abc import Iterator
from typing import Final

from proctoring.checks.machine import Machine

_CAMERAS: Final = "sys/class/video4linux"
_PCMS: Final = "proc/asound/pcm"
_PCM: Final = re.compile(
    r"[0-9]{1,3}-[0-9]{1,3}: (?P<id>[^:]{0,80}) : (?P<name>[^:]{0,80})(?P<streams>(?: : [^:]{0,40})*)"
)
"""A line of it: "01-00: USB Audio : USB Audio : playback 1 : capture 1" (the kernel's proc.rst of ALSA)."""


def camera_names(machine: Machine) -> tuple[str, ...]:
    """Give the names of what gives pictures, each once. Raises `Unreadable`."""
    return tuple(dict.fromkeys(_camera_names(machine)))


def microphone_names(machine: Machine) -> tuple[str, ...]:
    """Give the names of what gives sound, each once. Raises `Unreadable`."""
    lines = (machine.text(_PCMS) or "").splitlines()
    found = (match for line in lines if (match := _PCM.fullmatch(line.strip())))
    return tuple(dict.fromkeys(one["name"].strip() for one in found if " capture " in one["streams"]))


def _camera_names(machine: Machine) -> Iterator[str]:
    for node in machine.names(_CAMERAS) or ():
        # a camera has more nodes than one: those with another index give what describes the pictures, and none
        if (machine.text(f"{_CAMERAS}/{node}/index") or "0") == "0":
            yield machine.text(f"{_CAMERAS}/{node}/name", 200) or node
