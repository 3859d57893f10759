"""The faults a person can meet, and how the programs end because of them.

A fault carries a stable `code`. The words a person reads for it (what happened, what is safe, what to do) live in
`resources/words/<language>/` under `[fault.<CODE>]`, so that no sentence is built where a fault is raised.
Defects (our own mistakes) are ordinary exceptions and are never shown as advice.
"""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of every command."""

    GOOD = 0
    BAD = 1  # the thing that was checked is bad
    USAGE = 2
    ENVIRONMENT = 3  # the place, not the thing: no disk, no network, no camera


class Fault(Exception):  # noqa: N818 - "fault" is the word of the house
    """Something outside this program is not as it must be; a person has to be told.

    `detail` is one line for the log and the end of the message (never personal data, never item text);
    `facts` fill the placeholders of the fault's words, for example figures of disk space. `reason`, where a kind
    of fault has many, is the detail without its place: English, looked up for the person (`app/words/reasons.py`).
    """

    code: ClassVar[str]
    exit: ClassVar[Exit] = Exit.ENVIRONMENT
    reason: str = ""

    def __init__(self, detail: str = "", **facts: str | int) -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail
        self.facts = facts


class EnvironmentFault(Fault):
    """The place is at fault: disk, network, device, a file that cannot be read."""


class Refused(Fault):
    """Something from outside failed verification and is not believed."""

    exit: ClassVar[Exit] = Exit.BAD
