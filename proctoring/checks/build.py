"""Whether the program that runs is the one that was released: its files against a signed list.

Compared is what Python would load as ours: `app`, `proctoring` and `sync` with everything in them, and beside them
whatever Python runs by itself at its start (`*.pth`, `sitecustomize.py`, `usercustomize.py`). Byte code in
`__pycache__` is not: it differs from PC to PC. A variable that lets code of another place in counts as a difference.
Whoever can exchange the interpreter, or this check, is not found by it; it finds a half-done update, a damaged disk,
and a change by somebody who did not think of it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import is_installed
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE, compare

_LETTING_IN: Final = ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
"""Variables by which ld.so(8) and Python take code from other places than they would."""


def build(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether our own files are those of the release. The first time some 80 ms, then 5 ms."""
    expected = situation.build
    if expected is None:
        return unknown("build", (f"{LIST_FILE}: there is none",))
    if expected.listed is None:
        return found("build", (f"{LIST_FILE}: {expected.problem}",), count=1)
    different = compare(expected.tree, expected.listed)
    release = f"{expected.listed.product} {expected.listed.version}"
    lines = [f"{one.kind}: {one.path}" for one in different]
    lines += _let_in(situation, expected.tree.folder)
    if lines:
        return found("build", lines, count=len(lines))
    return clear("build", (f"{release}: {len(expected.listed.files)} files",))


def _let_in(situation: Situation, folder: Path) -> Iterator[str]:
    """Give what lets code in from where no program is installed; a bare name is a library of the system."""
    for name in _LETTING_IN:
        for place in (situation.environment or {}).get(name, "").replace(" ", ":").split(":"):
            if "/" in place and not is_installed(place) and not Path(place).is_relative_to(folder):
                yield f"environment: {name} {place}"
