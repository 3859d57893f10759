"""The kernel's own account of devices below /sys, read suspiciously."""

import re
from typing import Final

from proctoring.checks.machine import Machine, Unreadable

_SHORT: Final = 4096
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def devices(machine: Machine, kind: str) -> tuple[str, ...]:
    """Give the devices of a class (/sys/class/KIND), none if the kernel has no such class.

    Raises:
        Unreadable: the class cannot be read, or there are no classes at all: then nothing can be concluded.
    """
    names = machine.names(f"sys/class/{kind}")
    if names is None and machine.names("sys/class") is None:
        raise Unreadable("/sys/class", "ENOENT")
    return names or ()


def attribute(machine: Machine, path: str) -> str:
    """Give a device's attribute without the white space around it, "" if it has none. Raises `Unreadable`."""
    return machine.text(path, _SHORT) or ""


def number(machine: Machine, path: str) -> int | None:
    """Give a device's attribute as a whole number, None if it has none or says something else. Raises `Unreadable`."""
    text = attribute(machine, path)
    return int(text) if _WHOLE.fullmatch(text) else None


def event(machine: Machine, path: str) -> dict[str, str]:
    """Give the names and values of a device's `uevent` file, none if it has no such file. Raises `Unreadable`."""
    lines = (line.partition("=") for line in attribute(machine, f"{path}/uevent").splitlines())
    return {name: value for name, between, value in lines if between}
