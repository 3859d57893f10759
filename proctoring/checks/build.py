"""Whether the program that runs is the one that was released: its files against a signed list.

Compared is what Python would load as ours: `app`, `proctoring` and `sync` with everything in them, and beside them
whatever Python runs by itself at its start (`*.pth`, `sitecustomize.py`, `usercustomize.py`). Byte code in
`__pycache__` is not: it differs from PC to PC. Whoever can exchange the interpreter, or this check, is not found by
it; it finds a half-done update, a damaged disk, and a change by somebody who did not think of it.
"""

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE, compare


def build(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether our own files are those of the release. Slower the first time (some 100 ms), then 20 ms."""
    expected = situation.build
    if expected is None:
        return unknown("build", (f"{LIST_FILE}: there is none",))
    if expected.listed is None:
        return found("build", (f"{LIST_FILE}: {expected.problem}",), count=1)
    different = compare(expected.tree, expected.listed)
    release = f"{expected.listed.product} {expected.listed.version}"
    if different:
        return found("build", (f"{one.kind}: {one.path}" for one in different), count=len(different))
    return clear("build", (f"{release}: {len(expected.listed.files)} files",))
