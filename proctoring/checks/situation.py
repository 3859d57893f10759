"""What a check has to know beyond the PC's files: who we are, what is ours, what was measured elsewhere."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Situation:
    """What is ours and expected on this PC; None is "not known", and then a check cannot tell.

    `own_pids`: our processes (kiosk, recorder, agent, supervisor) whose children are ours, too. `peers`: addresses
    (host, port) we may talk to. `home`: the seat's folder.
    """

    own_pids: frozenset[int] = frozenset()
    peers: frozenset[tuple[str, int]] = frozenset()
    home: Path | None = None
