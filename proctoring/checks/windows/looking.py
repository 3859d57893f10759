"""How a check of a Windows PC is made of a look through the door: what Windows refuses is "could not tell"."""

from collections.abc import Callable

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Check, Observation, unknown
from proctoring.checks.situation import Situation
from proctoring.win32.door import Win32, WindowsRefused

Look = Callable[[Win32, Situation], Observation]
"""May let `WindowsRefused` through."""


def check(name: str, look: Look, win32: Win32) -> Check:
    """Make a check of a look. The files of `Machine` are a Linux PC's; they are not asked."""

    def made(_machine: Machine, situation: Situation) -> Observation:
        try:
            return look(win32, situation)
        except WindowsRefused as refusal:
            return unknown(name, (str(refusal),))

    return made


def not_looked_at(name: str) -> Check:
    """Make the check that nobody has written for Windows: it can never tell."""
    return lambda _machine, _situation: unknown(name, ("not looked at on Windows",))
